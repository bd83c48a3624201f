//! A run's configuration: one TOML or JSON file. Every field that the file leaves out is the paper's.

mod amount;
mod losses;
mod monitoring;
mod optimizer;
mod read;
mod run;
mod show;
mod stage;

pub use losses::Losses;
pub use monitoring::Monitoring;
pub use optimizer::{OptimizerConfig, OptimizerKind, Schedule};
pub use read::{parse, read};
pub use run::{Ablation, Checkpoints, RunConfig, Start};
pub use show::Show;
pub use stage::{Basics, ColorizerStage, FlowStage, JointStage, Stage, StageKind, TrunkStage};
