//! One photo or clip of a prepared set.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use image::RgbImage;

use super::{
    motion::{self, Direction, FrameMotion},
    record::{FLOWS_FOLDER, ItemRecord, Kind, SetItem, Split, flow_name, frame_name},
};

/// A photo or a clip on the disk.
#[derive(Clone, Debug)]
pub struct PreparedItem {
    pub(super) folder: PathBuf,
    pub(super) entry: SetItem,
    pub(super) record: Arc<ItemRecord>,
}

impl PreparedItem {
    /// The source's path below its data folder.
    pub fn source(&self) -> &str {
        &self.record.source
    }

    /// Photo or clip.
    pub fn kind(&self) -> Kind {
        self.record.kind
    }

    /// Its use.
    pub fn split(&self) -> Split {
        self.entry.split
    }

    /// Width and height of its frames in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        (self.record.width, self.record.height)
    }

    /// How many frames it has; a photo has one.
    pub fn frames(&self) -> usize {
        self.record.frames
    }

    /// True if flows were computed for it.
    pub fn has_flows(&self) -> bool {
        self.entry.flows.is_some()
    }

    /// The earlier frames of all pairs of neighboring frames that no cut parts.
    pub fn pairs(&self) -> Vec<usize> {
        (1..self.record.frames)
            .filter(|later| !self.record.cuts.contains(later))
            .map(|later| later - 1)
            .collect()
    }

    /// Decodes a frame.
    pub fn frame(&self, index: usize) -> Result<RgbImage> {
        let path = self.folder.join(frame_name(index));
        let image = image::open(&path).with_context(|| format!("decoding {}", path.display()))?;
        Ok(image.into_rgb8())
    }

    /// Reads how frame `s` moves to its neighbor `t`.
    pub fn motion(&self, s: usize, t: usize) -> Result<FrameMotion> {
        if s.abs_diff(t) != 1 {
            bail!("flows lie between neighboring frames, not between {s} and {t}");
        }
        let direction = if s < t { Direction::Forward } else { Direction::Backward };
        let path = self.folder.join(FLOWS_FOLDER).join(flow_name(s.min(t)));
        let reading = || format!("reading {}", path.display());
        let motion =
            motion::from_bytes(&fs::read(&path).with_context(reading)?, direction).with_context(reading)?;
        let (width, height) = (self.record.width as usize, self.record.height as usize);
        ensure!((motion.width, motion.height) == (width, height), "{} is of another frame", path.display());
        Ok(motion)
    }
}
