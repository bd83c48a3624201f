//! Colors that a visitor gives to places of a frame, as f takes them (R. Zhang et al., "Real-Time User-Guided Image Colorization with
//! Learned Deep Priors", SIGGRAPH 2017, section 3.1): two planes of chroma and a mask.

use burn::tensor::{Tensor, TensorData, backend::Backend};
use serde::{Deserialize, Serialize};

/// Channels of a hint: blue and red difference, and a mask that is 1 where a visitor gave them.
pub const HINT: usize = 3;

/// Radius, in pixels, of the smallest disc that f sees: with less a point could fall between pixels.
const SMALLEST_RADIUS: f32 = 1.5;

/// A color at a place of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hint {
    /// Of the frame's width, in [0, 1].
    pub x: f32,
    /// Of the frame's height, in [0, 1].
    pub y: f32,
    /// Of the frame's shorter side; 0 is a point.
    pub radius: f32,
    /// Blue and red difference of BT.601, each in [-0.5, 0.5].
    pub color: [f32; 2],
    /// How firmly f is to keep to it, in (0, 1].
    pub strength: f32,
    /// Frames to the frame in which it was given: of overlapping hints the nearer one counts more.
    pub distance: f32,
}

/// The hints of a frame as f takes them. A batch for training has planes alone.
#[derive(Clone, Debug)]
pub struct Hints<B: Backend> {
    /// `[n, HINT, h, w]`.
    pub planes: Tensor<B, 4>,
    /// The points whose colors spread over the frame.
    pub points: Vec<Point>,
}

/// A hint's center.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Column of its pixel.
    pub x: usize,
    /// Row of its pixel.
    pub y: usize,
    /// As in [`Hint`].
    pub color: [f32; 2],
    /// As in [`Hint`].
    pub strength: f32,
    /// As in [`Hint`].
    pub distance: f32,
}

impl<B: Backend> Hints<B> {
    /// Of a frame of this size; none without hints.
    pub fn new(hints: &[Hint], width: usize, height: usize, device: &B::Device) -> Option<Self> {
        let pixel = |share: f32, length: usize| ((share * length as f32) as usize).min(length - 1);
        let point = |&Hint { x, y, color, strength, distance, .. }: &Hint| Point {
            x: pixel(x, width),
            y: pixel(y, height),
            color,
            strength,
            distance,
        };
        let planes = || TensorData::new(planes(hints, width, height), [1, HINT, height, width]);
        (!hints.is_empty()).then(|| Self {
            planes: Tensor::from_data(planes(), device), // [1, HINT, h, w]
            points: hints.iter().map(point).collect(),
        })
    }
}

impl<B: Backend> From<Tensor<B, 4>> for Hints<B> {
    fn from(planes: Tensor<B, 4>) -> Self {
        Self { planes, points: Vec::new() }
    }
}

/// Hints as planes `[HINT, height, width]`: blue and red difference, both times the mask, and the mask. Where discs overlap, their
/// colors are mixed by strength over 1 + distance. All zeros without hints.
pub fn planes(hints: &[Hint], width: usize, height: usize) -> Vec<f32> {
    let area = width * height;
    let mut planes = vec![0.0f32; HINT * area];
    let mut weights = vec![0.0f32; area];
    for hint in hints {
        let weight = hint.strength / (1.0 + hint.distance);
        for pixel in disc(hint, width, height) {
            weights[pixel] += weight;
            (0..2).for_each(|plane| planes[plane * area + pixel] += weight * hint.color[plane]);
            let mask = &mut planes[2 * area + pixel];
            *mask = mask.max(hint.strength);
        }
    }
    for pixel in (0..area).filter(|&pixel| weights[pixel] > 0.0) {
        let scale = planes[2 * area + pixel] / weights[pixel];
        (0..2).for_each(|plane| planes[plane * area + pixel] *= scale);
    }
    planes
}

/// The pixels whose centers lie in a hint's disc, and at any rate the one that holds its center.
fn disc(hint: &Hint, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let radius = (hint.radius * width.min(height) as f32).max(SMALLEST_RADIUS);
    let (x, y) = (hint.x * width as f32 - 0.5, hint.y * height as f32 - 0.5);
    let span = |center: f32, length: usize| {
        let first = (center - radius).ceil().max(0.0) as usize;
        let last = (center + radius).floor().min(length as f32 - 1.0);
        first..(last + 1.0).max(0.0) as usize
    };
    let columns = span(x, width);
    span(y, height).flat_map(move |row| {
        let inside = move |column: &usize| (*column as f32 - x).hypot(row as f32 - y) <= radius;
        columns.clone().filter(inside).map(move |column| row * width + column)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(x: f32, color: [f32; 2]) -> Hint {
        Hint { x, y: 0.5, radius: 0.0, color, strength: 1.0, distance: 0.0 }
    }

    fn at(planes: &[f32], pixel: usize) -> [f32; 3] {
        let area = planes.len() / HINT;
        [0, 1, 2].map(|plane| planes[plane * area + pixel])
    }

    #[test]
    fn a_point_is_a_small_disc_of_its_color() {
        let planes = planes(&[hint(4.5 / 16.0, [0.1, -0.2])], 16, 9);
        assert_eq!(at(&planes, 4 * 16 + 4), [0.1, -0.2, 1.0]);
        assert_eq!(planes[2 * 16 * 9..].iter().sum::<f32>(), 9.0);
        assert_eq!(at(&planes, 4 * 16 + 6), [0.0; 3]);
    }

    /// A weak hint's chroma comes times its mask, as f mixes it with what the trunk suggests.
    #[test]
    fn overlapping_hints_are_mixed_by_their_distance() {
        let far = Hint { distance: 3.0, ..hint(0.5, [0.0, 0.4]) };
        let both = planes(&[hint(0.5, [0.2, 0.0]), far], 16, 9);
        let [blue, red, mask] = at(&both, 4 * 16 + 8);
        assert!((blue - 0.16).abs() < 1e-6 && (red - 0.08).abs() < 1e-6 && mask == 1.0, "{blue} {red}");
        let weak = Hint { strength: 0.5, ..hint(0.5, [0.2, -0.1]) };
        assert_eq!(at(&planes(&[weak], 16, 9), 4 * 16 + 8), [0.1, -0.05, 0.5]);
    }

    #[test]
    fn a_disc_is_cut_off_by_the_border() {
        for (x, y) in [(0.0, 0.0), (1.0, 1.0), (-3.0, 0.5), (0.5, 7.0)] {
            let hint = Hint { x, y, radius: 0.2, ..hint(0.5, [0.1, 0.1]) };
            let given = planes(&[hint], 16, 9)[2 * 16 * 9..].iter().sum::<f32>();
            assert!(given < 9.0, "{given} pixels at {x}, {y}");
        }
    }
}
