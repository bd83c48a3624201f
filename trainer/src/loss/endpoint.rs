//! The flow network's loss: end-point errors at every decoded level (PWC-Net, equation 3).

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::model::flow::PIXELS_PER_UNIT;

/// Weights of levels 2 to 6, finest first.
const LEVEL_WEIGHTS: [f64; 5] = [0.005, 0.01, 0.02, 0.08, 0.32];

/// Below the square root, so that its slope stays finite at zero error.
const EPSILON: f64 = 1e-8;

/// Sum over levels of weight times the end-point error, summed over the level's pixels and averaged over images: `[1]`.
///
/// `levels` are the network's flows in its units, finest first, entry i `[n, 2, h / 2^(i + 2), w / 2^(i + 2)]`; `flow` is
/// the truth in pixels, `[n, 2, h, w]`, sides multiples of 64. The truth of a level is the mean over its block of pixels.
pub fn multi_scale<B: Backend>(levels: Vec<Tensor<B, 4>>, flow: Tensor<B, 4>) -> Tensor<B, 1> {
    let units = flow.div_scalar(PIXELS_PER_UNIT);
    let errors = levels.into_iter().zip(LEVEL_WEIGHTS).map(|(level, weight)| {
        let [_, _, height, width] = level.dims();
        let truth = block_means(units.clone(), height, width); // [n, 2, h / 2^l, w / 2^l]
        let pixels = (height * width) as f64;
        endpoint_errors(level, truth).mean().mul_scalar(weight * pixels)
    });
    errors.reduce(|sum, error| sum + error).expect("there are levels")
}

/// ||ours - truth||_2 at each pixel, `[n, 1, h, w]`, of flows `[n, 2, h, w]`.
pub fn endpoint_errors<B: Backend>(ours: Tensor<B, 4>, truth: Tensor<B, 4>) -> Tensor<B, 4> {
    (ours - truth).powi_scalar(2).sum_dim(1).add_scalar(EPSILON).sqrt()
}

/// Means over equal blocks: `[n, c, h, w]` to `[n, c, height, width]`.
pub fn block_means<B: Backend>(image: Tensor<B, 4>, height: usize, width: usize) -> Tensor<B, 4> {
    let [images, channels, whole_height, whole_width] = image.dims();
    let rows = whole_height / height;
    let columns = whole_width / width;
    let blocks = image.reshape([images * channels, height, rows, width, columns]);
    blocks.mean_dim(4).mean_dim(2).reshape([images, channels, height, width])
}
