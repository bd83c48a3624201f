//! Synthetic pairs: warping the second frame by the exact flow gives the first where it is seen.

use burn::{backend::Flex, tensor::ElementConversion};
use chromaflow::warp::warp;
use image::{Rgb, RgbImage};
use trainer::data::{
    loader::random,
    synthetic_motion::{MotionRange, moving_pair, tensors::PairTensors},
};

/// A smooth picture: bilinear sampling of it twice loses little.
fn smooth_photo(phase: f32) -> RgbImage {
    RgbImage::from_fn(240, 200, |x, y| {
        let value = (x as f32 / 9.0 + phase).sin() + (y as f32 / 7.0 - phase).cos();
        Rgb([(128.0 + 50.0 * value) as u8; 3])
    })
}

#[test]
fn flow_takes_the_second_frame_to_the_first() {
    let photos = [smooth_photo(0.0), smooth_photo(2.0), smooth_photo(4.0)];
    for step in 0..8 {
        let pair = moving_pair(&photos, 96, &MotionRange::default(), &mut random(3, step));
        let pair = PairTensors::<Flex>::stack(&[pair], &Default::default());
        let difference = (warp(pair.second, pair.flow) - pair.first).abs() * pair.visible.clone();
        let seen: f64 = pair.visible.sum().into_scalar().elem();
        let mean = difference.sum().into_scalar().elem::<f64>() / seen;
        assert!(seen > 0.3 * 96.0 * 96.0, "only {seen} pixels are seen in both");
        // Bilinear sampling blurs the outlines' edges, a few per cent of the pixels, and rounds by about 0.003 elsewhere.
        assert!(mean < 0.02, "mean difference {mean}");
    }
}

#[test]
fn a_pair_depends_on_its_seed_alone() {
    let photos = [smooth_photo(0.0)];
    let pair = |step| moving_pair(&photos, 64, &MotionRange::default(), &mut random(3, step)).flow;
    assert_eq!(pair(5), pair(5));
    assert_ne!(pair(5), pair(6));
}

#[test]
fn gentle_pairs_move_a_tenth_as_far_at_most() {
    let photos = [smooth_photo(0.0)];
    let range = MotionRange { gentle: 1.0, ..MotionRange::default() };
    for step in 0..8 {
        let pair = moving_pair(&photos, 64, &range, &mut random(3, step));
        let farthest = pair.flow.iter().fold(0.0f32, |farthest, flow| farthest.max(flow.abs()));
        // A tenth of 14 pixels of shift, and at the corners of 0.12 of rotation and of scale.
        assert!(farthest > 0.0 && farthest < 1.4 + 2.0 * 0.012 * 46.0, "{farthest}");
    }
}

/// Each frame draws up to the largest grain, so on average half of it.
#[test]
fn each_frame_has_grain_of_its_own() {
    let photos = [RgbImage::from_pixel(200, 200, Rgb([128; 3]))];
    let range = MotionRange { grain: 0.1, ..MotionRange::default() };
    let deviation = |luma: &[f32]| {
        let mean = luma.iter().sum::<f32>() / luma.len() as f32;
        (luma.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / luma.len() as f32).sqrt()
    };
    let pairs: Vec<_> = (0..32).map(|step| moving_pair(&photos, 32, &range, &mut random(3, step))).collect();
    let deviations: Vec<_> =
        pairs.iter().flat_map(|pair| [&pair.first, &pair.second]).map(|frame| deviation(frame)).collect();
    let mean = deviations.iter().sum::<f32>() / 64.0;
    assert!((0.035..0.065).contains(&mean), "{mean}");
    assert!(pairs.iter().all(|pair| pair.first != pair.second));
}
