//! How often a training shows itself.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// How often a stage writes lines and contact sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Monitoring {
    /// Steps that one line of the log averages.
    pub line_every: usize,
    /// Batches of examples that are held back from training, on which every checkpoint is measured; 0 measures none.
    pub held_back: usize,
    /// The stage ends when so many checkpoints in a row have no lower loss on what is held back than the best one before them; 0 lets it
    /// run to its last step.
    pub early_stopping: usize,
    /// Checkpoints between two contact sheets; 0 draws none.
    pub sheet_every: usize,
}

impl Default for Monitoring {
    fn default() -> Self {
        Self { line_every: 20, held_back: 8, early_stopping: 0, sheet_every: 5 }
    }
}

impl Monitoring {
    /// An error that names the first field whose value can't be.
    pub fn check(&self) -> Result<()> {
        ensure!(self.line_every > 0, "monitoring.line_every must be at least 1");
        ensure!(
            self.early_stopping == 0 || self.held_back > 0,
            "monitoring.early_stopping needs monitoring.held_back to be at least 1"
        );
        Ok(())
    }
}
