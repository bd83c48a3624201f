//! A description of a run's folder or of a folder of weights.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result, ensure};
use burn::{backend::Flex, module::Module};
use chromaflow::weights::{WeightFile, WeightSet};
use serde_json::Value;

use super::{
    checkpoint,
    folder::{RunFolder, StageFolder},
    record::Session,
};
use crate::networks::published::{self, FileState};

/// The description of a folder.
#[derive(Debug)]
pub struct Description {
    /// In words.
    pub text: String,
    /// Weights that are not those of the manifest.
    pub altered: Vec<String>,
}

/// Describes a folder of weights, whose files it compares with their hashes, or a run's folder.
pub fn describe(folder: &Path) -> Result<Description> {
    if published::manifest_path(folder).exists() {
        return weights(folder);
    }
    let run_file = folder.join("run.json").exists();
    ensure!(run_file, "{} holds neither a run (run.json) nor weights (manifest.json)", folder.display());
    Ok(Description { text: run(&RunFolder::open(folder)?)?, altered: Vec::new() })
}

fn weights(folder: &Path) -> Result<Description> {
    let mut text = format!("weights in {}\n", folder.display());
    let mut altered = Vec::new();
    for (name, set) in published::manifest(folder)?.presets {
        writeln!(text, "\npreset {name}")?;
        for (network, file) in ["trunk", "colorizer", "flow", "refiner"].into_iter().zip(set.files()) {
            if weight_file(&mut text, folder, network, file)? != FileState::AsStated {
                altered.push(file.name.clone());
            }
        }
        totals(&mut text, &set)?;
    }
    Ok(Description { text, altered })
}

fn weight_file(text: &mut String, folder: &Path, network: &str, file: &WeightFile) -> Result<FileState> {
    let state = published::check(folder, file)?;
    writeln!(text, "  {network}: {}, {state}", file.name)?;
    writeln!(text, "    {} parameters, {}, {} bytes", file.parameters, file.dtype, file.bytes)?;
    writeln!(text, "    sha256  {}", file.sha256)?;
    writeln!(text, "    command {}", or_unknown(&file.command))?;
    writeln!(text, "    commit  {}", or_unknown(&file.commit))?;
    Ok(state)
}

fn totals(text: &mut String, set: &WeightSet) -> Result<()> {
    let files = set.files();
    let parameters: usize = files.iter().map(|file| file.parameters).sum();
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    writeln!(text, "  in all: {parameters} parameters, {bytes} bytes")?;
    match &set.figures {
        Value::Null => writeln!(text, "  figures: none")?,
        figures => writeln!(text, "  figures: {}", serde_json::to_string_pretty(figures)?)?,
    }
    Ok(())
}

fn run(folder: &RunFolder) -> Result<String> {
    let mut text = format!("run in {}\n", folder.path.display());
    writeln!(text, "  preset     {}", folder.record.preset.name())?;
    writeln!(text, "  candidates {}", folder.record.candidates)?;
    folder.record.sessions.iter().try_for_each(|session| describe_session(&mut text, session))?;
    folder.stages.iter().try_for_each(|stage| describe_stage(&mut text, stage))?;
    parameters(&mut text, folder).context("reading the newest checkpoints")?;
    Ok(text)
}

fn describe_stage(text: &mut String, stage: &StageFolder) -> Result<()> {
    writeln!(text, "  stage {}    {}", stage.number, stage.contents)?;
    let steps = checkpoint::steps(&stage.path)?;
    let kept: Vec<_> = steps.iter().map(usize::to_string).collect();
    match (steps.last(), checkpoint::best(&stage.path)?) {
        (Some(newest), Some(best)) => {
            writeln!(text, "    step     {newest} (kept: {}; best: {best})", kept.join(", "))?;
        }
        _ => writeln!(text, "    step     no checkpoint yet")?,
    }
    if let Ok(log) = fs::read_to_string(stage.path.join("log.jsonl")) {
        writeln!(text, "    last log {}", log.lines().last().unwrap_or("empty"))?;
    }
    Ok(())
}

fn describe_session(text: &mut String, session: &Session) -> Result<()> {
    writeln!(text, "  from stage {}, step {}", session.first_stage, session.first_step)?;
    writeln!(text, "    command  {}", session.command)?;
    writeln!(text, "    commit   {}", session.commit)?;
    writeln!(
        text,
        "    data     {} files, sha256 of their list {}",
        session.data.files, session.data.sha256
    )?;
    writeln!(text, "    config   {}", session.config)?;
    Ok(())
}

/// The parameters of the run's networks; reads them, so that a damaged checkpoint is noticed.
fn parameters(text: &mut String, folder: &RunFolder) -> Result<()> {
    let device = Default::default();
    let mut line = |name: &str, network: Option<usize>| match network {
        Some(parameters) => writeln!(text, "  {name} {parameters} parameters"),
        None => Ok(()),
    };
    line("trunk     ", folder.trunk::<Flex>(&device)?.map(|network| network.num_params()))?;
    let coloring = folder.coloring::<Flex>(&device)?;
    line("colorizer ", coloring.map(|coloring| coloring.colorizer.num_params()))?;
    line("flow      ", folder.flow::<Flex>(&device)?.map(|network| network.num_params()))?;
    line("refiner   ", folder.refiner::<Flex>(&device)?.map(|network| network.num_params()))?;
    Ok(())
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}
