//! Nonlocal means (A. Buades, B. Coll and J. Morel, "A Non-Local Algorithm for Image Denoising", CVPR 2005) of a frame's features: places
//! that look alike get like colors. A cell by itself shows too little to be sure of its color, and a wall whose cells are colored
//! one by one is blotched.

use burn::tensor::{FloatDType, Int, Tensor, activation::softmax, backend::Backend, module::avg_pool2d};

/// By how much the correlation of two cells' features falls below 1 until one counts 1 / e in the other's mean of what that counts itself.
pub const LIKENESS: f64 = 0.5;

/// Cells along each side of the square over which features are evened out before they are compared.
pub const WINDOW: usize = 3;

/// Cells along the shorter side of a frame that every cell is compared with, at most. Larger frames are sampled, so that the work grows
/// with their area and not with its square.
pub const KEYS: usize = 16;

/// Keeps features that are everywhere the same at 0, and their gradient finite.
pub const TINY: f64 = 1e-12;

/// For each cell of features `[n, c, h, w]` the mean over all cells, weighted by their likeness, in f32: the same shape.
pub fn nonlocal_mean<B: Backend>(features: Tensor<B, 4>) -> Tensor<B, 4> {
    let [images, channels, height, width] = features.dims();
    let features = features.cast(FloatDType::F32);
    let even = avg_pool2d(features, [WINDOW; 2], [1, 1], [WINDOW / 2; 2], false, false); // [n, c, h, w]
    let cells = normalized(even.clone().flatten(2, 3)); // [n, c, h w]
    let step = height.min(width).div_ceil(KEYS);
    let keys = sampled(cells.clone().reshape([images, channels, height, width]), step); // [n, c, m]
    let correlation = cells.swap_dims(1, 2).matmul(keys); // [n, h w, m]
    let weights = softmax(correlation.div_scalar(LIKENESS), 2); // [n, h w, m]
    let means = sampled(even, step).matmul(weights.swap_dims(1, 2)); // [n, c, h w]
    means.reshape([images, channels, height, width])
}

/// Features less their mean over the places, each of length 1: `[n, c, places]` to the same shape.
pub fn normalized<B: Backend>(features: Tensor<B, 3>) -> Tensor<B, 3> {
    let features = features.clone() - features.mean_dim(2);
    let length = features.clone().powi_scalar(2).sum_dim(1).add_scalar(TINY).sqrt(); // [n, 1, places]
    features / length
}

/// Every `step`-th cell in both directions, `[n, c, m]`, of `[n, c, h, w]`.
fn sampled<B: Backend>(cells: Tensor<B, 4>, step: usize) -> Tensor<B, 3> {
    if step == 1 {
        return cells.flatten(2, 3);
    }
    let [.., height, width] = cells.dims();
    let device = cells.device();
    let every = |side: usize| Tensor::<B, 1, Int>::arange_step((step / 2) as i64..side as i64, step, &device);
    cells.select(2, every(height)).select(3, every(width)).flatten(2, 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{backend::Flex, tensor::TensorData};

    /// Two kinds of cells, left and right, of which one at the left is a little off.
    fn halves(rows: usize, columns: usize, off: f32) -> Tensor<Flex, 4> {
        let left = |index: usize| index % columns < columns / 2;
        let first = (0..rows * columns).map(|index| if left(index) { 1.0 } else { -1.0 });
        let second = (0..rows * columns).map(|index| if index == columns + 1 { off } else { 0.0 });
        let values: Vec<f32> = first.chain(second).collect();
        Tensor::from_data(TensorData::new(values, [1, 2, rows, columns]), &Default::default())
    }

    fn at(features: &Tensor<Flex, 4>, channel: usize, [row, column]: [usize; 2]) -> f32 {
        features.clone().slice([0..1, channel..channel + 1, row..row + 1, column..column + 1]).into_scalar()
    }

    #[test]
    fn a_cell_takes_after_those_that_look_like_it() {
        let means = nonlocal_mean(halves(8, 12, 2.0));
        assert!(at(&means, 1, [1, 1]) < 0.3, "{}", at(&means, 1, [1, 1]));
        assert!(at(&means, 0, [4, 1]) > 0.8 && at(&means, 0, [4, 10]) < -0.8, "halves stay apart: {means}");
    }

    #[test]
    fn a_large_frame_is_sampled_and_comes_to_the_same() {
        let small = halves(16, 24, 0.0);
        let large = halves(32, 48, 0.0);
        let (small, large) = (nonlocal_mean(small), nonlocal_mean(large));
        for place in [[3, 2], [8, 20]] {
            let twice = [2 * place[0], 2 * place[1]];
            assert!((at(&small, 0, place) - at(&large, 0, twice)).abs() < 0.1); // cells between the halves are half as many
        }
    }
}
