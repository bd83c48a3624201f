//! f's first weights: faintly tinted candidates.

use burn::{
    module::Param,
    tensor::{Tensor, backend::Backend},
};
use chromaflow::color::Matrix;

use crate::networks::coloring::Coloring;

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
