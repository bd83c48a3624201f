//! How the surroundings of a place look, so that it is known again after it was hidden.

use crate::plane::Plane;

/// Pixels on each side of the place's own.
const REACH: isize = 4;

/// Pixels of the square.
const AREA: usize = ((2 * REACH + 1) * (2 * REACH + 1)) as usize;

/// Variance of luma, in [0, 1], below which a square shows nothing but grain.
const GRAIN: f32 = 1.5e-4;

/// How much a difference of mean luma, in [0, 1], counts against a correlation of 1.
const BRIGHTNESS: f32 = 4.0;

/// The luma of a square around a place, less its mean.
#[derive(Clone, Debug)]
pub(super) struct Look {
    mean: f32,
    variance: f32,
    /// Row by row, `AREA` samples.
    deviations: [f32; AREA],
}

impl Look {
    /// Around the pixel (x, y); the border is repeated.
    pub fn around(plane: &Plane, x: isize, y: isize) -> Self {
        let within = |place: isize, length: usize| place.clamp(0, length as isize - 1) as usize;
        let mut deviations = [0.0; AREA];
        let places = (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (x + dx, y + dy)));
        for (sample, (x, y)) in deviations.iter_mut().zip(places) {
            *sample = plane.row(within(y, plane.height))[within(x, plane.width)];
        }
        let mean = deviations.iter().sum::<f32>() / AREA as f32;
        deviations.iter_mut().for_each(|sample| *sample -= mean);
        let variance = deviations.iter().map(|sample| sample * sample).sum::<f32>() / AREA as f32;
        Self { mean, variance, deviations }
    }

    /// Whether there is more to see than grain.
    pub fn shows_something(&self) -> bool {
        self.variance > GRAIN
    }

    /// How alike two looks are, 1 at most: their correlation, where grain alone counts as alike, less what their brightness differs.
    pub fn likeness(&self, other: &Self) -> f32 {
        let products = self.deviations.iter().zip(&other.deviations).map(|(ours, theirs)| ours * theirs);
        let covariance = products.sum::<f32>() / AREA as f32;
        let correlation = (covariance + GRAIN) / ((self.variance + GRAIN) * (other.variance + GRAIN)).sqrt();
        correlation - BRIGHTNESS * (self.mean - other.mean).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(shift: f32) -> Plane {
        Plane::from_fn(40, 40, |x, y| 0.5 + 0.2 * (0.7 * (x as f32 - shift)).sin() * (0.5 * y as f32).cos())
    }

    #[test]
    fn a_look_is_like_itself_and_unlike_what_lies_beside_it() {
        let look = Look::around(&waves(0.0), 20, 20);
        assert!(look.shows_something());
        assert!(look.likeness(&Look::around(&waves(3.0), 23, 20)) > 0.99);
        assert!(look.likeness(&Look::around(&waves(0.0), 24, 20)) < 0.5);
    }

    #[test]
    fn plain_squares_are_alike_by_their_brightness() {
        let plain = |luma: f32| Look::around(&Plane::from_fn(20, 20, |_, _| luma), 10, 10);
        assert!(!plain(0.5).shows_something());
        assert!(plain(0.5).likeness(&plain(0.51)) > 0.9);
        assert!(plain(0.5).likeness(&plain(0.6)) < 0.7);
    }
}
