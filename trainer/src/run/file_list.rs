//! Which files a run read: a fingerprint of their names and sizes, which is quick where their contents would not be.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use chromaflow::weights::sha256;
use serde::{Deserialize, Serialize};

/// Which files there were: their number, and the SHA-256 of their names and sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileList {
    /// How many.
    pub files: usize,
    /// Of one line a file, sorted: its path below the folder, a tab, its size in bytes.
    pub sha256: String,
}

impl FileList {
    /// All files below a folder, or one file.
    pub fn of(path: &Path) -> Result<Self> {
        let mut lines = Vec::new();
        list(path, path, &mut lines).with_context(|| format!("listing {}", path.display()))?;
        lines.sort();
        Ok(Self { files: lines.len(), sha256: sha256(lines.concat().as_bytes()) })
    }
}

fn list(root: &Path, path: &Path, lines: &mut Vec<String>) -> std::io::Result<()> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        let entries: Vec<PathBuf> =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        return entries.iter().try_for_each(|entry| list(root, entry, lines));
    }
    let name = path.strip_prefix(root).unwrap_or(path);
    lines.push(format!("{}\t{}\n", name.display(), about.len()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_list_knows_names_and_sizes_in_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("clip")).unwrap();
        write("a", "1");
        write("clip/b", "22");
        let before = FileList::of(folder.path()).unwrap();
        assert_eq!(before.files, 2);
        assert_eq!(before.sha256, sha256(b"a\t1\nclip/b\t2\n"));
        write("clip/b", "333");
        assert_ne!(FileList::of(folder.path()).unwrap().sha256, before.sha256);
        assert!(FileList::of(&folder.path().join("none")).is_err());
    }
}
