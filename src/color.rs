//! Every matrix, range and colour constant, stated once.

use burn::tensor::{Tensor, backend::Backend};
use serde::{Deserialize, Serialize};

/// The luma coefficients that relate RGB to luma and chroma (ITU-T H.273, MatrixCoefficients).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matrix {
    /// ITU-R BT.601: standard definition, and the grey that the networks see.
    Bt601,
    /// ITU-R BT.709: high definition.
    Bt709,
    /// ITU-R BT.2020, non-constant luminance.
    Bt2020,
}

impl Matrix {
    /// The weights of red, green and blue in luma; they sum to 1.
    pub const fn luma_weights(self) -> [f32; 3] {
        match self {
            Self::Bt601 => [0.299, 0.587, 0.114],
            Self::Bt709 => [0.2126, 0.7152, 0.0722],
            Self::Bt2020 => [0.2627, 0.6780, 0.0593],
        }
    }

    /// Blue and red difference of an RGB colour in [0, 1], each in [-0.5, 0.5].
    pub fn chroma(self, [red, green, blue]: [f32; 3]) -> [f32; 2] {
        let [of_red, of_green, of_blue] = self.luma_weights();
        let luma = of_red * red + of_green * green + of_blue * blue;
        [(blue - luma) / (2.0 * (1.0 - of_blue)), (red - luma) / (2.0 * (1.0 - of_red))]
    }

    /// The RGB colour of a luma in [0, 1] and a chroma in [-0.5, 0.5], not clamped: the inverse of [`Matrix::chroma`].
    pub fn rgb(self, luma: f32, [of_blueness, of_redness]: [f32; 2]) -> [f32; 3] {
        let [of_red, of_green, of_blue] = self.luma_weights();
        let red = luma + 2.0 * (1.0 - of_red) * of_redness;
        let blue = luma + 2.0 * (1.0 - of_blue) * of_blueness;
        [red, (luma - of_red * red - of_blue * blue) / of_green, blue]
    }

    /// The chroma in [-0.5, 0.5] of the most saturated colour of the same hue, at most as saturated, that a screen shows on `luma`
    /// in [0, 1]: it would clip any other, and its brightness with it. Black and white have none, so bars stay as they are.
    pub fn within_gamut(self, luma: f32, chroma: [f32; 2]) -> [f32; 2] {
        let room = |difference: f32| if difference > 0.0 { 1.0 - luma } else { luma };
        let differences = self.rgb(0.0, chroma);
        let parts =
            differences.map(|difference| (room(difference) / difference.abs().max(f32::EPSILON)).min(1.0));
        chroma.map(|component| component * parts[0].min(parts[1]).min(parts[2]))
    }
}

/// How 8-bit codes stand for luma and chroma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Luma 16 to 235, chroma 16 to 240.
    Limited,
    /// All 256 codes.
    Full,
}

/// The code of zero chroma.
const NEUTRAL: f32 = 128.0;

impl Range {
    /// Luma in [0, 1] of a code. Codes outside the range (footroom and headroom) are clamped.
    pub fn luma(self, code: u8) -> f32 {
        match self {
            Self::Limited => ((f32::from(code) - 16.0) / 219.0).clamp(0.0, 1.0),
            Self::Full => f32::from(code) / 255.0,
        }
    }

    /// The code of a luma in [0, 1].
    pub fn luma_code(self, luma: f32) -> u8 {
        match self {
            Self::Limited => (16.0 + 219.0 * luma.clamp(0.0, 1.0)).round() as u8,
            Self::Full => (255.0 * luma.clamp(0.0, 1.0)).round() as u8,
        }
    }

    /// The code of a chroma in [-0.5, 0.5].
    pub fn chroma_code(self, chroma: f32) -> u8 {
        let span = match self {
            Self::Limited => 224.0,
            Self::Full => 255.0,
        };
        (NEUTRAL + span * chroma.clamp(-0.5, 0.5)).round() as u8
    }
}

