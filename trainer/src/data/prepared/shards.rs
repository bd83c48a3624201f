//! Photos in tar shards, in WebDataset's layout: each photo's picture and its description lie behind each other under one name, so
//! that other programs can read the files as they are. An index, read once, says where in which shard a photo lies.
//!
//! ```text
//! shards/training-00000.tar       bear-1f0c….png, bear-1f0c….json, ...
//!        training-00000.json      the shard's photos and their places; written last
//! index.json                      all shards and photos; written when every shard is there
//! ```

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::record::{Dropped, Parameters, Split};

/// The index of a set, in its folder.
pub const INDEX_FILE: &str = "index.json";

/// Shards that are in memory at most: those that examples are shuffled over now, and those of the examples before them.
const LOADED: usize = 2 * super::order::WINDOW;

/// The folder of a set's shards.
pub fn shards_folder(set: &Path) -> PathBuf {
    set.join("shards")
}

/// The name of a shard without its extension: `training-00012`.
pub fn shard_name(split: Split, number: usize) -> String {
    let split = match split {
        Split::Training => "training",
        Split::Validation => "validation",
    };
    format!("{split}-{number:05}")
}

/// Where a photo lies in its shard, and its size: offset and length of the picture in bytes, width and height in pixels. A tuple, since an
/// index has a million of them.
pub type PhotoPlace = (u64, u32, u16, u16);

/// A shard's `.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardRecord {
    /// What its photos are for.
    pub split: Split,
    /// How they were made.
    pub parameters: Parameters,
    /// The SHA-256 of the names of the sources that it was made of, one a line.
    pub sources: String,
    /// The tar file's size.
    pub bytes: u64,
    /// The tar file's SHA-256.
    pub sha256: String,
    /// Its photos, in their order.
    pub photos: Vec<PhotoPlace>,
    /// Sources that are not in it, and why.
    pub dropped: Vec<Dropped>,
}

/// A shard in the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedShard {
    /// The name of its files, without extensions.
    pub name: String,
    /// What its photos are for.
    pub split: Split,
    /// The tar file's size.
    pub bytes: u64,
    /// The tar file's SHA-256.
    pub sha256: String,
    /// Its photos, in their order.
    pub photos: Vec<PhotoPlace>,
}

/// `index.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The shards of both splits.
    pub shards: Vec<IndexedShard>,
}

/// The shards of a set, open for reading.
#[derive(Debug)]
pub struct Shards {
    files: Vec<PathBuf>,
    /// The shards that were loaded last, the newest behind.
    loaded: Mutex<VecDeque<(u32, Arc<Vec<u8>>)>>,
}

impl Shards {
    /// The tar files of an index, each of which must be there in its size.
    pub fn open(set: &Path, index: &Index) -> Result<Self> {
        let folder = shards_folder(set);
        let file = |shard: &IndexedShard| {
            let path = folder.join(format!("{}.tar", shard.name));
            let bytes = fs::metadata(&path).with_context(|| format!("reading {}", path.display()))?.len();
            ensure!(bytes == shard.bytes, "{} has {bytes} bytes, not {}", path.display(), shard.bytes);
            Ok(path)
        };
        Ok(Self { files: index.shards.iter().map(file).collect::<Result<_>>()?, loaded: Mutex::default() })
    }

    /// A picture's bytes: of a shard in memory, else of the file.
    pub fn read(&self, shard: u32, offset: u64, length: u32) -> Result<Vec<u8>> {
        let path = &self.files[shard as usize];
        if let Some(bytes) = self.loaded(shard) {
            let start = offset as usize;
            let part = bytes.get(start..start + length as usize);
            return Ok(part.with_context(|| format!("{} ends early", path.display()))?.to_vec());
        }
        let mut bytes = vec![0; length as usize];
        let read = File::open(path).and_then(|mut file| {
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(&mut bytes)
        });
        read.with_context(|| format!("reading {}", path.display()))?;
        Ok(bytes)
    }

    /// Reads a whole shard into memory, in place of the one that was loaded longest ago.
    pub fn load(&self, shard: u32) -> Result<()> {
        if self.loaded(shard).is_some() {
            return Ok(());
        }
        let path = &self.files[shard as usize];
        let bytes = Arc::new(fs::read(path).with_context(|| format!("reading {}", path.display()))?);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.len() == LOADED {
            loaded.pop_front();
        }
        loaded.push_back((shard, bytes));
        Ok(())
    }

    fn loaded(&self, shard: u32) -> Option<Arc<Vec<u8>>> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.iter().find(|(number, _)| *number == shard).map(|(_, bytes)| bytes.clone())
    }
}
