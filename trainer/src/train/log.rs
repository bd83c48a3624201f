//! What a run says while it trains: a progress bar, plain lines, and one JSON line for each of these.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    time::Instant,
};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::whole_file;

/// Steps that one line averages; lines stand at the multiples of this.
const STEPS_A_LINE: usize = 20;

/// The log of one stage.
pub struct Log {
    file: File,
    bar: ProgressBar,
    /// Names, sums and counts: pairs of frames have figures that single images have not.
    sums: Vec<(&'static str, f64, usize)>,
    images: usize,
    since: Instant,
}

impl Log {
    /// Appends to `log.jsonl` in the stage's folder. Lines of steps behind `first`, which will be trained again, go.
    pub fn open(out: &Path, first: usize, steps: usize) -> Result<Self> {
        let path = out.join("log.jsonl");
        let old = fs::read_to_string(&path).unwrap_or_default();
        let step = |line: &&str| serde_json::from_str::<Value>(line).ok()?["step"].as_u64();
        let kept = old.lines().filter(|line| step(line).is_some_and(|step| step <= first as u64));
        let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
        whole_file::write(&path, kept.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path);
        let file = file.with_context(|| format!("opening {}", path.display()))?;
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} left")?;
        let bar = ProgressBar::new(steps as u64).with_style(style).with_position(first as u64);
        Ok(Self { file, bar, sums: Vec::new(), images: 0, since: Instant::now() })
    }

    /// Takes the learning rate, the number of images and the named figures of one step.
    pub fn step(
        &mut self,
        step: usize,
        learning_rate: f64,
        images: usize,
        figures: &[(&'static str, f64)],
    ) -> Result<()> {
        for &(name, figure) in figures {
            let sum = self.sums.iter().position(|sum| sum.0 == name).unwrap_or_else(|| {
                self.sums.push((name, 0.0, 0));
                self.sums.len() - 1
            });
            self.sums[sum].1 += figure;
            self.sums[sum].2 += 1;
        }
        self.bar.inc(1);
        self.images += images;
        if (step + 1).is_multiple_of(STEPS_A_LINE) { self.write(step, learning_rate) } else { Ok(()) }
    }

    fn write(&mut self, step: usize, learning_rate: f64) -> Result<()> {
        let seconds = self.since.elapsed().as_secs_f64();
        let mut line = Map::from_iter([("step".to_owned(), json!(step + 1))]);
        let means =
            self.sums.drain(..).map(|(name, sum, count)| (name.to_owned(), json!(sum / count as f64)));
        line.extend(means);
        line.insert("learning_rate".to_owned(), json!(learning_rate));
        line.insert("images_a_second".to_owned(), json!(self.images as f64 / seconds));
        writeln!(self.file, "{}", Value::Object(line.clone()))?;
        let plain: Vec<_> = line.iter().map(|(name, value)| format!("{name} {}", rounded(value))).collect();
        self.bar.suspend(|| println!("{}", plain.join("  ")));
        self.images = 0;
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
