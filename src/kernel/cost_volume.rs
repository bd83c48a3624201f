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

/// [`Kernels::cost_volume_gradients`](super::Kernels::cost_volume_gradients) in Burn's operations.
#[cfg(feature = "autodiff")]
pub fn cost_volume_gradients_by_slices<B: Backend>(
    [ours, theirs]: [Tensor<B, 4>; 2],
    gradient: Tensor<B, 4>,
    displacement: usize,
) -> [Tensor<B, 4>; 2] {
    let [_, channels, height, width] = ours.dims();
    let r = displacement;
    let padded = |image: Tensor<B, 4>| image.pad((r, r, r, r), PadMode::Constant(0.0)); // [n, c, h + 2 r, w + 2 r]
    let around = padded(theirs);
    let at = |image: &Tensor<B, 4>, y, x| image.clone().narrow(2, y, height).narrow(3, x, width); // [n, c, h, w]
    let side = 2 * r + 1;
    let (mut of_ours, mut of_theirs) = (ours.zeros_like(), ours.zeros_like());
    for i in 0..side * side {
        let (y, x) = (i / side, i % side);
        let gradient = gradient.clone().narrow(1, i, 1); // [n, 1, h, w]
        let product = padded(gradient.clone() * ours.clone());
        of_theirs = of_theirs + at(&product, 2 * r - y, 2 * r - x);
        of_ours = of_ours + gradient * at(&around, y, x);
    }
    [of_ours, of_theirs].map(|sum| sum.div_scalar(channels as f64))
}
