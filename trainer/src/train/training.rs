//! The loop's interface to a stage: its batches and its losses.

use std::path::PathBuf;

use anyhow::Result;
use burn::{
    module::AutodiffModule,
    tensor::{Tensor, backend::AutodiffBackend},
};

use super::{
    ending::Ending,
    monitor::{Monitor, progress::Course},
};
use crate::{
    config::{OptimizerConfig, RunConfig, Stage},
    data::loader::{Loader, Order},
    evaluation::sheet::Sheet,
    metric::hue::HueCounts,
    run::checkpoint::progress::Progress,
};

/// A network as it is used: without gradients.
pub type Trained<B, M> = <M as AutodiffModule<B>>::InnerModule;

/// How a network learns. The loop draws batches, adds up the losses' gradients, and lets the optimizer follow them.
pub trait Training<B: AutodiffBackend> {
    /// The network that learns.
    type Network: AutodiffModule<B>;
    /// The data of one pass over the network, which the loader's threads prepare.
    type Batch: Send + 'static;

    /// Starts preparing batches in this order.
    fn batches(&self, order: Order) -> Result<Loader<Self::Batch>>;

    /// The same of what is held back from training; none where nothing is.
    fn held_back(&self, _order: Order) -> Option<Loader<Self::Batch>> {
        None
    }

    /// The loss of a batch and what it is made of. Losses are means over the batch's examples.
    fn losses(&self, network: &Self::Network, batch: Self::Batch) -> StepLoss<B>;

    /// How right a network's hues are on a batch; no pixel counts where nothing is colored.
    fn hues(&self, _network: &Trained<B, Self::Network>, _batch: &Self::Batch) -> HueCounts {
        HueCounts::default()
    }

    /// A contact sheet of the stage's examples as a network sees them; none where nothing is colored.
    fn sheet(&self, _network: &Trained<B, Self::Network>) -> Option<Sheet> {
        None
    }
}

/// A batch's losses.
#[derive(Debug)]
pub struct StepLoss<B: AutodiffBackend> {
    /// The quantity that is minimized, `[1]`.
    pub loss: Tensor<B, 1>,
    /// Named figures for the log, each `[1]`. They stay on the device: the loop reads them once a step.
    pub figures: Vec<(&'static str, Tensor<B::InnerBackend, 1>)>,
}

/// A stage of a run and all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct StageRun<'a> {
    /// The whole run.
    pub run: &'a RunConfig,
    /// This stage.
    pub stage: &'a Stage,
    /// Its number in the run, from 1.
    pub number: usize,
    /// Its optimizer.
    pub optimizer: OptimizerConfig,
    /// Its optimizer's steps.
    pub steps: usize,
    /// Ends it before its last step.
    pub ending: &'a Ending,
}

impl<'a> StageRun<'a> {
    /// A stage of `run` by its number, from 1.
    pub fn new(run: &'a RunConfig, number: usize, stage: &'a Stage, ending: &'a Ending) -> Result<Self> {
        let (optimizer, steps) = (run.optimizer_of(stage)?, run.steps_of(stage)?);
        Ok(Self { run, stage, number, optimizer, steps, ending })
    }

    /// The folder of its checkpoints and its log.
    pub fn folder(&self) -> PathBuf {
        self.run.out.join(self.stage.folder_name(self.number))
    }

    /// Shows its training from step `first` on.
    pub fn monitor(&self, first: usize) -> Result<Monitor> {
        let course = Course {
            stage: self.stage.kind().to_string(),
            number: self.number,
            of: self.run.stages.len(),
            first,
            last: self.steps,
        };
        Monitor::open(&self.folder(), course, self.run.monitoring.line_every, self.run.show)
    }

    /// True if nothing is left to train: the last step is taken, or checkpoints have stopped getting better.
    pub fn is_done(&self, progress: &Progress) -> bool {
        progress.step >= self.steps || progress.is_stalled(self.run.monitoring.early_stopping)
    }

    /// True if a checkpoint is due when `step` steps are done.
    pub fn checkpoint_due(&self, step: usize, end: bool) -> bool {
        end || step.is_multiple_of(self.run.checkpoints.every)
    }

    /// True if a contact sheet is due when `step` steps are done.
    pub fn sheet_due(&self, step: usize, end: bool) -> bool {
        let every = self.run.monitoring.sheet_every;
        every > 0 && (end || step.is_multiple_of(every * self.run.checkpoints.every))
    }

    /// The learning rate of a step, when the part `time` of the time that the training was given is over.
    pub fn learning_rate_at(&self, step: usize, time: f64) -> f64 {
        let done = (step as f64 / self.steps as f64).max(time);
        self.optimizer.learning_rate_at(step, done)
    }

    /// Seed of its random numbers.
    pub fn seed(&self) -> u64 {
        self.run.seed.wrapping_mul(1000).wrapping_add(self.number as u64)
    }

    /// Images, or pairs of frames, a step.
    pub fn examples_a_step(&self) -> usize {
        self.stage.basics().batch * self.optimizer.accumulate
    }

    /// The order of the batches of what is held back: the same every time.
    pub fn held_back_order(&self) -> Order {
        Order { workers: 1, seed: !self.seed(), first: 0, parts: 0..1, all_parts: 1 }
    }

    /// The order of its batches from step `first` on.
    pub fn order(&self, first: usize) -> Order {
        let parts = self.optimizer.accumulate;
        Order { workers: self.run.loaders, seed: self.seed(), first, parts: 0..parts, all_parts: parts }
    }
}
