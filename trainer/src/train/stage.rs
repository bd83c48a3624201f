//! What a run trains.

use serde::{Deserialize, Serialize};

use super::{colorizer::ColorizerOptions, flow::FlowOptions, refiner::RefinerOptions, trunk::TrunkOptions};

/// What a run's checkpoints hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contents {
    /// The trunk with its normalisation and what it is examined by, of `train trunk`.
    Trunk,
    /// f and its trunk.
    Colorizer,
    /// The flow network.
    Flow,
    /// g.
    Refiner,
    /// The trunk alone, of `import --vgg`.
    PublishedTrunk,
}

/// The options of one network's training.
pub trait Stage: Serialize {
    /// What the training's checkpoints hold.
    const CONTENTS: Contents;
}

impl Stage for TrunkOptions {
    const CONTENTS: Contents = Contents::Trunk;
}

impl Stage for ColorizerOptions {
    const CONTENTS: Contents = Contents::Colorizer;
}

impl Stage for FlowOptions {
    const CONTENTS: Contents = Contents::Flow;
}

impl Stage for RefinerOptions {
    const CONTENTS: Contents = Contents::Refiner;
}
