//! How far apart candidates are in colour.

use burn::tensor::{Tensor, backend::Backend};
use palette::{IntoColor, Lab, Srgb};

/// The mean distance in the ab plane of CIELAB (D65) between two of the d candidates `[d, 3, h, w]` of a frame, over all
/// pairs of candidates and all pixels. Skin and grass are some 40 apart. None for a single candidate.
pub fn candidate_distance<B: Backend>(candidates: Tensor<B, 4>) -> Option<f64> {
    let [count, _, height, width] = candidates.dims();
    let values: Vec<f32> = candidates.clamp(0.0, 1.0).into_data().iter().collect();
    let chroma: Vec<_> = values.chunks_exact(3 * height * width).map(ab).collect();
    let pairs = (0..count).flat_map(|first| (0..first).map(move |second| (first, second)));
    let distances: Vec<_> =
        pairs.map(|(first, second)| mean_distance(&chroma[first], &chroma[second])).collect();
    (count > 1).then(|| distances.iter().sum::<f64>() / distances.len() as f64)
}

/// a and b of each pixel of an image, which is given channel by channel.
fn ab(rgb: &[f32]) -> Vec<[f32; 2]> {
    let pixels = rgb.len() / 3;
    let at = |pixel: usize| {
        let [red, green, blue] = [0, 1, 2].map(|channel| rgb[channel * pixels + pixel]);
        let lab: Lab = Srgb::new(red, green, blue).into_color();
        [lab.a, lab.b]
    };
    (0..pixels).map(at).collect()
}

fn mean_distance(ours: &[[f32; 2]], theirs: &[[f32; 2]]) -> f64 {
    let distance = |([a, b], [c, d]): (&[f32; 2], &[f32; 2])| f64::from((a - c).hypot(b - d));
    ours.iter().zip(theirs).map(distance).sum::<f64>() / ours.len() as f64
}
