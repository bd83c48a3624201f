//! Convolution with TensorFlow's padding 'SAME', by Burn's own operations.

use burn::{
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend, module::conv2d, ops::PaddedConvOptions},
};

use super::Activation;

/// Rows and columns of zeros before the image, and behind it.
pub type Margins = [[usize; 2]; 2];

/// The zeros that make a side of the output the input's divided by the stride. An odd number of them has the one that
/// is too many behind the image.
pub fn margins<B: Backend>(convolution: &Conv2d<B>) -> Margins {
    let axes = [0, 1];
    let zeros = axes.map(|axis| convolution.kernel_size[axis].saturating_sub(convolution.stride[axis]));
    let before = zeros.map(|zeros| zeros / 2);
    [before, axes.map(|axis| zeros[axis] - before[axis])]
}

/// Whether each channel has one kernel of its own.
pub fn is_depthwise<B: Backend>(convolution: &Conv2d<B>) -> bool {
    let [channels, inputs, ..] = convolution.weight.dims();
    inputs == 1 && convolution.groups == channels
}

/// [`Kernels::convolve_same`](super::Kernels::convolve_same) by Burn's own convolution.
pub fn convolve<B: Backend>(
    convolution: &Conv2d<B>,
    input: Tensor<B, 4>,
    activation: Activation,
) -> Tensor<B, 4> {
    let [before, behind] = margins(convolution);
    let Conv2d { stride, dilation, groups, .. } = *convolution;
    let options = PaddedConvOptions::asymmetric(stride, before, behind, dilation, groups);
    let bias = convolution.bias.as_ref().map(|bias| bias.val());
    activation.apply(conv2d(input, convolution.weight.val(), bias, options)) // [n, output, h / s, w / s]
}
