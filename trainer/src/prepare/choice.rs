//! Which sources are taken where there are more than wanted.

use chromaflow::weights::sha256;

use super::source::Source;
use crate::data::prepared::{Kind, Split, record::SetParameters};

/// Of what is held back a tenth as many items are taken as of what is trained on.
const VALIDATION_SHARE: usize = 10;

/// At most so many sources of each kind as the limits say. The choice depends on names and seed alone, and a smaller one is
/// a part of every larger one.
pub fn choose(sources: &[Source], parameters: &SetParameters) -> Vec<Source> {
    let limit = |kind, split| {
        let limit = match kind {
            Kind::Photo => parameters.limit_photos,
            Kind::Clip => parameters.limit_clips,
        };
        limit.map_or(usize::MAX, |limit| match split {
            Split::Training => limit,
            Split::Validation => limit.div_ceil(VALIDATION_SHARE),
        })
    };
    let mut chosen = Vec::new();
    for kind in [Kind::Photo, Kind::Clip] {
        for split in [Split::Training, Split::Validation] {
            let of_group = |source: &&Source| source.kind() == kind && source.split == split;
            let mut group: Vec<&Source> = sources.iter().filter(of_group).collect();
            if group.len() > limit(kind, split) {
                group.sort_by_cached_key(|source| {
                    sha256(format!("{}\t{}", parameters.seed, source.name).as_bytes())
                });
                group.truncate(limit(kind, split));
            }
            chosen.extend(group.into_iter().cloned());
        }
    }
    chosen.sort_by(|a, b| a.name.cmp(&b.name));
    chosen
}
