//! The published weights on disk: the folder that the page serves.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use burn::tensor::backend::Backend;
use chromaflow::{model::preset::Networks, weights::Manifest};

/// The manifest of a folder of weights.
pub fn manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join("manifest.json");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(Manifest::parse(&text)?)
}

/// The networks of a preset, checked as the page checks them.
pub fn load<B: Backend>(folder: &Path, preset: &str, device: &B::Device) -> Result<Networks<B>> {
    let manifest = manifest(folder)?;
    let set = manifest.set(preset)?;
    let mut files = BTreeMap::new();
    for file in set.files() {
        let path = folder.join(&file.name);
        files.insert(
            file.name.clone(),
            fs::read(&path).with_context(|| format!("reading {}", path.display()))?,
        );
    }
    Ok(set.load(files, device)?)
}
