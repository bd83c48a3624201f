//! The subcommands, one file each.

pub mod colorize;
pub mod eval;
pub mod export;
pub mod import;
pub mod info;
pub mod pipeline;
pub mod prepare;
pub mod train;

use anyhow::Result;
use clap::Parser;

/// Trains, measures and exports Chromaflow's networks.
#[derive(Debug, Parser)]
#[command(version)]
pub enum Command {
    /// Prepare photos and clips for training.
    Prepare(prepare::PrepareCommand),
    /// Train the networks, as a file says.
    Train(train::TrainCommand),
    /// Color a clip natively, as the page does.
    Colorize(colorize::ColorizeCommand),
    /// Measure our colorings, or another method's, against the truth.
    Eval(eval::EvalCommand),
    /// Take over published weights of VGG-19 or PWC-Net.
    Import(import::ImportCommand),
    /// Write weights as the page loads them, or f as ONNX.
    Export(export::ExportCommand),
    /// Say what a run's folder or a folder of weights holds.
    Info(info::InfoCommand),
}

impl Command {
    /// Runs the command.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Prepare(command) => command.run(),
            Self::Train(command) => command.run(),
            Self::Colorize(command) => command.run(),
            Self::Eval(command) => command.run(),
            Self::Import(command) => command.run(),
            Self::Export(command) => command.run(),
            Self::Info(command) => command.run(),
        }
    }
}
