//! The records of a prepared set: `set.json`, and each item's `item.json` and `flows.json`.

use std::{
    fmt, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use chromaflow::weights::sha256;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The layout of the files that this trainer writes. Items of another one are made anew.
pub const FORMAT: u32 = 1;

/// The record of a set, in its folder.
pub const SET_FILE: &str = "set.json";
/// The record of an item, in its folder.
pub const ITEM_FILE: &str = "item.json";
/// The folder of an item's flows.
pub const FLOWS_FOLDER: &str = "flows";
/// The record of an item's flows, in their folder.
pub const FLOWS_FILE: &str = "flows.json";

/// The kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One image.
    Photo,
    /// Frames in their order.
    Clip,
}

/// The use of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// To learn from.
    Training,
    /// To measure on: `validation.txt` holds it back from training.
    Validation,
}

/// How a source becomes frames. Items that were made alike are not made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// [`FORMAT`].
    pub format: u32,
    /// Shorter side in pixels that frames are shrunk to.
    pub side: u32,
    /// Of a clip every so many frames one is taken.
    pub every: usize,
    /// Of a clip at most so many frames are taken, from its start.
    pub frames: Option<usize>,
}

/// A file of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name in the record's folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// `item.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// Photo or clip.
    pub kind: Kind,
    /// The source's path below its data folder.
    pub source: String,
    /// Of the source: a file's SHA-256, or that of a frame folder's names and hashes.
    pub source_sha256: String,
    /// How it was made.
    pub parameters: Parameters,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// How many frames.
    pub frames: usize,
    /// Frames before which a cut lies: they have no flow from and to the frame before.
    pub cuts: Vec<usize>,
    /// The frames; in sets of earlier trainers each frame's neighborhoods too.
    pub files: Vec<FileEntry>,
}

/// `flows.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowsRecord {
    /// [`FORMAT`].
    pub format: u32,
    /// The SHA-256 of the flow network's parameters.
    pub network: String,
    /// The SHA-256 of the `item.json` whose frames were compared.
    pub item: String,
    /// One file for each pair of neighboring frames without a cut between them.
    pub files: Vec<FileEntry>,
}

/// An item in `set.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetItem {
    /// The name of its folder under `items`.
    pub id: String,
    /// Its use.
    pub split: Split,
    /// The SHA-256 of its `item.json`.
    pub item: String,
    /// The SHA-256 of its `flows.json`, where it has flows.
    pub flows: Option<String>,
}

/// A source that is not in the set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Its path.
    pub source: String,
    /// In one word or two, for counting.
    pub reason: Reason,
    /// The exact finding.
    pub detail: String,
}

/// Why a source is not in the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No color to learn from.
    Grey,
    /// Too few pixels.
    Tiny,
    /// It can't be decoded.
    Unreadable,
    /// Frames of unlike sizes in one folder.
    MixedSizes,
}

/// The parameters of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetParameters {
    /// How sources became frames.
    #[serde(flatten)]
    pub item: Parameters,
    /// At most so many photos to train on.
    pub limit_photos: Option<usize>,
    /// At most so many clips to train on.
    pub limit_clips: Option<usize>,
    /// Seed of the choice of those.
    pub seed: u64,
}

/// `set.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRecord {
    /// The parameters.
    pub parameters: SetParameters,
    /// The data's manifest hash: [`SetRecord::hash`] of the items.
    pub sha256: String,
    /// The SHA-256 of the index of its shards, where its photos lie in shards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<String>,
    /// The items in folders of their own, by those folders' names.
    pub items: Vec<SetItem>,
    /// Sources that were left out.
    pub dropped: Vec<Dropped>,
}

impl SetRecord {
    /// The SHA-256 over one line for each item: its folder, split, and the hashes of its records, which hold the hashes of
    /// its files; and one line for the index of the shards, if there are any. Sets of one hash are alike to the last pixel.
    pub fn hash(items: &[SetItem], shards: Option<&str>) -> String {
        let line = |item: &SetItem| {
            let flows = item.flows.as_deref().unwrap_or("-");
            format!("{}\t{:?}\t{}\t{flows}\n", item.id, item.split, item.item)
        };
        let shards = shards.map(|index| format!("shards\t{index}\n"));
        sha256(items.iter().map(line).chain(shards).collect::<String>().as_bytes())
    }
}

impl FileEntry {
    /// The entry of a file with these contents.
    pub fn of(name: String, bytes: &[u8]) -> Self {
        Self { name, bytes: bytes.len() as u64, sha256: sha256(bytes) }
    }

    /// An error that names the file unless it has its size; with `hash`, unless its contents are the very ones.
    pub fn check(&self, folder: &Path, hash: bool) -> Result<()> {
        let path = folder.join(&self.name);
        let reading = || format!("reading {}", path.display());
        let bytes = fs::metadata(&path).with_context(reading)?.len();
        ensure!(bytes == self.bytes, "{} has {bytes} bytes, not {}", path.display(), self.bytes);
        let damaged = hash && sha256(&fs::read(&path).with_context(reading)?) != self.sha256;
        ensure!(!damaged, "{} is damaged: its hash is another", path.display());
        Ok(())
    }
}

impl Kind {
    /// One or many of it, in words.
    pub fn noun(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Photo, 1) => "photo",
            (Self::Photo, _) => "photos",
            (Self::Clip, 1) => "clip",
            (Self::Clip, _) => "clips",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Grey => "grey",
            Self::Tiny => "tiny",
            Self::Unreadable => "unreadable",
            Self::MixedSizes => "of mixed sizes",
        })
    }
}

/// A JSON file and the SHA-256 of its text; none where there is no such file.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<(T, String)>> {
    match fs::read(path) {
        Ok(bytes) => {
            let value =
                serde_json::from_slice(&bytes).with_context(|| format!("reading {}", path.display()))?;
            Ok(Some((value, sha256(&bytes))))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// Where a set keeps its items.
pub fn items_folder(set: &Path) -> PathBuf {
    set.join("items")
}

/// The file name of a frame.
pub fn frame_name(frame: usize) -> String {
    format!("frame-{frame:05}.png")
}

/// The file name of the flows between a frame and the next one.
pub fn flow_name(earlier: usize) -> String {
    format!("flow-{earlier:05}.safetensors")
}
