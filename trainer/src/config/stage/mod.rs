//! The stages of a run, one struct for each kind.

mod any;
mod basics;
mod colorizer;
mod default;
mod flow;
mod joint;
mod kind;
mod paper;
mod trunk;

pub use any::Stage;
pub use basics::Basics;
pub use colorizer::ColorizerStage;
pub use flow::FlowStage;
pub use joint::JointStage;
pub use kind::StageKind;
pub use paper::stages as paper_stages;
pub use trunk::TrunkStage;
