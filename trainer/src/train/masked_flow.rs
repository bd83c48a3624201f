//! Pairs of neighboring frames on a device, and the motion between them.

use burn::tensor::{Tensor, backend::Backend};

/// How n frames s and their neighbours t hang together.
#[derive(Clone, Debug)]
pub struct Link<B: Backend> {
    /// flow(s -> t) in pixels, `[n, 2, h, w]`.
    pub flow: Tensor<B, 4>,
    /// M_{t -> s}, `[n, 1, h, w]`.
    pub visible: Tensor<B, 4>,
}

/// The frames, and their neighbours.
pub fn halves<B: Backend, const D: usize>(both: Tensor<B, D>) -> [Tensor<B, D>; 2] {
    let count = both.dims()[0] / 2;
    [both.clone().narrow(0, 0, count), both.narrow(0, count, count)]
}
