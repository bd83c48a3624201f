//! Checkpoints: network, optimiser and step, in full precision.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use burn::{
    module::{AutodiffModule, Module},
    optim::Optimizer,
    record::{FullPrecisionSettings, NamedMpkFileRecorder, Recorder},
    tensor::backend::{AutodiffBackend, Backend},
};

const PREFIX: &str = "step-";
const NETWORK: &str = "network";
const OPTIMIZER: &str = "optimizer";

/// Writes a checkpoint into the run's folder, where the one before it stays and older ones are removed. The folder
/// appears under its name only when it is complete.
pub fn save<B: AutodiffBackend, M: AutodiffModule<B>, O: Optimizer<M, B>>(
    out: &Path,
    step: usize,
    network: &M,
    optimizer: &O,
) -> Result<()> {
    let before = list(out)?;
    complete(out, step, |folder| {
        network.clone().save_file(folder.join(NETWORK), &recorder())?;
        Ok(Recorder::<B>::record(&recorder(), optimizer.to_record(), folder.join(OPTIMIZER))?)
    })?;
    for (_, folder) in before.iter().rev().skip(1) {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Writes a network that was not trained here as step 0 of a new run. Training that resumes from it starts with a fresh
/// optimiser.
pub fn save_network<B: Backend, M: Module<B>>(out: &Path, network: &M) -> Result<()> {
    complete(out, 0, |folder| Ok(network.clone().save_file(folder.join(NETWORK), &recorder())?))
}

/// The newest checkpoint's step, network and optimiser.
pub fn resume<B: AutodiffBackend, M: AutodiffModule<B>, O: Optimizer<M, B>>(
    out: &Path,
    network: M,
    optimizer: O,
    device: &B::Device,
) -> Result<(usize, M, O)> {
    let (step, folder) = newest(out)?;
    let network = network.load_file(folder.join(NETWORK), &recorder(), device)?;
    let file = folder.join(OPTIMIZER);
    if step == 0 && !file.with_extension("mpk").exists() {
        return Ok((step, network, optimizer));
    }
    let record = Recorder::<B>::load(&recorder(), file, device)?;
    Ok((step, network, optimizer.load_record(record)))
}

/// The newest checkpoint's step and network, for use without training.
pub fn load<B: Backend, M: Module<B>>(out: &Path, network: M, device: &B::Device) -> Result<(usize, M)> {
    let (step, folder) = newest(out)?;
    let file = folder.join(NETWORK);
    let network = network
        .load_file(&file, &recorder(), device)
        .with_context(|| format!("{} is not a checkpoint of this network", file.display()))?;
    Ok((step, network))
}

/// As [`load`], and an error if the checkpoint's parameters are not as many as those of `network`, which is of the sizes
/// that are expected.
pub fn load_checked<B: Backend, M: Module<B>>(
    out: &Path,
    network: M,
    device: &B::Device,
) -> Result<(usize, M)> {
    let expected = network.num_params();
    let (step, network) = load(out, network, device)?;
    let found = network.num_params();
    ensure!(
        found == expected,
        "{} holds a network of {found} parameters, not of {expected}: is the preset right?",
        out.display()
    );
    Ok((step, network))
}

/// The steps of a run's complete checkpoints, oldest first.
pub fn steps(out: &Path) -> Result<Vec<usize>> {
    Ok(list(out)?.into_iter().map(|(step, _)| step).collect())
}

fn recorder() -> NamedMpkFileRecorder<FullPrecisionSettings> {
    NamedMpkFileRecorder::default()
}

/// Lets `fill` write into a folder that gets its name when it is done.
fn complete(out: &Path, step: usize, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let [partial, complete] =
        [format!("partial-{step}"), format!("{PREFIX}{step:07}")].map(|name| out.join(name));
    fs::create_dir_all(&partial)?;
    fill(&partial)?;
    fs::rename(&partial, &complete).with_context(|| format!("writing {}", complete.display()))
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
