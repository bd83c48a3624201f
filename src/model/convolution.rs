//! How every convolution of the networks is made: its padding and its first weights.

use burn::{
    module::{Initializer, Param},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Tensor, backend::Backend},
};

/// He et al., "Delving Deep into Rectifiers": keeps the variance of activations through deep stacks of ReLUs.
pub(super) fn he_normal() -> Initializer {
    Initializer::KaimingNormal { gain: std::f64::consts::SQRT_2, fan_out_only: false }
}

/// A 3x3 convolution that keeps the size: `[n, input, h, w]` to `[n, output, h, w]`.
pub(super) fn conv3x3<B: Backend>(input: usize, output: usize, device: &B::Device) -> Conv2d<B> {
    strided_dilated(input, output, 1, 1, device)
}

/// A 3x3 convolution; its padding equals its dilation, so that stride 1 keeps the size and stride 2 halves it.
pub(super) fn strided_dilated<B: Backend>(
    input: usize,
    output: usize,
    stride: usize,
    dilation: usize,
    device: &B::Device,
) -> Conv2d<B> {
    let mut convolution = Conv2dConfig::new([input, output], [3, 3])
        .with_stride([stride, stride])
        .with_dilation([dilation, dilation])
        .with_padding(PaddingConfig2d::Explicit(dilation, dilation, dilation, dilation))
        .with_initializer(he_normal())
        .init(device);
    convolution.bias = Some(no_bias(output, device));
    convolution
}

/// A 1x1 convolution: a linear map of the channels of each pixel.
pub(super) fn conv1x1<B: Backend>(input: usize, output: usize, bias: bool, device: &B::Device) -> Conv2d<B> {
    Conv2dConfig::new([input, output], [1, 1]).with_bias(bias).with_initializer(he_normal()).init(device)
}

/// A convolution whose first weights are `scale` times as large.
pub(super) fn scaled<B: Backend>(mut convolution: Conv2d<B>, scale: f64) -> Conv2d<B> {
    convolution.weight = convolution.weight.map(|weight| weight.mul_scalar(scale).detach().require_grad());
    convolution
}

/// `features` stored as the convolution's weights are, which reads only such.
pub(super) fn stored_for<B: Backend>(convolution: &Conv2d<B>, features: Tensor<B, 4>) -> Tensor<B, 4> {
    features.cast(convolution.weight.val().dtype())
}

/// Training starts without biases: random ones would be an offset common to all pixels.
fn no_bias<B: Backend>(channels: usize, device: &B::Device) -> Param<Tensor<B, 1>> {
    Initializer::Zeros.init([channels], device)
}
