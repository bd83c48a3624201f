//! A prepared set, opened for reading.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;

use super::{
    item::{ItemFolder, PreparedItem},
    order::ShardOrder,
    record::{
        FLOWS_FILE, FLOWS_FOLDER, FORMAT, FlowsRecord, ITEM_FILE, ItemRecord, Kind, SET_FILE, SetItem,
        SetRecord, Split, items_folder, read_json,
    },
    shards::{INDEX_FILE, Index, Shards},
};

/// The photos and clips that `prepare` made.
#[derive(Clone, Debug)]
pub struct PreparedSet {
    folder: PathBuf,
    sha256: String,
    side: u32,
    items: Vec<PreparedItem>,
    /// The order of the photos in shards, by split; none where photos lie in folders.
    orders: Vec<(Split, Arc<ShardOrder>)>,
}

impl PreparedSet {
    /// Opens the set in a folder. Every item must be the one that `set.json` names, and its files must be there in their
    /// sizes; their hashes are checked by `prepare`, which also mends what is damaged.
    pub fn open(folder: &Path) -> Result<Self> {
        let mend =
            || format!("{} is not whole: run the `trainer prepare` that made it again", folder.display());
        let file = folder.join(SET_FILE);
        let (record, _) = read_json::<SetRecord>(&file)?.with_context(|| {
            format!(
                "{} is no prepared set, or one that was not finished: make it with `trainer prepare DATA --out {}`",
                folder.display(),
                folder.display()
            )
        })?;
        let format = record.parameters.item.format;
        ensure!(format == FORMAT, "{}: format {format}, not {FORMAT}: prepare the set anew", file.display());
        ensure!(
            SetRecord::hash(&record.items, record.shards.as_deref()) == record.sha256,
            "{}: its hash is another; {}",
            file.display(),
            mend()
        );
        let open = |entry| open(folder, entry).with_context(mend);
        let side = record.parameters.item.side;
        let items = record.items.into_par_iter().map(open).collect::<Result<_>>()?;
        let mut set =
            Self { folder: folder.to_owned(), sha256: record.sha256, side, items, orders: Vec::new() };
        if let Some(hash) = record.shards {
            set.add_shards(&hash).with_context(mend)?;
        }
        Ok(set)
    }

    /// Adds the photos of an index with this hash, and their orders.
    fn add_shards(&mut self, hash: &str) -> Result<()> {
        let file = self.folder.join(INDEX_FILE);
        let index = read_json::<Index>(&file)?.filter(|(_, found)| found == hash);
        let (index, _) =
            index.with_context(|| format!("{} is missing or another than the set's", file.display()))?;
        let shards = Arc::new(Shards::open(&self.folder, &index)?);
        for split in [Split::Training, Split::Validation] {
            let (mut parts, mut count) = (Vec::new(), 0);
            for (number, shard) in (0..).zip(&index.shards).filter(|(_, shard)| shard.split == split) {
                parts.push((number, count..count + shard.photos.len()));
                count += shard.photos.len();
                let item = |&place| PreparedItem::in_shard(shards.clone(), split, number, place);
                self.items.extend(shard.photos.iter().map(item));
            }
            self.orders.push((split, Arc::new(ShardOrder::new(shards.clone(), parts))));
        }
        Ok(())
    }

    /// The order that the photos of a split are best drawn in, where they lie in shards.
    pub fn photo_order(&self, split: Split) -> Option<Arc<ShardOrder>> {
        let of_split = |(other, order): &&(Split, Arc<ShardOrder>)| *other == split && !order.is_empty();
        self.orders.iter().find(of_split).map(|(_, order)| order.clone())
    }

    /// The data's manifest hash: equal for sets that are alike to the last pixel.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The shorter side in pixels that its frames were shrunk to.
    pub fn side(&self) -> u32 {
        self.side
    }

    /// All items, sorted by their folders' names.
    pub fn items(&self) -> &[PreparedItem] {
        &self.items
    }

    /// The photos of a split.
    pub fn photos(&self, split: Split) -> Vec<PreparedItem> {
        self.of(Kind::Photo, split)
    }

    /// The clips of a split.
    pub fn clips(&self, split: Split) -> Vec<PreparedItem> {
        self.of(Kind::Clip, split)
    }

    /// The clips of a split that have neighboring frames; an error where there are none.
    pub fn clips_with_pairs(&self, split: Split) -> Result<Vec<PreparedItem>> {
        let clips: Vec<_> = self.clips(split).into_iter().filter(|clip| !clip.pairs().is_empty()).collect();
        ensure!(!clips.is_empty(), "{} has no clips, which this stage needs", self.folder.display());
        Ok(clips)
    }

    /// Those of them that have flows; an error that names the command where there are none.
    pub fn clips_with_flows(&self, split: Split) -> Result<Vec<PreparedItem>> {
        let clips = self.clips_with_pairs(split)?;
        let clips: Vec<_> = clips.into_iter().filter(PreparedItem::has_flows).collect();
        ensure!(
            !clips.is_empty(),
            "{} has no flows, which this stage needs: run `trainer prepare DATA --out {} --flow FLOW` with the flow \
             network's run or a folder of weights",
            self.folder.display(),
            self.folder.display()
        );
        Ok(clips)
    }

    fn of(&self, kind: Kind, split: Split) -> Vec<PreparedItem> {
        let wanted = |item: &&PreparedItem| item.kind() == kind && item.split() == split;
        self.items.iter().filter(wanted).cloned().collect()
    }
}

fn open(set: &Path, entry: SetItem) -> Result<PreparedItem> {
    let folder = items_folder(set).join(&entry.id);
    let other = |file: &str| format!("{} is missing or another than the set's", folder.join(file).display());
    let (record, hash) =
        read_json::<ItemRecord>(&folder.join(ITEM_FILE))?.with_context(|| other(ITEM_FILE))?;
    ensure!(hash == entry.item, other(ITEM_FILE));
    record.files.iter().try_for_each(|file| file.check(&folder, false))?;
    if let Some(expected) = &entry.flows {
        let flows = folder.join(FLOWS_FOLDER);
        let (record, hash) =
            read_json::<FlowsRecord>(&flows.join(FLOWS_FILE))?.with_context(|| other(FLOWS_FILE))?;
        ensure!(hash == *expected, other(FLOWS_FILE));
        record.files.iter().try_for_each(|file| file.check(&flows, false))?;
    }
    Ok(PreparedItem::in_folder(ItemFolder { folder, entry, record }))
}
