//! Worn film: what time, stock and scanner do to the luma of a photograph. Networks that saw only clean photographs take grain
//! for texture and faded shadows for haze.

use anyhow::{Result, ensure};
use chromaflow::color::Matrix;
use rand::{Rng, distr::Distribution, rngs::StdRng};
use rand_distr::Normal;
use serde::{Deserialize, Serialize};

use super::crop::Crop;

/// How worn film can be. Each image draws its own wear.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wear {
    /// Part of the images that are worn at all, 0 to 1.
    pub worn: f32,
    /// Largest natural logarithm of the exponent that tones are raised to.
    pub log_gamma: f32,
    /// How far black may have risen and white may have sunk, in luma of 0 to 1.
    pub fading: f32,
    /// Largest standard deviation of the grain, in luma.
    pub grain: f32,
}

impl Default for Wear {
    fn default() -> Self {
        Self { worn: 0.5, log_gamma: 0.4, fading: 0.15, grain: 0.04 }
    }
}

/// One worn film: neighbouring frames share its wear, but for the grain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WornFilm {
    gamma: f32,
    black: f32,
    white: f32,
    grain: f32,
}

impl Wear {
    /// The film of an image, or of a pair of frames; none for one that is as new.
    pub fn film(&self, random: &mut StdRng) -> Option<WornFilm> {
        (random.random::<f32>() < self.worn).then(|| WornFilm {
            gamma: (self.log_gamma * random.random_range(-1.0f32..=1.0)).exp(),
            black: self.fading * random.random::<f32>(),
            white: 1.0 - self.fading * random.random::<f32>(),
            grain: self.grain * random.random::<f32>(),
        })
    }

    /// An error that names the first field whose value can't be.
    pub fn check(&self) -> Result<()> {
        ensure!((0.0..=1.0).contains(&self.worn), "wear.worn must be in [0, 1]");
        ensure!((0.0..=2.0).contains(&self.log_gamma), "wear.log_gamma must be in [0, 2]");
        ensure!((0.0..0.5).contains(&self.fading), "wear.fading must be in [0, 0.5)");
        ensure!((0.0..=1.0).contains(&self.grain), "wear.grain must be in [0, 1]");
        Ok(())
    }
}

impl WornFilm {
    /// Wears a crop: the curve of tones changes its colours as a photograph's exposure does, fading and grain its luma alone, so
    /// that the truth stays as colourful as it was.
    pub fn apply(&self, crop: &mut Crop, random: &mut StdRng) {
        let grain = Normal::new(0.0, self.grain).expect("a deviation of 0 or more");
        let weights = Matrix::Bt601.luma_weights();
        let area = crop.width * crop.height;
        for pixel in 0..area {
            let rgb = [0, 1, 2].map(|channel| crop.rgb[channel * area + pixel].powf(self.gamma));
            let luma: f32 = rgb.iter().zip(weights).map(|(value, weight)| value * weight).sum();
            let faded = self.black + (self.white - self.black) * luma;
            let worn = (faded + grain.sample(random)).clamp(0.0, 1.0);
            for (channel, value) in rgb.into_iter().enumerate() {
                crop.rgb[channel * area + pixel] = value + worn - luma;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loader::random;

    fn crop() -> Crop {
        let rgb = (0..3 * 64).map(|i| (i * 37 % 64) as f32 / 63.0).collect();
        Crop { rgb, width: 8, height: 8 }
    }

    fn chroma(crop: &Crop, pixel: usize) -> [f32; 2] {
        Matrix::Bt601.chroma([0, 1, 2].map(|channel| crop.rgb[64 * channel + pixel]))
    }

    fn luma(crop: &Crop) -> Vec<f32> {
        let weights = Matrix::Bt601.luma_weights();
        (0..64)
            .map(|pixel| (0..3).map(|channel| weights[channel] * crop.rgb[64 * channel + pixel]).sum())
            .collect()
    }

    #[test]
    fn fading_and_grain_leave_the_chroma_as_it_is() {
        let mut worn = crop();
        WornFilm { gamma: 1.0, black: 0.1, white: 0.9, grain: 0.05 }.apply(&mut worn, &mut random(1, 0));
        let same = |pixel| {
            chroma(&worn, pixel)
                .into_iter()
                .zip(chroma(&crop(), pixel))
                .all(|(ours, theirs)| (ours - theirs).abs() < 1e-5)
        };
        assert!((0..64).all(same));
        assert_ne!(luma(&worn), luma(&crop()));
    }

    #[test]
    fn tones_follow_the_curve() {
        let mut worn = crop();
        worn.rgb.fill(0.25);
        WornFilm { gamma: 0.5, black: 0.1, white: 0.9, grain: 0.0 }.apply(&mut worn, &mut random(1, 0));
        assert!(worn.rgb.iter().all(|value| (value - 0.5).abs() < 1e-5), "0.1 + 0.8 * 0.25^0.5");
    }

    #[test]
    fn as_many_are_worn_as_was_asked() {
        let wear = Wear { worn: 0.3, ..Wear::default() };
        let mut random = random(1, 0);
        let worn = (0..1000).filter(|_| wear.film(&mut random).is_some()).count();
        assert!((250..350).contains(&worn), "{worn} of 1000");
        assert_eq!(Wear { worn: 0.0, ..wear }.film(&mut random), None);
    }
}
