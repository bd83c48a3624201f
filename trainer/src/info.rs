//! What a run's folder or a folder of weights holds, in words.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result, bail};
use burn::{backend::Flex, module::Module};
use chromaflow::weights::{WeightFile, WeightSet};
use serde_json::Value;

use crate::{
    checkpoint, published,
    train::{
        colorizer::Coloring,
        run_record::{Contents, RunRecord, Session},
    },
};

/// Describes a folder of weights, whose files it compares with their hashes, or a run's folder.
pub fn describe(folder: &Path) -> Result<String> {
    if published::manifest_path(folder).exists() {
        return weights(folder);
    }
    let record = RunRecord::read(folder).with_context(|| format!("{} is no run", folder.display()))?;
    let steps = checkpoint::steps(folder)?;
    if record.is_none() && steps.is_empty() {
        bail!("{} holds neither a run (run.json, step-*) nor weights (manifest.json)", folder.display());
    }
    run(folder, record.as_ref(), &steps)
}

fn weights(folder: &Path) -> Result<String> {
    let mut text = format!("weights in {}\n", folder.display());
    for (name, set) in published::manifest(folder)?.presets {
        writeln!(text, "\npreset {name}")?;
        for (network, file) in ["trunk", "colorizer", "flow", "refiner"].into_iter().zip(set.files()) {
            weight_file(&mut text, folder, network, file)?;
        }
        totals(&mut text, &set)?;
    }
    Ok(text)
}

fn weight_file(text: &mut String, folder: &Path, network: &str, file: &WeightFile) -> Result<()> {
    let state = published::check(folder, file)?;
    writeln!(text, "  {network}: {}, {state}", file.name)?;
    writeln!(text, "    {} parameters, {}, {} bytes", file.parameters, file.dtype, file.bytes)?;
    writeln!(text, "    sha256  {}", file.sha256)?;
    writeln!(text, "    command {}", or_unknown(&file.command))?;
    writeln!(text, "    commit  {}", or_unknown(&file.commit))?;
    Ok(())
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

fn run(folder: &Path, record: Option<&RunRecord>, steps: &[usize]) -> Result<String> {
    let mut text = format!("run in {}\n", folder.display());
    match record {
        None => writeln!(text, "  no run.json: the run is older than that")?,
        Some(record) => {
            writeln!(text, "  contents   {}", as_word(&record.contents)?)?;
            writeln!(text, "  preset     {}", record.preset.name())?;
            record.sessions.iter().try_for_each(|session| describe_session(&mut text, session))?;
            if !steps.is_empty() {
                writeln!(text, "  parameters {}", parameters(folder, record)?)?;
            }
        }
    }
    let kept: Vec<_> = steps.iter().map(usize::to_string).collect();
    match steps.last() {
        Some(newest) => writeln!(text, "  step       {newest} (kept: {})", kept.join(", "))?,
        None => writeln!(text, "  step       no checkpoint yet")?,
    }
    if let Ok(log) = fs::read_to_string(folder.join("log.jsonl")) {
        writeln!(text, "  last log   {}", log.lines().last().unwrap_or("empty"))?;
    }
    Ok(text)
}

fn describe_session(text: &mut String, session: &Session) -> Result<()> {
    writeln!(text, "  from step  {}", session.first_step)?;
    writeln!(text, "    command  {}", session.command)?;
    writeln!(text, "    commit   {}", session.commit)?;
    writeln!(
        text,
        "    data     {} files, sha256 of their list {}",
        session.data.files, session.data.sha256
    )?;
    writeln!(text, "    options  {}", session.options)?;
    Ok(())
}

/// The parameters of the newest checkpoint, by network; reads it, so that a damaged one is noticed.
fn parameters(folder: &Path, record: &RunRecord) -> Result<String> {
    let (config, device) = (record.preset.config(), Default::default());
    Ok(match record.contents {
        Contents::Colorizer => {
            let coloring = Coloring::<Flex>::init(&config, &device);
            let coloring = checkpoint::load_checked(folder, coloring, &device)?.1;
            format!("trunk {}, colorizer {}", coloring.trunk.num_params(), coloring.colorizer.num_params())
        }
        Contents::Flow => count(folder, config.flow.init(&device))?,
        Contents::Refiner => count(folder, config.refiner.init(&device))?,
        Contents::PublishedTrunk => count(folder, config.trunk.init(&device))?,
        Contents::Trunk => format!("trunk {}", config.trunk.init::<Flex>(&device).num_params()),
    })
}

fn count<M: Module<Flex>>(folder: &Path, network: M) -> Result<String> {
    Ok(checkpoint::load_checked(folder, network, &Default::default())?.1.num_params().to_string())
}

fn as_word(contents: &Contents) -> Result<String> {
    Ok(serde_json::to_value(contents)?.as_str().unwrap_or_default().to_owned())
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}
