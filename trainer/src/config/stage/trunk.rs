//! A stage that trains the trunk alone.

use anyhow::Result;
use chromaflow::model::efficientnet::MULTIPLE;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::{
    basics::{Basics, check_multiple},
    default,
};
use crate::parameters::Wear;

/// The trunk's stage: from gray, on which colors are likely where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrunkStage {
    /// How often an epoch is repeated.
    #[serde(default = "default::epochs")]
    pub epochs: usize,
    /// Images an epoch.
    #[serde(default = "default::images")]
    pub images: usize,
    /// Shorter side in pixels that images are scaled to.
    #[serde(default = "default::side")]
    pub side: u32,
    /// If it is there, images are scaled to a random shorter side from this one on to `side`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_side: Option<u32>,
    /// Side in pixels of the random squares that are cropped: a multiple of 32.
    pub crop: u32,
    /// Images a batch.
    #[serde(default = "default::batch")]
    pub batch: usize,
    /// True if the trunk's backbone learns; else the distribution learns alone.
    #[serde(default = "default::learns")]
    pub trunk_learns: bool,
    /// How worn the film is that the trunk sees; without it images are as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wear: Option<Wear>,
    /// Fields of the run's optimizer that are others in this stage.
    #[serde(alias = "optimiser", default, skip_serializing_if = "Table::is_empty")]
    pub optimizer: Table,
}

impl TrunkStage {
    /// The fields that all kinds have.
    pub fn basics(&self) -> Basics<'_> {
        Basics {
            epochs: self.epochs,
            examples: [self.images, 0],
            side: self.side,
            smallest_side: self.smallest_side,
            crop: Some(self.crop),
            batch: self.batch,
            optimizer: &self.optimizer,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        check_multiple(self.crop, MULTIPLE)?;
        self.wear.map_or(Ok(()), |wear| wear.check())
    }
}
