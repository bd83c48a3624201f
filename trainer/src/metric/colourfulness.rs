//! Colorfulness: how strong and how varied an image's colors are (D. Hasler and S. Suesstrunk, "Measuring colourfulness
//! in natural images", 2003).

use burn::tensor::{Tensor, backend::Backend};

/// Colorfulness of each image `[n, 3, h, w]`, on 0..255, 0 for grey: the paper's equation for sRGB with its signed
/// differences rg = R - G and yb = (R + G) / 2 - B. Much code that circulates takes their absolute values, which gives
/// lower figures.
pub fn colourfulness<B: Backend>(rgb: Tensor<B, 4>) -> Vec<f64> {
    let rgb = rgb.clamp(0.0, 1.0).mul_scalar(255.0);
    let [red, green, blue] = [0, 1, 2].map(|channel| rgb.clone().narrow(1, channel, 1)); // 3 of [n, 1, h, w]
    let rg = moments(red.clone() - green.clone());
    let yb = moments((red + green).mul_scalar(0.5) - blue);
    let joined = |((mean_rg, variance_rg), (mean_yb, variance_yb)): ((f64, f64), (f64, f64))| {
        (variance_rg + variance_yb).sqrt() + 0.3 * mean_rg.hypot(mean_yb)
    };
    rg.into_iter().zip(yb).map(joined).collect()
}

/// Mean and variance of each image `[n, 1, h, w]`.
fn moments<B: Backend>(opponent: Tensor<B, 4>) -> Vec<(f64, f64)> {
    let [images, ..] = opponent.dims();
    let values = opponent.reshape([images as i32, -1]); // [n, h w]
    let means = values.clone().mean_dim(1); // [n, 1]
    let variances = (values - means.clone()).powi_scalar(2).mean_dim(1); // [n, 1]
    let [means, variances] = [means, variances].map(|figures| figures.into_data());
    means.iter::<f64>().zip(variances.iter::<f64>()).collect()
}
