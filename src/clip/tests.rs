//! The pipeline on small generated clips and networks of random weights.

use std::{
    future::Future,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use burn::{backend::Flex, tensor::Tensor};

use super::*;
use crate::{
    color::{Matrix, Range},
    model::preset::Preset,
};

/// The CPU device answers at once, so a future on it is ready when it is first polled.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the CPU device made a caller wait"),
    }
}

fn networks() -> Rc<Networks<Flex>> {
    use burn::module::Module;
    let device = Default::default();
    <Flex as burn::tensor::backend::Backend>::seed(&device, 7);
    let networks = Preset::Tiny.config().init::<Flex>(&device);
    // Parameters are drawn when first touched; a clone of untouched ones would draw others.
    Rc::new(networks.map(&mut Touch))
}

struct Touch;
impl<B: burn::tensor::backend::Backend> burn::module::ModuleMapper<B> for Touch {
    fn map_float<const D: usize>(
        &mut self,
        parameter: burn::module::Param<Tensor<B, D>>,
    ) -> burn::module::Param<Tensor<B, D>> {
        burn::module::Param::from_tensor(parameter.val())
    }
}

/// A drifting texture; every `shot` has another one.
fn frame(index: usize, shot: usize, width: usize, height: usize) -> LumaFrame {
    let sample = |i: usize| {
        let (x, y) = ((i % width + index) as f32, (i / width) as f32);
        let slope = if shot.is_multiple_of(2) { 0.3 } else { -1.9 };
        (128.0 + 90.0 * ((x + slope * y) * 0.25 + 2.0 * shot as f32).sin()) as u8
    };
    let luma = (0..width * height).map(sample).collect();
    LumaFrame { width, height, luma, matrix: Matrix::Bt709, range: Range::Limited }
}

fn begin(networks: &Rc<Networks<Flex>>, size: usize, passes: usize, candidate: usize) -> ClipColorizer<Flex> {
    let options = ClipOptions { size, passes };
    let mut clip = ClipColorizer::new(networks.clone(), options, Default::default()).unwrap();
    assert_eq!(ready(clip.begin_shot(candidate)).unwrap(), []);
    clip
}

/// Colours frames of the given shots by candidate 1.
fn run(networks: &Rc<Networks<Flex>>, shots: &[usize], passes: usize) -> Vec<Finished> {
    let mut clip = begin(networks, 32, passes, 1);
    let mut finished = Vec::new();
    for (i, &shot) in shots.iter().enumerate() {
        if i > 0 && shot != shots[i - 1] {
            finished.extend(ready(clip.begin_shot(1)).unwrap());
        }
        finished.extend(ready(clip.push(frame(i, shot, 67, 45), &[], false)).unwrap());
    }
    finished.extend(ready(clip.finish()).unwrap());
    finished
}

#[test]
fn every_frame_comes_out_once_at_the_chroma_planes_size() {
    let networks = networks();
    for (frames, passes) in [(1, 0), (1, 2), (2, 1), (3, 3), (5, 2)] {
        let finished = run(&networks, &vec![0; frames], passes);
        assert_eq!(finished.len(), frames, "{frames} frames, {passes} passes");
        assert!(
            finished
                .iter()
                .all(|Finished { planes, .. }| planes.u.len() == 34 * 23 && planes.v.len() == 34 * 23)
        );
    }
}

/// And for the call behind it, which has the device work while the frame is on its way.
#[test]
fn a_frame_waits_for_one_neighbour_a_pass() {
    let networks = networks();
    for (passes, expected) in [(0, [0, 1, 1, 1, 1]), (2, [0, 0, 0, 1, 1])] {
        let mut clip = begin(&networks, 32, passes, 0);
        let mut push = |i| ready(clip.push(frame(i, 0, 67, 45), &[], false)).unwrap().len();
        assert_eq!([0, 1, 2, 3, 4].map(&mut push), expected, "{passes} passes");
        assert_eq!(ready(clip.begin_shot(0)).unwrap().len(), 1);
        assert_eq!(ready(clip.push(frame(5, 1, 67, 45), &[], false)).unwrap().len(), passes);
        assert_eq!(ready(clip.finish()).unwrap().len(), 1);
    }
}

