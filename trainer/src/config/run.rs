//! A run's configuration: one TOML or JSON file. Every field that the file leaves out is the paper's.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use chromaflow::model::preset::{NetworksConfig, Preset};
use serde::{Deserialize, Serialize};

use super::{
    losses::Losses,
    monitoring::Monitoring,
    optimizer::OptimizerConfig,
    show::Show,
    stage::{Stage, StageKind, paper_stages},
};
use crate::device::Device;

/// A year has half as many: what is longer was meant otherwise.
const MOST_MINUTES: f64 = 1e6;

/// All fields of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// Sizes of the networks.
    pub preset: Preset,
    /// The prepared set that is trained on.
    pub data: PathBuf,
    /// The run's folder: checkpoints, logs and `run.json`.
    pub out: PathBuf,
    /// The kind of device that computes.
    pub device: Device,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Threads that prepare batches.
    pub loaders: usize,
    /// Multiplies the steps of every stage: 0.001 is a thousandth of the training.
    pub scale: f64,
    /// Minutes that each start of the run has, its last checkpoint included; 0 for all the time there is. The stage under way
    /// then ends, and its learning rate falls as if that were its last step.
    pub minutes: f64,
    /// Networks of other runs, or published ones, that this one starts from.
    pub start: Start,
    /// Weights and parameters of the losses.
    pub losses: Losses,
    /// The optimizer of every stage; a stage may change fields of it.
    #[serde(alias = "optimiser")]
    pub optimizer: OptimizerConfig,
    /// Parts of the method that can be left out.
    pub ablation: Ablation,
    /// How often the state of a stage is written, and how much of that is kept.
    pub checkpoints: Checkpoints,
    /// How often a stage shows itself.
    pub monitoring: Monitoring,
    /// Where a stage shows itself: known to the process that trains, not to the file.
    #[serde(skip)]
    pub show: Show,
    /// The stages, in their order. Each goes on from the networks that those before it trained.
    pub stages: Vec<Stage>,
}

/// Folders of other runs, trained or imported, whose newest networks a run starts from; or folders of weights as `export`
/// writes them, the published ones among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Start {
    /// The trunk: of a trunk stage, of f, or a backbone as `import` wrote it, which is then phi too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trunk: Option<PathBuf>,
    /// f with its trunk, unless another is named for the trunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colorizer: Option<PathBuf>,
    /// The flow network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<PathBuf>,
    /// g.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refiner: Option<PathBuf>,
}

/// The paper's ablation leaves out each part whose field is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ablation {
    /// L_self for f: without it equations (2) and (3) are dropped, and (5) trains g alone, not f through g.
    pub self_regularization: bool,
    /// d candidates and equation (7): without it d = 1, and (7) is the perceptual distance.
    pub diversity: bool,
    /// g: without it the joint stages are left out.
    pub refinement: bool,
}

/// Checkpoints of each stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Checkpoints {
    /// Steps between two.
    pub every: usize,
    /// How many of the newest are kept, beside the best, which is that of the lowest smoothed loss.
    pub keep: usize,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            preset: Preset::Paper,
            data: "data".into(),
            out: "runs/paper".into(),
            device: Device::Flex,
            seed: 1,
            loaders: 2,
            scale: 1.0,
            minutes: 0.0,
            start: Start::default(),
            losses: Losses::default(),
            optimizer: OptimizerConfig::default(),
            ablation: Ablation::default(),
            checkpoints: Checkpoints::default(),
            monitoring: Monitoring::default(),
            show: Show::default(),
            stages: paper_stages(),
        }
    }
}

impl Default for Ablation {
    fn default() -> Self {
        Self { self_regularization: true, diversity: true, refinement: true }
    }
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self { every: 1000, keep: 2 }
    }
}

impl RunConfig {
    /// Sizes of the networks that this run trains.
    pub fn networks(&self) -> NetworksConfig {
        let mut config = self.preset.config();
        if !self.ablation.diversity {
            config.colorizer.candidates = 1;
        }
        config
    }

    /// The losses, with what the ablation leaves out at weight 0.
    pub fn losses_after_ablation(&self) -> Losses {
        let mut losses = self.losses.clone();
        if !self.ablation.self_regularization {
            (losses.bilateral, losses.temporal) = (0.0, 0.0);
        }
        if !self.ablation.diversity {
            losses.beta.clear();
        }
        losses
    }

    /// The stages that are run, with their numbers from 1: all but those that the ablation leaves out.
    pub fn stages(&self) -> impl Iterator<Item = (usize, &Stage)> {
        let runs = |stage: &Stage| self.ablation.refinement || stage.kind() != StageKind::Joint;
        (1..).zip(&self.stages).filter(move |(_, stage)| runs(stage))
    }

    /// The optimizer of a stage: the run's, with what the stage changes.
    pub fn optimizer_of(&self, stage: &Stage) -> Result<OptimizerConfig> {
        self.optimizer.with(stage.basics().optimizer)
    }

    /// The optimizer's steps of a stage, at least one.
    pub fn steps_of(&self, stage: &Stage) -> Result<usize> {
        let basics = stage.basics();
        let a_step = basics.batch * self.optimizer_of(stage)?.accumulate;
        let examples = basics.examples_an_epoch() * basics.epochs;
        Ok(((examples as f64 * self.scale / a_step as f64).round() as usize).max(1))
    }

    /// True if a stage reads flows: for equation (3) or for g.
    pub fn needs_flows(&self, stage: &Stage) -> bool {
        let [_, pairs] = stage.basics().examples;
        pairs > 0 && (stage.kind() == StageKind::Joint || self.losses_after_ablation().temporal > 0.0)
    }

    /// An error that names the first field whose value can't be.
    pub fn check(&self) -> Result<()> {
        ensure!(
            self.scale > 0.0 && self.scale.is_finite(),
            "scale must be a number above 0, not {}",
            self.scale
        );
        ensure!((0.0..=MOST_MINUTES).contains(&self.minutes), "minutes must be in [0, {MOST_MINUTES}]");
        ensure!(self.loaders > 0, "loaders: at least one thread must prepare batches");
        ensure!(self.checkpoints.every > 0, "checkpoints.every must be at least 1");
        ensure!(self.checkpoints.keep > 0, "checkpoints.keep must be at least 1");
        self.monitoring.check()?;
        self.losses.check()?;
        let candidates = self.preset.config().colorizer.candidates;
        let betas = self.losses.beta.len();
        ensure!(
            betas == candidates,
            "losses.beta has {betas} values, not one for each of {candidates} candidates"
        );
        ensure!(!self.stages.is_empty(), "there are no stages");
        for (number, stage) in (1..).zip(&self.stages) {
            let context = || format!("stages.{number} ({})", stage.kind());
            stage.check().with_context(context)?;
            self.optimizer_of(stage).and_then(|optimizer| optimizer.check()).with_context(context)?;
        }
        Ok(())
    }
}
