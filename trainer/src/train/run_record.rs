//! `run.json` in a run's folder: what was run, from which commit, with which options and on which data. Exported weights
//! take their origin from it.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context, Result, ensure};
use chromaflow::model::preset::Preset;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RunOptions;
pub use super::{
    file_list::FileList,
    stage::{Contents, Stage},
};
use crate::whole_file;

const FILE_NAME: &str = "run.json";

/// The commit that the trainer was built from, with `-dirty` behind it if the sources were changed since; `unknown` outside
/// a checkout.
pub const COMMIT: &str = env!("CHROMAFLOW_COMMIT");

/// What `run.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// What the checkpoints hold.
    pub contents: Contents,
    /// The networks' sizes.
    pub preset: Preset,
    /// Every start of the run, the first one first.
    pub sessions: Vec<Session>,
}

/// One start of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The step that it started from.
    pub first_step: usize,
    /// The command line.
    pub command: String,
    /// The commit that the trainer was built from.
    pub commit: String,
    /// All options, those that the command line left to their defaults too.
    pub options: Value,
    /// What it read.
    pub data: FileList,
}

/// Where a network's weights come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The command that made it, or several, in their order.
    pub command: String,
    /// The commit that the command was built from.
    pub commit: String,
}

#[derive(Serialize)]
struct Options<'a, T> {
    #[serde(flatten)]
    run: &'a RunOptions,
    #[serde(flatten)]
    network: &'a T,
}

impl RunRecord {
    /// The record in a run's folder; none in runs that are older than the record.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE_NAME);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("reading {}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    /// The record that a training goes on with: the folder's own if it resumes, else a new one. A run of another network
    /// or preset can't be resumed.
    pub fn open<T: Stage>(run: &RunOptions) -> Result<Self> {
        let new = Self { contents: T::CONTENTS, preset: run.preset, sessions: Vec::new() };
        let old = if run.resume { Self::read(&run.out)? } else { None };
        if let Some(old) = &old {
            old.ensure_holds(&run.out, T::CONTENTS, run.preset)?;
        }
        Ok(old.unwrap_or(new))
    }

    /// Adds a start from step `first`, as the command line says it, and writes the record.
    pub fn begin<T: Stage>(mut self, run: &RunOptions, network: &T, first: usize) -> Result<()> {
        let options = serde_json::to_value(Options { run, network })?;
        self.sessions.push(Session::now(first, options, FileList::of(&run.data)?));
        self.write(&run.out)
    }

    /// Writes the record into a run's folder.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        whole_file::write(&folder.join(FILE_NAME), text.as_bytes())
    }

    /// An error if the run in `folder` is not of these contents and sizes.
    pub fn ensure_holds(&self, folder: &Path, contents: Contents, preset: Preset) -> Result<()> {
        ensure!(
            self.contents == contents && self.preset == preset,
            "{} is a run of {:?} with preset {}, not of {contents:?} with preset {}",
            folder.display(),
            self.contents,
            self.preset.name(),
            preset.name(),
        );
        Ok(())
    }

    /// Where the run's weights come from.
    pub fn origin(&self) -> Origin {
        let mut commands: Vec<String> = self.sessions.iter().map(|session| session.command.clone()).collect();
        let mut commits: Vec<&str> = self.sessions.iter().map(|session| session.commit.as_str()).collect();
        commands.dedup();
        commits.dedup();
        if let Some(unknown) = self.sessions.first().filter(|session| session.first_step > 0) {
            commands.insert(0, format!("(not recorded until step {})", unknown.first_step));
        }
        Origin { command: commands.join("; "), commit: commits.join(", ") }
    }
}

impl Session {
    /// A start by this process.
    pub fn now(first_step: usize, options: Value, data: FileList) -> Self {
        let command = command_line(std::env::args().skip(1));
        Self { first_step, command, commit: COMMIT.to_owned(), options, data }
    }
}

/// A command line that a shell reads back as these arguments.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-+=:,./@%".contains(letter);
    let quoted = arguments.map(|argument| match !argument.is_empty() && argument.chars().all(plain) {
        true => argument,
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    });
    std::iter::once("trainer".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_quoted_where_a_shell_needs_it() {
        let arguments = ["train", "flow", "--data", "my photos", "--out", "it's", ""].map(str::to_owned);
        let expected = r"trainer train flow --data 'my photos' --out 'it'\''s' ''";
        assert_eq!(command_line(arguments.into_iter()), expected);
    }

    #[test]
    fn an_origin_names_each_command_once_and_what_is_not_known() {
        let session = |first_step, command: &str, commit: &str| Session {
            first_step,
            command: command.into(),
            commit: commit.into(),
            options: Value::Null,
            data: FileList { files: 0, sha256: String::new() },
        };
        let record = RunRecord {
            contents: Contents::Flow,
            preset: Preset::Tiny,
            sessions: vec![
                session(20, "trainer a", "1"),
                session(40, "trainer a", "1"),
                session(60, "trainer b", "2"),
            ],
        };
        let origin = record.origin();
        assert_eq!(origin.command, "(not recorded until step 20); trainer a; trainer b");
        assert_eq!(origin.commit, "1, 2");
    }
}
