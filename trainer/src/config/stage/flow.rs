//! A stage that trains the flow network.

use anyhow::Result;
use chromaflow::model::flow::MULTIPLE;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::{
    basics::{Basics, check_multiple},
    default,
};
use crate::parameters::Motion;

/// The flow network's stage: on photos that are moved, so that the motion is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowStage {
    /// How often an epoch is repeated.
    #[serde(default = "default::epochs")]
    pub epochs: usize,
    /// Pairs made of photos an epoch.
    #[serde(default = "default::images")]
    pub images: usize,
    /// Shorter side in pixels that the set must have.
    #[serde(default = "default::side")]
    pub side: u32,
    /// If it is there, the smallest of the shorter sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_side: Option<u32>,
    /// Side in pixels of the square pairs: a multiple of 64.
    pub crop: u32,
    /// Pairs a batch.
    #[serde(default = "default::batch")]
    pub batch: usize,
    /// How far things move.
    #[serde(default)]
    pub motion: Motion,
    /// Fields of the run's optimizer that are others in this stage.
    #[serde(alias = "optimiser", default, skip_serializing_if = "Table::is_empty")]
    pub optimizer: Table,
}

impl FlowStage {
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
        self.motion.check()
    }
}
