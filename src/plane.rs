//! Planes of samples on the CPU, and the change of their size.

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

    /// The plane at another size: the mean over each new sample's area where it shrinks, bilinear where it grows.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        self.resized_along_rows(width).transposed().resized_along_rows(height).transposed()
    }

    fn resized_along_rows(&self, width: usize) -> Self {
        let spans = Span::cover(self.width, width);
        Self::from_fn(width, self.height, |x, y| spans[x].mean(self.row(y)))
    }

    fn transposed(&self) -> Self {
        Self::from_fn(self.height, self.width, |x, y| self.samples[x * self.width + y])
    }
}

/// The weighted run of source samples that makes one new sample.
struct Span {
    first: usize,
    weights: Vec<f32>,
}

impl Span {
    /// One span for each of `target` samples that together cover `source` samples; half-pixel centres.
    fn cover(source: usize, target: usize) -> Vec<Self> {
        let scale = source as f64 / target as f64;
        let support = scale.max(1.0);
        (0..target)
            .map(|i| {
                let centre = (i as f64 + 0.5) * scale;
                if scale > 1.0 { Self::area(centre, support, source) } else { Self::between(centre, source) }
            })
            .collect()
    }

    fn area(centre: f64, support: f64, source: usize) -> Self {
        let (start, end) = (centre - support / 2.0, centre + support / 2.0);
        let first = start.floor().max(0.0) as usize;
        let last = (end.ceil() as usize).min(source);
        let overlap = |i: usize| (end.min(i as f64 + 1.0) - start.max(i as f64)).max(0.0);
        let weights = (first..last).map(|i| (overlap(i) / support) as f32).collect();
        Self { first, weights }
    }

    fn between(centre: f64, source: usize) -> Self {
        let position = (centre - 0.5).clamp(0.0, (source - 1) as f64);
        let first = (position.floor() as usize).min(source.saturating_sub(2));
        let fraction = (position - first as f64) as f32;
        let weights = if source == 1 { vec![1.0] } else { vec![1.0 - fraction, fraction] };
        Self { first, weights }
    }

    fn mean(&self, row: &[f32]) -> f32 {
        row[self.first..].iter().zip(&self.weights).map(|(sample, weight)| sample * weight).sum()
    }
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
