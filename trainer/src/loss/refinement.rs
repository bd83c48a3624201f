//! The refinement loss, equation (5): a frame refined by its neighbor is the true frame.

use burn::tensor::{Tensor, backend::Backend};

/// Mean L1 between refined frames and the truth, both `[n, 3, h, w]`: `[1]`.
pub fn refinement<B: Backend>(refined: Tensor<B, 4>, truth: Tensor<B, 4>) -> Tensor<B, 1> {
    (refined - truth).abs().mean()
}
