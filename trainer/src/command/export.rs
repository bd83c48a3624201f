//! `export`: the newest checkpoints of the runs to the files that the page loads, and f to other runtimes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use burn::{backend::Flex, module::Module, tensor::backend::BackendTypes};
use chromaflow::model::{colorizer::Colorizer, preset::Preset, trunk::Trunk};
use clap::Args;

use crate::{
    export::{
        onnx,
        weights::{self, NewNetwork, NewNetworks},
    },
    networks::{coloring::Coloring, published},
    run::folder::RunFolder,
};

/// Writes trunk.bpk, colorizer.bpk, flow.bpk and refiner.bpk in half precision into the preset's folder below `--out`, and
/// `manifest.json`, which describes them. A network that no run here has is left as it lies there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  trainer export runs/lite --out weights
  trainer export runs/paper --flow runs/pwc --out weights
  trainer export --figures eval.json --out weights
  trainer export runs/lite --onnx f.onnx")]
pub struct ExportCommand {
    /// The run's folder: all networks that it trained.
    run: Option<PathBuf>,
    /// The set of weights; that of the run, if one is named.
    #[arg(long, value_parser = parse_preset)]
    preset: Option<Preset>,
    /// Folder of another run, which trained f and its trunk.
    #[arg(long, value_name = "RUN")]
    colorizer: Option<PathBuf>,
    /// Folder of another run, which trained or imported the flow network.
    #[arg(long, value_name = "RUN")]
    flow: Option<PathBuf>,
    /// Folder of another run, which trained g.
    #[arg(long, value_name = "RUN")]
    refiner: Option<PathBuf>,
    /// JSON: what `eval` wrote of these weights; the manifest takes its means. Alone, it replaces the figures and nothing
    /// else.
    #[arg(long, value_name = "FILE")]
    figures: Option<PathBuf>,
    /// The folder of published weights.
    #[arg(long, value_name = "WEIGHTS")]
    out: Option<PathBuf>,
    /// Writes f as ONNX for other runtimes: input grey [1, 1, h, w] in [0, 1], output candidates [1, d, 3, h, w]. f is that
    /// of the run, else that in --out.
    #[arg(long, value_name = "FILE")]
    onnx: Option<PathBuf>,
    /// The only size that the ONNX file takes, for runtimes that need to know; any size without it.
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = parse_size, requires = "onnx")]
    size: Option<[usize; 2]>,
}

impl ExportCommand {
    /// Writes the files.
    pub fn run(self) -> Result<()> {
        ensure!(
            self.out.is_some() || self.onnx.is_some(),
            "where to? name --out WEIGHTS, --onnx FILE or both"
        );
        let coloring = self.network(&self.colorizer, "f", |folder| folder.coloring(&Default::default()))?;
        let preset = self.preset()?;
        if let Some(out) = &self.out {
            self.write_set(out, preset, coloring.as_ref())?;
        }
        if let Some(file) = &self.onnx {
            let (trunk, colorizer) = self.painter(preset, coloring)?;
            let mut config = preset.config().colorizer;
            config.candidates = colorizer.candidates();
            onnx::write(file, &config, &trunk, &colorizer, self.size)?;
            println!("{}: f with its trunk", file.display());
        }
        Ok(())
    }

    /// The preset of all runs that are named, which must be one.
    fn preset(&self) -> Result<Preset> {
        let mut preset = self.preset;
        for path in [&self.run, &self.colorizer, &self.flow, &self.refiner].into_iter().flatten() {
            let theirs = RunFolder::open(path)?.record.preset;
            let ours = *preset.get_or_insert(theirs);
            let [ours, theirs] = [ours, theirs].map(Preset::name);
            ensure!(ours == theirs, "{} is a run of preset {theirs}, not {ours}", path.display());
        }
        Ok(preset.unwrap_or(Preset::Lite))
    }

