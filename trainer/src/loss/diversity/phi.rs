//! phi of equation (7): how far apart two images are to a frozen backbone.

use burn::{
    module::Module,
    tensor::{Tensor, backend::Backend},
};
use chromaflow::{
    kernel::Kernels,
    model::{
        size::mirror_to_multiple,
        trunk::{Backbone, TAPS},
    },
};

/// Weights of the image and of the five taps.
const LAYER_WEIGHTS: [f64; TAPS + 1] = [1.0, 1.0 / 2.6, 1.0 / 4.8, 1.0 / 3.7, 1.0 / 5.6, 10.0 / 1.5];

/// The distances are those of images in 0..255.
const SCALE: f64 = 255.0;

/// phi: an image and its taps in a frozen trunk that sees color.
#[derive(Debug)]
pub struct Phi<B: Backend> {
    backbone: Backbone<B>,
    /// Factors of each tap's differences.
    tap_scales: [f64; TAPS],
}

impl<B: Backend> Phi<B> {
    /// Freezes `backbone`. `tap_scales` take its taps, computed on normalized colors, to the scale of 0..255.
    pub fn new(backbone: Backbone<B>, tap_scales: [f64; TAPS]) -> Self {
        Self { backbone: backbone.no_grad(), tap_scales }
    }
}

impl<B: Kernels> Phi<B> {
    /// ||phi(C_i) - phi(Y)||_1 of each image and candidate, `[n, d]`, of candidates `[n, d, 3, h, w]` and truth
    /// `[n, 3, h, w]`: the weighted sum of the layers' mean absolute differences, the taps' times `taps`. `rarity` `[n, 1, h, w]` says how much each pixel of
    /// the image itself counts; all alike without it.
    pub fn distances(
        &self,
        candidates: Tensor<B, 5>,
        truth: Tensor<B, 4>,
        rarity: Option<Tensor<B, 4>>,
        taps: f64,
    ) -> Tensor<B, 2> {
        let [batch, count, channels, height, width] = candidates.dims();
        let images = candidates.reshape([batch * count, channels, height, width]); // [n d, 3, h, w]
        let layers =
            (taps > 0.0).then(|| self.tap_distances(images.clone(), truth.clone(), count).mul_scalar(taps));
        let (images, truth) = match rarity {
            Some(rarity) => {
                let for_each = rarity.clone().unsqueeze_dim::<5>(1).repeat_dim(1, count).flatten::<4>(0, 1); // [n d, 1, h, w]
                (images * for_each, truth * rarity)
            }
            None => (images, truth),
        };
        let image = mean_difference(images, truth, count).mul_scalar(SCALE * LAYER_WEIGHTS[0]);
        match layers {
            Some(layers) => image + layers, // [n, d]
            None => image,
        }
    }

    /// The taps' part: of images `[n d, 3, h, w]` and truth `[n, 3, h, w]`, `[n, d]`.
    fn tap_distances(&self, images: Tensor<B, 4>, truth: Tensor<B, 4>, count: usize) -> Tensor<B, 2> {
        let multiple = self.backbone.multiple();
        let none = Tensor::zeros([truth.dims()[0], count], &truth.device()); // [n, d]
        let true_taps = self.backbone.forward(mirror_to_multiple(truth, multiple));
        let taps = self.backbone.forward(mirror_to_multiple(images, multiple));
        taps.into_iter().zip(true_taps).enumerate().fold(none, |sum, (level, (tap, true_tap))| {
            let weight = LAYER_WEIGHTS[level + 1] * self.tap_scales[level];
            sum + mean_difference(tap, true_tap, count).mul_scalar(weight)
        })
    }
}

/// Mean absolute difference between each of the d candidates' features `[n d, c, h, w]` and those of the truth
/// `[n, c, h, w]`: `[n, d]`.
fn mean_difference<B: Backend>(features: Tensor<B, 4>, truth: Tensor<B, 4>, count: usize) -> Tensor<B, 2> {
    let [batch, channels, height, width] = truth.dims();
    let values = channels * height * width;
    let features = features.reshape([batch, count, values]);
    let truth = truth.reshape([batch, 1, values]);
    (features - truth).abs().mean_dim(2).reshape([batch, count]) // [n, d]
}
