//! `export`: the newest checkpoints of the runs to the files that the page loads, and f to other runtimes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use burn::{backend::Flex, module::Module};
use chromaflow::model::{
    colorizer::Colorizer,
    preset::{NetworksConfig, Preset},
    vgg::Vgg,
};
use clap::Args;

use crate::{
    checkpoint,
    export::{self, NewNetwork, NewNetworks},
    onnx, published,
    train::{
        colorizer::Coloring,
        parse_preset,
        run_record::{Contents, Origin, RunRecord},
    },
};

/// Writes trunk.bpk, colorizer.bpk, flow.bpk and refiner.bpk in half precision into the preset's folder below `--out`, and
/// `manifest.json`, which describes them. A network whose run is not named is left as it lies there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  trainer export --colorizer runs/f --flow runs/flow --refiner runs/g --out weights
  trainer export --figures eval.json --out weights
  trainer export --onnx f.onnx --colorizer runs/f")]
pub struct ExportCommand {
    /// Sizes of the networks.
    #[arg(long, value_parser = parse_preset, default_value = "lite")]
    preset: Preset,
    /// Folder of the run that trained f and its trunk.
    #[arg(long, value_name = "RUN")]
    colorizer: Option<PathBuf>,
    /// Folder of the run that trained or imported the flow network.
    #[arg(long, value_name = "RUN")]
    flow: Option<PathBuf>,
    /// Folder of the run that trained g.
    #[arg(long, value_name = "RUN")]
    refiner: Option<PathBuf>,
    /// JSON: what `eval` printed of these weights. Alone, it replaces the figures and nothing else.
    #[arg(long, value_name = "FILE")]
    figures: Option<PathBuf>,
    /// The folder of published weights.
    #[arg(long, value_name = "WEIGHTS")]
    out: Option<PathBuf>,
    /// Writes f as ONNX for other runtimes: input grey [1, 1, h, w] in [0, 1], output candidates [1, d, 3, h, w]. f is that
    /// of --colorizer, else that in --out.
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
        let config = self.preset.config();
        let fresh = || Coloring::init(&config, &Default::default());
        let coloring = self.read(self.colorizer.as_deref(), Contents::Colorizer, fresh)?;
        if let Some(out) = &self.out {
            self.write_set(out, &config, coloring.as_ref())?;
        }
        if let Some(file) = &self.onnx {
            let (trunk, colorizer) = self.painter(coloring)?;
            onnx::write(file, &config.colorizer, &trunk, &colorizer, self.size)?;
            println!("{}: f with its trunk", file.display());
        }
        Ok(())
    }

    fn write_set(
        &self,
        out: &Path,
        config: &NetworksConfig,
        coloring: Option<&Read<Coloring<Flex>>>,
    ) -> Result<()> {
        let new = self.new_networks(config, coloring)?;
        let figures = self.figures.as_deref().map(read_json).transpose()?;
        if new.is_empty() && figures.is_none() {
            ensure!(self.onnx.is_some(), "nothing to export: name a run or figures");
            return Ok(());
        }
        let measured = figures.is_some();
        export::export(out, self.preset, &new, figures)?;
        println!("{}: the set {}", published::manifest_path(out).display(), self.preset.name());
        if !measured {
            println!(
                "it has no figures: measure it with `trainer eval`, then `trainer export --figures FILE`"
            );
        }
        Ok(())
    }

    fn new_networks(
        &self,
        config: &NetworksConfig,
        coloring: Option<&Read<Coloring<Flex>>>,
    ) -> Result<NewNetworks> {
        let device = Default::default();
        let flow = self.read(self.flow.as_deref(), Contents::Flow, || config.flow.init::<Flex>(&device))?;
        let refiner =
            self.read(self.refiner.as_deref(), Contents::Refiner, || config.refiner.init::<Flex>(&device))?;
        Ok(NewNetworks {
            trunk: coloring.map(|(coloring, origin)| new(&coloring.trunk, origin)).transpose()?,
            colorizer: coloring.map(|(coloring, origin)| new(&coloring.colorizer, origin)).transpose()?,
            flow: flow.map(|(network, origin)| new(&network, &origin)).transpose()?,
            refiner: refiner.map(|(network, origin)| new(&network, &origin)).transpose()?,
        })
    }

    /// The network of a run, if one is named, and where it comes from.
    fn read<M: Module<Flex>>(
        &self,
        run: Option<&Path>,
        contents: Contents,
        fresh: impl FnOnce() -> M,
    ) -> Result<Option<Read<M>>> {
        let Some(run) = run else { return Ok(None) };
        let record = RunRecord::read(run)?;
        if let Some(record) = &record {
            record.ensure_holds(run, contents, self.preset)?;
        } else {
            println!("{} has no run.json, it is older than that: its origin stays empty", run.display());
        }
        let (step, network) = checkpoint::load_checked(run, fresh(), &Default::default())?;
        println!("{}: step {step}", run.display());
        Ok(Some((network, record.map(|record| record.origin()).unwrap_or_default())))
    }

    /// f and its trunk, of the named run or of the published set.
    fn painter(&self, coloring: Option<Read<Coloring<Flex>>>) -> Result<(Vgg<Flex>, Colorizer<Flex>)> {
        if let Some((coloring, _)) = coloring {
            return Ok((coloring.trunk, coloring.colorizer));
        }
        let folder = self.out.as_deref().context("which f? name --colorizer RUN or --out WEIGHTS")?;
        let networks = published::load(folder, self.preset.name(), &Default::default())?;
        Ok((networks.trunk, networks.colorizer))
    }
}

/// A run's network and where it comes from.
type Read<M> = (M, Origin);

fn new<M: Module<Flex>>(network: &M, origin: &Origin) -> Result<NewNetwork> {
    NewNetwork::new(network, origin.clone())
}

fn read_json(file: &Path) -> Result<serde_json::Value> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

/// "854x480" to height and width.
fn parse_size(text: &str) -> Result<[usize; 2], String> {
    let sides =
        text.split_once('x').and_then(|(width, height)| Some([height.parse().ok()?, width.parse().ok()?]));
    sides.filter(|sides| !sides.contains(&0)).ok_or_else(|| format!("{text} is no size such as 854x480"))
}
