//! The chroma that the trunk's distribution suggests to f: its annealed mean, faint where the distribution does not know the hue. A color
//! between two hues is neither of them.

use burn::tensor::{Tensor, TensorData, activation::softmax, backend::Backend};

use crate::palette::{COLORS, annealed_mean, hues};

/// The agreement of hues up to which nothing is suggested.
pub const UNKNOWN: f64 = 0.15;

/// The agreement of hues from which on the annealed mean is suggested as it is.
pub const KNOWN: f64 = 0.35;

/// The suggested chroma, `[n, 2, h, w]`, of logits `[n, COLORS, h, w]`.
pub fn suggestion<B: Backend>(logits: Tensor<B, 4>) -> Tensor<B, 4> {
    let agreement = hue_agreement(logits.clone()); // [n, 1, h, w]
    let strength = agreement.sub_scalar(UNKNOWN).div_scalar(KNOWN - UNKNOWN).clamp(0.0, 1.0);
    annealed_mean(logits) * strength
}

/// The length of the mean of all hues' unit vectors (K. Mardia and P. Jupp, "Directional Statistics", 2000, section 2.3), where grey has none:
/// 1 where the distribution is sure of one hue, 0 where opposite ones or grey are likely. Of logits `[n, COLORS, h, w]`, `[n, 1, h, w]`.
fn hue_agreement<B: Backend>(logits: Tensor<B, 4>) -> Tensor<B, 4> {
    let [images, _, height, width] = logits.dims();
    let hues = Tensor::<B, 3>::from_data(TensorData::new(hues(), [1, 2, COLORS]), &logits.device());
    let probabilities = softmax(logits.reshape([images, COLORS, height * width]), 1); // [n, COLORS, h w]
    let mean = hues.expand([images, 2, COLORS]).matmul(probabilities); // [n, 2, h w]
    mean.powi_scalar(2).sum_dim(1).sqrt().reshape([images, 1, height, width])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    /// Logits of 5 x 5 equal cells with these probabilities of two colors, the rest spread over all others.
    fn cells(of: [(usize, f32); 2]) -> Tensor<Flex, 4> {
        let rest = (1.0 - of[0].1 - of[1].1) / (COLORS - 2) as f32;
        let mut probabilities = vec![rest; COLORS];
        of.into_iter().for_each(|(color, probability)| probabilities[color] = probability);
        let logits = Tensor::<Flex, 1>::from_floats(probabilities.as_slice(), &Default::default()).log();
        logits.reshape([1, COLORS, 1, 1]).expand([1, COLORS, 5, 5])
    }

    fn chroma_of(logits: Tensor<Flex, 4>) -> [f32; 2] {
        let chroma = suggestion(logits).into_data().to_vec::<f32>().unwrap();
        [chroma[12], chroma[37]]
    }

    /// Colors 111 and 113 lie on both sides of grey, 118 above it with a blue difference of 0.24.
    #[test]
    fn a_known_hue_is_suggested_and_one_of_two_opposite_ones_is_not() {
        let [blue, red] = chroma_of(cells([(118, 0.8), (113, 0.1)]));
        assert!((blue - 0.24).abs() < 0.01 && red.abs() < 0.01, "{blue}, {red}");
        assert_eq!(chroma_of(cells([(118, 0.5), (106, 0.4)])), [0.0, 0.0]);
    }
}
