//! A stage that trains f and its trunk.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use toml::Table;

use super::{basics::Basics, default};
use crate::parameters::Wear;

/// f's stage: equations (2), (7) and, on pairs of frames, (3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColorizerStage {
    /// How often an epoch is repeated.
    #[serde(default = "default::epochs")]
    pub epochs: usize,
    /// Images an epoch.
    #[serde(default = "default::images")]
    pub images: usize,
    /// Pairs of neighboring frames an epoch.
    #[serde(default = "default::pairs")]
    pub pairs: usize,
    /// Shorter side in pixels that images are scaled to.
    #[serde(default = "default::side")]
    pub side: u32,
    /// If it is there, images are scaled to a random shorter side from this one on to `side`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_side: Option<u32>,
    /// Side in pixels of the random squares that are cropped; without it images are taken whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<u32>,
    /// Images, or pairs of frames, a batch; 1 where images are taken whole.
    #[serde(default = "default::batch")]
    pub batch: usize,
    /// True if the trunk learns too; f alone takes half the time.
    #[serde(default = "default::learns")]
    pub trunk_learns: bool,
    /// Share of the images, 0 to 1, in which f is given some of the truth's colors as a hint.
    #[serde(default)]
    pub hints: f32,
    /// How worn the film is that f sees; without it images are as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wear: Option<Wear>,
    /// Fields of the run's optimizer that are others in this stage.
    #[serde(alias = "optimiser", default, skip_serializing_if = "Table::is_empty")]
    pub optimizer: Table,
}

impl ColorizerStage {
    /// The fields that all kinds have.
    pub fn basics(&self) -> Basics<'_> {
        Basics {
            epochs: self.epochs,
            examples: [self.images, self.pairs],
            side: self.side,
            smallest_side: self.smallest_side,
            crop: self.crop,
            batch: self.batch,
            optimizer: &self.optimizer,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        ensure!((0.0..=1.0).contains(&self.hints), "hints must be in [0, 1]");
        self.wear.map_or(Ok(()), |wear| wear.check())
    }
}
