//! Which files train and which are held back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::held_back::HeldBack;

/// The folders of photos, under the data's root.
pub const PHOTO_FOLDERS: [&str; 2] = ["photos-open", "photos-research"];
/// The folders of clips, under the data's root.
pub const CLIP_FOLDERS: [&str; 2] = ["clips-open", "clips-research"];

/// The files of some folders, parted into those that train and those that `validation.txt` holds back.
#[derive(Clone, Debug)]
pub struct Split {
    /// Files to train on, sorted.
    pub training: Vec<PathBuf>,
    /// Files held back, sorted.
    pub validation: Vec<PathBuf>,
}

impl Split {
    /// Parts the files of `folders` under `root`, whose `validation.txt` lists relative paths, one a line.
    pub fn read(root: &Path, folders: &[&str]) -> Result<Self> {
        let held_back = HeldBack::read(root)?;
        let mut files = Vec::new();
        for folder in folders {
            let entries =
                fs::read_dir(root.join(folder)).with_context(|| format!("reading folder {folder}"))?;
            for entry in entries {
                files.push(format!("{folder}/{}", entry?.file_name().to_string_lossy()));
            }
        }
        files.sort();
        let (validation, training): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| held_back.holds(file));
        let below_root = |files: Vec<String>| files.iter().map(|file| root.join(file)).collect();
        Ok(Self { training: below_root(training), validation: below_root(validation) })
    }
}
