//! `train trunk|colorizer|flow|refiner`.

use anyhow::Result;
use burn::backend::{Autodiff, Flex};
use clap::{Args, Subcommand, ValueEnum};

use crate::train::{RunOptions, colorizer, flow, refiner, trunk};

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

/// The backends that train.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Device {
    /// Burn's own CPU kernels.
    Flex,
    /// LibTorch on the CPU.
    #[cfg(feature = "libtorch")]
    Libtorch,
}

/// Runs `$train` on the backend that `$arguments` names.
macro_rules! on_device {
    ($arguments:expr, $($train:ident)::+) => {
        match $arguments.device {
            Device::Flex => $($train)::+::<Autodiff<Flex>>(&$arguments.run, &$arguments.network, &Default::default()),
            #[cfg(feature = "libtorch")]
            Device::Libtorch => $($train)::+::<Autodiff<burn::backend::LibTorch>>(
                &$arguments.run,
                &$arguments.network,
                &Default::default(),
            ),
        }
    };
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
