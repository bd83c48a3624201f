//! TensorBoard's event files beside `log.jsonl`: the figures of each line, for `tensorboard --logdir`.

pub mod proto;
mod record;

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use prost::Message;

use crate::train::monitor::line::Line;
use proto::{Event, START, SessionLog, Summary, Value};

/// The format that a file says it has.
const VERSION: &str = "brain.Event:2";

/// An event file, open at its end.
pub struct EventFile {
    path: PathBuf,
    file: File,
}

impl EventFile {
    /// Begins a file in a stage's folder for a training that goes on behind step `first`. What earlier files say of later steps no longer
    /// counts: those steps are taken again.
    pub fn create(out: &Path, first: usize) -> Result<Self> {
        let now = seconds();
        let path = out.join(format!("events.out.tfevents.{:010}.{first}", now as u64));
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let mut events = Self { file: file.with_context(|| format!("writing {}", path.display()))?, path };
        events.write(&Event {
            wall_time: now,
            file_version: Some(VERSION.to_owned()),
            ..Event::default()
        })?;
        events.write(&Event {
            wall_time: now,
            step: first as i64 + 1,
            session_log: Some(SessionLog { status: START }),
            ..Event::default()
        })?;
        Ok(events)
    }

    /// Writes a line's figures.
    pub fn append(&mut self, line: &Line) -> Result<()> {
        let value =
            |(name, value): &(String, f64)| Value { tag: name.clone(), simple_value: Some(*value as f32) };
        self.write(&Event {
            wall_time: seconds(),
            step: line.step as i64,
            summary: Some(Summary { value: line.figures.iter().map(value).collect() }),
            ..Event::default()
        })
    }

    fn write(&mut self, event: &Event) -> Result<()> {
        let written = self.file.write_all(&record::framed(&event.encode_to_vec()));
        written.with_context(|| format!("writing {}", self.path.display()))
    }
}

/// Seconds since 1970.
fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The events of a file, each checked to end where its length says.
    fn events(path: &Path) -> Vec<Event> {
        let bytes = fs::read(path).unwrap();
        let (mut rest, mut found) = (bytes.as_slice(), Vec::new());
        while !rest.is_empty() {
            let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
            let data = &rest[12..12 + length];
            assert_eq!(rest[..16 + length], record::framed(data));
            found.push(Event::decode(data).unwrap());
            rest = &rest[16 + length..];
        }
        found
    }

    #[test]
    fn a_file_holds_the_lines_and_from_where_they_count() {
        let out = tempfile::tempdir().unwrap();
        let mut file = EventFile::create(out.path(), 40).unwrap();
        file.append(&Line { step: 60, figures: vec![("loss".into(), 0.5), ("error".into(), 2.0)] }).unwrap();
        let [version, start, line] = &events(&file.path)[..] else { panic!("three events") };
        assert_eq!(version.file_version.as_deref(), Some(VERSION));
        assert_eq!((start.step, start.session_log), (41, Some(SessionLog { status: START })));
        let values = &line.summary.as_ref().unwrap().value;
        let figures: Vec<_> = values.iter().map(|value| (value.tag.as_str(), value.simple_value)).collect();
        assert_eq!((line.step, figures), (60, vec![("loss", Some(0.5)), ("error", Some(2.0))]));
        assert!(line.wall_time > 1.7e9 && line.wall_time >= start.wall_time);
    }
}
