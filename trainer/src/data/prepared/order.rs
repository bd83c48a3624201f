//! The order in which examples are drawn from shards: a random order of the shards, and within a few that follow each other a random order
//! of their photos. Shards are then read one after the other, each once an epoch, and memory holds a few of them, however many
//! there are. The order depends on the seed alone, so that a resumed training sees the examples of an unbroken one.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::shards::Shards;

/// Shards that photos are shuffled over.
pub(super) const WINDOW: usize = 4;

/// Windows whose order is kept: threads that prepare batches are at most so far apart.
const KEPT: usize = 4;

/// The order of the photos of one split.
#[derive(Debug)]
pub struct ShardOrder {
    shards: Arc<Shards>,
    /// Of each shard its number in the index, and its photos' places among the split's.
    parts: Vec<(u32, Range<usize>)>,
    /// Epoch, window, and the order of its photos.
    kept: Mutex<VecDeque<KeptWindow>>,
}

type KeptWindow = (u64, usize, usize, Arc<Vec<u32>>);

impl ShardOrder {
    /// The order of shards that lie behind each other among a split's photos.
    pub fn new(shards: Arc<Shards>, parts: Vec<(u32, Range<usize>)>) -> Self {
        Self { shards, parts, kept: Mutex::default() }
    }

    /// How many photos there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|(_, photos)| photos.len()).sum()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place among the split's photos of example `number`, counted over all epochs from 0.
    pub fn photo(&self, seed: u64, number: usize) -> Result<usize> {
        let (epoch, place) = (number / self.len(), number % self.len());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = |(kept_seed, kept_epoch, start, order): &&KeptWindow| {
            (*kept_seed, *kept_epoch) == (seed, epoch) && (*start..start + order.len()).contains(&place)
        };
        if let Some((_, _, start, order)) = kept.iter().find(holds) {
            return Ok(order[place - start] as usize);
        }
        let (start, order) = self.window(seed, epoch, place)?;
        let photo = order[place - start] as usize;
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((seed, epoch, start, Arc::new(order)));
        Ok(photo)
    }

    /// The first place of the window that holds a place of an epoch, and the order of its photos. Loads its shards.
    fn window(&self, seed: u64, epoch: usize, place: usize) -> Result<(usize, Vec<u32>)> {
        let mut random = StdRng::seed_from_u64(seed ^ (epoch as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut parts: Vec<&(u32, Range<usize>)> = self.parts.iter().collect();
        parts.shuffle(&mut random);
        let mut start = 0;
        for window in parts.chunks(WINDOW) {
            let mut order: Vec<u32> =
                window.iter().flat_map(|(_, photos)| photos.clone().map(|photo| photo as u32)).collect();
            if place < start + order.len() {
                let mut random = StdRng::seed_from_u64(seed ^ (epoch as u64) << 32 ^ start as u64);
                order.shuffle(&mut random);
                window.iter().try_for_each(|(shard, _)| self.shards.load(*shard))?;
                return Ok((start, order));
            }
            start += order.len();
        }
        anyhow::bail!("place {place} is behind the last of {} photos", self.len())
    }
}
