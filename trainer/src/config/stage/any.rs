//! A stage of any kind.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{
    basics::Basics, colorizer::ColorizerStage, flow::FlowStage, joint::JointStage, kind::StageKind,
    trunk::TrunkStage,
};

/// One stage of a run: which networks learn, on what, and for how long. In a file `kind` says which it is; a field that this kind does
/// not have is an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Stage {
    /// The trunk alone.
    Trunk(TrunkStage),
    /// The flow network.
    Flow(FlowStage),
    /// f and its trunk.
    Colorizer(ColorizerStage),
    /// g and f.
    Joint(JointStage),
}

impl Stage {
    /// Which networks it trains.
    pub fn kind(&self) -> StageKind {
        match self {
            Self::Trunk(_) => StageKind::Trunk,
            Self::Flow(_) => StageKind::Flow,
            Self::Colorizer(_) => StageKind::Colorizer,
            Self::Joint(_) => StageKind::Joint,
        }
    }

    /// The fields that all kinds have.
    pub fn basics(&self) -> Basics<'_> {
        match self {
            Self::Trunk(stage) => stage.basics(),
            Self::Flow(stage) => stage.basics(),
            Self::Colorizer(stage) => stage.basics(),
            Self::Joint(stage) => stage.basics(),
        }
    }

    /// The name of the stage's folder in the run's: `2-colorizer`.
    pub fn folder_name(&self, number: usize) -> String {
        format!("{number}-{}", self.kind())
    }

    /// An error that names the first field whose value can't be.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Trunk(stage) => stage.check()?,
            Self::Flow(stage) => stage.check()?,
            Self::Colorizer(stage) => stage.check()?,
            Self::Joint(stage) => stage.check()?,
        }
        self.basics().check()
    }
}
