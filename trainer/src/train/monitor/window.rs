//! The steps since the last line.

use std::time::{Duration, Instant};

use memory_stats::memory_stats;

use super::line::Line;

/// The learning rate of the last step.
pub const LEARNING_RATE: &str = "learning_rate";
/// Images that are learned from in a second.
pub const IMAGES_A_SECOND: &str = "images_a_second";
/// The part of the time that is spent waiting for batches, in [0, 1].
pub const WAITING: &str = "waiting";
/// The process's memory in MiB.
pub const MEMORY: &str = "memory_mib";

/// One step, when it is done.
pub struct Step<'a> {
    /// Its number, from 0.
    pub step: usize,
    /// The learning rate that it took.
    pub learning_rate: f64,
    /// The images that it learned from.
    pub images: usize,
    /// For how long the training waited for its batches.
    pub waited: Duration,
    /// The figures of the losses, by name; the first one is the loss itself.
    pub figures: &'a [(&'static str, f64)],
}

/// Sums over the steps since the last line.
pub struct Window {
    step: usize,
    steps: usize,
    learning_rate: f64,
    images: usize,
    waited: Duration,
    /// Name, sum and how often the figure was there: not every step has all.
    sums: Vec<(&'static str, f64, usize)>,
    since: Instant,
}

impl Default for Window {
    /// No steps; its time starts now.
    fn default() -> Self {
        let since = Instant::now();
        Self {
            step: 0,
            steps: 0,
            learning_rate: 0.0,
            images: 0,
            waited: Duration::ZERO,
            sums: Vec::new(),
            since,
        }
    }
}

impl Window {
    /// No step is in it.
    pub fn is_empty(&self) -> bool {
        self.steps == 0
    }

    /// Adds a step.
    pub fn add(&mut self, step: &Step<'_>) {
        self.step = step.step + 1;
        self.steps += 1;
        self.learning_rate = step.learning_rate;
        self.images += step.images;
        self.waited += step.waited;
        for &(name, figure) in step.figures {
            match self.sums.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, sum, count)) => (*sum, *count) = (*sum + figure, *count + 1),
                None => self.sums.push((name, figure, 1)),
            }
        }
    }

    /// The line of these steps: the means of their figures, then [`LEARNING_RATE`], [`IMAGES_A_SECOND`], [`WAITING`] and
    /// [`MEMORY`].
    pub fn line(&self) -> Line {
        let seconds = self.since.elapsed().as_secs_f64();
        let means = self.sums.iter().map(|&(name, sum, count)| (name, sum / count as f64));
        let speed = [
            (LEARNING_RATE, self.learning_rate),
            (IMAGES_A_SECOND, self.images as f64 / seconds),
            (WAITING, (self.waited.as_secs_f64() / seconds).min(1.0)),
        ];
        let memory = memory_stats().map(|memory| (MEMORY, (memory.physical_mem >> 20) as f64));
        let figures = means.chain(speed).chain(memory);
        Line { step: self.step, figures: figures.map(|(name, value)| (name.to_owned(), value)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_averaged_over_the_steps_that_have_it() {
        let mut window = Window::default();
        let step =
            |step, figures| Step { step, learning_rate: 0.5, images: 4, waited: Duration::ZERO, figures };
        window.add(&step(7, &[("loss", 1.0)]));
        window.add(&step(8, &[("loss", 2.0), ("temporal", 3.0)]));
        let line = window.line();
        assert_eq!(line.step, 9);
        let named: Vec<_> = line.figures.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(named[..3], [("loss", 1.5), ("temporal", 3.0), ("learning_rate", 0.5)]);
        assert_eq!((named[3].0, named[4]), ("images_a_second", ("waiting", 0.0)));
        assert!(named[3].1 > 0.0);
    }
}