    fn write_set(&self, out: &Path, preset: Preset, coloring: Option<&Read<Coloring<Flex>>>) -> Result<()> {
        let new = self.new_networks(coloring)?;
        let figures = self.figures.as_deref().map(read_figures).transpose()?;
        if new.is_empty() && figures.is_none() {
            ensure!(self.onnx.is_some(), "nothing to export: name a run or figures");
            return Ok(());
        }
        let measured = figures.is_some();
        weights::export(out, preset, &new, figures)?;
        println!("{}: the set {}", published::manifest_path(out).display(), preset.name());
        if !measured {
            println!(
                "it has no figures: measure it with `trainer eval`, then `trainer export --figures FILE`"
            );
        }
        Ok(())
    }

    fn new_networks(&self, coloring: Option<&Read<Coloring<Flex>>>) -> Result<NewNetworks> {
        let device: Device = Default::default();
        let flow = self.network(&self.flow, "flow network", |folder| folder.flow::<Flex>(&device))?;
        let refiner = self.network(&self.refiner, "g", |folder| folder.refiner::<Flex>(&device))?;
        Ok(NewNetworks {
            trunk: coloring.map(|(coloring, run)| new(&coloring.trunk, run)).transpose()?,
            colorizer: coloring.map(|(coloring, run)| new(&coloring.colorizer, run)).transpose()?,
            flow: flow.map(|(network, run)| new(&network, &run)).transpose()?,
            refiner: refiner.map(|(network, run)| new(&network, &run)).transpose()?,
            candidates: coloring.map(|(coloring, _)| coloring.colorizer.candidates()),
        })
    }

    /// A network of the run that is named for it, which must have one, or else of the run, if that has one.
    fn network<T>(
        &self,
        named: &Option<PathBuf>,
        name: &str,
        read: impl Fn(&RunFolder) -> Result<Option<T>>,
    ) -> Result<Option<Read<T>>> {
        let Some(path) = named.as_ref().or(self.run.as_ref()) else { return Ok(None) };
        let folder = RunFolder::open(path)?;
        let network = read(&folder).with_context(|| format!("reading {name} of {}", path.display()))?;
        ensure!(network.is_some() || named.is_none(), "{} has no {name}", path.display());
        Ok(network.map(|network| (network, folder)))
    }

    /// f and its trunk, of the run or of the published set.
    fn painter(
        &self,
        preset: Preset,
        coloring: Option<Read<Coloring<Flex>>>,
    ) -> Result<(Trunk<Flex>, Colorizer<Flex>)> {
        if let Some((coloring, _)) = coloring {
            return Ok((coloring.trunk, coloring.colorizer));
        }
        let folder = self.out.as_deref().context("which f? name a run or --out WEIGHTS")?;
        let networks = published::load(folder, preset.name(), &Default::default())?;
        Ok((networks.trunk, networks.colorizer))
    }
}

/// A network and the run that it comes from.
type Read<M> = (M, RunFolder);

type Device = <Flex as BackendTypes>::Device;

fn new<M: Module<Flex>>(network: &M, run: &RunFolder) -> Result<NewNetwork> {
    NewNetwork::new(network, run.record.origin())
}

/// A preset by its name.
pub(super) fn parse_preset(name: &str) -> Result<Preset, String> {
    serde_json::from_value(name.into()).map_err(|_| format!("no preset {name}: paper, lite, large or tiny"))
}

/// The figures that `eval` wrote, without the single photos and clips: every visitor of the page fetches the manifest.
fn read_figures(file: &Path) -> Result<serde_json::Value> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let mut figures: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    for part in ["photos", "clips"] {
        if let Some(part) = figures.get_mut(part).and_then(serde_json::Value::as_object_mut) {
            part.remove("each");
        }
    }
    Ok(figures)
}

/// "854x480" to height and width.
fn parse_size(text: &str) -> Result<[usize; 2], String> {
    let sides =
        text.split_once('x').and_then(|(width, height)| Some([height.parse().ok()?, width.parse().ok()?]));
    sides.filter(|sides| !sides.contains(&0)).ok_or_else(|| format!("{text} is no size such as 854x480"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_takes_means_and_no_single_clips() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), r#"{"flow": 1, "clips": {"mean": 2, "each": [3]}, "photos": null}"#).unwrap();
        let figures = read_figures(file.path()).unwrap();
        assert_eq!(figures, serde_json::json!({"flow": 1, "clips": {"mean": 2}, "photos": null}));
    }
}
