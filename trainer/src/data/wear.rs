//! Worn film: what time, stock and scanner do to the luma of a photograph. Networks that saw only clean photographs take grain
//! for texture, faded shadows for haze, and the white sky of old stock for a wall.

use chromaflow::color::Matrix;
use image::RgbImage;
use rand::{Rng, distr::Distribution, rngs::StdRng};
use rand_distr::Normal;

use super::{crop::Crop, loader::random};
use crate::parameters::Wear;

/// The weights of red, green and blue on orthochromatic stock, the film of the silent era: blind to red, so that skies are white and
/// lips dark. Round figures; stocks differ.
const ORTHOCHROMATIC: [f32; 3] = [0.05, 0.45, 0.5];

/// One worn film: neighboring frames share its wear, but for the grain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WornFilm {
    gamma: f32,
    black: f32,
    white: f32,
    grain: f32,
    stock: f32,
}

impl Wear {
    /// The film of an image, or of a pair of frames; none for one that is as new.
    pub fn film(&self, random: &mut StdRng) -> Option<WornFilm> {
        (random.random::<f32>() < self.worn).then(|| WornFilm {
            gamma: (self.log_gamma * random.random_range(-1.0f32..=1.0)).exp(),
            black: self.fading * random.random::<f32>(),
            white: 1.0 - self.fading * random.random::<f32>(),
            grain: self.grain * random.random::<f32>(),
            stock: self.stock * random.random::<f32>(),
        })
    }

    /// Wears a clip's frames as one film; `seed` decides which of all that this wear allows. What is measured is the same each time.
    pub fn wear(&self, frames: &mut [RgbImage], seed: u64) {
        let mut random = random(seed, 0);
        let Some(film) = self.film(&mut random) else { return };
        for frame in frames {
            let mut whole = Crop::whole(frame);
            film.apply(&mut whole, &mut random);
            *frame = whole.image();
        }
    }
}

impl WornFilm {
    /// Wears a crop: the curve of tones changes its colors as a photograph's exposure does, stock, fading and grain its luma
    /// alone, so that the truth stays as colorful as it was.
    pub fn apply(&self, crop: &mut Crop, random: &mut StdRng) {
        let grain = Normal::new(0.0, self.grain).expect("a deviation of 0 or more");
        let area = crop.width * crop.height;
        for pixel in 0..area {
            let rgb = [0, 1, 2].map(|channel| crop.rgb[channel * area + pixel].powf(self.gamma));
            let luma = weighed(rgb, Matrix::Bt601.luma_weights());
            let seen = luma + self.stock * (weighed(rgb, ORTHOCHROMATIC) - luma);
            let faded = self.black + (self.white - self.black) * seen;
            let worn = (faded + grain.sample(random)).clamp(0.0, 1.0);
            for (channel, value) in rgb.into_iter().enumerate() {
                crop.rgb[channel * area + pixel] = value + worn - luma;
            }
        }
    }
}

fn weighed(rgb: [f32; 3], weights: [f32; 3]) -> f32 {
    rgb.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

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
            .map(|pixel| weighed([0, 1, 2].map(|channel| crop.rgb[64 * channel + pixel]), weights))
            .collect()
    }

    #[test]
    fn stock_fading_and_grain_leave_the_chroma_as_it_is() {
        let mut worn = crop();
        WornFilm { gamma: 1.0, black: 0.1, white: 0.9, grain: 0.05, stock: 0.5 }
            .apply(&mut worn, &mut random(1, 0));
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
        WornFilm { gamma: 0.5, black: 0.1, white: 0.9, grain: 0.0, stock: 0.5 }
            .apply(&mut worn, &mut random(1, 0));
        assert!(worn.rgb.iter().all(|value| (value - 0.5).abs() < 1e-5), "0.1 + 0.8 * 0.25^0.5");
    }

    #[test]
    fn orthochromatic_stock_sees_a_blue_sky_white_and_a_red_roof_dark() {
        let seen = |rgb: [f32; 3]| {
            let mut worn = Crop { rgb: rgb.to_vec(), width: 1, height: 1 };
            WornFilm { gamma: 1.0, black: 0.0, white: 1.0, grain: 0.0, stock: 1.0 }
                .apply(&mut worn, &mut random(1, 0));
            weighed([worn.rgb[0], worn.rgb[1], worn.rgb[2]], Matrix::Bt601.luma_weights())
        };
        let near =
            |rgb, luma: f32| assert!((seen(rgb) - luma).abs() < 1e-5, "{rgb:?} is seen as {}", seen(rgb));
        near([0.4, 0.6, 0.9], 0.74);
        near([0.8, 0.2, 0.2], 0.23);
        near([0.5, 0.5, 0.5], 0.5);
    }

    #[test]
    fn the_frames_of_a_clip_are_one_film_with_new_grain() {
        let flat = || vec![RgbImage::from_pixel(32, 32, Rgb([100, 120, 140])); 2];
        let worn = |wear: Wear, seed| {
            let mut frames = flat();
            wear.wear(&mut frames, seed);
            frames
        };
        let wear = Wear { worn: 1.0, ..Wear::default() };
        let still = worn(Wear { grain: 0.0, ..wear }, 3);
        assert_eq!(still[0], still[1]);
        assert_ne!(still, flat());
        assert_ne!(still, worn(Wear { grain: 0.0, ..wear }, 4), "another film");
        let grainy = worn(wear, 3);
        assert_ne!(grainy[0], grainy[1]);
        assert_eq!(grainy, worn(wear, 3));
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
