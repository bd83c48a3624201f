//! Photos into tar shards ([`crate::data::prepared::shards`]). Which photos a shard holds depends on their names and the seed alone, so that
//! many machines can make a set in parts, and a second call makes only what is missing.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use chromaflow::weights::sha256;
use rayon::prelude::*;
use serde_json::json;
use tar::{Builder, Header};

use super::{
    item::{Stop, check_saturation, check_size, png, unreadable},
    source::{Material, Source},
};
use crate::{
    data::{
        photos,
        prepared::{
            Split,
            record::{Dropped, Parameters, SetParameters, read_json},
            shards::{INDEX_FILE, Index, IndexedShard, PhotoPlace, ShardRecord, shard_name, shards_folder},
        },
    },
    whole_file,
};

/// Bytes of a tar header.
const HEADER: u64 = 512;

/// How photos are shared out among shards, and shards among calls.
#[derive(Clone, Copy, Debug)]
pub struct ShardOptions {
    /// Photos a shard.
    pub photos: usize,
    /// Which part of the shards this call makes, from 0.
    pub part: usize,
    /// How many parts there are.
    pub parts: usize,
}

/// The shards that this call made, and those that were there.
#[derive(Debug, Default)]
pub struct MadeShards {
    /// Photos in all shards.
    pub photos: usize,
    /// Photos that are held back.
    pub held_back: usize,
    /// Photos of the shards that this call made.
    pub made: usize,
    /// Photos of the shards that were there.
    pub kept: usize,
    /// Bytes of all shards.
    pub bytes: u64,
    /// Shards that other calls have yet to make.
    pub missing: usize,
    /// Sources that were left out.
    pub dropped: Vec<Dropped>,
    /// The hash of the index; none while shards are missing.
    pub index: Option<String>,
}

/// The photos of one shard.
struct Plan<'a> {
    name: String,
    split: Split,
    sources: Vec<&'a Source>,
    hash: String,
}

/// Makes the shards of this call's part, unless they are there, and the index if no shard is missing then.
pub fn prepare(
    set: &Path,
    sources: &[Source],
    parameters: &SetParameters,
    options: ShardOptions,
) -> Result<MadeShards> {
    let folder = shards_folder(set);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let (mut all, mut index) = (MadeShards::default(), Index::default());
    let item = Parameters { every: 1, frames: Some(1), ..parameters.item.clone() };
    for (number, plan) in plans(sources, parameters.seed, options.photos).into_iter().enumerate() {
        let ours = number % options.parts == options.part;
        let record = match existing(&folder, &plan, &item, ours)? {
            Some(record) => {
                all.kept += record.photos.len();
                record
            }
            None if ours => {
                let record = make(&folder, &plan, &item)?;
                all.made += record.photos.len();
                record
            }
            None => {
                all.missing += 1;
                continue;
            }
        };
        all.photos += record.photos.len();
        all.held_back += if plan.split == Split::Validation { record.photos.len() } else { 0 };
        all.bytes += record.bytes;
        all.dropped.extend(record.dropped);
        let ShardRecord { split, bytes, sha256, photos, .. } = record;
        index.shards.push(IndexedShard { name: plan.name, split, bytes, sha256, photos });
    }
    if all.missing == 0 {
        let text = serde_json::to_vec(&index)?;
        whole_file::write(&set.join(INDEX_FILE), &text)?;
        all.index = Some(sha256(&text));
    }
    Ok(all)
}

/// The shards of both splits: each a random choice of the photos.
fn plans(sources: &[Source], seed: u64, photos: usize) -> Vec<Plan<'_>> {
    let of = |split: Split| {
        let mut group: Vec<&Source> = sources.iter().filter(|source| source.split == split).collect();
        group.sort_by_cached_key(|source| sha256(format!("{seed}\t{}", source.name).as_bytes()));
        let plan = move |(number, sources): (usize, &[&'_ Source])| {
            let names: String = sources.iter().map(|source| format!("{}\n", source.name)).collect();
            (shard_name(split, number), sha256(names.as_bytes()), sources.len())
        };
        let named: Vec<_> = group.chunks(photos).enumerate().map(plan).collect();
        let mut rest = group.into_iter();
        let filled = named.into_iter().map(|(name, hash, count)| Plan {
            name,
            split,
            sources: rest.by_ref().take(count).collect(),
            hash,
        });
        filled.collect::<Vec<_>>()
    };
    [Split::Training, Split::Validation].into_iter().flat_map(of).collect()
}

