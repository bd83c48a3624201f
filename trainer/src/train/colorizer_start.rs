//! What training f starts from: faintly tinted candidates, and a frozen phi.

use burn::{
    module::Param,
    tensor::{Tensor, backend::Backend},
};
use chromaflow::{
    color::Matrix,
    model::{
        trunk::{Backbone, TAPS},
        vgg::VggConfig,
    },
};

use super::colorizer::Coloring;
use crate::loss::perceptual::Phi;

/// Widths of the random phi.
const RANDOM_WIDTHS: [usize; TAPS] = [8, 16, 32, 64, 64];

/// Factors that take a published backbone's taps to the scale of 0..255. VGG sees colors divided by their deviation, about 57.
/// EfficientNet's taps have no activation and scales of their own: with its factors each tap has, by its weight in phi, a fifth as much
/// of the distance between photographs and their grey versions as the image itself (measured on 96 photographs of 128 pixels).
pub fn published_tap_scales<B: Backend>(backbone: &Backbone<B>) -> [f64; TAPS] {
    match backbone {
        Backbone::Vgg(_) => [57.0; TAPS],
        Backbone::EfficientNet(_) => [4.3, 5.8, 4.0, 7.4, 0.35],
    }
}

/// Frozen VGG-19 of small widths, with He's random weights: filters without training
/// still tell edges and patches of unlike colour apart at five scales. The seed is fixed: phi is the same in every run.
pub fn frozen_phi<B: Backend>(device: &B::Device) -> Phi<B> {
    const SEED: u64 = 19;
    /// 57 takes taps of normalised colours to the scale of 0..255. Trained features are sparse at conv5_2, whose weight
    /// is high for that; random ones are not, and would outweigh all other layers together (measured: 4 times).
    const TAP_SCALES: [f64; TAPS] = [57.0, 57.0, 57.0, 57.0, 4.5];
    let config = VggConfig::new().with_widths(RANDOM_WIDTHS);
    B::seed(device, SEED);
    Phi::new(Backbone::Vgg(config.init(device)), TAP_SCALES)
}

/// Lets training start near grey, where the losses are small, each candidate with a faint tint of its own, so that they
/// can part ways.
pub fn tinted<B: Backend>(mut network: Coloring<B>, device: &B::Device) -> Coloring<B> {
    const CONTRAST: f64 = 0.1;
    const TINT: f32 = 0.04;
    let output = &mut network.colorizer.unet.output;
    output.weight = output.weight.clone().map(|weight| weight.mul_scalar(CONTRAST).detach().require_grad());
    let candidates = network.colorizer.candidates();
    let tint = |candidate: usize| {
        let angle = std::f32::consts::TAU * candidate as f32 / candidates as f32;
        Matrix::Bt601.rgb(0.5, [TINT * angle.cos(), TINT * angle.sin()])
    };
    let tints: Vec<f32> = (0..candidates).flat_map(tint).collect();
    network.colorizer.unet.output.bias =
        Some(Param::from_tensor(Tensor::from_floats(tints.as_slice(), device)));
    network
}
