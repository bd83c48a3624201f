//! Images as tensors, and as the steps of a graph of gradients hold them.

use burn::tensor::{Tensor, TensorPrimitive, backend::Backend, ops::FloatTensor};

/// The tensor `[n, c, h, w]` of these values.
pub fn tensor<B: Backend>(values: FloatTensor<B>) -> Tensor<B, 4> {
    Tensor::from_primitive(TensorPrimitive::Float(values))
}

/// The values of a tensor.
pub fn primitive<B: Backend>(values: Tensor<B, 4>) -> FloatTensor<B> {
    values.into_primitive().tensor()
}
