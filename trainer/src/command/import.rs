//! `import`: published weights from the user's own copy.

use std::{fs, path::PathBuf};

use anyhow::{Result, bail, ensure};
use burn::{backend::Flex, module::Module};
use chromaflow::{
    model::{
        preset::Preset,
        trunk::{Backbone, BackboneConfig},
        vgg::VggConfig,
    },
    weights::sha256,
};
use clap::Args;
use serde_json::json;

use super::export::parse_preset;
use crate::{
    config::StageKind,
    networks::import,
    run::{
        checkpoint,
        file_list::FileList,
        folder::Contents,
        record::{RunRecord, Session},
    },
};

/// Takes published weights over into a run folder, which `train` and `export` start from: VGG-19 and PWC-Net for preset `paper`,
/// EfficientNet-lite0 for `lite`, and EfficientNet-lite2 for `large`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  trainer import --efficientnet efficientnet-lite0.safetensors --out runs/efficientnet
  trainer import --efficientnet efficientnet-lite2.safetensors --preset large --out runs/efficientnet-lite2
  trainer import --vgg vgg19.pth --out runs/vgg
  trainer import --flow pwc_net.pth.tar --out runs/pwc
  trainer export --preset paper --flow runs/pwc --out weights")]
pub struct ImportCommand {
    #[command(flatten)]
    published: Published,
    /// Which EfficientNet the file holds: that of `lite` or of `large`.
    #[arg(long, value_parser = parse_preset, default_value = "lite", requires = "efficientnet")]
    preset: Preset,
    /// The run's folder; it must hold no run yet.
    #[arg(long)]
    out: PathBuf,
}

/// The file with the weights.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Published {
    /// torchvision's VGG-19, .pth or .safetensors, for the trunk.
    #[arg(long, value_name = "FILE")]
    vgg: Option<PathBuf>,
    /// EfficientNet-lite of a PyTorch port, .pth or .safetensors, for the trunk.
    #[arg(long, value_name = "FILE")]
    efficientnet: Option<PathBuf>,
    /// The published PyTorch PWC-Net, .pth, .pth.tar or .safetensors, for the flow network.
    #[arg(long, value_name = "FILE")]
    flow: Option<PathBuf>,
}

impl ImportCommand {
    /// Reads, checks and writes; a file that does not fit writes nothing.
    pub fn run(self) -> Result<()> {
        let device = Default::default();
        ensure!(RunRecord::read(&self.out)?.is_none(), "{} holds a run already", self.out.display());
        if let Some(file) = &self.published.vgg {
            let network = import::vgg::<Flex>(file, &VggConfig::new(), &device)?;
            self.write_backbone(Backbone::Vgg(network), Preset::Paper, file)?;
        }
        if let Some(file) = &self.published.efficientnet {
            let BackboneConfig::EfficientNet(config) = self.preset.config().trunk.backbone else {
                bail!("the preset {} has no EfficientNet", self.preset.name());
            };
            let network = import::efficientnet::<Flex>(file, &config, &device)?;
            self.write_backbone(Backbone::EfficientNet(network), self.preset, file)?;
        }
        if let Some(file) = &self.published.flow {
            let network = import::flow::<Flex>(file, &Preset::Paper.config().flow, &device)?;
            let check = import::flow_check(&network, &device)?;
            println!("a picture that moves by {:.2} pixels: error {:.2} pixels", check.zero, check.error);
            if check.error > check.zero / 2.0 {
                eprintln!("warning: hardly better than no flow; are these a trained network's weights?");
            }
            self.write(&network, Contents::Trained(StageKind::Flow), Preset::Paper, file)?;
        }
        Ok(())
    }

    fn write_backbone(&self, backbone: Backbone<Flex>, preset: Preset, file: &PathBuf) -> Result<()> {
        let means = import::trunk_check(&backbone, &Default::default())?;
        println!("mean sizes of the five taps on a picture of waves: {means:.3?}");
        self.write(&backbone, Contents::Backbone, preset, file)
    }

    fn write<M: Module<Flex>>(
        &self,
        network: &M,
        contents: Contents,
        preset: Preset,
        file: &PathBuf,
    ) -> Result<()> {
        let config = json!({ "file": file, "sha256": sha256(&fs::read(file)?) });
        let session = Session::now([1, 0], config, FileList::of(file)?);
        let stage = self.out.join(format!("1-{contents}"));
        fs::create_dir_all(&stage)?;
        checkpoint::save_network(&stage, network)?;
        let candidates = preset.config().colorizer.candidates;
        RunRecord { preset, candidates, sessions: vec![session] }.write(&self.out)?;
        println!("{} parameters in {}", network.num_params(), self.out.display());
        Ok(())
    }
}
