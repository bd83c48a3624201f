//! The training loops and what they share.

mod color_batch;
pub mod colorizer;
mod colorizer_start;
mod file_list;
pub mod fit;
pub mod flow;
mod flow_start;
mod log;
mod normalisation;
pub mod peers;
pub mod refiner;
mod refiner_start;
pub mod run_record;
mod schedule;
mod stage;
pub mod trunk;

use std::path::PathBuf;

use chromaflow::model::preset::Preset;
use clap::Args;
use serde::Serialize;

pub use log::Log;
pub use schedule::learning_rate;

/// What every training takes.
#[derive(Args, Clone, Debug, Serialize)]
pub struct RunOptions {
    /// The folder of photos and clips, with its validation.txt.
    #[arg(long)]
    pub data: PathBuf,
    /// The run's folder: checkpoints and log.
    #[arg(long)]
    pub out: PathBuf,
    /// Sizes of the networks.
    #[arg(long, value_parser = parse_preset, default_value = "lite")]
    pub preset: Preset,
    /// The step at which training ends.
    #[arg(long, default_value_t = 4000)]
    pub steps: usize,
    /// Images a step.
    #[arg(long, default_value_t = 8)]
    pub batch: usize,
    /// Side of the square crops in pixels, a multiple of 16.
    #[arg(long, default_value_t = 112)]
    pub crop: u32,
    /// Adam's learning rate behind the warm-up; it falls along a cosine.
    #[arg(long, default_value_t = 1e-3)]
    pub learning_rate: f64,
    /// Steps between checkpoints.
    #[arg(long, default_value_t = 200)]
    pub checkpoint_every: usize,
    /// Threads that prepare batches.
    #[arg(long, default_value_t = 1)]
    pub loaders: usize,
    /// Seed of all random numbers.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Goes on from the newest checkpoint in the run's folder.
    #[arg(long)]
    pub resume: bool,
}

/// A preset by its name.
pub fn parse_preset(name: &str) -> Result<Preset, String> {
    serde_json::from_value(name.into()).map_err(|_| format!("no preset {name}: paper, lite or tiny"))
}
