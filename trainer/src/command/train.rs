//! `train`: a run, from its configuration to its last step.

use std::path::PathBuf;

use anyhow::Result;
use burn::backend::{Autodiff, Flex, Wgpu};
use clap::Args;

use crate::{
    config::{self, RunConfig},
    device::Device,
    monitor::Show,
    train::{run_folder::RunFolder, stages},
};

/// Trains the stages of a run one after the other. RUN is a TOML or JSON file; every field that it leaves out is the paper's,
/// and without it all are; a run that is resumed without it goes on with its own.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  trainer train trainer/runs/small.toml --data DATA --out runs/small
  trainer train --resume --out runs/small
  trainer train trainer/runs/lite.toml --device cuda --set stages.colorizer.batch=32 --set optimiser.learning_rate=3e-4
  trainer train --dry-run")]
pub struct TrainCommand {
    /// The run's configuration.
    #[arg(value_name = "RUN")]
    file: Option<PathBuf>,
    /// Sets a field: `seed=2`, `optimiser.ema=0.999`, `stages.colorizer.batch=4` (all stages of that kind), `stages.2.side=480`
    /// (the second stage).
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The folder of what is trained on, in place of the configuration's.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The run's folder, in place of the configuration's.
    #[arg(long)]
    out: Option<PathBuf>,
    /// What computes, in place of the configuration's.
    #[arg(long, value_enum)]
    device: Option<Device>,
    /// Goes on from the newest whole checkpoint in the run's folder, or from the start if there is none yet.
    #[arg(long)]
    resume: bool,
    /// Prints the configuration with all its fields, and the steps of each stage, and does no more.
    #[arg(long)]
    dry_run: bool,
}

impl TrainCommand {
    /// Trains to the end.
    pub fn run(self) -> Result<()> {
        let run = self.config()?;
        if self.dry_run {
            print!("{}", run.describe()?);
            return Ok(());
        }
        run.device.check()?;
        match run.device {
            Device::Flex => stages::train::<Autodiff<Flex>>(&run, self.resume, &Default::default()),
            Device::Wgpu => stages::train::<Autodiff<Wgpu>>(&run, self.resume, &Default::default()),
            #[cfg(feature = "cuda")]
            Device::Cuda => {
                stages::train::<Autodiff<burn::backend::Cuda>>(&run, self.resume, &Default::default())
            }
            #[cfg(feature = "libtorch")]
            Device::Libtorch => {
                stages::train::<Autodiff<burn::backend::LibTorch>>(&run, self.resume, &Default::default())
            }
            #[allow(unreachable_patterns, reason = "a build with all features knows every device")]
            _ => unreachable!("the check above names what this build lacks"),
        }
    }

    /// What the file says, or without one the run that is resumed, else the paper's; with what the options change.
    fn config(&self) -> Result<RunConfig> {
        let mut run = match (&self.file, &self.out) {
            (None, Some(out)) if self.resume && out.exists() => {
                config::parse(&toml::to_string(&RunFolder::open(out)?.config()?)?, &self.set)?
            }
            (file, _) => config::read(file.as_deref(), &self.set)?,
        };
        run.data = self.data.clone().unwrap_or(run.data);
        run.out = self.out.clone().unwrap_or(run.out);
        run.device = self.device.unwrap_or(run.device);
        run.show = Show::on_stdout();
        Ok(run)
    }
}
