//! What training f starts from: faintly tinted candidates, and a frozen phi.

use burn::{
    module::Param,
    tensor::{Tensor, backend::Backend},
};
use chromaflow::{
    color::Matrix,
    model::{
        preset::Preset,
        vgg::{TAPS, VggConfig},
    },
};

use super::colorizer::Coloring;
use crate::loss::perceptual::Phi;

/// What takes the taps of torchvision's VGG-19 to the scale of 0..255: it sees colours divided by their deviation, about 57.
pub const PUBLISHED_TAP_SCALES: [f64; TAPS] = [57.0; TAPS];

/// phi's trunk sees colour, frozen, at half the trunk's widths, with He's random weights: filters without training
/// still tell edges and patches of unlike colour apart at five scales. The seed is fixed: phi is the same in every run.
pub fn frozen_phi<B: Backend>(preset: Preset, device: &B::Device) -> Phi<B> {
    const SEED: u64 = 19;
    /// 57 takes taps of normalised colours to the scale of 0..255. Trained features are sparse at conv5_2, whose weight
    /// is high for that; random ones are not, and would outweigh all other layers together (measured: 4 times).
    const TAP_SCALES: [f64; TAPS] = [57.0, 57.0, 57.0, 57.0, 4.5];
    let widths = preset.config().trunk.widths.map(|width| width.div_ceil(2));
    let config = VggConfig::new().with_widths(widths);
    B::seed(device, SEED);
    Phi::new(config.init(device), TAP_SCALES)
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
