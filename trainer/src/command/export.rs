//! `export`: the newest checkpoints of the runs to the files that the page loads.

use std::{fs, path::PathBuf};

use anyhow::Result;
use burn::backend::Flex;
use chromaflow::model::preset::Preset;
use clap::Args;

use crate::{
    checkpoint, export,
    train::{colorizer::Coloring, parse_preset},
};

/// Writes trunk.bpk, colorizer.bpk, flow.bpk and refiner.bpk in half precision; a network whose run is not named is
/// left as it lies there.
#[derive(Args, Debug)]
pub struct ExportCommand {
    /// Sizes of the networks.
    #[arg(long, value_parser = parse_preset, default_value = "lite")]
    preset: Preset,
    /// Folder of the run that trained f and its trunk.
    #[arg(long)]
    colorizer: Option<PathBuf>,
    /// Folder of the run that trained the flow network.
    #[arg(long)]
    flow: Option<PathBuf>,
    /// Folder of the run that trained g.
    #[arg(long)]
    refiner: Option<PathBuf>,
    /// Folder for the files.
    #[arg(long)]
    out: PathBuf,
}

impl ExportCommand {
    /// Writes the files.
    pub fn run(self) -> Result<()> {
        let (config, device) = (self.preset.config(), Default::default());
        fs::create_dir_all(&self.out)?;
        if let Some(run) = &self.colorizer {
            let (step, network) = checkpoint::load(run, Coloring::<Flex>::init(&config, &device), &device)?;
            export::write(&network.trunk, &self.out.join("trunk.bpk"))?;
            export::write(&network.colorizer, &self.out.join("colorizer.bpk"))?;
            println!("trunk.bpk and colorizer.bpk: step {step} of {}", run.display());
        }
        if let Some(run) = &self.flow {
            let (step, network) = checkpoint::load(run, config.flow.init::<Flex>(&device), &device)?;
            export::write(&network, &self.out.join("flow.bpk"))?;
            println!("flow.bpk: step {step} of {}", run.display());
        }
        if let Some(run) = &self.refiner {
            let (step, network) = checkpoint::load(run, config.refiner.init::<Flex>(&device), &device)?;
            export::write(&network, &self.out.join("refiner.bpk"))?;
            println!("refiner.bpk: step {step} of {}", run.display());
        }
        Ok(())
    }
}
