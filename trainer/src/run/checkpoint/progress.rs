//! How far a stage is, and how well it does.

use serde::{Deserialize, Serialize};

/// What part of a step's loss the smoothed loss takes over.
const FRESH: f32 = 0.01;

/// How far a stage is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Moving average of the loss, by which the best checkpoint is known where nothing is held back. In single precision the checkpoint's text gives the
    /// very number back; the reader of JSON may miss the last bit of a double.
    pub smoothed_loss: f32,
    /// The loss on examples that are held back, where there are any: the best checkpoint is known by it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_back_loss: Option<f32>,
}

impl Progress {
    /// Takes a step with this loss. The first steps count alike, so that none outweighs the others.
    pub fn advance(&mut self, loss: f64) {
        self.step += 1;
        let fresh = FRESH.max(1.0 / self.step as f32);
        self.smoothed_loss += fresh * (loss as f32 - self.smoothed_loss);
    }
}
