//! The manifest of the published weights: what the page checks, and what anyone may ask of a set.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use burn::{backend::Flex, module::Module};
use chromaflow::{
    model::preset::Preset,
    weights::{Manifest, WeightFile, WeightSet, sha256},
};
use serde::{Deserialize, Serialize};

/// Where a network's weights come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The command that trained it.
    pub command: String,
    /// The commit that the command was built from.
    pub commit: String,
}

/// Describes the four files in `folder/<preset>/` in `folder/manifest.json`, beside the sets that it has already.
/// `origins` says by network where each comes from; a network that it lacks keeps what the manifest said before.
pub fn publish(
    folder: &Path,
    preset: Preset,
    origins: &BTreeMap<String, Origin>,
    figures: serde_json::Value,
) -> Result<()> {
    let path = folder.join("manifest.json");
    let mut manifest = match fs::read_to_string(&path) {
        Ok(text) => Manifest::parse(&text)?,
        Err(_) => Manifest { presets: BTreeMap::new() },
    };
    let name = serde_json::to_value(preset)?.as_str().context("a preset's name is text")?.to_owned();
    let config = preset.config();
    let networks = config.init::<Flex>(&Default::default());
    let before = manifest.presets.get(&name);
    let describe = |network: &str, parameters: usize, old: Option<&WeightFile>| {
        let file_name = format!("{name}/{network}.bpk");
        let file = folder.join(&file_name);
        let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let kept = old.map(|old| Origin { command: old.command.clone(), commit: old.commit.clone() });
        let Origin { command, commit } = origins.get(network).cloned().or(kept).unwrap_or_default();
        let (length, sha256) = (bytes.len() as u64, sha256(&bytes));
        let dtype = "f16".to_owned();
        anyhow::Ok(WeightFile { name: file_name, bytes: length, sha256, dtype, parameters, command, commit })
    };
    let set = WeightSet {
        trunk: describe("trunk", networks.trunk.num_params(), before.map(|set| &set.trunk))?,
        colorizer: describe("colorizer", networks.colorizer.num_params(), before.map(|set| &set.colorizer))?,
        flow: describe("flow", networks.flow.num_params(), before.map(|set| &set.flow))?,
        refiner: describe("refiner", networks.refiner.num_params(), before.map(|set| &set.refiner))?,
        config,
        figures,
    };
    manifest.presets.insert(name, set);
    fs::write(&path, serde_json::to_string_pretty(&manifest)? + "\n")
        .with_context(|| format!("writing {}", path.display()))
}
