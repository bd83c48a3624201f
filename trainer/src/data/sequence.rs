//! A clip to be measured: a video file or a folder of frames.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use image::RgbImage;
use rayon::prelude::*;

use super::{clips, photos};

/// The smallest side of a frame in pixels that can be measured.
pub const SMALLEST: u32 = 32;

/// A name, and frames of one size.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// The file's or folder's name, without ending.
    pub name: String,
    /// The frames in order.
    pub frames: Vec<RgbImage>,
}

impl Sequence {
    /// Reads a video file, or a folder's images in the order of their names: at most `frames` frames, each shrunk to a
    /// shorter side of at most `side` pixels, in the same way whatever they came from.
    pub fn read(path: &Path, side: u32, frames: Option<usize>) -> Result<Self> {
        let decoded = if path.is_dir() { folder(path, frames)? } else { clips::first_frames(path, frames)? };
        let shrunk = decoded.par_iter().map(|frame| photos::shrink(frame, side)).collect();
        Self::new(name(path), shrunk)
    }

    /// Checks the frames.
    pub fn new(name: String, frames: Vec<RgbImage>) -> Result<Self> {
        let size = frames.first().with_context(|| format!("{name} has no frames"))?.dimensions();
        ensure!(size.0.min(size.1) >= SMALLEST, "{name} is {size:?} pixels; {SMALLEST} a side are the least");
        let other = frames.iter().position(|frame| frame.dimensions() != size);
        ensure!(other.is_none(), "{name}: frame {} has another size than the first", other.unwrap_or(0) + 1);
        Ok(Self { name, frames })
    }

    /// How many frames of which size there are, in words.
    pub fn extent(&self) -> String {
        let (width, height) = self.frames.first().map_or((0, 0), RgbImage::dimensions);
        format!("{} frames of {width}x{height}", self.frames.len())
    }

    /// The clip of this name in `folder`: a folder of frames, or a clip of any format.
    pub fn find(folder: &Path, name: &str) -> Result<PathBuf> {
        let paths = list(folder)?;
        let found = paths.into_iter().find(|path| self::name(path) == name);
        found.with_context(|| format!("{} has nothing named {name}", folder.display()))
    }
}

/// The name of a folder, or that of a file without its ending.
pub fn name(path: &Path) -> String {
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    name.unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn folder(folder: &Path, frames: Option<usize>) -> Result<Vec<RgbImage>> {
    let images = list(folder)?.into_iter().filter(|path| photos::is_image(path));
    let images: Vec<_> = images.take(frames.unwrap_or(usize::MAX)).collect();
    images.par_iter().map(|path| photos::decode(path)).collect()
}

/// The paths in a folder, sorted.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let reading = || format!("reading {}", folder.display());
    let entries = fs::read_dir(folder).with_context(reading)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>().with_context(reading)?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    #[test]
    fn frames_may_be_images_of_any_format_that_is_read() {
        let clip = tempdir().unwrap();
        for (level, name) in [(10, "0.webp"), (20, "1.png"), (30, "2.bmp")] {
            RgbImage::from_pixel(32, 32, image::Rgb([level; 3])).save(clip.path().join(name)).unwrap();
        }
        fs::write(clip.path().join("notes.txt"), "no frame").unwrap();
        let levels = |sequence: Sequence| -> Vec<u8> {
            sequence.frames.iter().map(|frame| frame.get_pixel(0, 0).0[0]).collect()
        };
        assert_eq!(levels(Sequence::read(clip.path(), 32, None).unwrap()), [10, 20, 30]);
    }
}
