//! Folders that appear under their name complete or not at all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::data::prepared::record::FileEntry;

/// Names of folders that are being written begin so.
const PARTIAL: &str = ".partial-";

/// A folder that is written beside its place. Dropped there, it is gone.
pub struct StagedFolder {
    partial: PathBuf,
    place: PathBuf,
}

impl StagedFolder {
    /// An empty folder that will become `parent/name`.
    pub fn new(parent: &Path, name: &str) -> Result<Self> {
        let staged = Self { partial: parent.join(format!("{PARTIAL}{name}")), place: parent.join(name) };
        remove(&staged.partial)?;
        fs::create_dir_all(&staged.partial)
            .with_context(|| format!("making {}", staged.partial.display()))?;
        Ok(staged)
    }

    /// Writes a file into it.
    pub fn write(&self, name: String, bytes: &[u8]) -> Result<FileEntry> {
        let path = self.partial.join(&name);
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
        Ok(FileEntry::of(name, bytes))
    }

    /// Writes the record, which says that all else is there, and moves the folder to its place, over what it replaces.
    /// Returns the record's SHA-256.
    pub fn finish(self, name: &str, record: &impl Serialize) -> Result<String> {
        let entry = self.write(name.to_owned(), (serde_json::to_string_pretty(record)? + "\n").as_bytes())?;
        remove(&self.place)?;
        fs::rename(&self.partial, &self.place)
            .with_context(|| format!("writing {}", self.place.display()))?;
        Ok(entry.sha256)
    }
}

impl Drop for StagedFolder {
    fn drop(&mut self) {
        // Once placed it is no longer there, and a leftover is removed by the next call.
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// Removes what interrupted calls left in a folder.
pub fn remove_leftovers(parent: &Path) -> Result<()> {
    let reading = || format!("reading {}", parent.display());
    for entry in fs::read_dir(parent).with_context(reading)? {
        let entry = entry.with_context(reading)?;
        if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", folder.display()))
        }
        _ => Ok(()),
    }
}
