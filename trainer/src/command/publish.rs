//! `publish`: describes a folder of exported weights for the page.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use chromaflow::model::preset::Preset;
use clap::Args;

use crate::{publish, train::parse_preset};

/// Writes weights/manifest.json: for each file its hash, size and origin, and the measured figures.
///
/// Example: trainer publish --origins origins.json --figures figures.json
#[derive(Args, Debug)]
pub struct PublishCommand {
    /// The set that is described: the files in `<weights>/<preset>/`.
    #[arg(long, value_parser = parse_preset, default_value = "lite")]
    preset: Preset,
    /// The folder of published weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// JSON: for each of trunk, colorizer, flow and refiner its {"command", "commit"}.
    #[arg(long)]
    origins: PathBuf,
    /// JSON: what `eval` printed.
    #[arg(long)]
    figures: PathBuf,
}

impl PublishCommand {
    /// Writes the manifest.
    pub fn run(self) -> Result<()> {
        let read =
            |path: &PathBuf| fs::read_to_string(path).with_context(|| format!("reading {}", path.display()));
        let origins = serde_json::from_str(&read(&self.origins)?).context("reading the origins")?;
        let figures = serde_json::from_str(&read(&self.figures)?).context("reading the figures")?;
        publish::publish(&self.weights, self.preset, &origins, figures)
    }
}
