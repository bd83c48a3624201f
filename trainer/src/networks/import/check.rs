//! A run of an imported network before it is kept: names and shapes can be right where values are not.

use anyhow::{Result, ensure};
use burn::tensor::{Tensor, TensorData, backend::Backend};
use chromaflow::{
    kernel::Kernels,
    model::{flow::FlowNet, trunk::Backbone},
};

use crate::loss::endpoint::endpoint_errors;

/// Side of the picture in pixels.
const SIDE: usize = 128;

/// By how many pixels right and down the flow network's picture moves.
const SHIFT: [f32; 2] = [5.0, -3.0];

/// How far from the border, in pixels, the flow is measured.
const MARGIN: usize = 16;

/// The flow network's error on a picture that moves.
#[derive(Clone, Copy, Debug)]
pub struct FlowCheck {
    /// Mean end-point error in pixels.
    pub error: f32,
    /// The error of no flow at all: the length of the motion.
    pub zero: f32,
}

/// The mean absolute value of each tap over a picture. An error if one is not finite, or if nothing comes through.
pub fn trunk_check<B: Kernels>(backbone: &Backbone<B>, device: &B::Device) -> Result<Vec<f32>> {
    let taps = backbone.forward(picture([0.0, 0.0], device).repeat_dim(1, 3));
    let means: Vec<f32> = taps.into_iter().map(|tap| single(tap.abs().mean())).collect();
    ensure!(means.iter().all(|mean| mean.is_finite()), "the taps of a picture are not finite: {means:?}");
    ensure!(means.iter().all(|&mean| mean > 0.0), "nothing of a picture reaches some taps: {means:?}");
    Ok(means)
}

/// The error of the flow between a picture and the same picture moved. An error if the flow is not finite.
pub fn flow_check<B: Kernels>(network: &FlowNet<B>, device: &B::Device) -> Result<FlowCheck> {
    let flow = network.forward_grey(picture([0.0, 0.0], device), picture(SHIFT, device)); // [1, 2, h, w]
    let truth = Tensor::<B, 1>::from_data(SHIFT, device).reshape([1, 2, 1, 1]).expand(flow.dims()); // [1, 2, h, w]
    let inner = |flow: Tensor<B, 4>| {
        let side = SIDE - 2 * MARGIN;
        flow.narrow(2, MARGIN, side).narrow(3, MARGIN, side) // [1, 2, side, side]
    };
    let error = |flow| single(endpoint_errors(inner(flow), inner(truth.clone())).mean());
    let zero = error(truth.zeros_like());
    let error = error(flow);
    ensure!(error.is_finite(), "the flow of a moving picture is not finite");
    Ok(FlowCheck { error, zero })
}

/// A grey picture `[1, 1, SIDE, SIDE]` of waves in all directions, moved by `shift`.
fn picture<B: Backend>(shift: [f32; 2], device: &B::Device) -> Tensor<B, 4> {
    const WAVES: usize = 16;
    /// Turns by the golden angle never repeat.
    const TURN: f32 = 2.399_963;
    let value = |pixel: usize| {
        let (x, y) = ((pixel % SIDE) as f32 - shift[0], (pixel / SIDE) as f32 - shift[1]);
        let wave = |index: usize| {
            let angle = TURN * index as f32;
            let length = 6.0 + 3.0 * index as f32;
            ((x * angle.cos() + y * angle.sin()) * std::f32::consts::TAU / length + angle).sin()
        };
        0.5 + 0.1 * (0..WAVES).map(wave).sum::<f32>()
    };
    let values: Vec<f32> = (0..SIDE * SIDE).map(|pixel| value(pixel).clamp(0.0, 1.0)).collect();
    Tensor::from_data(TensorData::new(values, [1, 1, SIDE, SIDE]), device)
}

fn single<B: Backend>(value: Tensor<B, 1>) -> f32 {
    value.into_data().iter::<f32>().next().unwrap_or(f32::NAN)
}
