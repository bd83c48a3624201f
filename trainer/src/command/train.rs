//! `train trunk|colorizer|flow|refiner`.

use anyhow::Result;
use burn::backend::{Autodiff, Flex, Wgpu};
use clap::{Args, Subcommand};

use crate::{
    device::Device,
    train::{RunOptions, colorizer, flow, refiner, trunk},
};

/// The network to train.
#[derive(Debug, Subcommand)]
pub enum TrainCommand {
    /// The trunk alone, on which colours are likely where and on what a teacher sees.
    Trunk(TrainArguments<trunk::TrunkOptions>),
    /// f and its trunk, with equations (2) and (7).
    Colorizer(TrainArguments<colorizer::ColorizerOptions>),
    /// The flow network, on synthetic motion.
    Flow(TrainArguments<flow::FlowOptions>),
    /// g, with equation (5), on clips; f and the flow network are frozen.
    Refiner(TrainArguments<refiner::RefinerOptions>),
}

/// What every training takes.
#[derive(Debug, Args)]
pub struct TrainArguments<T: Args> {
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    network: T,
    /// What computes.
    #[arg(long, value_enum, default_value_t = Device::Flex)]
    device: Device,
}

/// Runs `$train` on the device that `$arguments` name.
macro_rules! on_device {
    ($arguments:expr, $($train:ident)::+) => {{
        let TrainArguments { run, network, device } = &$arguments;
        device.check()?;
        match device {
            Device::Flex => $($train)::+::<Autodiff<Flex>>(run, network, &Default::default()),
            Device::Wgpu => $($train)::+::<Autodiff<Wgpu>>(run, network, &Default::default()),
            #[cfg(feature = "cuda")]
            Device::Cuda => $($train)::+::<Autodiff<burn::backend::Cuda>>(run, network, &Default::default()),
            #[cfg(feature = "libtorch")]
            Device::Libtorch => {
                $($train)::+::<Autodiff<burn::backend::LibTorch>>(run, network, &Default::default())
            }
            #[allow(unreachable_patterns, reason = "a build with all features knows every device")]
            _ => unreachable!("the check above names what this build lacks"),
        }
    }};
}

impl TrainCommand {
    /// Trains to the end.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Trunk(arguments) => on_device!(arguments, trunk::train),
            Self::Colorizer(arguments) => on_device!(arguments, colorizer::train),
            Self::Flow(arguments) => on_device!(arguments, flow::train),
            Self::Refiner(arguments) => on_device!(arguments, refiner::train),
        }
    }
}
