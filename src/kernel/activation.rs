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
    /// x, or the slope times x for negative x.
    LeakyRelu(f64),
}

impl Activation {
    /// The activation in Burn's operations; any shape.
    pub fn apply<B: Backend, const D: usize>(self, values: Tensor<B, D>) -> Tensor<B, D> {
        match self {
            Self::None => values,
            Self::Relu => relu(values),
            Self::LeakyRelu(slope) => leaky_relu(values, slope),
        }
    }
}
