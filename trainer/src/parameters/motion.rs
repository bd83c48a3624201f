//! How far things move in synthetic motion.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Synthetic motion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Motion {
    /// Largest shift of background and occluders in pixels.
    pub shift: f32,
    /// Largest number of occluders.
    pub occluders: usize,
    /// Part of the pairs, 0 to 1, in which everything moves a tenth to a thousandth as far: a still camera, a face that turns.
    pub gentle: f32,
    /// Largest standard deviation of the grain of a frame, in luma of 0 to 1. Both frames of a pair have grain of their own, and
    /// their exposures differ by as much at most.
    pub grain: f32,
}

impl Default for Motion {
    fn default() -> Self {
        Self { shift: 14.0, occluders: 4, gentle: 0.0, grain: 0.0 }
    }
}

impl Motion {
    /// An error that names the first field whose value can't be.
    pub fn check(&self) -> Result<()> {
        ensure!((0.0..=1.0).contains(&self.gentle), "motion.gentle must be in [0, 1]");
        ensure!((0.0..=1.0).contains(&self.grain), "motion.grain must be in [0, 1]");
        Ok(())
    }
}
