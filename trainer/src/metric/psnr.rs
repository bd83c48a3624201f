//! PSNR: how far an image is from the truth, pixel by pixel.

use burn::tensor::{Tensor, backend::Backend};

/// PSNR in dB of each image of `ours` against `truth`, both `[n, 3, h, w]`, on RGB in 0..255 without rounding:
/// scikit-image's `peak_signal_noise_ratio(data_range=255)` of floats. Infinite for equal images.
pub fn psnr<B: Backend>(ours: Tensor<B, 4>, truth: Tensor<B, 4>) -> Vec<f64> {
    let [images, ..] = ours.dims();
    let difference = (ours.clamp(0.0, 1.0) - truth.clamp(0.0, 1.0)).mul_scalar(255.0);
    let squares = difference.powi_scalar(2).reshape([images as i32, -1]).mean_dim(1); // [n, 1]
    squares.into_data().iter::<f64>().map(|mean| 10.0 * (255.0 * 255.0 / mean).log10()).collect()
}
