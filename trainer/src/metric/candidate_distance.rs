//! How far apart candidates are in color.

use burn::tensor::{Tensor, backend::Backend};
use serde::Serialize;

use super::lab::ab;

/// Mean distances between two candidates of a frame in the ab plane of CIELAB (D65), over all pixels. Skin and grass are some
/// 40 apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CandidateDistance {
    /// Over all pairs of candidates.
    pub mean: f64,
    /// Of the pair that is the nearest to each other.
    pub nearest: f64,
}

impl CandidateDistance {
    /// The mean over frames or clips; none without any.
    pub fn mean(all: impl Iterator<Item = Self>) -> Option<Self> {
        let all: Vec<_> = all.collect();
        let over = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        (!all.is_empty()).then(|| Self { mean: over(|of| of.mean), nearest: over(|of| of.nearest) })
    }
}

/// The distances between the d candidates `[d, 3, h, w]` of a frame. None for a single candidate.
pub fn candidate_distance<B: Backend>(candidates: Tensor<B, 4>) -> Option<CandidateDistance> {
    let [count, _, height, width] = candidates.dims();
    let chroma = ab(candidates);
    let chroma: Vec<_> = chroma.chunks_exact(height * width).collect();
    let pairs = (0..count).flat_map(|first| (0..first).map(move |second| (first, second)));
    let distances: Vec<_> =
        pairs.map(|(first, second)| mean_distance(chroma[first], chroma[second])).collect();
    let nearest = distances.iter().copied().reduce(f64::min)?;
    Some(CandidateDistance { mean: distances.iter().sum::<f64>() / distances.len() as f64, nearest })
}

fn mean_distance(ours: &[[f32; 2]], theirs: &[[f32; 2]]) -> f64 {
    let distance = |([a, b], [c, d]): (&[f32; 2], &[f32; 2])| f64::from((a - c).hypot(b - d));
    ours.iter().zip(theirs).map(distance).sum::<f64>() / ours.len() as f64
}
