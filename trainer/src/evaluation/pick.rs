//! Each rule's pick of f's candidates for each shot. `eval` reports all of them side by side; the default one's pick is what g
//! refines.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    kernel::Kernels,
    pick::{PickRule, Standing},
};

use super::footage::Footage;

/// How the rows of picks begin: "pick (saturation)".
pub const PICK: &str = "pick";

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
    /// Applies a rule to each shot; `candidates` has `[d, 3, h, w]` for each frame, `standings` how they stand.
    pub fn new(
        rule: PickRule,
        footage: &Footage<B>,
        candidates: &[Tensor<B, 4>],
        standings: &[Vec<Standing>],
    ) -> Self {
        let (mut shots, mut frames) = (Vec::new(), Vec::new());
        for shot in footage.shots() {
            let picked = rule.pick(&standings[shot.clone()]).unwrap_or_default();
            let candidates = &candidates[shot];
            frames.extend(candidates.iter().map(|frame| frame.clone().narrow(0, picked, 1))); // [1, 3, h, w]
            shots.push(picked);
        }
        Self { rule: rule.name(), shots, frames }
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
