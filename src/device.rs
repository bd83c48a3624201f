//! The devices of the page: what they grant, and why they failed. A failure is told where it is noticed by nobody else: a
//! GPU goes on with wrong numbers, and a processor that is out of memory stops within whatever it does.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use burn_wgpu::{WgpuDevice, graphics::AutoGraphicsApi, init_setup_async};

use crate::{clip::Memory, error::Error};

/// What a 32-bit address reaches, less a quarter: for the program, and for what lies between tensors (BENCHMARKS.md: up to a sixth).
const ADDRESSES: u64 = 3 << 30;

/// What a device grants.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// Bytes in all.
    total: u64,
    /// Bytes of a tensor.
    tensor: u64,
}

impl Grant {
    /// The processor's, within WebAssembly.
    pub const PROCESSOR: Self = Self { total: ADDRESSES, tensor: ADDRESSES };

    /// Whether there is room. A GPU does not say how much it has; what is too much for it all the same is told by [`failure`].
    pub fn holds(&self, memory: &Memory) -> bool {
        memory.total() <= self.total && memory.largest <= self.tensor
    }
}

/// An opened GPU, whatever it is made of.
pub struct GraphicsCard {
    /// For Burn.
    pub device: WgpuDevice,
    /// As the browser calls it.
    pub name: String,
    /// What it grants.
    pub grant: Grant,
}

impl GraphicsCard {
    /// Opens the browser's GPU with all that it grants: Burn 0.21 asks for the adapter's limits, not for the least that every
    /// adapter has. Panics where there is no adapter.
    pub async fn open() -> Self {
        let device = WgpuDevice::default();
        let setup = init_setup_async::<AutoGraphicsApi>(&device, Default::default()).await;
        setup.device.on_uncaptured_error(Arc::new(|error: wgpu::Error| match error {
            wgpu::Error::OutOfMemory { source } => fail(Error::OutOfMemory(source.to_string())),
            error => fail(Error::Engine(error.to_string())),
        }));
        setup.device.set_device_lost_callback(|_, reason| fail(Error::DeviceLost(reason)));
        let tensor = setup.device.limits().max_storage_buffer_binding_size;
        Self { device, name: setup.adapter.get_info().name, grant: Grant { total: u64::MAX, tensor } }
    }
}

/// The first failure that nobody was told of yet.
static FAILURE: Mutex<Option<Error>> = Mutex::new(None);

/// Set where an allocation failed; a message would take memory.
static NO_MEMORY: AtomicBool = AtomicBool::new(false);

fn fail(error: Error) {
    FAILURE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}

/// Why the device failed, if it did since this was last asked.
pub fn failure() -> Option<Error> {
    if NO_MEMORY.swap(false, Relaxed) {
        return Some(Error::OutOfMemory("the processor's memory is full".to_owned()));
    }
    FAILURE.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The system's allocator, which remembers that it failed.
struct Remembering;

#[global_allocator]
static ALLOCATOR: Remembering = Remembering;

fn noted(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() {
        NO_MEMORY.store(true, Relaxed);
    }
    pointer
}

// SAFETY: every call is the system allocator's own.
unsafe impl GlobalAlloc for Remembering {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on as it came.
        noted(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on as it came.
        noted(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: passed on as it came.
        noted(unsafe { System.realloc(pointer, layout, size) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: passed on as it came.
        unsafe { System.dealloc(pointer, layout) }
    }
}
