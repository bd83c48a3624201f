//! The shape of a convolution as the kernels are compiled for it.

use burn::{
    nn::{PaddingConfig2d, conv::Conv2d},
    tensor::backend::Backend,
};

use crate::kernel::same;

/// The convolution's shape as far as the shader depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Rows and columns of the kernel.
    pub side: usize,
    /// Pixels of the input from one output pixel to the next.
    pub stride: usize,
    /// Pixels of the input from one weight to the next.
    pub dilation: usize,
    /// Rows and columns of zeros before the input.
    pub padding: usize,
}

impl Window {
    /// The shape of a convolution; none where it is not square in everything.
    pub fn of<B: Backend>(convolution: &Conv2d<B>) -> Option<Self> {
        let padding = match convolution.padding {
            PaddingConfig2d::Valid => 0,
            PaddingConfig2d::Explicit(top, left, bottom, right) if [left, bottom, right] == [top; 3] => top,
            _ => return None,
        };
        Self::padded(convolution, padding)
    }

    /// As [`of`](Self::of), with the padding 'SAME', which knows no dilation. The zeros behind the input follow from the
    /// output's size.
    pub fn same<B: Backend>(convolution: &Conv2d<B>) -> Option<Self> {
        let [before, _] = same::margins(convolution);
        Self::padded(convolution, square(before)?).filter(|window| window.dilation == 1)
    }

    fn padded<B: Backend>(convolution: &Conv2d<B>, padding: usize) -> Option<Self> {
        Some(Self {
            side: square(convolution.kernel_size)?,
            stride: square(convolution.stride)?,
            dilation: square(convolution.dilation)?,
            padding,
        })
    }

    /// Weights of one input and one output channel.
    pub fn taps(&self) -> usize {
        self.side * self.side
    }

    /// Length of the output along an axis of `length` pixels; none where the window is longer.
    pub fn output(&self, length: usize) -> Option<usize> {
        let rest = (length + 2 * self.padding).checked_sub(self.reach(1))?;
        Some(rest / self.stride + 1)
    }

    /// Pixels of the input that `pixels` neighbouring outputs span.
    pub fn reach(&self, pixels: usize) -> usize {
        (pixels - 1) * self.stride + (self.side - 1) * self.dilation + 1
    }
}

fn square([height, width]: [usize; 2]) -> Option<usize> {
    (height == width).then_some(height)
}
