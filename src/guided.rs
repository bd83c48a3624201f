//! Carries chroma from the processing size to the size of a clip's chroma planes, along the edges of its luma.
//!
//! This is the fast guided filter (K. He and J. Sun, "Fast Guided Filter", 2015; K. He et al., TPAMI 2013): around each
//! pixel chroma is written as a x luma + b, the smooth a and b are enlarged, and the clip's own luma is put in.

use std::ops::Range;

use crate::plane::{Cover, Plane};

/// Half the side of the window, in pixels of the processing size.
const RADIUS: usize = 2;

/// Variance of luma in [0, 1] below which a window counts as flat: its chroma is then averaged, not fitted.
const FLATNESS: f32 = 1e-3;

/// The luma side of the filter, shared by both chroma planes.
pub struct Guide {
    small: Plane,
    large: Plane,
    mean: Plane,
    variance: Plane,
}

impl Guide {
    /// A guide from luma in [0, 1] at the processing size and at the chroma planes' size.
    pub fn new(small: Plane, large: Plane) -> Self {
        let mean = box_mean(&small);
        let variance = covariance(&small, &small, &mean, &mean);
        Self { small, large, mean, variance }
    }

    /// The luma at the processing size.
    pub fn small(&self) -> &Plane {
        &self.small
    }

    /// The luma at the chroma planes' size.
    pub fn large(&self) -> &Plane {
        &self.large
    }

    /// `chroma`, of the small luma's size, at the large luma's size.
    pub fn upsample(&self, chroma: &Plane) -> Plane {
        let mean = box_mean(chroma);
        let mut slope = covariance(&self.small, chroma, &self.mean, &mean);
        for (slope, variance) in slope.samples.iter_mut().zip(&self.variance.samples) {
            *slope /= variance + FLATNESS;
        }
        let mut offset = mean;
        for ((offset, slope), luma) in offset.samples.iter_mut().zip(&slope.samples).zip(&self.mean.samples) {
            *offset -= slope * luma;
        }
        self.fitted(&box_mean(&slope), &box_mean(&offset))
    }

    /// slope x luma + offset at the large luma's size, a row at a time.
    fn fitted(&self, slope: &Plane, offset: &Plane) -> Plane {
        let Plane { width, height, .. } = self.large;
        let (rows, columns) = (Cover::new(slope.height, height), Cover::new(slope.width, width));
        let (mut slopes, mut offsets) = (vec![0.0; slope.width], vec![0.0; slope.width]);
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            rows.mix_rows(slope, y, &mut slopes);
            rows.mix_rows(offset, y, &mut offsets);
            let lumas = self.large.row(y).iter().enumerate();
            samples.extend(lumas.map(|(x, luma)| columns.mix(&slopes, x) * luma + columns.mix(&offsets, x)));
        }
        Plane { width, height, samples }
    }
}

/// The covariance of two planes over the window around each sample; their means are known.
fn covariance(a: &Plane, b: &Plane, mean_a: &Plane, mean_b: &Plane) -> Plane {
    let products = a.samples.iter().zip(&b.samples).map(|(a, b)| a * b).collect();
    let mut mean = box_mean(&Plane { samples: products, ..*a });
    for ((mean, a), b) in mean.samples.iter_mut().zip(&mean_a.samples).zip(&mean_b.samples) {
        *mean -= a * b;
    }
    mean
}

/// The mean over the window around each sample, cut off at the plane's edges.
fn box_mean(plane: &Plane) -> Plane {
    let Plane { width, height, .. } = *plane;
    let mut samples = Vec::with_capacity(width * height);
    let mut sums = vec![0.0; width];
    for y in 0..height {
        let window = window(y, height);
        sums.fill(0.0);
        for row in window.clone() {
            for (sum, sample) in sums.iter_mut().zip(plane.row(row)) {
                *sum += sample;
            }
        }
        for sum in &mut sums {
            *sum /= window.len() as f32;
        }
        mean_of_windows(&sums, &mut samples);
    }
    Plane { width, height, samples }
}

/// Appends the mean of the window around each sample of a row.
fn mean_of_windows(row: &[f32], means: &mut Vec<f32>) {
    let cut_off = |x| {
        let window = &row[window(x, row.len())];
        window.iter().sum::<f32>() / window.len() as f32
    };
    let inner = row.windows(2 * RADIUS + 1);
    let begin = RADIUS.min(row.len());
    let end = (begin + inner.len()).max(begin);
    means.extend((0..begin).map(cut_off));
    means.extend(inner.map(|window| window.iter().sum::<f32>() * (1.0 / (2 * RADIUS + 1) as f32)));
    means.extend((end..row.len()).map(cut_off));
}

/// The samples around `centre`, of a row or column of `length`.
fn window(centre: usize, length: usize) -> Range<usize> {
    centre.saturating_sub(RADIUS)..(centre + RADIUS + 1).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(width: usize, height: usize) -> Plane {
        Plane::from_fn(width, height, |x, _| if x < width / 2 { 0.2 } else { 0.8 })
    }

    /// At the edge one window in five knows only the other side, and bilinear enlarging lets at most half of it through: a
    /// tenth of the step of 0.4 at worst, where plain bilinear enlarging is wrong by nearly half of it.
    #[test]
    fn keeps_to_a_luma_edge() {
        let chroma = Plane::from_fn(16, 8, |x, _| if x < 8 { -0.1 } else { 0.3 });
        let worst = |large: &Plane| {
            let error = |x: usize| (large.row(32)[x] - if x < 64 { -0.1 } else { 0.3 }).abs();
            (0..128).map(error).fold(0.0, f32::max)
        };
        let guided = Guide::new(step(16, 8), step(128, 64)).upsample(&chroma);
        assert!(worst(&guided) < 0.05, "{}", worst(&guided));
        assert!(worst(&chroma.resized(128, 64)) > 0.15);
    }

    #[test]
    fn flat_luma_leaves_chroma_smooth() {
        let flat = |width, height| Plane::from_fn(width, height, |_, _| 0.5);
        let large = Guide::new(flat(9, 7), flat(37, 29)).upsample(&Plane::from_fn(9, 7, |_, _| 0.25));
        assert_eq!((large.width, large.height), (37, 29));
        assert!(large.samples.iter().all(|sample| (sample - 0.25).abs() < 1e-5));
    }
}
