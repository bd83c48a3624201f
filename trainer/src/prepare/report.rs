//! The report of a call of `prepare`.

use std::{collections::BTreeMap, fmt};

use crate::data::prepared::{Kind, record::Dropped};

/// Dropped sources that are named in the terminal; `set.json` names all.
const NAMED: usize = 20;

/// The figures of a call.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Photos in the set.
    pub photos: usize,
    /// Clips in the set.
    pub clips: usize,
    /// Frames of all clips.
    pub clip_frames: usize,
    /// Items that `validation.txt` holds back.
    pub held_back: usize,
    /// Items made by this call.
    pub made: usize,
    /// Items that were there already.
    pub kept: usize,
    /// Clips whose flows were made by this call; none where no flow network was named.
    pub flows_made: Option<usize>,
    /// Bytes of all items.
    pub bytes: u64,
    /// Folders of items that are not of this set: of other inputs, limits or earlier parameters.
    pub others: usize,
    /// Shards that other parts have yet to make; the set is finished when there are none.
    pub missing_shards: usize,
    /// Sources that were left out.
    pub dropped: Vec<Dropped>,
    /// The set's hash.
    pub sha256: String,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { photos, clips, clip_frames, held_back, made, kept, .. } = self;
        let (photo, clip) = (Kind::Photo.noun(*photos), Kind::Clip.noun(*clips));
        writeln!(
            out,
            "{photos} {photo}, {clips} {clip} of {clip_frames} frames in all; {held_back} held back"
        )?;
        writeln!(out, "{made} made now, {kept} there already, {:.1} MB", self.bytes as f64 / 1e6)?;
        match self.flows_made {
            Some(made) => writeln!(out, "flows of {made} {} made now", Kind::Clip.noun(made))?,
            None if *clips > 0 => writeln!(out, "no flows: --flow names the network that finds them")?,
            None => {}
        }
        if self.missing_shards > 0 {
            return writeln!(
                out,
                "{} shards are missing: the set is finished when all parts are",
                self.missing_shards
            );
        }
        if self.others > 0 {
            writeln!(out, "{} folders under items are of other calls, not of this set", self.others)?;
        }
        write!(out, "{}", dropped(&self.dropped))?;
        writeln!(out, "set {}", self.sha256)
    }
}

/// How many sources were left out, why, and which.
pub fn dropped(sources: &[Dropped]) -> String {
    if sources.is_empty() {
        return "nothing left out\n".to_owned();
    }
    let mut counts = BTreeMap::new();
    sources.iter().for_each(|source| *counts.entry(source.reason).or_insert(0) += 1);
    let counts: Vec<_> = counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let mut text = format!("left out: {}\n", counts.join(", "));
    for Dropped { source, reason, detail } in sources.iter().take(NAMED) {
        text += &format!("  {source}: {reason}: {detail}\n");
    }
    if let Some(more @ 1..) = sources.len().checked_sub(NAMED) {
        text += &format!("  and {more} more; set.json names them all\n");
    }
    text
}
