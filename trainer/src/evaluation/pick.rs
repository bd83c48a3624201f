//! The rules that pick one of f's candidates for each shot. `eval` reports all of them side by side.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{clip::most_saturated, color::mean_saturation, kernel::Kernels};

use super::footage::Footage;
use crate::train::colorizer::Coloring;

/// How the rows of picks begin: "pick (saturation)".
pub const PICK: &str = "pick";

/// A shot, or a photo, with f's candidates for it.
pub struct Shot<'a, B: Backend> {
    /// f and its trunk.
    pub coloring: &'a Coloring<B>,
    /// The grey frames, each `[1, 1, h, w]`.
    pub grey: &'a [Tensor<B, 4>],
    /// The d candidates for each of them, `[d, 3, h, w]`.
    pub candidates: &'a [Tensor<B, 4>],
}

/// A rule by its name.
pub struct PickRule<B: Backend> {
    /// Its name.
    pub name: &'static str,
    /// Picks a shot's candidate, from 0.
    pub choose: fn(&Shot<'_, B>) -> usize,
}

/// All rules; the pick of the first one is what g refines.
pub fn rules<B: Backend>() -> [PickRule<B>; 1] {
    [PickRule { name: "saturation", choose: by_saturation }]
}

/// The candidate of the highest mean HSV saturation over all frames, the paper's rule.
fn by_saturation<B: Backend>(shot: &Shot<'_, B>) -> usize {
    let saturation =
        |frame: &Tensor<B, 4>| mean_saturation(frame.clone()).into_data().iter::<f32>().collect();
    let saturations: Vec<Vec<f32>> = shot.candidates.iter().map(saturation).collect();
    most_saturated(&saturations).unwrap_or_default()
}

/// A clip in the colors that a rule picks.
pub struct Pick<B: Backend> {
    /// The rule's name.
    pub rule: &'static str,
    /// For each shot the candidate, from 0.
    pub shots: Vec<usize>,
    /// The frames, each `[1, 3, h, w]`.
    pub frames: Vec<Tensor<B, 4>>,
}

impl<B: Kernels> Pick<B> {
    /// Applies a rule to each shot; `candidates` has `[d, 3, h, w]` for each frame.
    pub fn new(
        rule: &PickRule<B>,
        coloring: &Coloring<B>,
        footage: &Footage<B>,
        candidates: &[Tensor<B, 4>],
    ) -> Self {
        let (mut shots, mut frames) = (Vec::new(), Vec::new());
        for shot in footage.shots() {
            let candidates = &candidates[shot.clone()];
            let picked = (rule.choose)(&Shot { coloring, grey: &footage.grey[shot], candidates });
            frames.extend(candidates.iter().map(|frame| frame.clone().narrow(0, picked, 1))); // [1, 3, h, w]
            shots.push(picked);
        }
        Self { rule: rule.name, shots, frames }
    }

    /// The name of its row.
    pub fn row(&self) -> String {
        format!("{PICK} ({})", self.rule)
    }

    /// The candidate that it picks for every shot; none where shots differ.
    pub fn only(&self) -> Option<usize> {
        let first = *self.shots.first()?;
        self.shots.iter().all(|picked| *picked == first).then_some(first)
    }
}