/// The second shot's frames must come out as if the first had never been there.
#[test]
fn no_neighbour_is_used_across_a_cut() {
    let networks = networks();
    let both = run(&networks, &[0, 0, 0, 1, 1, 1], 2);
    assert_eq!(both.len(), 6);
    assert_eq!(both[..3], run(&networks, &[0, 0, 0], 2)[..]);
}

#[test]
fn every_shot_follows_its_own_candidate() {
    let networks = networks();
    let mut clip = begin(&networks, 32, 0, 2);
    let mut finished = ready(clip.push(frame(0, 0, 67, 45), &[], false)).unwrap();
    finished.extend(ready(clip.begin_shot(0)).unwrap());
    finished.extend(ready(clip.push(frame(1, 1, 67, 45), &[], false)).unwrap());
    finished.extend(ready(clip.finish()).unwrap());
    for (i, candidate) in [(0, 2), (1, 0)] {
        let candidates =
            ready(preview(&networks, frame(i, i, 67, 45), 32, &[], &Default::default())).unwrap();
        assert_eq!(finished[i].planes, candidates[candidate].planes, "shot {i}");
    }
}

#[test]
fn shots_begin_with_the_first_frame_and_at_cuts() {
    let mut finder = CutFinder::default();
    let begins: Vec<bool> = [0, 0, 1, 1, 0]
        .iter()
        .enumerate()
        .map(|(i, &shot)| finder.begins_shot(&frame(i, shot, 67, 45)).unwrap())
        .collect();
    assert_eq!(begins, [true, false, true, false, true]);
    let short = LumaFrame { luma: vec![0; 10], ..frame(0, 0, 67, 45) };
    assert_eq!(finder.begins_shot(&short).unwrap_err().code(), "frame-size");
}

/// Of the frames that it was asked for, and from a shot's second frame on.
#[test]
fn motion_comes_with_its_frame() {
    let networks = networks();
    let asked = [(0, true), (0, true), (0, false), (0, true), (1, true)];
    for passes in [0, 1] {
        let mut clip = begin(&networks, 32, passes, 0);
        let mut finished = Vec::new();
        for (i, &(shot, with_motion)) in asked.iter().enumerate() {
            if i == 4 {
                finished.extend(ready(clip.begin_shot(0)).unwrap());
            }
            finished.extend(ready(clip.push(frame(i, shot, 67, 45), &[], with_motion)).unwrap());
        }
        finished.extend(ready(clip.finish()).unwrap());
        let known: Vec<bool> = finished.iter().map(|frame| frame.motion.is_some()).collect();
        assert_eq!(known, [false, true, false, true, false]);
        for motion in finished.iter().filter_map(|frame| frame.motion.as_ref()) {
            let area = motion.width * motion.height;
            assert_eq!((motion.height, motion.confidence.len(), motion.flow.len()), (32, area, 2 * area));
            assert!(motion.confidence.iter().all(|confidence| (0.0..=1.0).contains(confidence)));
        }
        assert_ne!(finished[1].motion, finished[3].motion);
    }
}

/// A clip that is given up leaves nothing behind that the next one would stumble over.
#[test]
fn a_clip_can_be_given_up() {
    let networks = networks();
    let mut clip = begin(&networks, 32, 1, 0);
    for i in 0..3 {
        ready(clip.push(frame(i, 0, 67, 45), &[], true)).unwrap();
    }
    ready(clip.abandon());
    assert_eq!(run(&networks, &[0, 0], 1).len(), 2);
}

#[test]
fn refinement_uses_the_neighbours() {
    let networks = networks();
    assert_ne!(run(&networks, &[0], 1)[0], run(&networks, &[0, 0], 1)[0]);
}

