//! PWC-Net's feature pyramid: three convolutions a level, the first of which halves the resolution.

use burn::{
    module::Module,
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};

use super::{ACTIVATION, LEVELS};
use crate::{kernel::Kernels, model::convolution::strided_dilated};

/// The feature pyramid, shared by both frames.
#[derive(Module, Debug)]
pub struct Pyramid<B: Backend> {
    /// For each level its three convolutions in their order: `conv1a`, `conv1aa`, `conv1b` and so on in the
    /// published network, whose last level says `conv6aa`, `conv6a`, `conv6b`.
    pub levels: Vec<[Conv2d<B>; 3]>,
}

impl<B: Backend> Pyramid<B> {
    pub(super) fn init(widths: &[usize; LEVELS], device: &B::Device) -> Self {
        let inputs = std::iter::once(&3).chain(widths);
        let level = |(&input, &width): (&usize, &usize)| {
            [
                strided_dilated(input, width, 2, 1, device),
                strided_dilated(width, width, 1, 1, device),
                strided_dilated(width, width, 1, 1, device),
            ]
        };
        Self { levels: inputs.zip(widths).map(level).collect() }
    }
}

impl<B: Kernels> Pyramid<B> {
    /// RGB `[n, 3, h, w]` to the features of each level: entry i is `[n, widths[i], h / 2^(i + 1), w / 2^(i + 1)]`.
    pub(super) fn forward(&self, rgb: Tensor<B, 4>) -> Vec<Tensor<B, 4>> {
        let mut features = rgb;
        let level = |convolutions: &[Conv2d<B>; 3]| {
            for convolution in convolutions {
                features = B::convolve(convolution, features.clone(), ACTIVATION); // [n, width, h / 2^l, w / 2^l]
            }
            features.clone()
        };
        self.levels.iter().map(level).collect()
    }
}
