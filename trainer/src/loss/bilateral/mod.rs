//! The bilateral loss, equation (2): pixels that are alike in color and place get like colors.

pub mod neighbors;

use burn::tensor::{Int, Tensor, backend::Backend};

/// Mean L1 between the outputs at each query pixel and at its K neighbors in the true frame, over images, queries,
/// neighbors and channels, summed over the d candidates: `[1]`.
///
/// `candidates` is `[n, d, 3, h, w]`; `queries` `[n, m]` and `neighbors` `[n, m * K]` count pixels row by row. The
/// queries, or with K = 1 the pairs, may be a random part of all: the mean is then an unbiased estimate.
pub fn bilateral<B: Backend>(
    candidates: Tensor<B, 5>,
    queries: Tensor<B, 2, Int>,
    neighbors: Tensor<B, 2, Int>,
) -> Tensor<B, 1> {
    let [batch, count, channels, height, width] = candidates.dims();
    let ([_, samples], [_, pairs]) = (queries.dims(), neighbors.dims());
    let values = candidates.reshape([batch, count * channels, height * width]); // [n, 3 d, h w]
    let at = |pixels: Tensor<B, 2, Int>| {
        let pixels = pixels.unsqueeze_dim::<3>(1).repeat_dim(1, count * channels); // [n, 3 d, ..]
        values.clone().gather(2, pixels)
    };
    let ours = at(queries).reshape([batch, count * channels, samples, 1]);
    let theirs = at(neighbors).reshape([batch, count * channels, samples, pairs / samples]);
    (ours - theirs).abs().mean().mul_scalar(count as f64)
}
