//! A checkpoint on disk: a folder that gets its name when it is complete, with a list of its files and their hashes, so that
//! a damaged one is noticed.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use chromaflow::weights::sha256;
use serde::{Deserialize, Serialize};

use super::progress::Progress;

const PREFIX: &str = "step-";
const PARTIAL: &str = "partial";
const LIST: &str = "checkpoint.json";

/// `checkpoint.json`.
#[derive(Serialize, Deserialize)]
struct List {
    progress: Progress,
    /// SHA-256 by file name.
    files: BTreeMap<String, String>,
}

/// A checkpoint whose files are all as they were written.
pub(super) struct Whole {
    pub path: PathBuf,
    pub progress: Progress,
    files: BTreeMap<String, Vec<u8>>,
}

impl Whole {
    pub fn has(&self, file: &str) -> bool {
        self.files.contains_key(file)
    }

    pub fn take(&mut self, file: &str) -> Result<Vec<u8>> {
        self.files.remove(file).with_context(|| format!("{} has no {file}", self.path.display()))
    }

    fn read(path: PathBuf) -> Result<Self> {
        let list = read_list(&path)?;
        let mut files = BTreeMap::new();
        for (name, hash) in list.files {
            let bytes = fs::read(path.join(&name)).with_context(|| format!("reading {name}"))?;
            ensure!(sha256(&bytes) == hash, "{name} is not as it was written");
            files.insert(name, bytes);
        }
        Ok(Self { path, progress: list.progress, files })
    }
}

/// Writes files into a folder that gets its name when all are on the disk.
pub(super) fn write(out: &Path, progress: Progress, files: &[(&str, Vec<u8>)]) -> Result<()> {
    let [partial, complete] =
        [PARTIAL.to_owned(), format!("{PREFIX}{:07}", progress.step)].map(|name| out.join(name));
    let written = fill(&partial, progress, files).and_then(|()| {
        remove(&complete)?; // Only a damaged one can be there: training goes on behind the newest whole one.
        fs::rename(&partial, &complete)?;
        Ok(File::open(out)?.sync_all()?)
    });
    if written.is_err() {
        let _ = fs::remove_dir_all(&partial); // The error that counts is the first; the next start clears the rest away.
    }
    written.with_context(|| {
        format!("writing {}; the checkpoints before it are as they were", complete.display())
    })
}

fn fill(partial: &Path, progress: Progress, files: &[(&str, Vec<u8>)]) -> Result<()> {
    remove(partial)?;
    fs::create_dir_all(partial)?;
    let hashes = files.iter().map(|(name, bytes)| ((*name).to_owned(), sha256(bytes))).collect();
    let list = serde_json::to_vec_pretty(&List { progress, files: hashes })?;
    let files = files.iter().map(|(name, bytes)| (*name, bytes)).chain([(LIST, &list)]);
    for (name, bytes) in files {
        let mut file = File::create(partial.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    Ok(File::open(partial)?.sync_all()?)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    Ok(())
}

/// The newest whole checkpoint; says which newer ones are damaged. None where there is none.
pub(super) fn newest(out: &Path) -> Result<Option<Whole>> {
    for (_, path) in list(out)?.into_iter().rev() {
        match Whole::read(path.clone()) {
            Ok(whole) => return Ok(Some(whole)),
            Err(error) => eprintln!("{} is damaged and left out: {error:#}", path.display()),
        }
    }
    Ok(None)
}

/// Removes the checkpoints behind that of `step`, which must be whole.
pub fn go_back(out: &Path, step: usize) -> Result<()> {
    let there = list(out)?;
    let names = there.iter().map(|(step, _)| step.to_string()).collect::<Vec<_>>().join(", ");
    let place = there.iter().position(|(other, _)| *other == step);
    let place =
        place.with_context(|| format!("{} keeps no step {step}; there are: {names}", out.display()))?;
    Whole::read(there[place].1.clone()).with_context(|| format!("step {step} can't be gone back to"))?;
    there[place + 1..].iter().try_for_each(|(_, path)| remove(path))
}

/// Removes all checkpoints but the `keep` newest and the best.
pub(super) fn prune(out: &Path, keep: usize) -> Result<()> {
    let best = best(out)?;
    let mut old = list(out)?.into_iter().rev().skip(keep).filter(|(step, _)| Some(*step) != best);
    old.try_for_each(|(_, path)| remove(&path))
}

/// The step of the checkpoint with the lowest loss on what is held back; of those that know none, with the lowest smoothed loss.
pub fn best(out: &Path) -> Result<Option<usize>> {
    let progress = |(_, path): (usize, PathBuf)| Some(read_list(&path).ok()?.progress);
    let whole: Vec<_> = list(out)?.into_iter().filter_map(progress).collect();
    let lowest = |loss: fn(&Progress) -> Option<f32>| {
        let known = whole.iter().filter_map(|progress| Some((loss(progress)?, progress.step)));
        known.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, step)| step)
    };
    Ok(lowest(|progress| progress.held_back_loss).or_else(|| lowest(|progress| Some(progress.smoothed_loss))))
}

/// The steps of a stage's checkpoints, oldest first; none where the folder is not there.
pub fn steps(out: &Path) -> Result<Vec<usize>> {
    Ok(list(out)?.into_iter().map(|(step, _)| step).collect())
}

fn read_list(path: &Path) -> Result<List> {
    let text = fs::read_to_string(path.join(LIST)).with_context(|| format!("reading {LIST}"))?;
    serde_json::from_str(&text).with_context(|| format!("reading {LIST}"))
}

/// Steps and folders, oldest first.
fn list(out: &Path) -> Result<Vec<(usize, PathBuf)>> {
    let mut found = Vec::new();
    if !out.exists() {
        return Ok(found);
    }
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
