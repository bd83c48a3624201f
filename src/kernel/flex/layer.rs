//! A convolution as the CPU's kernels see it.

use std::cell::RefCell;

use burn::{
    backend::{Flex, flex::FlexTensor},
    nn::conv::Conv2d,
    tensor::DType,
};

use super::frame::Frame;
use crate::kernel::{Activation, same};

/// A convolution over images of one size.
pub struct Layer<'a> {
    /// `[output][input][kernel]`, or `[output][kernel]` of a depthwise convolution.
    pub weight: &'a [f32],
    /// One value for each output channel.
    pub bias: Option<&'a [f32]>,
    /// Output channels.
    pub output: usize,
    /// Whether each channel has one kernel of its own.
    pub depthwise: bool,
    /// Rows and columns, as in all that follows.
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub frame: Frame,
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

impl<'a> Layer<'a> {
    /// The layer of a convolution; none where the kernels don't compute it.
    pub fn of(
        convolution: &Conv2d<Flex>,
        weight: &'a FlexTensor,
        bias: Option<&'a FlexTensor>,
        frame: Frame,
        activation: Activation,
    ) -> Option<Self> {
        let depthwise = same::is_depthwise(convolution) && convolution.dilation == [1, 1];
        if weight.dtype() != DType::F32 || (convolution.groups > 1 && !depthwise) {
            return None;
        }
        Some(Self {
            weight: weight.storage(),
            bias: bias.map(FlexTensor::storage),
            output: weight.layout().shape()[0],
            depthwise,
            kernel: convolution.kernel_size,
            stride: convolution.stride,
            dilation: convolution.dilation,
            frame,
            slope: activation.slope(),
            most: activation.most(),
        })
    }

    /// Whether an output pixel is made of the input pixel at its place alone.
    #[inline(always)]
    pub fn is_pointwise(&self) -> bool {
        (self.kernel, self.stride, self.frame.padding) == ([1, 1], [1, 1], [0, 0])
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
