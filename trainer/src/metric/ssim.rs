//! SSIM: how alike the structure of two images is (Z. Wang et al., "Image Quality Assessment: From Error Visibility to
//! Structural Similarity", IEEE TIP 2004).

use burn::tensor::{Tensor, backend::Backend, module::conv2d, ops::ConvOptions};

/// Standard deviation of the Gaussian window in pixels.
const SIGMA: f64 = 1.5;

/// The window reaches this many pixels to each side: scikit-image cuts it off at 3.5 standard deviations.
const RADIUS: usize = 5;

/// The smallest side of an image in pixels: that of the window.
pub const SMALLEST: usize = 2 * RADIUS + 1;

/// (K1 L)^2 and (K2 L)^2 of the paper, for values in a range of L = 1.
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// SSIM, at most 1, of each image of `ours` against `truth`, both `[n, 3, h, w]` with sides of at least [`SMALLEST`]:
/// scikit-image's `structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1)`,
/// the mean over channels and over the pixels whose window lies inside the image.
pub fn ssim<B: Backend>(ours: Tensor<B, 4>, truth: Tensor<B, 4>) -> Vec<f64> {
    let [images, ..] = ours.dims();
    let [x, y] = [ours, truth].map(|image| image.clamp(0.0, 1.0));
    let mean_x = blur(x.clone());
    let mean_y = blur(y.clone());
    let variance_x = blur(x.clone().powi_scalar(2)) - mean_x.clone().powi_scalar(2);
    let variance_y = blur(y.clone().powi_scalar(2)) - mean_y.clone().powi_scalar(2);
    let covariance = blur(x * y) - mean_x.clone() * mean_y.clone();
    let like = (mean_x.clone() * mean_y.clone() * 2.0 + C1) * (covariance * 2.0 + C2);
    let unlike = (mean_x.powi_scalar(2) + mean_y.powi_scalar(2) + C1) * (variance_x + variance_y + C2);
    let means = (like / unlike).reshape([images as i32, -1]).mean_dim(1); // [n, 1]
    means.into_data().iter::<f64>().collect()
}

/// The mean of `[n, 3, h, w]` under the window, where all of it lies inside: `[n, 3, h - 10, w - 10]`.
fn blur<B: Backend>(image: Tensor<B, 4>) -> Tensor<B, 4> {
    let [images, channels, height, width] = image.dims();
    let window = Tensor::<B, 1>::from_floats(window().as_slice(), &image.device());
    let along = |planes, shape: [usize; 4]| {
        conv2d(planes, window.clone().reshape(shape), None, ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
    };
    let planes = image.reshape([images * channels, 1, height, width]); // [3 n, 1, h, w]
    let rows = along(planes, [1, 1, 1, SMALLEST]); // [3 n, 1, h, w - 10]
    let blurred = along(rows, [1, 1, SMALLEST, 1]); // [3 n, 1, h - 10, w - 10]
    let [_, _, height, width] = blurred.dims();
    blurred.reshape([images, channels, height, width]) // [n, 3, h - 10, w - 10]
}

/// The Gaussian window along one axis; sums to 1.
fn window() -> Vec<f32> {
    let weight = |i: usize| (-0.5 * ((i as f64 - RADIUS as f64) / SIGMA).powi(2)).exp();
    let sum: f64 = (0..SMALLEST).map(weight).sum();
    (0..SMALLEST).map(|i| (weight(i) / sum) as f32).collect()
}
