//! Batches prepared on threads of their own while the network trains.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

use rand::{SeedableRng, rngs::StdRng};

/// Batches each worker may hold ready.
const AHEAD: usize = 4;

/// Batches of consecutive steps. The batch of a step depends on the seed and the step alone, so that a resumed run
/// sees the very batches that it would have seen.
pub struct Loader<T> {
    workers: Vec<Receiver<T>>,
    next: usize,
}

impl<T: Send + 'static> Loader<T> {
    /// Starts `workers` threads that prepare the batches from step `first` on with `prepare`.
    pub fn start(
        workers: usize,
        seed: u64,
        first: usize,
        prepare: impl Fn(&mut StdRng) -> T + Send + Sync + 'static,
    ) -> Self {
        let prepare = Arc::new(prepare);
        let start = |worker: usize| {
            let prepare = prepare.clone();
            let (sender, receiver) = sync_channel(AHEAD);
            thread::spawn(move || {
                let mut steps = (first + worker..).step_by(workers);
                let mut ready = || prepare(&mut random(seed, steps.next().unwrap_or_default()));
                while sender.send(ready()).is_ok() {}
            });
            receiver
        };
        Self { workers: (0..workers).map(start).collect(), next: 0 }
    }

    /// The next step's batch.
    pub fn next_batch(&mut self) -> T {
        let batch = self.workers[self.next].recv().expect("a loader thread ends only with its loader");
        self.next = (self.next + 1) % self.workers.len();
        batch
    }
}

/// The random numbers of one step of a run.
pub fn random(seed: u64, step: usize) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ step as u64)
}