#[test]
fn bad_frames_and_options_are_named() {
    let networks = networks();
    let new =
        |size| ClipColorizer::new(networks.clone(), ClipOptions { size, passes: 1 }, Default::default());
    assert_eq!(new(4).err().unwrap().code(), "processing-size");
    let mut clip = new(32).unwrap();
    assert_eq!(
        ready(clip.push(frame(0, 0, 67, 45), &[], false)).unwrap_err().code(),
        "engine",
        "no shot was begun"
    );
    assert_eq!(ready(clip.begin_shot(4)).unwrap_err().code(), "engine");
    let mut clip = begin(&networks, 32, 1, 0);
    let short = LumaFrame { luma: vec![0; 10], ..frame(0, 0, 67, 45) };
    assert_eq!(ready(clip.push(short, &[], false)).unwrap_err().code(), "frame-size");
    let mut clip = begin(&networks, 32, 1, 0);
    ready(clip.push(frame(0, 0, 67, 45), &[], false)).unwrap();
    assert_eq!(ready(clip.push(frame(0, 0, 64, 45), &[], false)).unwrap_err().code(), "frame-size");
}

#[test]
fn odd_and_extreme_sizes_work() {
    let networks = networks();
    for (width, height) in [(1, 1), (2, 300), (33, 17), (511, 3)] {
        let mut clip = begin(&networks, 16, 1, 0);
        let mut finished = ready(clip.push(frame(0, 0, width, height), &[], false)).unwrap();
        finished.extend(ready(clip.push(frame(1, 0, width, height), &[], false)).unwrap());
        finished.extend(ready(clip.finish()).unwrap());
        assert_eq!(finished.len(), 2, "{width}x{height}");
        assert_eq!(finished[0].planes.u.len(), width.div_ceil(2) * height.div_ceil(2));
    }
}

#[test]
fn a_preview_has_every_candidate_and_its_standing() {
    let networks = networks();
    let candidates = ready(preview(&networks, frame(0, 0, 67, 45), 32, &[], &Default::default())).unwrap();
    assert_eq!(candidates.len(), 4);
    assert!(candidates.iter().all(|candidate| (0.0..=1.0).contains(&candidate.standing.saturation)));
    assert_ne!(candidates[0].planes, candidates[1].planes);
}

/// Two frames of the same picture: hints in one of them color that one alone, and the preview shows what the run gives.
#[test]
fn hints_change_the_frame_that_they_lie_in_and_the_preview_as_the_run() {
    let networks = networks();
    let hint = Hint { x: 0.4, y: 0.6, radius: 0.1, color: [0.2, -0.3], strength: 1.0, distance: 0.0 };
    let mut clip = begin(&networks, 32, 0, 1);
    let mut finished = ready(clip.push(frame(0, 0, 67, 45), &[], false)).unwrap();
    finished.extend(ready(clip.push(frame(0, 0, 67, 45), &[hint], false)).unwrap());
    finished.extend(ready(clip.finish()).unwrap());
    let previewed = |hints: &[Hint]| {
        ready(preview(&networks, frame(0, 0, 67, 45), 32, hints, &Default::default())).unwrap()[1]
            .planes
            .clone()
    };
    assert_eq!(finished[0].planes, previewed(&[]));
    assert_eq!(finished[1].planes, previewed(&[hint]));
    assert_ne!(finished[0].planes, finished[1].planes);
}

#[test]
fn likely_colors_are_told_for_any_place_of_any_frame() {
    let networks = networks();
    for place in [[0.0, 0.0], [1.0, 1.0], [-2.0, 0.3]] {
        let told =
            ready(likely_colors(&networks, frame(0, 0, 67, 45), 32, place, &Default::default())).unwrap();
        assert!(!told.is_empty() && told.iter().flatten().all(|chroma| chroma.abs() <= 0.5), "{told:?}");
    }
}
