//! `info`: what a folder holds.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;

use crate::run::info::{self, Description};

/// Says what a run's folder or a folder of weights holds: preset, parameters, steps, command, commit, figures; of weights,
/// whether each file is the one that the manifest describes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  trainer info runs/flow
  trainer info weights")]
pub struct InfoCommand {
    /// The folder.
    folder: PathBuf,
}

impl InfoCommand {
    /// Prints the description; errs where weights are altered or missing.
    pub fn run(self) -> Result<()> {
        let Description { text, altered } = info::describe(&self.folder)?;
        print!("{text}");
        ensure!(altered.is_empty(), "not as the manifest states: {}", altered.join(", "));
        Ok(())
    }
}
