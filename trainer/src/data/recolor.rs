//! Frames that g learns steadiness from: a pair in one style of color, and each frame of it with flicker of its own. Equation (5)
//! then asks for the style that the pair has, and not for a truth that no one can tell from grey.

use std::f32::consts::PI;

use chromaflow::color::Matrix;
use rand::{Rng, distr::Distribution, rngs::StdRng};
use rand_distr::StandardNormal;

use super::crop::Crop;

/// Standard deviation of a style's turn of all hues, in radians.
const TURN: f32 = 0.4;

/// Smallest and largest natural logarithm of a style's factor of all chroma.
const LOG_GAIN: [f32; 2] = [-0.8, 0.3];

/// Standard deviation of a style's cast, in chroma of [-0.5, 0.5].
const CAST: f32 = 0.02;

/// Largest standard deviation of the smooth part of a frame's flicker, in chroma.
const SMOOTH: f32 = 0.05;

/// Nodes along a side of the grid that the smooth part runs between.
const NODES: usize = 7;

/// Largest standard deviation of its noise.
const NOISE: f32 = 0.01;

/// Standard deviation of a frame's factor of all chroma.
const GAIN: f32 = 0.12;

/// Odds of one more patch of a wrong color.
const PATCH: f64 = 0.6;

/// A smooth change of all colors, which both frames of a pair share.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    turn: f32,
    gain: f32,
    cast: [f32; 2],
}

impl Style {
    /// A style at random.
    pub fn random(random: &mut StdRng) -> Self {
        let [least, most] = LOG_GAIN;
        Self {
            turn: TURN * normal(random),
            gain: random.random_range(least..most).exp(),
            cast: [CAST * normal(random), CAST * normal(random)],
        }
    }

    /// Changes the chroma of a crop; its luma stays.
    pub fn apply(&self, crop: &mut Crop) {
        change_chroma(crop, |_, chroma| self.of(chroma));
    }

    /// The style's chroma in place of one.
    fn of(&self, [blue, red]: [f32; 2]) -> [f32; 2] {
        let (sine, cosine) = self.turn.sin_cos();
        let turned = [cosine * blue - sine * red, sine * blue + cosine * red];
        [0, 1].map(|axis| self.gain * turned[axis] + self.cast[axis])
    }
}

/// The crop with a flicker of its own: smooth drifts of color, noise, more or less of all color, and patches of wrong color. Its
/// luma stays.
pub fn flickering(crop: &Crop, random: &mut StdRng) -> Crop {
    let mut flickering = crop.clone();
    let gain = 1.0 + GAIN * normal(random);
    let noise = NOISE * random.random::<f32>();
    let drift = Drift::random(SMOOTH * random.random::<f32>(), random);
    let (width, height) = (crop.width, crop.height);
    change_chroma(&mut flickering, |pixel, chroma| {
        let place = [(pixel % width) as f32 / width as f32, (pixel / width) as f32 / height as f32];
        let drifted = drift.at(place);
        [0, 1].map(|axis| gain * chroma[axis] + drifted[axis] + noise * normal(random))
    });
    while random.random_bool(PATCH) {
        add_patch(&mut flickering, random);
    }
    flickering
}

/// Turns and scales the chroma inside an ellipse.
fn add_patch(crop: &mut Crop, random: &mut StdRng) {
    let (width, height) = (crop.width as f32, crop.height as f32);
    let center = [width * random.random::<f32>(), height * random.random::<f32>()];
    let radii = [width, height].map(|side| side * random.random_range(0.03f32..0.2));
    let style =
        Style { turn: random.random_range(-PI..PI), gain: random.random_range(0.0f32..1.3), cast: [0.0; 2] };
    let columns = crop.width;
    change_chroma(crop, |pixel, chroma| {
        let offset = [(pixel % columns) as f32 - center[0], (pixel / columns) as f32 - center[1]];
        if (offset[0] / radii[0]).powi(2) + (offset[1] / radii[1]).powi(2) > 1.0 {
            return chroma;
        }
        style.of(chroma)
    });
}

/// Chroma on a coarse grid, bilinear between its nodes.
struct Drift([[[f32; 2]; NODES]; NODES]);

