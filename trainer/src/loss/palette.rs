//! Which colors are likely where: the cross-entropy over the trunk's palette of chromas, as in R. Zhang et al., "Colorful Image
//! Colorization", ECCV 2016, section 2.2.

use burn::tensor::{Int, Tensor, TensorData, activation::log_softmax, backend::Backend};
use chromaflow::palette::{COLORS, Shares};

/// Part of an even distribution in the one that rare colors are weighted by (lambda of Zhang et al., equation 4).
const EVENNESS: f32 = 0.5;

/// What each color's pixels count, so that rare colors are learnt too: inverse to its frequency mixed with an even
/// distribution, 1 on average over the pixels seen.
pub fn rarity(frequencies: &[f32]) -> Vec<f32> {
    let sum = frequencies.iter().sum::<f32>();
    let part = |frequency: f32| frequency / sum;
    let raw = |frequency: f32| 1.0 / ((1.0 - EVENNESS) * part(frequency) + EVENNESS / COLORS as f32);
    let mean = frequencies.iter().map(|&frequency| part(frequency) * raw(frequency)).sum::<f32>();
    frequencies.iter().map(|&frequency| raw(frequency) / mean).collect()
}

/// The truth of a batch of small images: each pixel's four colors and their weighted shares.
pub struct PaletteTruth<B: Backend> {
    /// `[n, 4, h w]`, indices into the palette.
    pub colors: Tensor<B, 3, Int>,
    /// `[n, 4, h w]`.
    pub weights: Tensor<B, 3>,
}

impl<B: Backend> PaletteTruth<B> {
    /// From `images` images of `pixels` pixels, concatenated.
    pub fn new(all: &[Shares], rarity: &[f32], images: usize, device: &B::Device) -> Self {
        let pixels = all.len() / images;
        let planes = |value: &dyn Fn(&Shares, usize) -> f32| -> Vec<f32> {
            let image = |image: &[Shares]| -> Vec<f32> {
                (0..4).flat_map(|corner| image.iter().map(move |pixel| value(pixel, corner))).collect()
            };
            all.chunks_exact(pixels).flat_map(image).collect()
        };
        let nearest = |pixel: &Shares| rarity[pixel.nearest()];
        let shape = [images, 4, pixels];
        let colors = planes(&|pixel, corner| pixel.colors[corner] as f32);
        let weights = planes(&|pixel, corner| pixel.shares[corner] * nearest(pixel));
        Self {
            colors: Tensor::<B, 3>::from_data(TensorData::new(colors, shape), device).int(),
            weights: Tensor::from_data(TensorData::new(weights, shape), device),
        }
    }
}

/// Weighted cross-entropy in nats, the mean over pixels, `[1]`, of logits `[n, COLORS, h, w]`.
pub fn cross_entropy<B: Backend>(logits: Tensor<B, 4>, truth: PaletteTruth<B>) -> Tensor<B, 1> {
    let [images, colors, height, width] = logits.dims();
    let logarithms = log_softmax(logits.reshape([images, colors, height * width]), 1);
    let theirs = logarithms.gather(1, truth.colors); // [n, 4, h w]
    (theirs * truth.weights).sum_dim(1).mean().neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;
    use chromaflow::palette::shares;

    #[test]
    fn rare_colors_weigh_more_and_the_mean_is_one() {
        let frequencies: Vec<f32> = (0..COLORS).map(|color| if color < 10 { 100.0 } else { 1.0 }).collect();
        let weights = rarity(&frequencies);
        assert!(weights[200] > weights[0]);
        let sum: f32 = frequencies.iter().sum();
        let mean: f32 = weights.iter().zip(&frequencies).map(|(weight, count)| weight * count / sum).sum();
        assert!((mean - 1.0).abs() < 1e-4);
    }

    /// Even logits cost the logarithm of the number of colors, whatever the truth.
    #[test]
    fn even_logits_cost_the_logarithm_of_the_palette() {
        let device = Default::default();
        let pixels = vec![shares([0.1, -0.05]); 6];
        let truth = PaletteTruth::<Flex>::new(&pixels, &[1.0; COLORS], 2, &device);
        let loss = cross_entropy(Tensor::zeros([2, COLORS, 1, 3], &device), truth).into_scalar();
        assert!((loss - (COLORS as f32).ln()).abs() < 1e-4, "{loss}");
    }
}
