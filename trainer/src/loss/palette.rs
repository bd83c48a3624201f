//! Which colors are likely where: the cross-entropy over the trunk's palette of chromas, as in R. Zhang et al., "Colorful Image
//! Colorization", ECCV 2016, section 2.2.

use burn::tensor::{Tensor, activation::log_softmax, backend::Backend};
use chromaflow::palette::{self, COLORS};

/// Part of an even distribution in the one that rare colors are weighted by (lambda of Zhang et al., equation 4).
const EVENNESS: f32 = 0.5;

/// How much each color's pixels count, so that rare colors are learned too: inverse to its frequency mixed with an even
/// distribution, 1 on average over the pixels seen.
pub fn rarity(frequencies: &[f32]) -> Vec<f32> {
    let sum = frequencies.iter().sum::<f32>();
    let part = |frequency: f32| frequency / sum;
    let raw = |frequency: f32| 1.0 / ((1.0 - EVENNESS) * part(frequency) + EVENNESS / COLORS as f32);
    let mean = frequencies.iter().map(|&frequency| part(frequency) * raw(frequency)).sum::<f32>();
    frequencies.iter().map(|&frequency| raw(frequency) / mean).collect()
}

/// Weighted cross-entropy in nats, the mean over cells, `[1]`: of logits `[n, COLORS, h, w]`, the cells' true chroma
/// `[n, 2, h, w]`, shared among the four colors around it, and how much each cell counts, `[n, 1, h, w]`.
pub fn cross_entropy<B: Backend>(
    logits: Tensor<B, 4>,
    chroma: Tensor<B, 4>,
    weights: Tensor<B, 4>,
) -> Tensor<B, 1> {
    let [images, colors, height, width] = logits.dims();
    let cells = height * width;
    let logarithms = log_softmax(logits.reshape([images, colors, cells]), 1);
    let theirs = palette::density(logarithms, chroma.reshape([images, 1, 2, cells])); // [n, 1, cells]
    (theirs * weights.reshape([images, 1, cells])).mean().neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

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
        let chroma = Tensor::<Flex, 4>::full([2, 2, 1, 3], 0.07, &device);
        let loss = cross_entropy(
            Tensor::zeros([2, COLORS, 1, 3], &device),
            chroma,
            Tensor::ones([2, 1, 1, 3], &device),
        );
        assert!((loss.into_scalar() - (COLORS as f32).ln()).abs() < 1e-4);
    }
}