impl Drift {
    fn random(deviation: f32, random: &mut StdRng) -> Self {
        let mut node = || [deviation * normal(random), deviation * normal(random)];
        Self(std::array::from_fn(|_| std::array::from_fn(|_| node())))
    }

    /// At a place in [0, 1) of both sides.
    fn at(&self, place: [f32; 2]) -> [f32; 2] {
        let [x, y] = place.map(|place| place * (NODES - 1) as f32);
        let (column, row) = (x as usize, y as usize);
        let (right, below) = (x.fract(), y.fract());
        let node =
            |down: usize, along: usize| self.0[(row + down).min(NODES - 1)][(column + along).min(NODES - 1)];
        [0, 1].map(|axis| {
            let above = node(0, 0)[axis] * (1.0 - right) + node(0, 1)[axis] * right;
            let under = node(1, 0)[axis] * (1.0 - right) + node(1, 1)[axis] * right;
            above * (1.0 - below) + under * below
        })
    }
}

/// Replaces each pixel's chroma, given its place and chroma, and keeps its luma.
fn change_chroma(crop: &mut Crop, mut change: impl FnMut(usize, [f32; 2]) -> [f32; 2]) {
    let area = crop.width * crop.height;
    let weights = Matrix::Bt601.luma_weights();
    for pixel in 0..area {
        let rgb = [0, 1, 2].map(|channel| crop.rgb[channel * area + pixel]);
        let luma = rgb.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        let changed = Matrix::Bt601.rgb(luma, change(pixel, Matrix::Bt601.chroma(rgb)));
        changed.into_iter().enumerate().for_each(|(channel, value)| crop.rgb[channel * area + pixel] = value);
    }
}

fn normal(random: &mut StdRng) -> f32 {
    StandardNormal.sample(random)
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::data::loader::random;

    fn crop() -> Crop {
        let value = |i: usize| 0.5 + 0.2 * (TAU * i as f32 / 37.0).sin();
        Crop { rgb: (0..3 * 40 * 30).map(value).collect(), width: 40, height: 30 }
    }

    fn lumas_and_chromas(crop: &Crop) -> (Vec<f32>, Vec<[f32; 2]>) {
        let area = crop.width * crop.height;
        let pixels = (0..area).map(|pixel| [0, 1, 2].map(|channel| crop.rgb[channel * area + pixel]));
        let luma = |rgb: [f32; 3]| {
            rgb.iter().zip(Matrix::Bt601.luma_weights()).map(|(value, weight)| value * weight).sum::<f32>()
        };
        pixels.map(|rgb| (luma(rgb), Matrix::Bt601.chroma(rgb))).unzip()
    }

    #[test]
    fn style_and_flicker_leave_the_luma_as_it_is() {
        let (luma, chroma) = lumas_and_chromas(&crop());
        for step in 0..10 {
            let mut random = random(1, step);
            let mut styled = crop();
            Style::random(&mut random).apply(&mut styled);
            for changed in [&styled, &flickering(&styled, &mut random)] {
                let (ours, colors) = lumas_and_chromas(changed);
                assert!(ours.iter().zip(&luma).all(|(ours, luma)| (ours - luma).abs() < 1e-5));
                assert_ne!(colors, chroma);
            }
        }
    }

    #[test]
    fn two_frames_of_a_style_flicker_apart_around_it() {
        let styled = crop();
        let (_, given) = lumas_and_chromas(&styled);
        let mut sums = vec![0.0; given.len()];
        let count = 200;
        for step in 0..count {
            let (_, colors) = lumas_and_chromas(&flickering(&styled, &mut random(2, step)));
            sums.iter_mut().zip(&colors).for_each(|(sum, color)| *sum += color[0]);
        }
        let errors = sums.iter().zip(&given).map(|(sum, given)| (sum / count as f32 - given[0]).abs());
        let mean = errors.sum::<f32>() / given.len() as f32;
        let size = given.iter().map(|chroma| chroma[0].abs()).sum::<f32>() / given.len() as f32;
        assert!(
            mean < 0.4 * size,
            "{mean} of {size}: patches weaken colors, and nothing else moves their mean"
        );
    }
}
