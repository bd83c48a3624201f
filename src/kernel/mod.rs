//! The operations that a backend may bring itself: one trait, whose defaults are Burn's own operations. They serve
//! devices without kernels of their own, gradients, and as what every kernel is compared with.

mod activation;
#[cfg(feature = "autodiff")]
mod convolution_gradient;
mod cost_volume;
#[cfg(feature = "autodiff")]
mod cost_volume_gradient;
mod flex;
#[cfg(feature = "wgpu")]
mod gpu;
#[cfg(feature = "libtorch")]
mod libtorch;
#[cfg(feature = "autodiff")]
mod primitive;
mod same;
#[cfg(feature = "autodiff")]
mod upsample_gradient;

pub use activation::Activation;
pub use cost_volume::cost_volume_by_slices;

use burn::{
    nn::conv::Conv2d,
    tensor::{FloatDType, Tensor, backend::Backend, module::max_pool2d},
};

#[cfg(feature = "autodiff")]
use burn::{nn::PaddingConfig2d, tensor::ops::ConvOptions};

use crate::{upsample, variational, warp};

/// Backends on which the networks run.
pub trait Kernels: Backend {
    /// How the weights and feature maps of f and g are stored on `device`. The flow network's are stored in f32 everywhere:
    /// f16 tells places in a frame of 500 pixels apart by a quarter of a pixel.
    fn precision(_device: &Self::Device) -> FloatDType {
        FloatDType::F32
    }

    /// A convolution and the activation behind it: `[n, input, h, w]` to `[n, output, h', w']`.
    fn convolve(
        convolution: &Conv2d<Self>,
        input: Tensor<Self, 4>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        Self::convolve_joined(convolution, vec![input], activation)
    }

    /// As [`convolve`](Self::convolve), of several inputs that lie one behind the other along the channels: `[n, c_i, h, w]`
    /// to `[n, output, h', w']`, where the c_i add up to the convolution's input.
    fn convolve_joined(
        convolution: &Conv2d<Self>,
        inputs: Vec<Tensor<Self, 4>>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        convolve_plainly(convolution, inputs, activation)
    }

    /// A convolution and the activation behind it with TensorFlow's padding 'SAME': `[n, input, h, w]` to
    /// `[n, output, h / s, w / s]`, where s is the stride, and h and w are whole multiples of it. Of the k - s zeros along an
    /// axis half, rounded down, lie before the image. The convolution's own padding does not count; its groups are one, or
    /// as many as its channels: one kernel for each.
    fn convolve_same(
        convolution: &Conv2d<Self>,
        input: Tensor<Self, 4>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        same::convolve(convolution, input, activation)
    }

    /// The gradient of a convolution's weight `[output, input / groups, k, k]`, from its input `[n, input, h, w]` and from the gradient
    /// of its output, `[n, output, h', w']`.
    #[cfg(feature = "autodiff")]
    fn convolution_weight_gradient(
        input: Tensor<Self, 4>,
        weight: Tensor<Self, 4>,
        gradient: Tensor<Self, 4>,
        options: ConvOptions<2>,
    ) -> Tensor<Self, 4> {
        convolution_gradient::weight_gradient(input, weight, gradient, options)
    }

    /// Channel (2 r + 1) (dy + r) + dx + r of the result is the mean over channels of `ours` at p times `theirs` at
    /// p + (dx, dy), zero outside the frame, for |dx|, |dy| <= r = `displacement`:
    /// two of `[n, c, h, w]` to `[n, (2 r + 1)^2, h, w]`.
    fn cost_volume(ours: Tensor<Self, 4>, theirs: Tensor<Self, 4>, displacement: usize) -> Tensor<Self, 4> {
        cost_volume_by_slices(ours, theirs, displacement)
    }

