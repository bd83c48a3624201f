//! Which colours are likely where: the cross-entropy over a palette of chromas, as in R. Zhang et al., "Colorful Image
//! Colorization", ECCV 2016, section 2.2, on a grid in BT.601's chroma plane. It teaches the trunk what things are by what
//! colours they may have.

use burn::tensor::{Int, Tensor, TensorData, activation::log_softmax, backend::Backend};
use chromaflow::color::Matrix;

/// Colours along each axis of the palette.
const ROW: usize = 15;

/// Colours of the palette: their chromas lie on a square grid around neutral.
pub const COLOURS: usize = ROW * ROW;

/// Distance of neighbouring chromas. The grid reaches 0.28 from neutral; stronger ones count as the border's.
const STEP: f32 = 0.04;

/// Part of an even distribution in the one that rare colours are weighted by (lambda of Zhang et al., equation 4).
const EVENNESS: f32 = 0.5;

/// A pixel's chroma between the four colours of the palette around it.
#[derive(Clone, Copy, Debug)]
pub struct Shares {
    /// The four colours' indices.
    pub colours: [usize; 4],
    /// Their shares, which sum to 1.
    pub shares: [f32; 4],
}

/// The shares of the palette's colours in an RGB colour in [0, 1].
pub fn shares(rgb: [f32; 3]) -> Shares {
    let place = Matrix::Bt601
        .chroma(rgb)
        .map(|chroma| (chroma / STEP + (ROW / 2) as f32).clamp(0.0, (ROW - 1) as f32 - 1e-3));
    let [column, row] = place.map(|place| place as usize);
    let [right, below] = place.map(f32::fract);
    let first = row * ROW + column;
    Shares {
        colours: [first, first + 1, first + ROW, first + ROW + 1],
        shares: [(1.0 - right) * (1.0 - below), right * (1.0 - below), (1.0 - right) * below, right * below],
    }
}

/// What each colour's pixels count, so that rare colours are learnt too: inverse to its frequency mixed with an even
/// distribution, 1 on average over the pixels seen.
pub fn rarity(frequencies: &[f32]) -> Vec<f32> {
    let sum = frequencies.iter().sum::<f32>();
    let part = |frequency: f32| frequency / sum;
    let raw = |frequency: f32| 1.0 / ((1.0 - EVENNESS) * part(frequency) + EVENNESS / COLOURS as f32);
    let mean = frequencies.iter().map(|&frequency| part(frequency) * raw(frequency)).sum::<f32>();
    frequencies.iter().map(|&frequency| raw(frequency) / mean).collect()
}

/// The truth of a batch of small images: each pixel's four colours and their weighted shares.
pub struct PaletteTruth<B: Backend> {
    /// `[n, 4, h w]`, indices into the palette.
    pub colours: Tensor<B, 3, Int>,
    /// `[n, 4, h w]`.
    pub weights: Tensor<B, 3>,
}

impl<B: Backend> PaletteTruth<B> {
    /// From `images` images of `pixels` pixels, given one behind the other.
    pub fn new(all: &[Shares], rarity: &[f32], images: usize, device: &B::Device) -> Self {
        let pixels = all.len() / images;
        let planes = |value: &dyn Fn(&Shares, usize) -> f32| -> Vec<f32> {
            let image = |image: &[Shares]| -> Vec<f32> {
                (0..4).flat_map(|corner| image.iter().map(move |pixel| value(pixel, corner))).collect()
            };
            all.chunks_exact(pixels).flat_map(image).collect()
        };
        let nearest = |pixel: &Shares| {
            let largest = (0..4).max_by(|&a, &b| pixel.shares[a].total_cmp(&pixel.shares[b]));
            rarity[pixel.colours[largest.unwrap_or_default()]]
        };
        let shape = [images, 4, pixels];
        let colours = planes(&|pixel, corner| pixel.colours[corner] as f32);
        let weights = planes(&|pixel, corner| pixel.shares[corner] * nearest(pixel));
        Self {
            colours: Tensor::<B, 3>::from_data(TensorData::new(colours, shape), device).int(),
            weights: Tensor::from_data(TensorData::new(weights, shape), device),
        }
    }
}

/// Weighted cross-entropy in nats, the mean over pixels, `[1]`, of logits `[n, COLOURS, h, w]`.
pub fn cross_entropy<B: Backend>(logits: Tensor<B, 4>, truth: PaletteTruth<B>) -> Tensor<B, 1> {
    let [images, colours, height, width] = logits.dims();
    let logarithms = log_softmax(logits.reshape([images, colours, height * width]), 1);
    let theirs = logarithms.gather(1, truth.colours); // [n, 4, h w]
    (theirs * truth.weights).sum_dim(1).mean().neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    #[test]
    fn shares_give_the_chroma_back() {
        for rgb in [[0.5, 0.5, 0.5], [0.4, 0.5, 0.7], [0.6, 0.5, 0.3]] {
            let found = shares(rgb);
            let mut chroma = [0.0f32; 2];
            for (colour, share) in found.colours.into_iter().zip(found.shares) {
                let centre = |index: usize| (index as f32 - (ROW / 2) as f32) * STEP;
                chroma[0] += share * centre(colour % ROW);
                chroma[1] += share * centre(colour / ROW);
            }
            let truth = Matrix::Bt601.chroma(rgb);
            assert!((chroma[0] - truth[0]).abs() < 1e-5 && (chroma[1] - truth[1]).abs() < 1e-5, "{rgb:?}");
        }
    }

    #[test]
    fn rare_colours_weigh_more_and_the_mean_is_one() {
        let frequencies: Vec<f32> =
            (0..COLOURS).map(|colour| if colour < 10 { 100.0 } else { 1.0 }).collect();
        let weights = rarity(&frequencies);
        assert!(weights[200] > weights[0]);
        let sum: f32 = frequencies.iter().sum();
        let mean: f32 = weights.iter().zip(&frequencies).map(|(weight, count)| weight * count / sum).sum();
        assert!((mean - 1.0).abs() < 1e-4);
    }

    /// Even logits cost the logarithm of the number of colours, whatever the truth.
    #[test]
    fn even_logits_cost_the_logarithm_of_the_palette() {
        let device = Default::default();
        let pixels = vec![shares([0.2, 0.5, 0.9]); 6];
        let truth = PaletteTruth::<Flex>::new(&pixels, &[1.0; COLOURS], 2, &device);
        let loss = cross_entropy(Tensor::zeros([2, COLOURS, 1, 3], &device), truth).into_scalar();
        assert!((loss - (COLOURS as f32).ln()).abs() < 1e-4, "{loss}");
    }
}
