//! CDC, color distribution consistency: how much the distribution of colors changes over time (Y. Liu et al.,
//! "Temporally Consistent Video Colorization with Deep Feature Propagation and Self-Regularization Learning", 2021).

use burn::tensor::{Tensor, backend::Backend};

/// Codes of an 8-bit channel: one bin each.
const BINS: usize = 256;

/// How many frames apart two compared frames are.
const DISTANCES: [usize; 3] = [1, 2, 4];

/// The histograms of the three channels, each of which sums to 1.
type Histograms = [[f64; BINS]; 3];

/// CDC of a clip's frames, each `[1, 3, h, w]`; 0 where the distribution never changes, at most ln 2. Values are rounded
/// to 8-bit codes, as a file holds them. It is the Jensen-Shannon divergence with natural logarithm of the histograms of a
/// channel in frames t and t + delta; mean over t, then over delta in {1, 2, 4}, then over channels. None for less than
/// five frames.
pub fn cdc<B: Backend>(frames: &[Tensor<B, 4>]) -> Option<f64> {
    let histograms: Vec<Histograms> = frames.iter().map(histograms).collect();
    let pairs = DISTANCES.map(|distance| histograms.len().saturating_sub(distance));
    if pairs.contains(&0) {
        return None;
    }
    let change = |channel: usize, distance: usize| {
        let earlier = histograms.iter().zip(&histograms[distance..]);
        let sum: f64 = earlier.map(|(a, b)| divergence(&a[channel], &b[channel])).sum();
        sum / (histograms.len() - distance) as f64
    };
    let total: f64 = (0..3).flat_map(|channel| DISTANCES.map(|distance| change(channel, distance))).sum();
    Some(total / (3 * DISTANCES.len()) as f64)
}

fn histograms<B: Backend>(frame: &Tensor<B, 4>) -> Histograms {
    let [_, _, height, width] = frame.dims();
    let values = frame.to_data();
    let mut histograms = [[0.0; BINS]; 3];
    for (index, value) in values.iter::<f32>().enumerate() {
        let code = (value.clamp(0.0, 1.0) * 255.0).round() as usize;
        histograms[index / (height * width)][code] += 1.0 / (height * width) as f64;
    }
    histograms
}

/// Jensen-Shannon divergence of two distributions, in nats.
fn divergence(p: &[f64; BINS], q: &[f64; BINS]) -> f64 {
    let term = |of: f64, middle: f64| if of > 0.0 { of * (of / middle).ln() } else { 0.0 };
    let both = p.iter().zip(q).map(|(&p, &q)| term(p, 0.5 * (p + q)) + term(q, 0.5 * (p + q)));
    0.5 * both.sum::<f64>()
}