    /// The gradients of `ours` and `theirs`, each `[n, c, h, w]`, from both and from the gradient of their
    /// [`cost_volume`](Self::cost_volume), `[n, (2 r + 1)^2, h, w]`.
    #[cfg(feature = "autodiff")]
    fn cost_volume_gradients(
        features: [Tensor<Self, 4>; 2],
        gradient: Tensor<Self, 4>,
        displacement: usize,
    ) -> [Tensor<Self, 4>; 2] {
        cost_volume::cost_volume_gradients_by_slices(features, gradient, displacement)
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
            sum + Self::upsample(image, factor) // [n, c, h, w]
        })
    }

    /// The gradient of an image `[n, c, h, w]`, from that of its enlargement by [`upsample`](Self::upsample),
    /// `[n, c, factor * h, factor * w]`.
    #[cfg(feature = "autodiff")]
    fn upsample_gradient(gradient: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        upsample::gradient(gradient, factor)
    }

    /// The mean of the window around each pixel ([`variational::window_mean`]): `[n, c, h, w]`.
    fn window_mean(image: Tensor<Self, 4>) -> Tensor<Self, 4> {
        variational::window_mean(image)
    }

    /// The sweeps of one step over a flow `[n, 2, h, w]` ([`variational::Step`]).
    fn relax(step: &variational::Step<Self>, flow: Tensor<Self, 4>) -> Tensor<Self, 4> {
        step.relax(flow)
    }

    /// `image` `[n, c, h, w]` sampled at p + flow(p) ([`warp::warp`]), zero where that lies outside the frame.
    fn warp_inside(image: Tensor<Self, 4>, flow: Tensor<Self, 4>) -> Tensor<Self, 4> {
        warp::warp(image, flow.clone()) * warp::inside(flow)
    }

    /// M_{t -> s} of the flows `[n, 2, h, w]` ([`warp::visibility`]): `[n, 1, h, w]`.
    fn visibility(forward: Tensor<Self, 4>, backward: Tensor<Self, 4>) -> Tensor<Self, 4> {
        warp::visibility(forward, backward)
    }

    /// A neighbour warped to the frame, `[n, c, h, w]`, and its confidence ([`warp::confidence`]), `[n, 1, h, w]`.
    fn warp_trusted(pair: Pair<Self>) -> (Tensor<Self, 4>, Tensor<Self, 4>) {
        let warped = warp::warp(pair.neighbour, pair.flow); // [n, c, h, w]
        let confidence = warp::confidence(pair.frame, warped.clone(), pair.visible); // [n, 1, h, w]
        (warped, confidence)
    }
}

/// [`Kernels::convolve_joined`] by Burn's own convolution.
fn convolve_plainly<B: Backend>(
    convolution: &Conv2d<B>,
    inputs: Vec<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    activation.apply(convolution.forward(joined(inputs)))
}

/// Images `[n, c_i, h, w]` one behind the other along the channels; a single one is not copied.
fn joined<B: Backend>(mut images: Vec<Tensor<B, 4>>) -> Tensor<B, 4> {
    if images.len() == 1 { images.remove(0) } else { Tensor::cat(images, 1) }
}

/// A frame s and its neighbour t.
#[derive(Clone, Debug)]
pub struct Pair<B: Backend> {
    /// A_s, `[n, c, h, w]`.
    pub frame: Tensor<B, 4>,
    /// A_t, `[n, c, h, w]`.
    pub neighbour: Tensor<B, 4>,
    /// flow(s -> t) in pixels, `[n, 2, h, w]`.
    pub flow: Tensor<B, 4>,
    /// M_{t -> s}, `[n, 1, h, w]`.
    pub visible: Tensor<B, 4>,
}

/// Gradients flow through Burn's own operations, but for those of convolutions, of upsampling and of cost volumes.
#[cfg(feature = "autodiff")]
impl<B: Kernels, C: burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy> Kernels
    for burn::backend::Autodiff<B, C>
{
    fn convolve_joined(
        convolution: &Conv2d<Self>,
        inputs: Vec<Tensor<Self, 4>>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        convolution_gradient::convolve(convolution, joined(inputs), own_margins(convolution), activation)
    }

    fn convolve_same(
        convolution: &Conv2d<Self>,
        input: Tensor<Self, 4>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        convolution_gradient::convolve(convolution, input, same::margins(convolution), activation)
    }

    fn cost_volume(ours: Tensor<Self, 4>, theirs: Tensor<Self, 4>, displacement: usize) -> Tensor<Self, 4> {
        cost_volume_gradient::cost_volume(ours, theirs, displacement)
    }

    fn upsample(image: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        upsample_gradient::upsample(image, factor)
    }

    fn add_upsampled(base: Tensor<Self, 4>, coarser: Vec<Tensor<Self, 4>>) -> Tensor<Self, 4> {
        coarser.into_iter().fold(base, upsample_gradient::add_upsampled)
    }
}

/// The zeros of the convolution's own padding.
#[cfg(feature = "autodiff")]
fn own_margins<B: Backend>(convolution: &Conv2d<B>) -> same::Margins {
    match convolution.padding {
        PaddingConfig2d::Valid => [[0, 0]; 2],
        PaddingConfig2d::Same => same::margins(convolution),
        PaddingConfig2d::Explicit(top, left, bottom, right) => [[top, left], [bottom, right]],
    }
}