/// The luma plane of a decoded frame: all that a black-and-white clip says.
#[derive(Clone, Debug)]
pub struct LumaFrame {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` 8-bit codes, row by row.
    pub luma: Vec<u8>,
    /// The matrix that the frame's chroma is to be written in.
    pub matrix: Matrix,
    /// The range of its codes.
    pub range: Range,
}

/// The chroma planes of a frame with 4:2:0 sampling: each `ceil(width / 2) * ceil(height / 2)` codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChromaPlanes {
    /// Blue difference.
    pub u: Vec<u8>,
    /// Red difference.
    pub v: Vec<u8>,
}

/// Luma `[n, 1, h, w]` of RGB `[n, 3, h, w]`, in the networks' matrix, BT.601.
pub fn luma<B: Backend>(rgb: Tensor<B, 4>) -> Tensor<B, 4> {
    luma_in(Matrix::Bt601, &rgb)
}

/// Luma `[n, 1, h, w]` of RGB `[n, 3, h, w]`. The weights are numbers of the program and no tensor: on a GPU a new tensor, however
/// small, ends the batch of commands before it.
fn luma_in<B: Backend>(matrix: Matrix, rgb: &Tensor<B, 4>) -> Tensor<B, 4> {
    let [red, green, blue] = matrix.luma_weights();
    let weighted = |channel, weight: f32| rgb.clone().narrow(1, channel, 1).mul_scalar(weight);
    weighted(0, red) + weighted(1, green) + weighted(2, blue) // [n, 1, h, w]
}

/// Blue and red difference `[n, 2, h, w]`, each in [-0.5, 0.5], of RGB `[n, 3, h, w]` in [0, 1]: [`Matrix::chroma`] where
/// the image lies.
pub fn chroma<B: Backend>(matrix: Matrix, rgb: Tensor<B, 4>) -> Tensor<B, 4> {
    let [of_red, _, of_blue] = matrix.luma_weights();
    let luma = luma_in(matrix, &rgb);
    let difference = |channel, weight: f32| {
        (rgb.clone().narrow(1, channel, 1) - luma.clone()).div_scalar(2.0 * (1.0 - weight)) // [n, 1, h, w]
    };
    Tensor::cat(vec![difference(2, of_blue), difference(0, of_red)], 1) // [n, 2, h, w]
}

/// The chroma of `rgb` `[n, 3, h, w]` on the luma `grey` `[n, 1, h, w]`. Of what f and g predict only the chroma is used,
/// in training as in the page, so that no network spends itself on copying brightness.
pub fn with_luma<B: Backend>(rgb: Tensor<B, 4>, grey: Tensor<B, 4>) -> Tensor<B, 4> {
    let correction = grey - luma(rgb.clone()); // [n, 1, h, w]
    rgb + correction // [n, 3, h, w]
}

/// RGB `[n, 3, h, w]` of luma `[n, 1, h, w]` and chroma `[n, 2, h, w]`, not clamped: the inverse of [`luma`] and [`chroma`], and
/// [`Matrix::rgb`] where the image lies.
pub fn with_chroma<B: Backend>(matrix: Matrix, luma: Tensor<B, 4>, chroma: Tensor<B, 4>) -> Tensor<B, 4> {
    let [of_red, of_green, of_blue] = matrix.luma_weights();
    let difference = |plane, weight: f32| chroma.clone().narrow(1, plane, 1).mul_scalar(2.0 * (1.0 - weight)); // [n, 1, h, w]
    let (blue, red) = (difference(0, of_blue), difference(1, of_red));
    let green = (red.clone().mul_scalar(of_red) + blue.clone().mul_scalar(of_blue)).div_scalar(-of_green);
    Tensor::cat(vec![red, green, blue], 1) + luma // [n, 3, h, w]
}

/// Mean HSV saturation of each RGB image `[n, 3, h, w]`, clamped to [0, 1] first: `[n]`, each in [0, 1]. Black counts 0.
pub fn mean_saturation<B: Backend>(rgb: Tensor<B, 4>) -> Tensor<B, 1> {
    let [batch, _, height, width] = rgb.dims();
    let rgb = rgb.clamp(0.0, 1.0);
    let value = rgb.clone().max_dim(1); // [n, 1, h, w]
    let saturation = (value.clone() - rgb.min_dim(1)) / value.clamp_min(1e-6);
    saturation.reshape([batch, height * width]).mean_dim(1).reshape([batch]) // [n]
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        backend::Flex,
        tensor::{Distribution, Tolerance},
    };

    /// ITU-R BT.601-7 and BT.709-6 give 100 % red as Cr = 0.5; BT.601's Cb of it is -0.169.
    #[test]
    fn red_has_the_standards_chroma() {
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            let [_, redness] = matrix.chroma([1.0, 0.0, 0.0]);
            assert!((redness - 0.5).abs() < 1e-6);
        }
        let [blueness, _] = Matrix::Bt601.chroma([1.0, 0.0, 0.0]);
        assert!((blueness + 0.168_736).abs() < 1e-5);
    }

    #[test]
    fn chroma_of_an_image_is_that_of_its_pixels() {
        let rgb =
            Tensor::<Flex, 4>::random([2, 3, 4, 5], Distribution::Uniform(-0.2, 1.2), &Default::default());
        let pixels = rgb.to_data().into_vec::<f32>().unwrap();
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            let found = chroma(matrix, rgb.clone()).into_data().into_vec::<f32>().unwrap();
            for (image, i) in (0..2).flat_map(|image| (0..20).map(move |i| (image, i))) {
                let channel = |channel: usize| pixels[(3 * image + channel) * 20 + i];
                let expected = matrix.chroma([channel(0), channel(1), channel(2)]);
                let found = [found[2 * image * 20 + i], found[(2 * image + 1) * 20 + i]];
                assert!(
                    found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6),
                    "{matrix:?}: {found:?}, {expected:?}"
                );
            }
        }
    }

    #[test]
    fn an_image_is_its_luma_and_its_chroma() {
        let rgb =
            Tensor::<Flex, 4>::random([2, 3, 4, 5], Distribution::Uniform(0.0, 1.0), &Default::default());
        let back = with_chroma(Matrix::Bt601, luma(rgb.clone()), chroma(Matrix::Bt601, rgb.clone()));
        back.into_data().assert_approx_eq::<f32>(&rgb.into_data(), Tolerance::absolute(1e-6));
    }

    #[test]
    fn rgb_inverts_chroma() {
        let color = [0.2, 0.7, 0.4];
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            let weights = matrix.luma_weights();
            let luma = (0..3).map(|i| weights[i] * color[i]).sum();
            let back = matrix.rgb(luma, matrix.chroma(color));
            assert!(back.iter().zip(color).all(|(a, b)| (a - b).abs() < 1e-5), "{matrix:?}: {back:?}");
        }
    }

    #[test]
    fn what_a_screen_shows_is_kept_and_the_rest_pales_without_another_hue() {
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            let shown = matrix.chroma([0.2, 0.7, 0.4]);
            let weights = matrix.luma_weights();
            let luma = 0.2 * weights[0] + 0.7 * weights[1] + 0.4 * weights[2];
            assert_eq!(matrix.within_gamut(luma, shown), shown);
            for luma in [0.0, 0.01, 0.3, 0.9, 1.0] {
                let [blueness, redness] = matrix.within_gamut(luma, [0.4, -0.3]);
                let rgb = matrix.rgb(luma, [blueness, redness]);
                assert!(rgb.iter().all(|channel| (-1e-6..=1.0 + 1e-6).contains(channel)), "{rgb:?}");
                let edge = rgb.iter().any(|channel| channel.abs() < 1e-5 || (channel - 1.0).abs() < 1e-5);
                assert!(edge && (0.3 * blueness + 0.4 * redness).abs() < 1e-6, "{rgb:?}");
            }
        }
    }

    #[test]
    fn codes_of_the_limited_range() {
        let range = Range::Limited;
        assert_eq!([range.luma_code(0.0), range.luma_code(1.0)], [16, 235]);
        assert_eq!([range.chroma_code(-0.5), range.chroma_code(0.0), range.chroma_code(0.5)], [16, 128, 240]);
        assert_eq!(range.luma(235), 1.0);
    }
}
