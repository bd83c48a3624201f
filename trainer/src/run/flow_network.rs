//! The flow network of a run, or of a folder of weights.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::backend::Backend;
use chromaflow::model::flow::FlowNet;

use super::folder::RunFolder;
use crate::networks::published;

/// Reads the flow network from a folder of weights (with its `manifest.json`), or from the run that trained or imported
/// it. `preset` is that of a folder of weights; a run says its own.
pub fn load<B: Backend>(folder: &Path, preset: &str, device: &B::Device) -> Result<FlowNet<B>> {
    if published::manifest_path(folder).is_file() {
        return Ok(published::load(folder, preset, device)?.flow);
    }
    let network = RunFolder::open(folder)?.flow(device)?;
    network.with_context(|| format!("{} trained no flow network", folder.display()))
}
