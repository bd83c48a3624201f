//! How far a stage is, and how well it does.

use serde::{Deserialize, Serialize};

/// The share of a step's loss in the smoothed loss.
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
    /// The lowest such loss of this checkpoint and those before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest_held_back_loss: Option<f32>,
    /// Checkpoints since that of the lowest loss.
    #[serde(default)]
    pub checkpoints_since_lowest: usize,
}

impl Progress {
    /// Takes a step with this loss. The first steps count alike, so that none outweighs the others.
    pub fn advance(&mut self, loss: f64) {
        self.step += 1;
        let fresh = FRESH.max(1.0 / self.step as f32);
        self.smoothed_loss += fresh * (loss as f32 - self.smoothed_loss);
    }

    /// Takes the loss on what is held back, measured for a checkpoint; none where nothing is.
    pub fn measure(&mut self, held_back_loss: Option<f32>) {
        self.held_back_loss = held_back_loss;
        let Some(loss) = held_back_loss else { return };
        if self.lowest_held_back_loss.is_none_or(|lowest| loss < lowest) {
            (self.lowest_held_back_loss, self.checkpoints_since_lowest) = (Some(loss), 0);
        } else {
            self.checkpoints_since_lowest += 1;
        }
    }

    /// True if so many checkpoints in a row brought no lower loss; never for 0.
    pub fn is_stalled(&self, checkpoints: usize) -> bool {
        checkpoints > 0 && self.checkpoints_since_lowest >= checkpoints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_count_from_the_lowest_loss_on() {
        let mut progress = Progress::default();
        let counts = [3.0, 2.0, 2.0, 2.5, 1.0, f32::NAN].map(|loss| {
            progress.measure(Some(loss));
            progress.checkpoints_since_lowest
        });
        assert_eq!(counts, [0, 0, 1, 2, 0, 1]);
        assert_eq!(progress.lowest_held_back_loss, Some(1.0));
        assert!(progress.is_stalled(1) && !progress.is_stalled(2) && !progress.is_stalled(0));
        progress.measure(None);
        assert_eq!((progress.held_back_loss, progress.checkpoints_since_lowest), (None, 1));
    }
}
