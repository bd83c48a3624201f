//! Files that appear under their name complete or not at all.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A file that is written, but beside its place. Dropped there, it is gone.
pub struct Staged {
    partial: PathBuf,
    path: PathBuf,
}

/// A place beside a file's own, with the same ending, for whoever writes it. What lies there already is written over.
pub fn beside(path: &Path) -> Staged {
    let ending = path.extension().map_or(String::new(), |ending| format!(".{}", ending.to_string_lossy()));
    Staged { partial: path.with_extension(format!("partial{ending}")), path: path.to_owned() }
}

/// Writes a file beside its place. A full disk shows here, where nothing is replaced yet.
pub fn stage(path: &Path, bytes: &[u8]) -> Result<Staged> {
    let staged = beside(path);
    File::create(staged.partial())
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(staged)
}

/// Writes a file, over what it replaces.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    stage(path, bytes)?.place()
}

impl Staged {
    /// Where it is written.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Moves the file to its place, over what it replaces.
    pub fn place(self) -> Result<()> {
        fs::rename(&self.partial, &self.path).with_context(|| format!("writing {}", self.path.display()))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Once placed it is no longer there, and a leftover harms nothing but the disk.
        let _ = fs::remove_file(&self.partial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_file_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let names = || fs::read_dir(folder.path()).unwrap().count();
        write(&file, b"old").unwrap();
        drop(stage(&file, b"new").unwrap());
        assert_eq!((fs::read(&file).unwrap(), names()), (b"old".to_vec(), 1));
        stage(&file, b"new").unwrap().place().unwrap();
        assert_eq!((fs::read(&file).unwrap(), names()), (b"new".to_vec(), 1));
        // Where no file can be created, as a folder is in the way, the old one stays.
        fs::create_dir(folder.path().join("file.partial")).unwrap();
        assert!(write(&file, b"newer").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }
}
