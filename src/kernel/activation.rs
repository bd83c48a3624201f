//! What follows a convolution.

use burn::tensor::{
    Tensor,
    activation::{leaky_relu, relu},
    backend::Backend,
};

/// What a convolution's values go through before they are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// They stay as they are.
    None,
    /// max(x, 0).
    Relu,
    /// max(x, 0), at most 6.
    Relu6,
    /// x, or the slope times x for negative x.
    LeakyRelu(f64),
}

impl Activation {
    /// The activation in Burn's operations; any shape.
    pub fn apply<B: Backend, const D: usize>(self, values: Tensor<B, D>) -> Tensor<B, D> {
        match self {
            Self::None => values,
            Self::Relu => relu(values),
            Self::Relu6 => values.clamp(0.0, 6.0),
            Self::LeakyRelu(slope) => leaky_relu(values, slope),
        }
    }

    /// What negative values are multiplied by.
    pub(super) fn slope(self) -> f32 {
        match self {
            Self::None => 1.0,
            Self::Relu | Self::Relu6 => 0.0,
            Self::LeakyRelu(slope) => slope as f32,
        }
    }

    /// The largest value that is left.
    pub(super) fn most(self) -> f32 {
        if self == Self::Relu6 { 6.0 } else { f32::MAX } // not infinity, which a GPU need not know
    }
}
