//! Ends a training before its last step, with a checkpoint: a signal, as users and cluster schedulers send it, or the end of the
//! time that it was given.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use signal_hook::{
    SigId,
    consts::{SIGINT, SIGTERM},
    flag, low_level,
};

/// Watches for the end of a start of a run, from its making on, for as long as it lives.
#[derive(Debug)]
pub struct Ending {
    asked: Arc<AtomicBool>,
    handlers: Vec<SigId>,
    start: Instant,
    given: Option<Duration>,
}

impl Ending {
    /// A start that has `minutes`, or all the time there is if they are 0. A second signal ends the process at once.
    pub fn watch(minutes: f64) -> Result<Self> {
        let given = (minutes > 0.0).then(|| Duration::from_secs_f64(60.0 * minutes));
        let asked = Arc::new(AtomicBool::new(false));
        let mut ending = Self { asked, handlers: Vec::new(), start: Instant::now(), given };
        for signal in [SIGINT, SIGTERM] {
            ending.handle(signal).context("listening to signals")?;
        }
        Ok(ending)
    }

    fn handle(&mut self, signal: i32) -> io::Result<()> {
        let exit_code = 128 + signal;
        // Handlers run in the order of their registration: the first signal finds the flag down.
        self.handlers.push(flag::register_conditional_shutdown(signal, exit_code, self.asked.clone())?);
        self.handlers.push(flag::register(signal, self.asked.clone())?);
        Ok(())
    }

    /// True if a signal came.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// The part of the time that is over, in [0, 1], if what remains to be done at its end takes `reserve`; 0 without a limit.
    pub fn part(&self, reserve: Duration) -> f64 {
        let over = self.start.elapsed() + reserve;
        self.given.map_or(0.0, |given| over.div_duration_f64(given).min(1.0))
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            low_level::unregister(handler);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_asks_and_what_remains_counts_as_time() {
        let ending = Ending::watch(60.0).unwrap();
        assert!(!ending.asked());
        low_level::raise(SIGTERM).unwrap();
        assert!(ending.asked());
        let minutes = |minutes: u64| ending.part(Duration::from_secs(60 * minutes));
        assert!(minutes(0) < 0.1 && minutes(30) >= 0.5 && minutes(61) == 1.0);
        assert_eq!(Ending::watch(0.0).unwrap().part(Duration::MAX / 2), 0.0);
    }
}
