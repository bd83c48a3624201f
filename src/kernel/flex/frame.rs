//! How a convolution's output lies over its input.

use burn::{
    backend::Flex,
    nn::{PaddingConfig2d, conv::Conv2d},
};

use crate::kernel::same;

/// Rows and columns each.
#[derive(Clone, Copy)]
pub struct Frame {
    /// Of the input.
    pub size: [usize; 2],
    /// Zeros before the first row and column. Those behind the last follow from the output's size.
    pub padding: [usize; 2],
    /// Of the output.
    pub target: [usize; 2],
}

impl Frame {
    /// Over an input of `size`; none where the padding is not the same on both sides, or the kernel larger than all.
    pub fn of(convolution: &Conv2d<Flex>, size: [usize; 2]) -> Option<Self> {
        let padding = match convolution.padding {
            PaddingConfig2d::Valid => [0, 0],
            PaddingConfig2d::Explicit(top, left, bottom, right) if (top, left) == (bottom, right) => {
                [top, left]
            }
            _ => return None,
        };
        let target = |axis: usize| {
            let reach = (convolution.kernel_size[axis] - 1) * convolution.dilation[axis] + 1;
            let rest = (size[axis] + 2 * padding[axis]).checked_sub(reach)?;
            Some(rest / convolution.stride[axis] + 1)
        };
        Some(Self { size, padding, target: [target(0)?, target(1)?] })
    }

    /// As [`of`](Self::of), with the padding 'SAME' in the place of the convolution's own.
    pub fn same(convolution: &Conv2d<Flex>, size: [usize; 2]) -> Self {
        let [padding, _] = same::margins(convolution);
        Self { size, padding, target: [0, 1].map(|axis| size[axis] / convolution.stride[axis]) }
    }
}
