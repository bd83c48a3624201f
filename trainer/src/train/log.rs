//! What a run says while it trains: a progress bar, plain lines, and one JSON line for each of these.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    time::Instant,
};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

/// Steps that one line averages.
const STEPS_A_LINE: usize = 20;

/// The log of one run.
pub struct Log {
    file: File,
    bar: ProgressBar,
    sums: Vec<(&'static str, f64)>,
    count: usize,
    since: Instant,
}

impl Log {
    /// Appends to `log.jsonl` in the run's folder.
    pub fn open(out: &Path, first: usize, steps: usize) -> Result<Self> {
        let path = out.join("log.jsonl");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.with_context(|| format!("opening {}", path.display()))?;
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} left")?;
        let bar = ProgressBar::new(steps as u64).with_style(style).with_position(first as u64);
        Ok(Self { file, bar, sums: Vec::new(), count: 0, since: Instant::now() })
    }

    /// Takes the named figures of one step.
    pub fn step(&mut self, step: usize, figures: &[(&'static str, f64)]) -> Result<()> {
        if self.sums.is_empty() {
            self.sums = figures.iter().map(|&(name, _)| (name, 0.0)).collect();
        }
        for (sum, figure) in self.sums.iter_mut().zip(figures) {
            sum.1 += figure.1;
        }
        self.count += 1;
        self.bar.inc(1);
        if self.count == STEPS_A_LINE { self.write(step) } else { Ok(()) }
    }

    fn write(&mut self, step: usize) -> Result<()> {
        let count = self.count as f64;
        let seconds = self.since.elapsed().as_secs_f64();
        let mut line = Map::from_iter([("step".to_owned(), json!(step + 1))]);
        let means = self.sums.drain(..).map(|(name, sum)| (name.to_owned(), json!(sum / count)));
        line.extend(means);
        line.insert("steps_a_second".to_owned(), json!(count / seconds));
        writeln!(self.file, "{}", Value::Object(line.clone()))?;
        let plain: Vec<_> = line.iter().map(|(name, value)| format!("{name} {}", rounded(value))).collect();
        self.bar.suspend(|| println!("{}", plain.join("  ")));
        self.count = 0;
        self.since = Instant::now();
        Ok(())
    }
}

fn rounded(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if !value.is_u64() => format!("{number:.4}"),
        _ => value.to_string(),
    }
}
