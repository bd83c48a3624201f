//! PWC-Net's cost volume: how well each pixel's features match those around the same place in the other frame.

use burn::tensor::{Tensor, backend::Backend, ops::PadMode};

/// [`Kernels::cost_volume`](super::Kernels::cost_volume) in Burn's operations: one product and mean a displacement.
pub fn cost_volume_by_slices<B: Backend>(
    ours: Tensor<B, 4>,
    theirs: Tensor<B, 4>,
    displacement: usize,
) -> Tensor<B, 4> {
    let [_, _, height, width] = ours.dims();
    let r = displacement;
    let around = theirs.pad((r, r, r, r), PadMode::Constant(0.0)); // [n, c, h + 2 r, w + 2 r]
    let side = 2 * r + 1;
    let match_at = |i: usize| {
        let shifted = around.clone().narrow(2, i / side, height).narrow(3, i % side, width);
        (ours.clone() * shifted).mean_dim(1) // [n, 1, h, w]
    };
    Tensor::cat((0..side * side).map(match_at).collect(), 1) // [n, (2 r + 1)^2, h, w]
}