/// The record of a shard that an earlier call made alike; with `hash`, if its file is the very one.
fn existing(folder: &Path, plan: &Plan, parameters: &Parameters, hash: bool) -> Result<Option<ShardRecord>> {
    let Some((record, _)) = read_json::<ShardRecord>(&folder.join(format!("{}.json", plan.name)))? else {
        return Ok(None);
    };
    let same = record.parameters == *parameters && record.sources == plan.hash && record.split == plan.split;
    let file = folder.join(format!("{}.tar", plan.name));
    let whole = same && fs::metadata(&file).is_ok_and(|about| about.len() == record.bytes);
    let whole = whole && (!hash || fs::read(&file).is_ok_and(|bytes| sha256(&bytes) == record.sha256));
    Ok(whole.then_some(record))
}

/// Makes a shard: its pictures side by side, then the file, then the record that says that it is there.
fn make(folder: &Path, plan: &Plan, parameters: &Parameters) -> Result<ShardRecord> {
    let pictures: Vec<_> = plan.sources.par_iter().map(|source| picture(source, parameters.side)).collect();
    let (mut tar, mut photos, mut dropped) = (Builder::new(Vec::new()), Vec::new(), Vec::new());
    for (source, picture) in plan.sources.iter().zip(pictures) {
        match picture {
            Ok((bytes, [width, height])) => {
                let (id, about) =
                    (source.id(), json!({ "source": source.name, "width": width, "height": height }));
                let offset = add(&mut tar, &format!("{id}.png"), &bytes)?;
                add(&mut tar, &format!("{id}.json"), about.to_string().as_bytes())?;
                let place: PhotoPlace = (offset, u32::try_from(bytes.len())?, width, height);
                photos.push(place);
            }
            Err(Stop::Source(reason, detail)) => {
                dropped.push(Dropped { source: source.name.clone(), reason, detail });
            }
            Err(Stop::Disk(error)) => return Err(error),
        }
    }
    let bytes = tar.into_inner().context("ending a shard")?;
    whole_file::write(&folder.join(format!("{}.tar", plan.name)), &bytes)?;
    let record = ShardRecord {
        split: plan.split,
        parameters: parameters.clone(),
        sources: plan.hash.clone(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
        photos,
        dropped,
    };
    whole_file::write(&folder.join(format!("{}.json", plan.name)), &serde_json::to_vec(&record)?)?;
    Ok(record)
}

/// A photo as PNG, with its width and height.
fn picture(source: &Source, side: u32) -> Result<(Vec<u8>, [u16; 2]), Stop> {
    let Material::Photo(file) = &source.material else {
        return Err(Stop::Disk(anyhow::anyhow!("{} is no photo", source.name)));
    };
    let photo = photos::load(file, side).map_err(unreadable)?;
    check_size(photo.dimensions(), side)?;
    check_saturation(photos::mean_saturation(&photo))?;
    let (width, height) = photo.dimensions();
    let sides = u16::try_from(width).and_then(|width| Ok([width, u16::try_from(height)?]));
    let sides = sides.map_err(|_| unreadable(anyhow::anyhow!("{width}x{height} pixels")))?;
    Ok((png(&photo).map_err(Stop::Disk)?, sides))
}

/// Appends a file to a shard; gives where its contents begin.
fn add(tar: &mut Builder<Vec<u8>>, name: &str, contents: &[u8]) -> Result<u64> {
    let offset = tar.get_ref().len() as u64 + HEADER;
    let mut header = Header::new_ustar();
    header.set_size(contents.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, contents).with_context(|| format!("adding {name} to a shard"))?;
    Ok(offset)
}
