//! The flow networks of an evaluation. All methods and variants are measured along the motion that one of them finds, which the
//! report names: a flow that finds little motion makes any colors look steady.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::backend::Backend;
use chromaflow::model::flow::FlowNet;

use crate::{networks::published, run::flow_network};

/// Digits of a file's hash that tell it from others.
const HASH_DIGITS: usize = 8;

/// A flow network and where it is from.
pub struct NamedFlow<B: Backend> {
    /// Its file with the start of its hash, or the folder of its run.
    pub name: String,
    /// The network.
    pub network: FlowNet<B>,
}

/// The flow networks of an evaluation.
pub struct Flows<B: Backend> {
    /// Finds the motion that g refines along: that of the weights or the run.
    pub own: NamedFlow<B>,
    /// Finds the motion that everything is measured along, where it is another one.
    pub measuring: Option<NamedFlow<B>>,
}

impl<B: Backend> NamedFlow<B> {
    /// Reads the flow network of a run, or of a folder of weights: of its first set by name, so that sets of one folder are measured
    /// alike.
    pub fn read(folder: &Path, device: &B::Device) -> Result<Self> {
        let preset = match published::is_there(folder) {
            true => {
                let sets = published::manifest(folder)?.presets.into_keys();
                sets.min().with_context(|| format!("{} has no weights", folder.display()))?
            }
            false => String::new(),
        };
        let network = flow_network::load(folder, &preset, device)?;
        Ok(Self { name: name(folder, &preset)?, network })
    }

    /// That of the published weights; none where they are not found.
    pub fn published(device: &B::Device) -> Result<Option<Self>> {
        let folder = published::default_folder();
        published::is_there(&folder).then(|| Self::read(&folder, device)).transpose()
    }
}

impl<B: Backend> Flows<B> {
    /// `own`, and another one for measuring where that has another name.
    pub fn new(own: NamedFlow<B>, measuring: Option<NamedFlow<B>>) -> Self {
        let measuring = measuring.filter(|measuring| measuring.name != own.name);
        Self { own, measuring }
    }

    /// The one that everything is measured along.
    pub fn measuring(&self) -> &NamedFlow<B> {
        self.measuring.as_ref().unwrap_or(&self.own)
    }
}

/// The name of the flow network of a folder of weights, of its set `preset`, or of a run.
pub fn name(folder: &Path, preset: &str) -> Result<String> {
    if !published::is_there(folder) {
        return Ok(folder.display().to_string());
    }
    let manifest = published::manifest(folder)?;
    let file = &manifest.set(preset)?.flow;
    let hash: String = file.sha256.chars().take(HASH_DIGITS).collect();
    Ok(format!("{} ({hash})", folder.join(&file.name).display()))
}
