//! The temporal loss for f, equation (3): neighboring frames, colored each for itself, agree where the flow says that
//! they show the same.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::warp::warp;

/// Mean over images, pixels and channels of |C_s - warp(C_t)| M, summed over the d candidates: `[1]`.
///
/// The candidates of the frames s and t are `[n, d, 3, h, w]`; `flow` (s -> t) is in pixels, `[n, 2, h, w]`; `visible` is
/// M_{t -> s}, `[n, 1, h, w]`. Hidden pixels count as pixels without a difference.
pub fn temporal<B: Backend>(
    ours: Tensor<B, 5>,
    theirs: Tensor<B, 5>,
    flow: Tensor<B, 4>,
    visible: Tensor<B, 4>,
) -> Tensor<B, 1> {
    let [images, count, channels, height, width] = ours.dims();
    let flat = [images, count * channels, height, width];
    let warped = warp(theirs.reshape(flat), flow); // [n, 3 d, h, w]
    ((ours.reshape(flat) - warped).abs() * visible).mean().mul_scalar(count as f64)
}
