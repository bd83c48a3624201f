//! From sources to frames and hashes.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use chromaflow::weights::sha256;
use image::RgbImage;
use sha2::{Digest, Sha256};

use super::source::Material;
use crate::data::{clips, photos, prepared::record::Parameters};

/// A source's frames in order, each decoded when it is asked for.
pub type Frames = Box<dyn Iterator<Item = Result<RgbImage>>>;

impl Material {
    /// The frames that the parameters ask for, shrunk.
    pub fn frames(&self, parameters: &Parameters) -> Result<Frames> {
        let &Parameters { side, every, frames, .. } = parameters;
        match self {
            Self::Photo(file) => Ok(Box::new(std::iter::once(photos::load(file, side)))),
            Self::Video(file) => Ok(Box::new(clips::shrunk_frames(file, side, every, frames)?)),
            Self::Frames(..) => {
                let used: Vec<PathBuf> = self.used(parameters).into_iter().map(Path::to_owned).collect();
                Ok(Box::new(used.into_iter().map(move |file| photos::load(&file, side))))
            }
        }
    }

    /// A file's SHA-256, or that of the names and hashes of the frames that are used.
    pub fn sha256(&self, parameters: &Parameters) -> Result<String> {
        let Self::Frames(..) = self else {
            return file_hash(self.used(parameters)[0]);
        };
        let line = |file: &Path| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(format!("{name}\t{}\n", file_hash(file)?))
        };
        let lines = self.used(parameters).into_iter().map(line).collect::<Result<String>>()?;
        Ok(sha256(lines.as_bytes()))
    }

    /// The files that are read.
    fn used(&self, parameters: &Parameters) -> Vec<&Path> {
        match self {
            Self::Photo(file) | Self::Video(file) => vec![file],
            Self::Frames(_, files) => {
                let every = files.iter().step_by(parameters.every).map(PathBuf::as_path);
                every.take(parameters.frames.unwrap_or(usize::MAX)).collect()
            }
        }
    }
}

fn file_hash(file: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let reading = || format!("reading {}", file.display());
    io::copy(&mut File::open(file).with_context(reading)?, &mut hash).with_context(reading)?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
