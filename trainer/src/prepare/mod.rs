//! From photos and clips to a prepared set ([`crate::data::prepared`]).

mod choice;
mod decode;
pub mod flows;
mod frame_folder;
mod item;
mod report;
mod search;
pub mod shards;
mod source;
mod staged_folder;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

pub use report::Report;
pub use source::Folders;

use crate::{
    data::prepared::{
        Kind, Split,
        record::{Dropped, SET_FILE, SetItem, SetParameters, SetRecord, items_folder},
    },
    whole_file,
};
use choice::choose;
use flows::{FindMotion, FoundFlows};
use item::{MadeItem, Outcome};
use search::Sources;
use shards::{MadeShards, ShardOptions};
use source::{Source, ensure_ffmpeg};

/// The inputs and the output of a call.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and folders.
    pub inputs: Vec<PathBuf>,
    /// How folders of images are read.
    pub folders: Folders,
    /// The set's folder.
    pub out: PathBuf,
    /// How, and how many.
    pub parameters: SetParameters,
    /// How photos lie in shards; in folders of their own where none.
    pub shards: Option<ShardOptions>,
}

/// Makes what is missing or damaged in a set, and then its `set.json`. What an earlier call made of the same sources with
/// the same parameters is kept, also of a call that was interrupted.
pub fn prepare(request: &Request, finder: Option<&dyn FindMotion>) -> Result<Report> {
    let items = items_folder(&request.out);
    fs::create_dir_all(&items).with_context(|| format!("making {}", items.display()))?;
    let set = fs::canonicalize(&request.out).with_context(|| format!("reading {}", request.out.display()))?;
    staged_folder::remove_leftovers(&items)?;
    let Sources { found, dropped } = Sources::find(&request.inputs, request.folders, &set)?;
    let mut sources = choose(&found, &request.parameters);
    ensure_ffmpeg(&sources)?;
    let mut gathered =
        Gathered { report: Report { dropped, ..Report::default() }, items: Vec::new(), shards: None };
    if let Some(options) = request.shards {
        let photos: Vec<Source> = sources.extract_if(.., |source| source.kind() == Kind::Photo).collect();
        let made = shards::prepare(&set, &photos, &request.parameters, options)?;
        gathered.take_shards(made);
        if gathered.shards.is_none() {
            return Ok(gathered.report);
        }
    }
    for (source, outcome) in sources.iter().zip(make_items(&set, &sources, &request.parameters)?) {
        gathered.take(source, outcome);
    }
    let left_out = || report::dropped(&gathered.report.dropped);
    let photos = gathered.report.photos;
    ensure!(photos > 0 || !gathered.items.is_empty(), "nothing could be prepared\n{}", left_out());
    let flows = match finder {
        Some(finder) => find_flows(&set, &gathered.items, finder)?,
        None => vec![None; gathered.items.len()],
    };
    gathered.finish(&set, request.parameters.clone(), flows, finder.is_some())
}

/// All items' frames, sources side by side. What is whole when one can't be written stays.
fn make_items(set: &Path, sources: &[Source], parameters: &SetParameters) -> Result<Vec<Outcome>> {
    let progress = progress(sources.len(), "frames")?;
    let make = |source| {
        let outcome = item::prepare(set, source, &parameters.item)?;
        progress.inc(1);
        Ok(outcome)
    };
    let outcomes: Result<_> = sources.par_iter().map(make).collect();
    progress.finish_and_clear();
    outcomes.context("what was prepared stays; run the command again to go on")
}

/// The flows of all clips; none for photos.
fn find_flows(set: &Path, items: &[Gathering], finder: &dyn FindMotion) -> Result<Vec<Option<FoundFlows>>> {
    let clip = |gathering: &Gathering| gathering.item.record.kind == Kind::Clip;
    let clips = items.iter().filter(|gathering| clip(gathering)).count();
    let progress = progress(clips, "flows of clips")?;
    let find = |gathering: &Gathering| {
        if !clip(gathering) {
            return Ok(None);
        }
        let folder = items_folder(set).join(&gathering.id);
        let found = flows::prepare(&folder, &gathering.item, finder)?;
        progress.inc(1);
        Ok(Some(found))
    };
    let found: Result<_> = items.iter().map(find).collect();
    progress.finish_and_clear();
    found.context("what was prepared stays; run the command again to go on")
}

/// An item, and what the set says of it besides.
struct Gathering {
    id: String,
    split: Split,
    item: MadeItem,
}

/// The set as it grows.
struct Gathered {
    report: Report,
    items: Vec<Gathering>,
    /// The hash of the shards' index.
    shards: Option<String>,
}

impl Gathered {
    fn take_shards(&mut self, made: MadeShards) {
        let report = &mut self.report;
        (report.photos, report.held_back, report.bytes) = (made.photos, made.held_back, made.bytes);
        (report.made, report.kept) = (made.made, made.kept);
        report.dropped.extend(made.dropped);
        report.missing_shards = made.missing;
        self.shards = made.index;
    }

    fn take(&mut self, source: &Source, outcome: Outcome) {
        let report = &mut self.report;
        let item = match outcome {
            Outcome::Dropped(dropped) => return report.dropped.push(dropped),
            Outcome::Made(item) => {
                report.made += 1;
                item
            }
            Outcome::Kept(item) => {
                report.kept += 1;
                item
            }
        };
        match item.record.kind {
            Kind::Photo => report.photos += 1,
            Kind::Clip => {
                report.clips += 1;
                report.clip_frames += item.record.frames;
            }
        }
        report.held_back += usize::from(source.split == Split::Validation);
        report.bytes += item.record.files.iter().map(|file| file.bytes).sum::<u64>();
        self.items.push(Gathering { id: source.id(), split: source.split, item });
    }

    /// Writes `set.json`.
    fn finish(
        self,
        set: &Path,
        parameters: SetParameters,
        flows: Vec<Option<FoundFlows>>,
        with_flows: bool,
    ) -> Result<Report> {
        let Self { mut report, items, shards } = self;
        let made = flows.iter().flatten().filter(|found| found.made).count();
        report.flows_made = with_flows.then_some(made);
        report.bytes += flows.iter().flatten().map(|found| found.bytes).sum::<u64>();
        let entry = |(Gathering { id, split, item }, flows): (_, Option<FoundFlows>)| SetItem {
            id,
            split,
            item: item.sha256,
            flows: flows.map(|found| found.sha256),
        };
        let mut items: Vec<SetItem> = items.into_iter().zip(flows).map(entry).collect();
        items.sort_by(|a, b| a.id.cmp(&b.id));
        report.sha256 = SetRecord::hash(&items, shards.as_deref());
        report.others = others(set, &items)?;
        let dropped: Vec<Dropped> = report.dropped.clone();
        let record = SetRecord { parameters, sha256: report.sha256.clone(), shards, items, dropped };
        let text = serde_json::to_string_pretty(&record)? + "\n";
        whole_file::write(&set.join(SET_FILE), text.as_bytes())?;
        Ok(report)
    }
}

/// How many folders under `items` are not of this set.
fn others(set: &Path, items: &[SetItem]) -> Result<usize> {
    let folders = fs::read_dir(items_folder(set)).with_context(|| format!("reading {}", set.display()))?;
    Ok(folders.count().saturating_sub(items.len()))
}

fn progress(sources: usize, what: &str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg}: {pos} of {len}, {elapsed}, {eta} left")?;
    Ok(ProgressBar::new(sources as u64).with_style(style).with_message(what.to_owned()))
}
