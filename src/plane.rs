//! Planes of samples on the CPU, and the change of their size.

use std::ops::Range;

/// A plane of f32 samples, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` samples.
    pub samples: Vec<f32>,
}

impl Plane {
    /// A plane whose sample at (x, y) is `sample(x, y)`.
    pub fn from_fn(width: usize, height: usize, mut sample: impl FnMut(usize, usize) -> f32) -> Self {
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            samples.extend((0..width).map(|x| sample(x, y)));
        }
        Self { width, height, samples }
    }

    /// The row `y`.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.samples[y * self.width..(y + 1) * self.width]
    }

    /// The samples of these columns and rows, which lie inside the plane.
    pub fn cropped(&self, columns: Range<usize>, rows: Range<usize>) -> Self {
        let (width, height) = (columns.len(), rows.len());
        let samples = rows.flat_map(|y| &self.row(y)[columns.clone()]).copied().collect();
        Self { width, height, samples }
    }

    /// The plane at another size: the mean over each new sample's area where it shrinks, bilinear where it grows.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let (rows, columns) = (Cover::new(self.height, height), Cover::new(self.width, width));
        let mut row = vec![0.0; self.width];
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            rows.mix_rows(self, y, &mut row);
            samples.extend((0..width).map(|x| columns.mix(&row, x)));
        }
        Self { width, height, samples }
    }
}

/// How each of a number of new samples is mixed from a run of old ones that together cover the same length; half-pixel centres.
pub struct Cover {
    taps: usize,
    firsts: Vec<usize>,
    /// `taps` for each new sample.
    weights: Vec<f32>,
}

impl Cover {
    /// `target` samples over the length of `source` samples.
    pub fn new(source: usize, target: usize) -> Self {
        let scale = source as f64 / target as f64;
        let taps = (if scale > 1.0 { scale.ceil() as usize + 1 } else { 2 }).min(source);
        let mut cover =
            Self { taps, firsts: Vec::with_capacity(target), weights: Vec::with_capacity(target * taps) };
        for i in 0..target {
            let centre = (i as f64 + 0.5) * scale;
            let first = (if scale > 1.0 { centre - scale / 2.0 } else { centre - 0.5 }).max(0.0) as usize;
            let first = first.min(source - taps);
            let weight = |tap: usize| {
                if scale > 1.0 { overlap(centre, scale, tap) / scale } else { nearness(centre, source, tap) }
            };
            cover.firsts.push(first);
            cover.weights.extend((first..first + taps).map(|tap| weight(tap) as f32));
        }
        cover
    }

    /// The new sample `i` of a row.
    #[inline]
    pub fn mix(&self, row: &[f32], i: usize) -> f32 {
        let old = &row[self.firsts[i]..][..self.taps];
        let weights = &self.weights[i * self.taps..][..self.taps];
        old.iter().zip(weights).map(|(sample, weight)| sample * weight).sum()
    }

    /// The new row `i` of a plane.
    #[inline]
    pub fn mix_rows(&self, plane: &Plane, i: usize, mixed: &mut [f32]) {
        mixed.fill(0.0);
        for tap in 0..self.taps {
            let weight = self.weights[i * self.taps + tap];
            for (mixed, sample) in mixed.iter_mut().zip(plane.row(self.firsts[i] + tap)) {
                *mixed += weight * sample;
            }
        }
    }
}

/// How much of the old sample `tap` lies within `length` around `centre`.
fn overlap(centre: f64, length: f64, tap: usize) -> f64 {
    let (start, end) = (centre - length / 2.0, centre + length / 2.0);
    (end.min(tap as f64 + 1.0) - start.max(tap as f64)).max(0.0)
}

/// The weight of the old sample `tap` in a bilinear mix at `centre`; the border is repeated.
fn nearness(centre: f64, source: usize, tap: usize) -> f64 {
    let position = (centre - 0.5).clamp(0.0, (source - 1) as f64);
    (1.0 - (position - tap as f64).abs()).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_keeps_the_mean() {
        let plane = Plane::from_fn(31, 17, |x, y| ((x * 7 + y * 13) % 11) as f32);
        let small = plane.resized(8, 5);
        let mean = |plane: &Plane| plane.samples.iter().sum::<f32>() / plane.samples.len() as f32;
        assert!((mean(&plane) - mean(&small)).abs() < 1e-4);
    }

    /// `torch.nn.functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)` on `[[1, 2, 4]]`.
    #[test]
    fn growing_is_bilinear() {
        let row = Plane { width: 3, height: 1, samples: vec![1.0, 2.0, 4.0] };
        assert_eq!(row.resized(6, 1).samples, [1.0, 1.25, 1.75, 2.5, 3.5, 4.0]);
    }
}
