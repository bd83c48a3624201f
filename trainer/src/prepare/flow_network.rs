//! The flow network of a run, or of a folder of weights.

use std::path::Path;

use anyhow::{Result, bail};
use burn::tensor::backend::Backend;
use chromaflow::model::flow::FlowNet;

use crate::{
    checkpoint, published,
    train::run_record::{Contents, RunRecord},
};

/// Reads the flow network from a folder of weights (with its `manifest.json`), or from the run that trained or imported
/// it. `preset` is that of a folder of weights; a run says its own.
pub fn load<B: Backend>(folder: &Path, preset: &str, device: &B::Device) -> Result<FlowNet<B>> {
    if published::manifest_path(folder).is_file() {
        return Ok(published::load(folder, preset, device)?.flow);
    }
    match RunRecord::read(folder)? {
        Some(record) if record.contents == Contents::Flow => {
            let fresh = record.preset.config().flow.init(device);
            Ok(checkpoint::load_checked(folder, fresh, device)?.1)
        }
        Some(record) => {
            bail!("{} is a run of {:?}, not of the flow network", folder.display(), record.contents)
        }
        None => bail!("{} is neither a folder of weights nor a run", folder.display()),
    }
}
