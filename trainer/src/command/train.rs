//! `train`: a run, from its configuration to its last step.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use burn::{
    backend::{Autodiff, Flex, Wgpu},
    tensor::backend::AutodiffBackend,
};
use chromaflow::kernel::Kernels;
use clap::Args;

use crate::{
    config::{self, RunConfig, Show},
    device::Device,
    run::folder::RunFolder,
    train::{peers::nodes::NodeOptions, stages},
};

/// Trains the stages of a run one after the other. RUN is a TOML or JSON file; every field that it leaves out is the paper's,
/// and without it all are; a run that is resumed without it goes on with its own.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  trainer train trainer/runs/small.toml --data SET --out runs/small
  trainer train --resume --out runs/small
  trainer train --resume --step 1500 --out runs/small
  trainer train trainer/runs/lite.toml --minutes 10
  trainer train trainer/runs/lite.toml --device cuda --set stages.colorizer.batch=32 --set optimizer.learning_rate=3e-4
  trainer train trainer/runs/lite.toml --device cuda --devices 4 --set optimizer.accumulate=4
  trainer train --dry-run

Two machines with four GPUs each, and a disk that both see:
  trainer train RUN --device cuda --devices 4 --set optimizer.accumulate=8 --nodes a:29500,b:29500 --node-rank 0   # on a
  trainer train RUN --device cuda --devices 4 --set optimizer.accumulate=8 --nodes a:29500,b:29500 --node-rank 1   # on b")]
pub struct TrainCommand {
    /// The run's configuration.
    #[arg(value_name = "RUN")]
    file: Option<PathBuf>,
    /// Sets a field: `seed=2`, `optimizer.ema=0.999`, `stages.colorizer.batch=4` (all stages of that kind), `stages.2.side=480`
    /// (the second stage).
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The prepared set that is trained on, in place of the configuration's.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The run's folder, in place of the configuration's.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The kind of device that computes, in place of the configuration's.
    #[arg(long, value_enum)]
    device: Option<Device>,
    /// How many devices of this machine share each step's batches: the first N GPUs, or threads of the processor.
    /// optimizer.accumulate, the batches a step, must be a multiple of the devices of all machines.
    #[arg(long, value_name = "N", default_value_t = 1)]
    devices: usize,
    #[command(flatten)]
    nodes: NodeOptions,
    /// Ends with a checkpoint after so many minutes, and lets the learning rate fall as if the stage ended there.
    #[arg(long, value_name = "N")]
    minutes: Option<f64>,
    /// Goes on from the newest whole checkpoint in the run's folder, or from the start if there is none yet.
    #[arg(long)]
    resume: bool,
    /// Goes on from this step of the newest stage, one of those that `trainer info RUN` names, and forgets what was trained behind it.
    #[arg(long, value_name = "STEP", requires = "resume")]
    step: Option<usize>,
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
        run.device.check_count(self.devices)?;
        if let Some(step) = self.step {
            stages::go_back(&run, step)?;
        }
        match run.device {
            Device::Flex => self.train::<Autodiff<Flex>>(&run, |_| Default::default()),
            Device::Wgpu => self.train::<Autodiff<Wgpu>>(&run, |_| Default::default()),
            #[cfg(feature = "cuda")]
            Device::Cuda => {
                self.train::<Autodiff<burn::backend::Cuda>>(&run, burn::backend::cuda::CudaDevice::new)
            }
            #[cfg(feature = "libtorch")]
            Device::Libtorch => self.train::<Autodiff<burn::backend::LibTorch>>(&run, |_| Default::default()),
            #[cfg(feature = "libtorch")]
            Device::LibtorchCuda => self.train::<Autodiff<burn::backend::LibTorch>>(
                &run,
                burn::backend::libtorch::LibTorchDevice::Cuda,
            ),
            #[allow(unreachable_patterns, reason = "a build with all features knows every device")]
            _ => unreachable!("the check above names what this build lacks"),
        }
    }

    fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
        &self,
        run: &RunConfig,
        device: impl Fn(usize) -> B::Device,
    ) -> Result<()> {
        let devices: Vec<_> = (0..self.devices).map(device).collect();
        let nodes = (!self.nodes.addresses.is_empty()).then(|| self.nodes.clone());
        stages::train_on::<B>(run, self.resume, &devices, nodes)
    }

    /// The file's configuration, or without a file that of the run that is resumed, else the paper's; with the options' changes.
    fn config(&self) -> Result<RunConfig> {
        let mut run = match (&self.file, &self.out) {
            (None, Some(out)) if self.resume => {
                ensure!(out.exists(), "{} is not there: there is no run to go on with", out.display());
                config::parse(&toml::to_string(&RunFolder::open(out)?.config()?)?, &self.set)?
            }
            (file, _) => config::read(file.as_deref(), &self.set)?,
        };
        run.data = self.data.clone().unwrap_or(run.data);
        run.out = self.out.clone().unwrap_or(run.out);
        run.device = self.device.unwrap_or(run.device);
        run.minutes = self.minutes.unwrap_or(run.minutes);
        run.show = Show::on_stdout();
        run.check()?;
        Ok(run)
    }
}
