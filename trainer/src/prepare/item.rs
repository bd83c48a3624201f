//! One source's frames.

use std::{io::Cursor, path::Path};

use anyhow::{Context, Result};
use chromaflow::{plane::Plane, shot::is_cut};
use image::{ImageFormat, RgbImage};

use super::{source::Source, staged_folder::StagedFolder};
use crate::data::{
    photos::{GREY_SATURATION, mean_saturation},
    prepared::{
        Kind,
        record::{
            Dropped, FileEntry, ITEM_FILE, ItemRecord, Parameters, Reason, frame_name, items_folder,
            read_json,
        },
    },
    sequence::SMALLEST,
};

/// The outcome of preparing a source.
pub enum Outcome {
    /// It is in the set, made now.
    Made(MadeItem),
    /// It is in the set, made by an earlier call, and whole.
    Kept(MadeItem),
    /// It can't be used.
    Dropped(Dropped),
}

/// An item that lies in its place.
#[derive(Clone, Debug)]
pub struct MadeItem {
    /// Its `item.json`.
    pub record: ItemRecord,
    /// The SHA-256 of that.
    pub sha256: String,
}

/// Frames as they come in, written and measured.
struct Writing<'a> {
    staged: &'a StagedFolder,
    side: u32,
    size: Option<(u32, u32)>,
    saturation: f32,
    previous: Option<Plane>,
    cuts: Vec<usize>,
    files: Vec<FileEntry>,
}

/// The reason why preparing a source stops: the source is at fault, or the disk is.
pub(super) enum Stop {
    /// The source can't be used.
    Source(Reason, String),
    /// It can't be written.
    Disk(anyhow::Error),
}

/// Makes the item of a source, unless it is there already. Errs where it can't be written, never for a source's sake.
pub fn prepare(set: &Path, source: &Source, parameters: &Parameters) -> Result<Outcome> {
    let parameters = match source.kind() {
        Kind::Photo => Parameters { every: 1, frames: Some(1), ..parameters.clone() },
        Kind::Clip => parameters.clone(),
    };
    let drop = |reason, detail| Ok(Outcome::Dropped(Dropped { source: source.name.clone(), reason, detail }));
    let source_sha256 = match source.material.sha256(&parameters) {
        Ok(hash) => hash,
        Err(error) => return drop(Reason::Unreadable, format!("{error:#}")),
    };
    if let Some(item) = existing(set, source, &parameters, &source_sha256) {
        return Ok(Outcome::Kept(item));
    }
    match make(set, source, parameters, source_sha256) {
        Ok(item) => Ok(Outcome::Made(item)),
        Err(Stop::Source(reason, detail)) => drop(reason, detail),
        Err(Stop::Disk(error)) => Err(error),
    }
}

/// The item as an earlier call left it, if that is what would be made now and no file is missing or damaged.
fn existing(set: &Path, source: &Source, parameters: &Parameters, source_sha256: &str) -> Option<MadeItem> {
    let folder = items_folder(set).join(source.id());
    let (record, sha256) = read_json::<ItemRecord>(&folder.join(ITEM_FILE)).ok()??;
    let same = record.parameters == *parameters && record.source_sha256 == source_sha256;
    let whole = same && record.files.iter().all(|file| file.check(&folder, true).is_ok());
    whole.then_some(MadeItem { record, sha256 })
}

fn make(
    set: &Path,
    source: &Source,
    parameters: Parameters,
    source_sha256: String,
) -> Result<MadeItem, Stop> {
    let staged = StagedFolder::new(&items_folder(set), &source.id()).map_err(Stop::Disk)?;
    let mut writing = Writing::new(&staged, parameters.side);
    for frame in source.material.frames(&parameters).map_err(unreadable)? {
        writing.add(&frame.map_err(unreadable)?)?;
    }
    let ((width, height), frames) = writing.check()?;
    let Writing { files, cuts, .. } = writing;
    let (kind, source) = (source.kind(), source.name.clone());
    let record = ItemRecord { kind, source, source_sha256, parameters, width, height, frames, cuts, files };
    let sha256 = staged.finish(ITEM_FILE, &record).map_err(Stop::Disk)?;
    Ok(MadeItem { record, sha256 })
}

impl<'a> Writing<'a> {
    fn new(staged: &'a StagedFolder, side: u32) -> Self {
        let (size, previous) = (None, None);
        Self { staged, side, size, saturation: 0.0, previous, cuts: Vec::new(), files: Vec::new() }
    }

    fn add(&mut self, frame: &RgbImage) -> Result<(), Stop> {
        let (number, size) = (self.files.len(), frame.dimensions());
        let (width, height) = size;
        let first = *self.size.get_or_insert(size);
        if size != first {
            let detail = format!(
                "frame {} has {width}x{height} pixels, the first {}x{}; if these are loose photos: --folders photos",
                number + 1,
                first.0,
                first.1
            );
            return Err(Stop::Source(Reason::MixedSizes, detail));
        }
        check_size(size, self.side)?;
        let grey = grey(frame);
        if self.previous.as_ref().is_some_and(|previous| is_cut(previous, &grey)) {
            self.cuts.push(number);
        }
        self.previous = Some(grey);
        self.saturation += mean_saturation(frame);
        let png = png(frame).map_err(Stop::Disk)?;
        self.files.push(self.staged.write(frame_name(number), &png).map_err(Stop::Disk)?);
        Ok(())
    }

    /// The frames' size and number, if there are any and they have color.
    fn check(&self) -> Result<((u32, u32), usize), Stop> {
        let frames = self.files.len();
        let nothing = || Stop::Source(Reason::Unreadable, "no frames".to_owned());
        let size = self.size.ok_or_else(nothing)?;
        let saturation = self.saturation / frames as f32;
        check_saturation(saturation)?;
        Ok((size, frames))
    }
}

/// An error for frames that are too small for a set of this shorter side.
pub(super) fn check_size((width, height): (u32, u32), side: u32) -> Result<(), Stop> {
    let least = (side / 2).max(SMALLEST);
    if width.min(height) < least {
        let detail = format!("{width}x{height} pixels; {least} a side are the least (half of --side)");
        return Err(Stop::Source(Reason::Tiny, detail));
    }
    Ok(())
}

/// An error for a source without color.
pub(super) fn check_saturation(saturation: f32) -> Result<(), Stop> {
    if saturation < GREY_SATURATION {
        let detail = format!("mean saturation {saturation:.3}; {GREY_SATURATION} is the least");
        return Err(Stop::Source(Reason::Grey, detail));
    }
    Ok(())
}

pub(super) fn unreadable(error: anyhow::Error) -> Stop {
    Stop::Source(Reason::Unreadable, format!("{error:#}"))
}

/// A frame as PNG.
pub(super) fn png(frame: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    frame.write_to(&mut bytes, ImageFormat::Png).context("encoding a frame")?;
    Ok(bytes.into_inner())
}

/// BT.601 luma in [0, 1].
fn grey(frame: &RgbImage) -> Plane {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let luma = |pixel: &image::Rgb<u8>| {
        let [red, green, blue] = pixel.0.map(f32::from);
        (0.299 * red + 0.587 * green + 0.114 * blue) / 255.0
    };
    Plane { width, height, samples: frame.pixels().map(luma).collect() }
}
