//! Batches prepared on threads of their own while the network trains.

use std::{
    ops::Range,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rand::{SeedableRng, rngs::StdRng};

/// Batches each worker may hold ready.
const AHEAD: usize = 4;

/// Which batch: the part of a step that it makes.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// Seed of the stage.
    pub seed: u64,
    /// The step.
    pub step: usize,
    /// The batch's place among those of the step, from 0.
    pub part: usize,
    /// The batches of a step, of all devices.
    pub parts: usize,
}

impl Draw {
    /// Random numbers that all batches of the step share.
    pub fn of_step(&self) -> StdRng {
        random(self.seed, self.step)
    }

    /// The number of example `place` of a batch of `count` among all examples of the stage, from 0.
    pub fn number(&self, place: usize, count: usize) -> usize {
        (self.step * self.parts + self.part) * count + place
    }

    /// Random numbers of each of the batch's `count` examples: the step's, however it is parted into batches.
    pub fn of_examples(&self, count: usize) -> impl Iterator<Item = StdRng> + use<> {
        let Self { seed, step, part, .. } = *self;
        let seed_of =
            move |example: usize| seed.wrapping_add((example as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9));
        (part * count..(part + 1) * count).map(move |example| random(seed_of(example), step))
    }
}

/// Batches of consecutive steps. A batch depends on the seed, its step and its part alone, so that a resumed run sees the very
/// batches that it would have seen.
pub struct Loader<T> {
    workers: Vec<Receiver<Result<T>>>,
    next: usize,
    waited: Duration,
}

/// Which batches a loader prepares.
#[derive(Clone, Debug)]
pub struct Order {
    /// Threads that prepare them.
    pub workers: usize,
    /// Seed of the stage.
    pub seed: u64,
    /// The first step.
    pub first: usize,
    /// Which of each step's batches are prepared; another device prepares the others.
    pub parts: Range<usize>,
    /// The batches of a step, of all devices.
    pub all_parts: usize,
}

impl<T: Send + 'static> Loader<T> {
    /// Starts threads that prepare the batches with `prepare`.
    pub fn start(order: Order, prepare: impl Fn(Draw) -> Result<T> + Send + Sync + 'static) -> Self {
        let Order { workers, seed, first, parts, all_parts } = order;
        let (prepare, count) = (Arc::new(prepare), parts.len());
        let start = |worker: usize| {
            let (prepare, before) = (prepare.clone(), parts.start);
            let (sender, receiver) = sync_channel(AHEAD);
            thread::spawn(move || {
                let draw = |batch: usize| Draw {
                    seed,
                    step: batch / count,
                    part: before + batch % count,
                    parts: all_parts,
                };
                let mut batches = (first * count + worker..).step_by(workers);
                let mut ready = || prepare(draw(batches.next().unwrap_or_default()));
                while sender.send(ready()).is_ok() {}
            });
            receiver
        };
        Self { workers: (0..workers).map(start).collect(), next: 0, waited: Duration::ZERO }
    }

    /// The next batch, or why it could not be prepared.
    pub fn next_batch(&mut self) -> Result<T> {
        let since = Instant::now();
        let batch = self.workers[self.next].recv().context("a thread that prepares batches has died")?;
        self.waited += since.elapsed();
        self.next = (self.next + 1) % self.workers.len();
        batch
    }

    /// How long batches were waited for since this was last asked: where that is a good part of the time, more threads help.
    pub fn take_waited(&mut self) -> Duration {
        std::mem::take(&mut self.waited)
    }
}

/// The random numbers of one step.
pub fn random(seed: u64, step: usize) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ step as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    fn numbers(first: usize, workers: usize, parts: Range<usize>, count: usize) -> Vec<u64> {
        let made = 2 * parts.len();
        let all_parts = parts.end;
        let order = Order { workers, seed: 3, first, parts, all_parts };
        let mut loader = Loader::start(order, move |draw| {
            Ok(draw.of_examples(count).map(|mut random| random.random()).collect::<Vec<u64>>())
        });
        (0..made).flat_map(|_| loader.next_batch().unwrap()).collect()
    }

    #[test]
    fn examples_depend_on_their_step_and_place_alone() {
        let whole = numbers(5, 1, 0..1, 6);
        assert_eq!(numbers(5, 2, 0..3, 2), whole, "parted");
        assert_eq!(numbers(6, 3, 0..2, 3)[..6], whole[6..], "resumed");
        assert_eq!(numbers(5, 2, 1..3, 2), [&whole[2..6], &whole[8..12]].concat(), "shared out");
        let mut distinct = whole.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 12);
    }
}
