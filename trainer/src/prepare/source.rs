//! A photo, video or frame folder to prepare.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use chromaflow::weights::sha256;
use clap::ValueEnum;

use crate::data::prepared::{Kind, Split};

/// How a folder of images is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Folders {
    /// A clip where all images are named by evenly spaced numbers (00000.jpg, 00001.jpg, ...), else photos.
    Auto,
    /// Photos, whatever their names.
    Photos,
    /// A clip: its frames in the order of their names.
    Clips,
}

/// Where frames come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// One image.
    Photo(PathBuf),
    /// A clip that ffmpeg decodes.
    Video(PathBuf),
    /// The images of a folder, in order.
    Frames(PathBuf, Vec<PathBuf>),
}

/// One photo or clip to prepare.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path below its data folder.
    pub name: String,
    /// Its use.
    pub split: Split,
    /// Where its frames come from.
    pub material: Material,
}

impl Source {
    /// Photo or clip.
    pub fn kind(&self) -> Kind {
        match self.material {
            Material::Photo(_) => Kind::Photo,
            Material::Video(_) | Material::Frames(..) => Kind::Clip,
        }
    }

    /// The file or folder.
    pub fn path(&self) -> &Path {
        let (Material::Photo(path) | Material::Video(path) | Material::Frames(path, _)) = &self.material;
        path
    }

    /// The name of its folder in the set: readable, and of its own.
    pub fn id(&self) -> String {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
        let stem = Path::new(&self.name).file_stem().unwrap_or_default().to_string_lossy();
        let stem: String = stem.chars().take(40).map(plain).collect();
        format!("{stem}-{}", &sha256(self.name.as_bytes())[..12])
    }
}

/// An error unless ffmpeg is there, where a video is among the sources.
pub fn ensure_ffmpeg(sources: &[Source]) -> Result<()> {
    let video = sources.iter().find(|source| matches!(source.material, Material::Video(_)));
    let missing = || std::process::Command::new("ffmpeg").arg("-version").output().is_err();
    match video {
        Some(video) if missing() => {
            bail!(
                "decoding {} needs ffmpeg, and no ffmpeg is on the PATH: install it",
                video.path().display()
            )
        }
        _ => Ok(()),
    }
}
