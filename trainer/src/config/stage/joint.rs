//! A stage that trains g, and f with it.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use toml::Table;

use super::{basics::Basics, default};
use crate::parameters::Wear;

/// The stage of g and f: equation (5) on pairs of frames, added to f's own losses; the flow network is frozen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointStage {
    /// How often an epoch is repeated.
    #[serde(default = "default::epochs")]
    pub epochs: usize,
    /// Pairs of neighboring frames an epoch.
    #[serde(default = "default::pairs")]
    pub pairs: usize,
    /// Shorter side in pixels that frames are scaled to.
    #[serde(default = "default::side")]
    pub side: u32,
    /// If it is there, frames are scaled to a random shorter side from this one on to `side`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_side: Option<u32>,
    /// Side in pixels of the random squares that are cropped; without it frames are taken whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<u32>,
    /// Pairs of frames a batch; 1 where frames are taken whole.
    #[serde(default = "default::batch")]
    pub batch: usize,
    /// True if f learns too; else g learns alone.
    #[serde(default = "default::learns")]
    pub colorizer_learns: bool,
    /// True if g, where it learns alone, is shown the truth's own frames, given one style of color and a flicker of each frame's own, in
    /// place of f's candidates: g learns to keep the style and to take the flicker away.
    #[serde(default)]
    pub recolored: bool,
    /// How worn the film is that f and g see; without it frames are as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wear: Option<Wear>,
    /// Fields of the run's optimizer that are others in this stage.
    #[serde(alias = "optimiser", default, skip_serializing_if = "Table::is_empty")]
    pub optimizer: Table,
}

impl JointStage {
    /// The fields that all kinds have.
    pub fn basics(&self) -> Basics<'_> {
        Basics {
            epochs: self.epochs,
            examples: [0, self.pairs],
            side: self.side,
            smallest_side: self.smallest_side,
            crop: self.crop,
            batch: self.batch,
            optimizer: &self.optimizer,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        ensure!(!self.recolored || !self.colorizer_learns, "recolored needs colorizer_learns = false");
        self.wear.map_or(Ok(()), |wear| wear.check())
    }
}
