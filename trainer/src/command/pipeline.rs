//! Arguments of every command that colorizes: the weights, and how they are applied.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::tensor::backend::Backend;
use chromaflow::model::preset::Networks;
use clap::Args;

use crate::{
    networks::published,
    run::{folder::RunFolder, sources::Sources},
};

/// The weights, and how they are applied.
#[derive(Args, Clone, Debug)]
pub struct PipelineArguments {
    /// The folder of weights, with its manifest.json: the published ones, unless another is named.
    #[arg(long, default_value_os_t = published::default_folder())]
    pub weights: PathBuf,
    /// The set of weights in it.
    #[arg(long, default_value = "lite")]
    pub preset: String,
    /// A run's folder: its newest networks, in place of published weights.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["weights", "preset"])]
    pub run: Option<PathBuf>,
    /// Processing size: shorter side in pixels of the frames that the networks see; smaller ones are not enlarged.
    #[arg(long, default_value_t = 128)]
    pub size: usize,
    /// How often neighboring frames are made to agree.
    #[arg(long, default_value_t = 1)]
    pub passes: usize,
}

impl PipelineArguments {
    /// The networks: of the run, or published ones, checked as the page checks them.
    pub fn networks<B: Backend>(&self, device: &B::Device) -> Result<Networks<B>> {
        match &self.run {
            Some(run) => self.trained(run, device).with_context(|| format!("reading {}", run.display())),
            None => published::load(&self.weights, &self.preset, device),
        }
    }

    /// The networks of a run and of those that it started from. Without passes g is not needed.
    fn trained<B: Backend>(&self, run: &Path, device: &B::Device) -> Result<Networks<B>> {
        let folder = RunFolder::open(run)?;
        let (config, fresh) = (folder.config()?, folder.record.networks());
        let sources = Sources { run: &config, before: folder };
        let coloring = sources.coloring(device)?.context("f is not trained yet")?;
        let refiner = sources.refiner(device)?;
        Ok(Networks {
            trunk: coloring.trunk,
            colorizer: coloring.colorizer,
            flow: sources.flow(device)?,
            refiner: match self.passes {
                0 => refiner.unwrap_or_else(|| fresh.refiner.init(device)),
                _ => refiner.context("g is not trained: use --passes 0")?,
            },
        })
    }
}
