//! Hints for f in training: some of the truth's colors, as a visitor would give them (R. Zhang et al., "Real-Time User-Guided Image
//! Colorization with Learned Deep Priors", SIGGRAPH 2017, section 3.1).

use chromaflow::{color::Matrix, hint::HINT};
use rand::{Rng, rngs::StdRng};

use super::crop::Crop;

/// Odds that no further patch follows: eight on average.
const LAST: f64 = 0.125;

/// Largest side of a patch in pixels.
const LARGEST_PATCH: usize = 9;

/// A hint `[HINT, height, width]` of a crop: square patches of the mean chroma that the crop has there, and the mask.
pub fn hint(crop: &Crop, random: &mut StdRng) -> Vec<f32> {
    let area = crop.width * crop.height;
    let mut planes = vec![0.0; HINT * area];
    loop {
        let side = random.random_range(1..=LARGEST_PATCH.min(crop.width).min(crop.height));
        let left = random.random_range(0..=crop.width - side);
        let top = random.random_range(0..=crop.height - side);
        let pixels = (top..top + side).flat_map(|y| (left..left + side).map(move |x| y * crop.width + x));
        let [blue, red] = mean_chroma(crop, pixels.clone(), (side * side) as f32);
        for pixel in pixels {
            [blue, red, 1.0]
                .into_iter()
                .enumerate()
                .for_each(|(plane, value)| planes[plane * area + pixel] = value);
        }
        if random.random_bool(LAST) {
            return planes;
        }
    }
}

fn mean_chroma(crop: &Crop, pixels: impl Iterator<Item = usize>, count: f32) -> [f32; 2] {
    let area = crop.width * crop.height;
    let mut sum = [0.0; 2];
    for pixel in pixels {
        let rgb = [0, 1, 2].map(|channel| crop.rgb[channel * area + pixel]);
        sum.iter_mut().zip(Matrix::Bt601.chroma(rgb)).for_each(|(sum, value)| *sum += value);
    }
    sum.map(|sum| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::loader::random;

    /// Of an image whose left half is blue and whose right half is grey, patches within a half have its chroma.
    #[test]
    fn patches_have_the_chroma_that_is_there() {
        let (width, height) = (40, 24);
        let blue = |pixel: usize| pixel % width < 20;
        let channel = |on: f32| (0..width * height).map(move |pixel| if blue(pixel) { on } else { 0.5 });
        let crop =
            Crop { rgb: channel(0.2).chain(channel(0.4)).chain(channel(0.9)).collect(), width, height };
        let expected = Matrix::Bt601.chroma([0.2, 0.4, 0.9]);
        let area = width * height;
        let (mut given, mut inside) = (0, 0);
        for step in 0..50 {
            let planes = hint(&crop, &mut random(1, step));
            for pixel in 0..area {
                let [chroma_blue, chroma_red, mask] = [0, 1, 2].map(|plane| planes[plane * area + pixel]);
                assert!(mask == 1.0 || [chroma_blue, chroma_red, mask] == [0.0; 3]);
                given += usize::from(mask == 1.0);
                inside += usize::from((chroma_blue - expected[0]).abs() < 1e-5);
            }
        }
        assert!(given > 1000 && inside * 10 > given * 3 && inside * 10 < given * 7, "{inside} of {given}");
    }
}
