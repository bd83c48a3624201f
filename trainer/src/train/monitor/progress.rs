//! How far a training is.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{curves::Curves, line::Line};

/// Messages that are kept to be shown.
const MESSAGES: usize = 50;

/// The stage that is trained, and its length.
#[derive(Clone, Debug)]
pub struct Course {
    /// The stage's name.
    pub stage: String,
    /// Which of the run's stages it is, from 1.
    pub number: usize,
    /// How many stages the run has.
    pub of: usize,
    /// Steps of the stage that were done before this start.
    pub first: usize,
    /// Steps of the stage in all.
    pub last: usize,
}

/// The state of a training that is shown.
pub struct Progress {
    /// The stage.
    pub course: Course,
    /// Steps of the stage that are done.
    pub step: usize,
    /// All lines.
    pub curves: Curves,
    /// The means over the steps since the last line, or that line.
    pub latest: Line,
    /// Messages, the newest last.
    pub messages: VecDeque<String>,
    /// The training is to end after the current step.
    pub stopping: bool,
    /// When the first step of this start was done. It took longer than the others: kernels are compiled in it.
    paced_from: Option<Instant>,
    pace: Option<Duration>,
}

impl Progress {
    /// Before the first step; `curves` are those of former starts.
    pub fn new(course: Course, curves: Curves) -> Self {
        let (step, latest, messages) = (course.first, Line::default(), VecDeque::new());
        Self { course, step, curves, latest, messages, stopping: false, paced_from: None, pace: None }
    }

    /// So many steps of the stage are done by `now`.
    pub fn reach(&mut self, step: usize, now: Instant) {
        self.step = step;
        match self.paced_from {
            None => self.paced_from = Some(now),
            Some(from) => {
                let steps = step.saturating_sub(self.course.first + 1);
                self.pace = now.duration_since(from).checked_div(steps as u32);
            }
        }
    }

    /// The time that the stage's other steps take at the mean pace of this start; not known before its second step.
    pub fn time_left(&self) -> Option<Duration> {
        Some(self.pace? * (self.course.last.saturating_sub(self.step)) as u32)
    }

    /// The part of the stage that is done, in [0, 1].
    pub fn done(&self) -> f64 {
        (self.step as f64 / self.course.last.max(1) as f64).min(1.0)
    }

    /// Keeps a message, and forgets the oldest of too many.
    pub fn say(&mut self, message: String) {
        self.messages.push_back(message);
        if self.messages.len() > MESSAGES {
            self.messages.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slow_first_step_does_not_count_for_the_time_left() {
        let course = Course { stage: "colorizer".into(), number: 1, of: 1, first: 100, last: 200 };
        let mut progress = Progress::new(course, Curves::default());
        let start = Instant::now();
        progress.reach(101, start + Duration::from_secs(60));
        assert_eq!(progress.time_left(), None);
        progress.reach(103, start + Duration::from_secs(64));
        assert_eq!(progress.time_left(), Some(Duration::from_secs(2 * 97)));
        assert_eq!(progress.done(), 0.515);
    }
}
