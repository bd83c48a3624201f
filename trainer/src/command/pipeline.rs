//! What every command takes that colours: the weights, and how they are applied.

use std::path::PathBuf;

use anyhow::Result;
use burn::tensor::backend::Backend;
use chromaflow::model::preset::Networks;
use clap::Args;

use crate::published;

/// The weights, and how they are applied.
#[derive(Args, Clone, Debug)]
pub struct PipelineArguments {
    /// The folder of weights, with its manifest.json.
    #[arg(long, default_value = "weights")]
    pub weights: PathBuf,
    /// The set of weights in it.
    #[arg(long, default_value = "lite")]
    pub preset: String,
    /// Processing size: shorter side in pixels of the frames that the networks see; smaller ones are not enlarged.
    #[arg(long, default_value_t = 128)]
    pub size: usize,
    /// How often neighbouring frames are made to agree.
    #[arg(long, default_value_t = 1)]
    pub passes: usize,
}

impl PipelineArguments {
    /// The networks, checked as the page checks them.
    pub fn networks<B: Backend>(&self, device: &B::Device) -> Result<Networks<B>> {
        published::load(&self.weights, &self.preset, device)
    }
}
