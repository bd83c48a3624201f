//! Warping, what may be trusted of it, and upsampling.

use burn::{backend::Flex, tensor::Tensor};
use chromaflow::{
    hint::Point,
    nonlocal::nonlocal_mean,
    propagation::Propagation,
    upsample::upsample,
    variational,
    warp::{confidence, inside, visibility, warp},
};

use crate::fixture::{assert_expected, tensor};

fn input(name: &str) -> Tensor<Flex, 4> {
    tensor(&format!("input.{name}"), &Default::default())
}

#[test]
fn warped_image() {
    let warped = warp(input("warping.image"), input("warping.forward"));
    assert_expected("warping.warp", &warped.into_data());
}

/// One of the flows leads exactly onto the last pixel, which lies inside.
#[test]
fn samples_inside_the_frame() {
    assert_expected("warping.inside", &inside(input("warping.forward")).into_data());
}

#[test]
fn visible_and_trusted_pixels() {
    let visible = visibility(input("warping.forward"), input("warping.backward"));
    assert_expected("warping.visibility", &visible.clone().into_data());
    let trusted = confidence(input("warping.frame"), input("warping.warped"), visible);
    assert_expected("warping.confidence", &trusted.into_data());
}

#[test]
fn upsampled_image() {
    for factor in [2, 4, 8, 16] {
        let upsampled = upsample(input("upsample"), factor);
        assert_expected(&format!("upsample.{factor}"), &upsampled.into_data());
    }
}

/// Of the large frame every second cell is compared.
#[test]
fn nonlocal_means() {
    for size in ["large", "small"] {
        let means = nonlocal_mean(input(&format!("nonlocal.{size}")));
        assert_expected(&format!("nonlocal.{size}"), &means.into_data());
    }
}

/// Smooth pictures, so that no rounding is enlarged by the sweeps.
#[test]
fn exact_flow() {
    let [flow, frame, neighbor] =
        ["flow", "frame", "neighbor"].map(|name| input(&format!("variational.{name}")));
    assert_expected("variational", &variational::exact(flow, frame, neighbor).into_data());
}

/// Conjugate gradients end after as many steps as there are points.
#[test]
fn spread_colors() {
    let point = |x, y, color, strength, distance| Point { x, y, color, strength, distance };
    let points = [
        point(3, 5, [0.3, -0.2], 1.0, 0.0),
        point(20, 2, [-0.25, 0.1], 0.5, 0.0),
        point(13, 14, [0.1, 0.4], 1.0, 12.0),
    ];
    let [grey, features, images] =
        ["grey", "features", "images"].map(|name| input(&format!("propagation.{name}")));
    let spread = Propagation::new(grey, features, 8, &points, 16);
    assert_expected("propagation", &spread.correction(images).into_data());
}
