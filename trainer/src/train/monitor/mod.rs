//! A training's outputs: a dashboard on a terminal, else plain lines; `log.jsonl`, TensorBoard's event files, `curves.csv` and
//! `curves.svg` in the run's folder.

pub mod curves;
mod dashboard;
mod journal;
pub mod line;
pub mod number;
mod plain;
pub mod plot;
pub mod progress;
mod tensorboard;
pub mod view;
pub mod window;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result};

use self::{
    curves::Curves,
    dashboard::Dashboard,
    journal::Journal,
    progress::{Course, Progress},
    tensorboard::EventFile,
    window::{Step, Window},
};
use crate::{config::Show, evaluation::sheet::Sheet, whole_file};

/// Shows one stage's training.
pub struct Monitor {
    out: PathBuf,
    /// So many steps make one line.
    steps_a_line: usize,
    journal: Journal,
    events: EventFile,
    window: Window,
    progress: Arc<Mutex<Progress>>,
    dashboard: Option<Dashboard>,
}

impl Monitor {
    /// Goes on with the log in the run's folder `out`, behind the course's first step. One line tells of `steps_a_line`
    /// steps.
    pub fn open(out: &Path, course: Course, steps_a_line: usize, show: Show) -> Result<Self> {
        let first = course.first;
        let (journal, lines) = Journal::open(out, first)?;
        let mut curves = Curves::default();
        lines.iter().for_each(|line| curves.push(line));
        let progress = Arc::new(Mutex::new(Progress::new(course, curves)));
        let dashboard = match show {
            // Where the terminal can't be drawn on, plain lines do.
            Show::Dashboard => Dashboard::start(progress.clone()).ok(),
            Show::Lines => None,
        };
        Ok(Self {
            out: out.to_owned(),
            steps_a_line,
            journal,
            events: EventFile::create(out, first)?,
            window: Window::default(),
            progress,
            dashboard,
        })
    }

    /// Takes a step that is done.
    pub fn step(&mut self, step: &Step<'_>) -> Result<()> {
        self.window.add(step);
        let done = step.step + 1;
        {
            let mut progress = self.progress();
            progress.reach(done, Instant::now());
            progress.latest = self.window.line();
        }
        // Lines end at the same steps in a resumed run as in an unbroken one.
        if done.is_multiple_of(self.steps_a_line) { self.end_line() } else { Ok(()) }
    }

    /// Says something beside the figures.
    fn say(&self, message: String) {
        if self.dashboard.is_none() {
            println!("{message}");
        }
        self.progress().say(message);
    }

    /// The user wants the training to end after the current step.
    pub fn stop_asked(&self) -> bool {
        self.progress().stopping
    }

    /// Says that there is a checkpoint of the last step, and draws the curves up to there.
    pub fn checkpoint(&self) -> Result<()> {
        let step = self.progress().step;
        self.say(format!("checkpoint of step {step}"));
        let progress = self.progress();
        let svg = plot::svg(&progress.course.stage, &progress.curves)?;
        let csv = progress.curves.csv();
        drop(progress);
        whole_file::write(&self.out.join("curves.svg"), svg.as_bytes())?;
        whole_file::write(&self.out.join("curves.csv"), csv.as_bytes())
    }

    /// Keeps a contact sheet of the last step.
    pub fn sheet(&self, sheet: &Sheet) -> Result<()> {
        let folder = self.out.join("sheets");
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let step = self.progress().step;
        let file = folder.join(format!("step-{step:07}.png"));
        sheet.save(&file)?;
        self.say(format!("contact sheet {}", file.display()));
        Ok(())
    }

    /// Brings the log up to the last step. It is asked for before that step's checkpoint is written: a training that goes on
    /// from there finds the line, and one that goes on from an earlier checkpoint drops it.
    pub fn end_line(&mut self) -> Result<()> {
        if self.window.is_empty() {
            return Ok(());
        }
        let line = std::mem::take(&mut self.window).line();
        self.journal.append(&line)?;
        self.events.append(&line)?;
        let mut progress = self.progress();
        progress.curves.push(&line);
        if self.dashboard.is_none() {
            println!("{}", plain::text(&line, &progress));
        }
        Ok(())
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Monitor {
    /// Gives the terminal back, and leaves on it how the figures stand.
    fn drop(&mut self) {
        if self.dashboard.take().is_some() {
            let progress = self.progress();
            println!("{}", plain::text(&progress.latest, &progress));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::train::monitor::{line::Line, *};

    fn course(first: usize) -> Course {
        Course { stage: "flow".into(), number: 1, of: 1, first, last: 100 }
    }

    /// Takes steps from the course's first one up to `last`, and ends there as with a checkpoint.
    fn train(out: &Path, first: usize, last: usize) {
        let mut monitor = Monitor::open(out, course(first), 20, Show::Lines).unwrap();
        for step in first..last {
            let figures = [("loss", 1.0 / (step + 1) as f64), ("zero_flow", 3.0)];
            monitor
                .step(&Step {
                    step,
                    learning_rate: 1e-3,
                    images: 2,
                    waited: Duration::ZERO,
                    figures: &figures,
                })
                .unwrap();
        }
        monitor.end_line().unwrap();
        monitor.checkpoint().unwrap();
    }

    fn lines(out: &Path) -> Vec<Line> {
        let log = fs::read_to_string(out.join(journal::FILE_NAME)).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_resumed_run_has_the_lines_of_an_unbroken_one() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        train(out, 0, 50);
        let saved = lines(out);
        // Killed at step 65, after a line that the checkpoint of step 50 knows nothing of.
        train(out, 50, 65);
        train(out, 50, 90);
        let steps: Vec<_> = lines(out).iter().map(|line| line.step).collect();
        assert_eq!(steps, [20, 40, 50, 60, 80, 90]);
        assert_eq!(lines(out)[..3], saved);
        let mean = (61..=80).map(|step| 1.0 / f64::from(step)).sum::<f64>() / 20.0;
        assert!((lines(out)[4].figures[0].1 - mean).abs() < 1e-12);
    }

    #[test]
    fn the_table_says_what_the_log_says() {
        let out = tempfile::tempdir().unwrap();
        train(out.path(), 0, 50);
        let table = fs::read_to_string(out.path().join("curves.csv")).unwrap();
        let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<_>>());
        let header = rows.next().unwrap();
        let lines = lines(out.path());
        assert_eq!(rows.clone().count(), lines.len());
        for (row, line) in rows.zip(lines) {
            let step = ("step".to_owned(), line.step as f64);
            let message = std::iter::once(step).chain(line.figures);
            assert_eq!(message.clone().count(), row.len());
            for ((name, message), (title, value)) in message.zip(header.iter().zip(row)) {
                let value: f64 = value.parse().unwrap();
                // serde_json reads numbers to within the last bit.
                assert!(
                    name == *title && (value - message).abs() <= 1e-15 * message.abs(),
                    "{name} {message}, {title} {value}"
                );
            }
        }
        let svg = fs::read_to_string(out.path().join("curves.svg")).unwrap();
        ["flow", "zero flow", "images a second"]
            .iter()
            .for_each(|text| assert!(svg.contains(text), "{text}"));
    }
}
