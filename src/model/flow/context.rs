//! PWC-Net's context network: dilated convolutions that see far and correct the finest flow.

use burn::{
    module::Module,
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};

use super::ACTIVATION;
use crate::{
    kernel::{Activation, Kernels},
    model::convolution::strided_dilated,
};

const DILATIONS: [usize; 7] = [1, 2, 4, 8, 16, 1, 1];

/// Seven convolutions (`dc_conv1` to `dc_conv7`); the last has no activation.
#[derive(Module, Debug)]
pub struct Context<B: Backend> {
    /// The convolutions in their order.
    pub convolutions: Vec<Conv2d<B>>,
}

impl<B: Backend> Context<B> {
    pub(super) fn init(input: usize, widths: &[usize; 6], device: &B::Device) -> Self {
        let inputs = std::iter::once(&input).chain(widths);
        let outputs = widths.iter().chain(std::iter::once(&2));
        let convolutions = inputs
            .zip(outputs)
            .zip(DILATIONS)
            .map(|((&input, &output), dilation)| strided_dilated(input, output, 1, dilation, device))
            .collect();
        Self { convolutions }
    }
}

impl<B: Kernels> Context<B> {
    /// The correction of the flow, `[n, 2, h, w]`, from the finest decoder's features `[n, c, h, w]`.
    pub(super) fn forward(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let last = self.convolutions.len() - 1;
        let hidden = self.convolutions[..last]
            .iter()
            .fold(features, |x, convolution| B::convolve(convolution, x, ACTIVATION)); // [n, widths[i], h, w]
        B::convolve(&self.convolutions[last], hidden, Activation::None) // [n, 2, h, w]
    }
}
