//! What the networks are measured by.

use burn::tensor::{ElementConversion, Tensor, backend::Backend};
use chromaflow::color::{luma, mean_saturation};
use serde::Serialize;

/// The index of the candidate, of `[d, 3, h, w]`, with the highest mean HSV saturation.
pub fn pick<B: Backend>(candidates: Tensor<B, 4>) -> usize {
    mean_saturation(candidates).argmax(0).into_scalar().elem::<i64>() as usize
}

/// PSNR in dB of each image of `ours` against `truth`, both `[n, 3, h, w]`: on RGB in 0..255 without rounding, clamped to
/// the range.
pub fn psnr<B: Backend>(ours: Tensor<B, 4>, truth: Tensor<B, 4>) -> Vec<f64> {
    let images = ours.dims()[0];
    let difference = (ours.clamp(0.0, 1.0) - truth).mul_scalar(255.0);
    let squares = difference.powi_scalar(2).reshape([images as i32, -1]).mean_dim(1); // [n, 1]
    squares.into_data().iter::<f64>().map(|mean| 10.0 * (255.0 * 255.0 / mean).log10()).collect()
}

/// Colourfulness of one image `[1, 3, h, w]`, clamped to [0, 1] (D. Hasler and S. Suesstrunk, "Measuring
/// colourfulness in natural images", 2003; on 0..255).
pub fn colourfulness<B: Backend>(rgb: Tensor<B, 4>) -> f64 {
    let rgb = rgb.clamp(0.0, 1.0).mul_scalar(255.0);
    let [red, green, blue] = [0, 1, 2].map(|channel| rgb.clone().narrow(1, channel, 1));
    let moments = |opponent: Tensor<B, 4>| {
        let mean = opponent.clone().mean().into_scalar().elem::<f64>();
        let square = opponent.powi_scalar(2).mean().into_scalar().elem::<f64>();
        (mean, square - mean * mean)
    };
    let (mean_rg, variance_rg) = moments(red.clone() - green.clone());
    let (mean_yb, variance_yb) = moments((red + green).mul_scalar(0.5) - blue);
    (variance_rg + variance_yb).max(0.0).sqrt() + 0.3 * mean_rg.hypot(mean_yb)
}

/// What is measured of one image's candidates, or the mean of that over images. PSNR in dB.
#[derive(Clone, Debug, Serialize)]
pub struct Scores {
    /// PSNR of the grey input.
    pub grey: f64,
    /// PSNR of each candidate.
    pub candidates: Vec<f64>,
    /// Mean HSV saturation of each candidate.
    pub saturations: Vec<f64>,
    /// Colourfulness of each candidate.
    pub colourfulnesses: Vec<f64>,
    /// PSNR of the most saturated candidate.
    pub picked: f64,
    /// PSNR of the best candidate.
    pub best: f64,
    /// Colourfulness of the picked candidate.
    pub picked_colourfulness: f64,
    /// Colourfulness of the truth.
    pub true_colourfulness: f64,
}

impl Scores {
    /// Measures candidates `[d, 3, h, w]` against the truth `[1, 3, h, w]`.
    pub fn measure<B: Backend>(candidates: Tensor<B, 4>, truth: Tensor<B, 4>) -> Self {
        let count = candidates.dims()[0];
        let images: Vec<_> = (0..count).map(|index| candidates.clone().narrow(0, index, 1)).collect();
        let scores = Self {
            grey: psnr(luma(truth.clone()).repeat_dim(1, 3), truth.clone())[0],
            candidates: psnr(candidates.clone(), truth.clone().repeat_dim(0, count)),
            saturations: mean_saturation(candidates).into_data().iter::<f64>().collect(),
            colourfulnesses: images.into_iter().map(colourfulness).collect(),
            picked: 0.0,
            best: 0.0,
            picked_colourfulness: 0.0,
            true_colourfulness: colourfulness(truth),
        };
        scores.with_one_pick()
    }

    /// Picks the candidate with the highest saturation, and the best one, anew.
    pub fn with_one_pick(mut self) -> Self {
        let highest = |values: &[f64]| (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b]));
        let picked = highest(&self.saturations).unwrap_or_default();
        self.picked = self.candidates[picked];
        self.picked_colourfulness = self.colourfulnesses[picked];
        self.best = self.candidates.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self
    }

    /// The mean of each figure over images.
    pub fn mean(all: &[Self]) -> Self {
        let one = |figure: fn(&Self) -> f64| mean(&all.iter().map(figure).collect::<Vec<_>>());
        let each = |figures: fn(&Self) -> &Vec<f64>| {
            let count = all.first().map_or(0, |scores| figures(scores).len());
            (0..count)
                .map(move |index| mean(&all.iter().map(|scores| figures(scores)[index]).collect::<Vec<_>>()))
        };
        Self {
            grey: one(|scores| scores.grey),
            candidates: each(|scores| &scores.candidates).collect(),
            saturations: each(|scores| &scores.saturations).collect(),
            colourfulnesses: each(|scores| &scores.colourfulnesses).collect(),
            picked: one(|scores| scores.picked),
            best: one(|scores| scores.best),
            picked_colourfulness: one(|scores| scores.picked_colourfulness),
            true_colourfulness: one(|scores| scores.true_colourfulness),
        }
    }
}

/// The mean of some values.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
