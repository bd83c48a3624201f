//! `validation.txt`: what is never trained on.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The folders of photos that `eval --data` measures, under the data folder; one that is not there has none.
pub const PHOTO_FOLDERS: [&str; 3] = ["photos-open", "photos-research", "photos-more"];
/// The folders of clips that it measures.
pub const CLIP_FOLDERS: [&str; 3] = ["clips-open", "clips-research", "clips-more"];

/// The list's name in a data folder.
const FILE_NAME: &str = "validation.txt";

/// Paths below a data folder that are held back.
#[derive(Clone, Debug, Default)]
pub struct HeldBack {
    paths: HashSet<String>,
}

impl HeldBack {
    /// Reads a data folder's list: one path a line, of a file or of a folder with all that is in it.
    pub fn read(root: &Path) -> Result<Self> {
        let list = root.join(FILE_NAME);
        let text = fs::read_to_string(&list).with_context(|| format!("reading {}", list.display()))?;
        let lines = text.lines().map(|line| line.trim().trim_end_matches('/'));
        Ok(Self { paths: lines.filter(|line| !line.is_empty()).map(str::to_owned).collect() })
    }

    /// The files of some folders under a data folder that its list holds back, sorted.
    pub fn files(root: &Path, folders: &[&str]) -> Result<Vec<PathBuf>> {
        let held_back = Self::read(root)?;
        let mut files = Vec::new();
        for folder in folders.iter().filter(|folder| root.join(folder).is_dir()) {
            let reading = || format!("reading folder {folder}");
            for entry in fs::read_dir(root.join(folder)).with_context(reading)? {
                let name = entry.with_context(reading)?.file_name();
                let path = Path::new(folder).join(name);
                if held_back.holds(&path.to_string_lossy()) {
                    files.push(root.join(path));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// The data folder of `path`: itself or the nearest folder above it that has a list.
    pub fn root(path: &Path) -> Option<PathBuf> {
        path.ancestors().find(|folder| folder.join(FILE_NAME).is_file()).map(Path::to_owned)
    }

    /// True if the list names this path below the data folder, or a folder that it lies in.
    pub fn holds(&self, path: &str) -> bool {
        Path::new(path).ancestors().any(|part| self.paths.contains(part.to_string_lossy().as_ref()))
    }
}
