//! Pairs of neighboring frames on a device, and the motion between them.

use burn::tensor::{Tensor, backend::Backend};

/// The motion from n frames s to their neighbors t, and where it can be seen.
#[derive(Clone, Debug)]
pub struct MaskedFlow<B: Backend> {
    /// flow(s -> t) in pixels, `[n, 2, h, w]`.
    pub flow: Tensor<B, 4>,
    /// M_{t -> s}, `[n, 1, h, w]`.
    pub visible: Tensor<B, 4>,
}

/// The frames, and their neighbors.
pub fn halves<B: Backend, const D: usize>(both: Tensor<B, D>) -> [Tensor<B, D>; 2] {
    let count = both.dims()[0] / 2;
    [both.clone().narrow(0, 0, count), both.narrow(0, count, count)]
}
