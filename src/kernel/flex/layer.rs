//! A convolution as the CPU's kernels see it.

use std::cell::RefCell;

use burn::{
    backend::{Flex, flex::FlexTensor},
    nn::{PaddingConfig2d, conv::Conv2d},
    tensor::DType,
};

use crate::kernel::Activation;

/// A convolution over images of one size.
pub struct Layer<'a> {
    /// `[output][input][kernel]`.
    pub weight: &'a [f32],
    /// One value for each output channel.
    pub bias: Option<&'a [f32]>,
    /// Output channels.
    pub output: usize,
    /// Rows and columns, as in all that follows.
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    /// Zeros before the first row and column, and as many behind the last.
    pub padding: [usize; 2],
    /// Of the input.
    pub size: [usize; 2],
    /// What negative values are multiplied by.
    pub slope: f32,
    /// What larger values become.
    pub most: f32,
}

/// The output of one image: its channels one behind the other.
pub struct Target<'a> {
    pub values: &'a mut [f32],
    pub height: usize,
    pub width: usize,
}

/// Memory that is kept from one convolution to the next.
#[derive(Default)]
pub struct Scratch {
    /// The weights in the order that they are read in.
    pub weights: Vec<f32>,
    /// Input and, for Winograd, products of a block.
    pub values: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Runs `work` with the thread's scratch memory.
pub fn with_scratch(work: impl FnOnce(&mut Scratch)) {
    SCRATCH.with_borrow_mut(work);
}

/// The layer of a convolution; none where the kernels don't compute it.
pub fn of<'a>(
    convolution: &Conv2d<Flex>,
    weight: &'a FlexTensor,
    bias: Option<&'a FlexTensor>,
    size: [usize; 2],
    activation: Activation,
) -> Option<Layer<'a>> {
    let padding = match convolution.padding {
        PaddingConfig2d::Valid => [0, 0],
        PaddingConfig2d::Explicit(top, left, bottom, right) if (top, left) == (bottom, right) => [top, left],
        _ => return None,
    };
    if convolution.groups != 1 || weight.dtype() != DType::F32 {
        return None;
    }
    let layer = Layer {
        weight: weight.storage(),
        bias: bias.map(FlexTensor::storage),
        output: weight.layout().shape()[0],
        kernel: convolution.kernel_size,
        stride: convolution.stride,
        dilation: convolution.dilation,
        padding,
        size,
        slope: activation.slope(),
        most: activation.most(),
    };
    (0..2).all(|axis| size[axis] + 2 * padding[axis] >= layer.reach(axis)).then_some(layer)
}

impl Layer<'_> {
    /// Height and width of the output.
    pub fn target(&self) -> [usize; 2] {
        [0, 1]
            .map(|axis| (self.size[axis] + 2 * self.padding[axis] - self.reach(axis)) / self.stride[axis] + 1)
    }

    /// Input pixels that the kernel covers along an axis.
    fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilation[axis] + 1
    }

    /// The bias of an output channel.
    #[inline(always)]
    pub fn bias_of(&self, channel: usize) -> f32 {
        self.bias.map_or(0.0, |bias| bias[channel])
    }

    /// What follows the sum.
    #[inline(always)]
    pub fn activate(&self, value: f32) -> f32 {
        let value = if value < 0.0 { self.slope * value } else { value };
        if value > self.most { self.most } else { value }
    }
}
