//! Checkpoints: network, optimiser and step, in full precision.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use burn::{
    module::{AutodiffModule, Module},
    optim::Optimizer,
    record::{FullPrecisionSettings, NamedMpkFileRecorder, Recorder},
    tensor::backend::{AutodiffBackend, Backend},
};

const PREFIX: &str = "step-";

/// Writes a checkpoint into the run's folder, where the one before it stays and older ones are removed. The folder
/// appears under its name only when it is complete.
pub fn save<B: AutodiffBackend, M: AutodiffModule<B>, O: Optimizer<M, B>>(
    out: &Path,
    step: usize,
    network: &M,
    optimizer: &O,
) -> Result<()> {
    let before = list(out)?;
    let [partial, complete] =
        [format!("partial-{step}"), format!("{PREFIX}{step:07}")].map(|name| out.join(name));
    fs::create_dir_all(&partial)?;
    let recorder = NamedMpkFileRecorder::<FullPrecisionSettings>::default();
    network.clone().save_file(partial.join("network"), &recorder)?;
    Recorder::<B>::record(&recorder, optimizer.to_record(), partial.join("optimizer"))?;
    fs::rename(&partial, &complete).with_context(|| format!("writing {}", complete.display()))?;
    for (_, folder) in before.iter().rev().skip(1) {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// The newest checkpoint's step, network and optimiser.
pub fn resume<B: AutodiffBackend, M: AutodiffModule<B>, O: Optimizer<M, B>>(
    out: &Path,
    network: M,
    optimizer: O,
    device: &B::Device,
) -> Result<(usize, M, O)> {
    let (step, folder) = newest(out)?;
    let recorder = NamedMpkFileRecorder::<FullPrecisionSettings>::default();
    let network = network.load_file(folder.join("network"), &recorder, device)?;
    let record = Recorder::<B>::load(&recorder, folder.join("optimizer"), device)?;
    Ok((step, network, optimizer.load_record(record)))
}

/// The newest checkpoint's step and network, for use without training.
pub fn load<B: Backend, M: Module<B>>(out: &Path, network: M, device: &B::Device) -> Result<(usize, M)> {
    let (step, folder) = newest(out)?;
    let recorder = NamedMpkFileRecorder::<FullPrecisionSettings>::default();
    Ok((step, network.load_file(folder.join("network"), &recorder, device)?))
}

fn newest(out: &Path) -> Result<(usize, PathBuf)> {
    list(out)?.pop().with_context(|| format!("no checkpoint in {}", out.display()))
}

/// Steps and folders of the complete checkpoints, oldest first.
fn list(out: &Path) -> Result<Vec<(usize, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(out).with_context(|| format!("reading {}", out.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(step) = name.strip_prefix(PREFIX).and_then(|step| step.parse().ok()) {
            found.push((step, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}
