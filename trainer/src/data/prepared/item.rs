//! One photo or clip of a prepared set.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use image::RgbImage;

use super::{
    motion::{self, Direction, FrameMotion},
    record::{FLOWS_FOLDER, ItemRecord, Kind, SetItem, Split, flow_name, frame_name},
    shards::{PhotoPlace, Shards},
};

/// A photo or a clip on the disk.
#[derive(Clone, Debug)]
pub struct PreparedItem {
    split: Split,
    place: Place,
}

/// Where an item lies. A set has a million of them, so they are small.
#[derive(Clone, Debug)]
enum Place {
    /// In a folder of its own.
    Folder(Arc<ItemFolder>),
    /// In a shard, by its number.
    Shard(Arc<Shards>, u32, PhotoPlace),
}

/// An item's folder and its records.
#[derive(Debug)]
pub(super) struct ItemFolder {
    pub folder: PathBuf,
    pub entry: SetItem,
    pub record: ItemRecord,
}

impl PreparedItem {
    /// An item in a folder of its own.
    pub(super) fn in_folder(item: ItemFolder) -> Self {
        Self { split: item.entry.split, place: Place::Folder(Arc::new(item)) }
    }

    /// A photo in a shard.
    pub(super) fn in_shard(shards: Arc<Shards>, split: Split, shard: u32, place: PhotoPlace) -> Self {
        Self { split, place: Place::Shard(shards, shard, place) }
    }

    /// The source's path below its data folder; empty for a photo in a shard, whose index does without.
    pub fn source(&self) -> &str {
        self.folder().map_or("", |item| item.record.source.as_str())
    }

    /// Photo or clip.
    pub fn kind(&self) -> Kind {
        self.folder().map_or(Kind::Photo, |item| item.record.kind)
    }

    /// Its use.
    pub fn split(&self) -> Split {
        self.split
    }

    /// Width and height of its frames in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        match &self.place {
            Place::Folder(item) => (item.record.width, item.record.height),
            Place::Shard(_, _, (.., width, height)) => (u32::from(*width), u32::from(*height)),
        }
    }

    /// How many frames it has; a photo has one.
    pub fn frames(&self) -> usize {
        self.folder().map_or(1, |item| item.record.frames)
    }

    /// True if flows were computed for it.
    pub fn has_flows(&self) -> bool {
        self.folder().is_some_and(|item| item.entry.flows.is_some())
    }

    /// The name under which its decoded frames are kept; none for photos in shards, which are read once an epoch.
    pub(super) fn cache_key(&self) -> Option<&str> {
        self.folder().map(|item| item.entry.id.as_str())
    }

    /// The earlier frames of all pairs of neighboring frames that no cut parts.
    pub fn pairs(&self) -> Vec<usize> {
        let Some(item) = self.folder() else { return Vec::new() };
        (1..item.record.frames)
            .filter(|later| !item.record.cuts.contains(later))
            .map(|later| later - 1)
            .collect()
    }

    /// Decodes a frame.
    pub fn frame(&self, index: usize) -> Result<RgbImage> {
        match &self.place {
            Place::Folder(item) => {
                let path = item.folder.join(frame_name(index));
                let image = image::open(&path).with_context(|| format!("decoding {}", path.display()))?;
                Ok(image.into_rgb8())
            }
            Place::Shard(shards, shard, (offset, length, ..)) => {
                let bytes = shards.read(*shard, *offset, *length)?;
                Ok(image::load_from_memory(&bytes).context("decoding a photo of a shard")?.into_rgb8())
            }
        }
    }

    /// Reads how frame `s` moves to its neighbor `t`.
    pub fn motion(&self, s: usize, t: usize) -> Result<FrameMotion> {
        let item = self.folder().context("a photo has no motion")?;
        if s.abs_diff(t) != 1 {
            bail!("flows lie between neighboring frames, not between {s} and {t}");
        }
        let direction = if s < t { Direction::Forward } else { Direction::Backward };
        let path = item.folder.join(FLOWS_FOLDER).join(flow_name(s.min(t)));
        let reading = || format!("reading {}", path.display());
        let motion =
            motion::from_bytes(&fs::read(&path).with_context(reading)?, direction).with_context(reading)?;
        let (width, height) = (item.record.width as usize, item.record.height as usize);
        ensure!((motion.width, motion.height) == (width, height), "{} is of another frame", path.display());
        Ok(motion)
    }

    fn folder(&self) -> Option<&ItemFolder> {
        match &self.place {
            Place::Folder(item) => Some(item),
            Place::Shard(..) => None,
        }
    }
}
