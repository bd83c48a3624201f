//! PWC-Net's cost volume: how well each pixel's features match those around the same place in the other frame.

use burn::{
    backend::Flex,
    tensor::{Tensor, backend::Backend, ops::PadMode},
};

/// Backends on which the flow network runs.
pub trait CostVolume: Backend {
    /// Channel (2 r + 1) (dy + r) + dx + r of the result is the mean over channels of `ours` at p times `theirs` at
    /// p + (dx, dy), zero outside the frame, for |dx|, |dy| <= r = `displacement`:
    /// two of `[n, c, h, w]` to `[n, (2 r + 1)^2, h, w]`.
    fn cost_volume(ours: Tensor<Self, 4>, theirs: Tensor<Self, 4>, displacement: usize) -> Tensor<Self, 4> {
        cost_volume_by_slices(ours, theirs, displacement)
    }
}

impl CostVolume for Flex {}

#[cfg(feature = "libtorch")]
impl<E: burn::backend::libtorch::TchElement> CostVolume for burn::backend::LibTorch<E> {}

/// Gradients flow through the plain operations.
#[cfg(feature = "autodiff")]
impl<B: Backend, C: burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy> CostVolume
    for burn::backend::Autodiff<B, C>
{
}

/// The cost volume in plain tensor operations: for devices without CubeCL, for gradients, and as the kernel's
/// reference.
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
