//! The file of hints that the page saves beside a clip.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// What the file's `format` says.
const FORMAT: &str = "chromaflow-hints";

/// The version that is read.
const VERSION: u32 = 1;

/// A file of hints.
#[derive(Debug, Deserialize)]
struct HintFile {
    format: String,
    version: u32,
    marks: Vec<Mark>,
}

/// A color that was given to one or more places of one frame.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Mark {
    /// Seconds from the clip's start to the frame.
    pub time: f64,
    /// Blue and red difference of BT.601, each in [-0.5, 0.5].
    pub color: [f32; 2],
    /// How firmly f is to keep to it, in (0, 1].
    pub strength: f32,
    /// Where in the frame.
    pub places: Vec<MarkedPlace>,
}

/// A disc of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct MarkedPlace {
    /// Of the frame's width, in [0, 1].
    pub x: f32,
    /// Of the frame's height, in [0, 1].
    pub y: f32,
    /// Of the frame's shorter side; 0 is a point.
    pub radius: f32,
}

/// The marks of a file, in the order of their time.
pub fn read(path: &Path) -> Result<Vec<Mark>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let file: HintFile =
        serde_json::from_str(&text).with_context(|| format!("{} is no file of hints", path.display()))?;
    ensure!(file.format == FORMAT, "{} is no file of hints: its format is {}", path.display(), file.format);
    ensure!(
        file.version == VERSION,
        "{} is of version {}, and {VERSION} is read",
        path.display(),
        file.version
    );
    let mut marks = file.marks;
    for mark in &marks {
        mark.check().with_context(|| format!("the mark at {} s of {}", mark.time, path.display()))?;
    }
    marks.sort_by(|a, b| a.time.total_cmp(&b.time));
    Ok(marks)
}

impl Mark {
    fn check(&self) -> Result<()> {
        let share = |value: f32| (0.0..=1.0).contains(&value);
        ensure!(self.time.is_finite() && self.time >= 0.0, "its time must be at least 0");
        ensure!(self.color.iter().all(|value| value.abs() <= 0.5), "its color must be in [-0.5, 0.5]");
        ensure!(self.strength > 0.0 && self.strength <= 1.0, "its strength must be in (0, 1]");
        ensure!(
            self.places.iter().all(|place| share(place.x) && share(place.y) && share(place.radius)),
            "its places must lie in the frame, x, y and radius in [0, 1]"
        );
        Ok(())
    }
}
