//! How worn the film is that networks train on.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// How worn film can be. Each image draws its own wear.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wear {
    /// Part of the images that are worn at all, 0 to 1.
    pub worn: f32,
    /// Largest natural logarithm of the exponent that tones are raised to.
    pub log_gamma: f32,
    /// How far black may have risen and white may have sunk, in luma of 0 to 1.
    pub fading: f32,
    /// Largest standard deviation of the grain, in luma.
    pub grain: f32,
    /// How far the stock may see as orthochromatic film does, 0 (as the eye) to 1.
    pub stock: f32,
}

impl Default for Wear {
    fn default() -> Self {
        Self { worn: 0.5, log_gamma: 0.4, fading: 0.15, grain: 0.04, stock: 0.6 }
    }
}

impl Wear {
    /// An error that names the first field whose value can't be.
    pub fn check(&self) -> Result<()> {
        ensure!((0.0..=1.0).contains(&self.worn), "wear.worn must be in [0, 1]");
        ensure!((0.0..=2.0).contains(&self.log_gamma), "wear.log_gamma must be in [0, 2]");
        ensure!((0.0..0.5).contains(&self.fading), "wear.fading must be in [0, 0.5)");
        ensure!((0.0..=1.0).contains(&self.grain), "wear.grain must be in [0, 1]");
        ensure!((0.0..=1.0).contains(&self.stock), "wear.stock must be in [0, 1]");
        Ok(())
    }
}
