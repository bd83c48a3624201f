//! The operations that a backend may bring itself: one trait, whose defaults are Burn's own operations. They serve
//! devices without kernels of their own, gradients, and as what every kernel is compared with.

mod activation;
mod cost_volume;
mod flex;
#[cfg(feature = "wgpu")]
mod gpu;

pub use activation::Activation;
pub use cost_volume::cost_volume_by_slices;

use burn::{
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend, module::max_pool2d},
};

use crate::upsample;

/// Backends on which the networks run.
pub trait Kernels: Backend {
    /// A convolution and the activation behind it: `[n, input, h, w]` to `[n, output, h', w']`.
    fn convolve(
        convolution: &Conv2d<Self>,
        input: Tensor<Self, 4>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        activation.apply(convolution.forward(input))
    }

    /// As [`convolve`](Self::convolve), of several inputs that lie one behind the other along the channels: `[n, c_i, h, w]`
    /// to `[n, output, h', w']`, where the c_i add up to the convolution's input.
    fn convolve_joined(
        convolution: &Conv2d<Self>,
        inputs: Vec<Tensor<Self, 4>>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        Self::convolve(convolution, Tensor::cat(inputs, 1), activation)
    }

    /// Channel (2 r + 1) (dy + r) + dx + r of the result is the mean over channels of `ours` at p times `theirs` at
    /// p + (dx, dy), zero outside the frame, for |dx|, |dy| <= r = `displacement`:
    /// two of `[n, c, h, w]` to `[n, (2 r + 1)^2, h, w]`.
    fn cost_volume(ours: Tensor<Self, 4>, theirs: Tensor<Self, 4>, displacement: usize) -> Tensor<Self, 4> {
        cost_volume_by_slices(ours, theirs, displacement)
    }

    /// The largest of each 2x2 pixels: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`.
    fn max_pool(image: Tensor<Self, 4>) -> Tensor<Self, 4> {
        max_pool2d(image, [2, 2], [2, 2], [0, 0], [1, 1], false)
    }

    /// Bilinear upsampling ([`upsample::upsample`]): `[n, c, h, w]` to `[n, c, factor * h, factor * w]`.
    fn upsample(image: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        upsample::upsample(image, factor)
    }

    /// The sum of `base` `[n, c, h, w]` and of the `coarser` images, each enlarged to its size by a whole factor.
    fn add_upsampled(base: Tensor<Self, 4>, coarser: Vec<Tensor<Self, 4>>) -> Tensor<Self, 4> {
        let height = base.dims()[2];
        coarser.into_iter().fold(base, |sum, image| {
            let factor = height / image.dims()[2];
            sum + upsample::upsample(image, factor) // [n, c, h, w]
        })
    }
}

#[cfg(feature = "libtorch")]
impl<E: burn::backend::libtorch::TchElement> Kernels for burn::backend::LibTorch<E> {}

/// Gradients flow through Burn's own operations.
#[cfg(feature = "autodiff")]
impl<B: Backend, C: burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy> Kernels
    for burn::backend::Autodiff<B, C>
{
}
