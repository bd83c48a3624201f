//! `log.jsonl` in a run's folder: one JSON line for every few steps. A resumed run appends to it.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::line::Line;
use crate::whole_file;

/// The file's name.
pub const FILE_NAME: &str = "log.jsonl";

/// The log, open at its end.
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens the log of a training that goes on behind step `first`, and gives the lines up to there. Later lines go: those
    /// steps are taken again.
    pub fn open(out: &Path, first: usize) -> Result<(Self, Vec<Line>)> {
        let path = out.join(FILE_NAME);
        let mut lines = read(&path)?;
        lines.retain(|line| line.step <= first);
        let text: String = lines.iter().map(text).collect::<Result<_>>()?;
        whole_file::write(&path, text.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path);
        let file = file.with_context(|| format!("opening {}", path.display()))?;
        Ok((Self { path, file }, lines))
    }

    /// Writes a line at the end.
    pub fn append(&mut self, line: &Line) -> Result<()> {
        let written = self.file.write_all(text(line)?.as_bytes());
        written.with_context(|| format!("writing {}", self.path.display()))
    }
}

fn text(line: &Line) -> Result<String> {
    Ok(serde_json::to_string(line)? + "\n")
}

/// The lines of a log, none where there is no log. The last one may be cut short, by a death in the midst of writing.
fn read(path: &Path) -> Result<Vec<Line>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.with_context(|| format!("reading {}", path.display()))?,
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| {
            format!(
                "{}, line {}, is no line of a training's log; move the file away",
                path.display(),
                number + 1
            )
        })
    };
    whole.lines().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: usize, loss: f64) -> Line {
        Line { step, figures: vec![("loss".into(), loss), ("learning_rate".into(), 1e-3)] }
    }

    #[test]
    fn a_resumed_log_has_no_step_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let (mut journal, before) = Journal::open(folder.path(), 0).unwrap();
        assert_eq!(before, []);
        [20, 40, 60].iter().for_each(|&step| journal.append(&line(step, 1.5)).unwrap());
        drop(journal);
        fs::write(&path, fs::read_to_string(&path).unwrap() + "{\"step\":80,\"lo").unwrap();

        let (mut journal, before) = Journal::open(folder.path(), 40).unwrap();
        assert_eq!(before, [line(20, 1.5), line(40, 1.5)]);
        journal.append(&line(60, 0.5)).unwrap();
        let expected = "{\"step\":20,\"loss\":1.5,\"learning_rate\":0.001}\n\
                        {\"step\":40,\"loss\":1.5,\"learning_rate\":0.001}\n\
                        {\"step\":60,\"loss\":0.5,\"learning_rate\":0.001}\n";
        assert_eq!(fs::read_to_string(path).unwrap(), expected);
    }

    #[test]
    fn a_loss_that_is_no_number_is_kept_as_such() {
        let folder = tempfile::tempdir().unwrap();
        Journal::open(folder.path(), 0).unwrap().0.append(&line(20, f64::NAN)).unwrap();
        let (_, lines) = Journal::open(folder.path(), 20).unwrap();
        assert!(lines[0].figures[0].1.is_nan());
    }

    #[test]
    fn another_file_of_that_name_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, "a diary\nof mine\n").unwrap();
        let error = format!("{:#}", Journal::open(folder.path(), 0).err().unwrap());
        assert!(error.contains(&*path.to_string_lossy()) && error.contains("line 1"), "{error}");
        assert_eq!(fs::read_to_string(path).unwrap(), "a diary\nof mine\n");
    }
}
