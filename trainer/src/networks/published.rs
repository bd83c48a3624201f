//! The published weights on disk: the folder that the page serves.

use std::{
    collections::BTreeMap,
    env, fmt, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use burn::tensor::backend::Backend;
use chromaflow::{
    model::preset::Networks,
    weights::{Manifest, WeightFile, sha256},
};

/// How a weights file compares with the one that the manifest describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Its size and hash are as stated.
    AsStated,
    /// It is another file, or a part of one.
    Altered,
    /// It is not there.
    Missing,
}

impl fmt::Display for FileState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AsStated => "as stated",
            Self::Altered => "altered",
            Self::Missing => "missing",
        })
    }
}

/// The folder of the published weights: that in the current folder, else that beside the program or above it, as in a build of the
/// project.
pub fn default_folder() -> PathBuf {
    let here = PathBuf::from("weights");
    let program = env::current_exe().unwrap_or_default();
    let above = program.ancestors().skip(1).map(|folder| folder.join("weights"));
    std::iter::once(here.clone()).chain(above).find(|folder| is_there(folder)).unwrap_or(here)
}

/// Where a folder of weights has its manifest.
pub fn manifest_path(folder: &Path) -> PathBuf {
    folder.join("manifest.json")
}

/// True if a folder holds published weights.
pub fn is_there(folder: &Path) -> bool {
    manifest_path(folder).is_file()
}

/// The manifest of a folder of weights.
pub fn manifest(folder: &Path) -> Result<Manifest> {
    let path = manifest_path(folder);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    Manifest::parse(&text).with_context(|| format!("reading {}", path.display()))
}

/// Compares a file with what the manifest says of it.
pub fn check(folder: &Path, file: &WeightFile) -> Result<FileState> {
    let path = folder.join(&file.name);
    match fs::read(&path) {
        Ok(bytes) if bytes.len() as u64 == file.bytes && sha256(&bytes) == file.sha256 => {
            Ok(FileState::AsStated)
        }
        Ok(_) => Ok(FileState::Altered),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(FileState::Missing),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
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
