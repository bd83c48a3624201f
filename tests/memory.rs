//! The stated bound on memory against what the CPU device really allocates. A test program of its own, with one test: the
//! allocator counts whatever the program does.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    future::Future,
    pin::pin,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    task::{Context, Poll, Waker},
};

use burn::{backend::Flex, module::Module};
use chromaflow::{
    clip::{ClipColorizer, ClipOptions, Demand, Memory},
    color::{LumaFrame, Matrix, Range},
    model::preset::{Networks, Preset},
};

/// The system's allocator, with a count of the bytes that are in use and of the most that ever were.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is the system allocator's own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: passed on as it came.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: passed on as it came.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The CPU device answers at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the CPU device made a caller wait"),
    }
}

fn frame(index: usize, width: usize, height: usize) -> LumaFrame {
    let luma = (0..width * height).map(|i| (i * 7 + index * 31) as u8).collect();
    LumaFrame { width, height, luma, matrix: Matrix::Bt709, range: Range::Limited }
}

fn color(networks: &Rc<Networks<Flex>>, Demand { width, height, size, passes }: Demand) {
    let options = ClipOptions { size, passes };
    let mut clip = ClipColorizer::new(networks.clone(), options, Default::default()).unwrap();
    ready(clip.begin_shot(0)).unwrap();
    for i in 0..6 {
        ready(clip.push(frame(i, width, height), false)).unwrap();
    }
    ready(clip.finish()).unwrap();
}

/// The most bytes that a clip of six frames takes beside its networks' weights.
fn measured(networks: &Rc<Networks<Flex>>, demand: Demand) -> u64 {
    // Burn draws weights when they are first used.
    color(networks, Demand { width: 32, height: 32, size: 32, passes: 1 });
    let before = IN_USE.load(Relaxed);
    MOST.store(before, Relaxed);
    color(networks, demand);
    (MOST.load(Relaxed) - before) as u64
}

/// The bound holds, and is not so far above that it would turn away sizes that fit. The convolutions' own scratch memory, at most
/// some 10 MB for these presets, is on top of it, so small frames don't count.
#[test]
fn the_bound_holds_and_is_near() {
    let at = |width, height, size, passes| Demand { width, height, size, passes };
    let cases = [
        (Preset::Lite, at(256, 192, 192, 0)),
        (Preset::Lite, at(256, 192, 192, 2)),
        (Preset::Lite, at(640, 360, 192, 1)),
        (Preset::Paper, at(128, 96, 96, 1)),
    ];
    for (preset, demand) in cases {
        let networks = Rc::new(preset.config().init(&Default::default()));
        let memory = Memory::of(&preset.config(), networks.num_params(), demand);
        let found = measured(&networks, demand);
        let bound = memory.working + memory.held;
        println!("{preset:?} {demand:?}: {found} of {bound}, ratio {}", found as f64 / bound as f64);
        assert!(found <= bound, "{preset:?} {demand:?}: {found} bytes of {bound}");
        assert!(2 * found >= bound, "{preset:?} {demand:?}: {found} bytes of {bound}");
    }
}
