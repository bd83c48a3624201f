//! `run.json` in a run's folder: what was run, from which commit, with which configuration and on which data. Exported
//! weights take their origin from it.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context, Result};
use chromaflow::model::preset::{NetworksConfig, Preset};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{commit::COMMIT, file_list::FileList};
use crate::whole_file;

const FILE_NAME: &str = "run.json";

/// The content of `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The networks' sizes.
    pub preset: Preset,
    /// d, the number of f's candidates: that of the preset, or 1 without diversity.
    pub candidates: usize,
    /// Every start of the run, the first one first.
    pub sessions: Vec<Session>,
}

/// One start of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The stage that it went on with, from 1.
    pub first_stage: usize,
    /// The step of that stage that it started from.
    pub first_step: usize,
    /// The command line.
    pub command: String,
    /// The commit that the trainer was built from.
    pub commit: String,
    /// All that was configured, what was left to defaults too; of an import, the file and its hash.
    pub config: Value,
    /// The files that it read.
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

impl RunRecord {
    /// The record in a run's folder; none where the folder holds no run.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE_NAME);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("reading {}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    /// Writes the record into a run's folder.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        whole_file::write(&folder.join(FILE_NAME), text.as_bytes())
    }

    /// Sizes of the run's networks.
    pub fn networks(&self) -> NetworksConfig {
        let mut config = self.preset.config();
        config.colorizer.candidates = self.candidates;
        config
    }

    /// Where the run's weights come from.
    pub fn origin(&self) -> Origin {
        let mut commands: Vec<&str> = self.sessions.iter().map(|session| session.command.as_str()).collect();
        let mut commits: Vec<&str> = self.sessions.iter().map(|session| session.commit.as_str()).collect();
        commands.dedup();
        commits.dedup();
        Origin { command: commands.join("; "), commit: commits.join(", ") }
    }
}

impl Session {
    /// A start by this process, from a stage and a step of it.
    pub fn now([first_stage, first_step]: [usize; 2], config: Value, data: FileList) -> Self {
        let command = command_line(std::env::args().skip(1));
        Self { first_stage, first_step, command, commit: COMMIT.to_owned(), config, data }
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
        let arguments = ["train", "--data", "my photos", "--out", "it's", ""].map(str::to_owned);
        let expected = r"trainer train --data 'my photos' --out 'it'\''s' ''";
        assert_eq!(command_line(arguments.into_iter()), expected);
    }

    #[test]
    fn an_origin_names_each_command_once() {
        let session = |first_step, command: &str, commit: &str| Session {
            first_stage: 1,
            first_step,
            command: command.into(),
            commit: commit.into(),
            config: Value::Null,
            data: FileList { files: 0, sha256: String::new() },
        };
        let record = RunRecord {
            preset: Preset::Tiny,
            candidates: 4,
            sessions: vec![
                session(0, "trainer a", "1"),
                session(40, "trainer a", "1"),
                session(60, "trainer b", "2"),
            ],
        };
        let origin = record.origin();
        assert_eq!(origin.command, "trainer a; trainer b");
        assert_eq!(origin.commit, "1, 2");
    }
}
