//! Carries chroma from the processing size to the size of a clip's chroma planes, along the edges of its luma.
//!
//! This is the fast guided filter (K. He and J. Sun, "Fast Guided Filter", 2015; K. He et al., TPAMI 2013): around each
//! pixel chroma is written as a x luma + b, the smooth a and b are enlarged, and the clip's own luma is put in.

use crate::plane::Plane;

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

    /// `chroma`, of the small luma's size, at the large luma's size.
    pub fn upsample(&self, chroma: &Plane) -> Plane {
        let mean = box_mean(chroma);
        let covariance = covariance(&self.small, chroma, &self.mean, &mean);
        let slope =
            combine(&covariance, &self.variance, |covariance, variance| covariance / (variance + FLATNESS));
        let product = combine(&slope, &self.mean, |slope, luma| slope * luma);
        let offset = combine(&mean, &product, |chroma, fitted| chroma - fitted);
        let enlarged = |plane: &Plane| box_mean(plane).resized(self.large.width, self.large.height);
        let fitted = combine(&enlarged(&slope), &self.large, |slope, luma| slope * luma);
        combine(&fitted, &enlarged(&offset), |fitted, offset| fitted + offset)
    }
}

fn combine(a: &Plane, b: &Plane, operation: impl Fn(f32, f32) -> f32) -> Plane {
    let samples = a.samples.iter().zip(&b.samples).map(|(&a, &b)| operation(a, b)).collect();
    Plane { width: a.width, height: a.height, samples }
}

fn covariance(a: &Plane, b: &Plane, mean_a: &Plane, mean_b: &Plane) -> Plane {
    let mean_product = box_mean(&combine(a, b, |a, b| a * b));
    combine(&mean_product, &combine(mean_a, mean_b, |a, b| a * b), |product, means| product - means)
}

/// The mean over the window around each sample, cut off at the plane's edges.
fn box_mean(plane: &Plane) -> Plane {
    let rows = Plane::from_fn(plane.width, plane.height, |x, y| window_mean(plane.row(y), x));
    let columns: Vec<Vec<f32>> =
        (0..plane.width).map(|x| (0..plane.height).map(|y| rows.row(y)[x]).collect()).collect();
    Plane::from_fn(plane.width, plane.height, |x, y| window_mean(&columns[x], y))
}

fn window_mean(row: &[f32], centre: usize) -> f32 {
    let window = &row[centre.saturating_sub(RADIUS)..(centre + RADIUS + 1).min(row.len())];
    window.iter().sum::<f32>() / window.len() as f32
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
