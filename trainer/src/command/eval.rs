//! `eval`: measures our colourings, or another method's, against the truth.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use burn::backend::Flex;
use clap::Args;

use super::pipeline::PipelineArguments;
use crate::{
    data::{
        held_back::{CLIP_FOLDERS, HeldBack, PHOTO_FOLDERS},
        photos,
        sequence::SMALLEST,
    },
    evaluation::{
        ablation::{self, Preference},
        coloring::Painter,
        evaluator::Evaluator,
        flow_accuracy::{FlowAccuracy, PHOTO_SIDE},
        flows::{self, Flows, NamedFlow},
        report::Report,
        run::{EvaluationRun, Subject},
    },
    metric::lpips::Lpips,
    parameters::Wear,
};

/// Shown under the options.
const EXAMPLES: &str = "\
Measured are PSNR, the pixels of the right hue, SSIM, LPIPS, colourfulness, CDC and warping error of the grey input, of one tint \
for everything, of each candidate, of each rule's pick (made once a shot: the likeliest candidate, the most saturated, the \
first), of the best candidate (the one of the highest PSNR over the clip), of the likeliest after refinement, and, where no \
truth is needed, of the truth itself.

Where the truth has colour (chroma of 15 or more in CIELAB), a pixel is right if its hue is within 40 degrees of the truth's, and \
wrong if it is more than 60 off; it is neither if it is faint (chroma below 7.5). Pixels are counted over all photos or clips \
in six sectors of the truth's hue, and the share is the mean of the sectors.

Examples:
  trainer eval film.mp4 frames/bear --size 256 --passes 2 --markdown figures.md
  trainer eval --data DATA --json figures.json --sheets sheets
  trainer eval --data DATA --worn
  trainer eval film.mp4 --hints 1,5,20
  trainer eval film.mp4 --run runs/small --flow weights
  trainer eval film.mp4 --predictions other-method
  trainer eval film.mp4 --ablation full=runs/full --ablation no-diversity=runs/no-diversity
  trainer eval film.mp4 --backbone alexnet-owt-7be5be79.pth --linear alex.pth";

/// Measures our colourings, or another method's, against the truth.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct EvalCommand {
    /// Clips in colour: video files, or folders of frames (images in the order of their names).
    #[arg(required_unless_present = "data")]
    clips: Vec<PathBuf>,
    /// A folder of photos and clips; measures what its validation.txt holds back, and the flow network on synthetic pairs.
    #[arg(long)]
    data: Option<PathBuf>,
    #[command(flatten)]
    pipeline: PipelineArguments,
    /// Of each clip at most so many frames are measured, from its start.
    #[arg(long, value_parser = frame_count)]
    frames: Option<usize>,
    /// A folder of weights, or a run, whose flow network finds the motion that warping errors are measured along. Left out, it is
    /// that of the published weights where they are found, else that of what is measured.
    #[arg(long, value_name = "FOLDER")]
    flow: Option<PathBuf>,
    /// Measures another method in place of ours: a folder with its frame folders or clips, named like the clips. Photos and
    /// synthetic pairs are left out.
    #[arg(long)]
    predictions: Option<PathBuf>,
    /// A variant of the method, in place of ours: its name and its run or folder of weights. The first one that is named is
    /// the whole method, and it is measured before refinement, too. Photos and synthetic pairs are left out.
    #[arg(long, value_name = "NAME=FOLDER", value_parser = parse_variant, conflicts_with = "predictions")]
    ablation: Vec<(String, PathBuf)>,
    /// Wears photos and clips first as old film is: stock that sees little red, other tones, faded blacks and whites, grain. Their
    /// chroma, and with it the truth, stays.
    #[arg(long, conflicts_with = "predictions")]
    worn: bool,
    /// Colors each clip anew with so many points of the truth's colors in its first frame, carried along the flow.
    #[arg(long, value_name = "POINTS,...", value_delimiter = ',', conflicts_with_all = ["predictions", "ablation"])]
    hints: Vec<usize>,
    /// LPIPS's network: torchvision's AlexNet or VGG-16 (.pth or .safetensors).
    #[arg(long, requires = "linear")]
    backbone: Option<PathBuf>,
    /// The linear layers that LPIPS 0.1 publishes for it.
    #[arg(long, requires = "backbone")]
    linear: Option<PathBuf>,
    /// Synthetic pairs to measure the flow network on.
    #[arg(long, default_value_t = 64)]
    pairs: usize,
    /// Writes all figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Writes the tables as Markdown.
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// Draws a contact sheet of each clip, and one of the photos, into this folder.
    #[arg(long)]
    sheets: Option<PathBuf>,
}

impl EvalCommand {
    /// Measures, prints and writes.
    pub fn run(self) -> Result<()> {
        let PipelineArguments { size, passes, .. } = self.pipeline;
        ensure!(size >= SMALLEST as usize, "--size {size}: at least {SMALLEST} pixels can be measured");
        if let Some(folder) = &self.sheets {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        let (evaluator, subject) = self.prepare()?;
        let mut run = EvaluationRun {
            evaluator: &evaluator,
            size: size as u32,
            frames: self.frames,
            wear: self.worn.then(|| Wear { worn: 1.0, ..Wear::default() }),
            subject: &subject,
            sheets: self.sheets.as_deref(),
            left_out: Vec::new(),
        };
        let (mut photos, mut flow) = (None, None);
        if let (Some(data), Subject::Ours(painter)) = (&self.data, &subject) {
            let files = HeldBack::files(data, &PHOTO_FOLDERS)?;
            photos = run.photos(painter, &files)?;
            flow = self.flow_accuracy(&evaluator, &files)?;
        }
        let clips = run.clips(&self.clips()?)?;
        let preference = match (&subject, &clips) {
            (Subject::Ablation(variants), Some(clips)) => Preference::of(clips, variants),
            _ => None,
        };
        let (worn, left_out) = (self.worn, run.left_out);
        let measuring_flow = evaluator.flows.measuring().name.clone();
        self.write(&Report { size, passes, worn, measuring_flow, flow, photos, clips, preference, left_out })
    }

    /// The evaluator and what it measures.
    fn prepare(&self) -> Result<(Evaluator<Flex>, Subject<Flex>)> {
        let device = Default::default();
        let lpips = match (&self.backbone, &self.linear) {
            (Some(backbone), Some(linear)) => Some(Lpips::read(backbone, linear, &device)?),
            _ => {
                eprintln!("LPIPS is left out: it needs the weights that --backbone and --linear name");
                None
            }
        };
        let measuring = match &self.flow {
            Some(folder) => Some(NamedFlow::read(folder, &device)?),
            None => NamedFlow::published(&device)?,
        };
        let passes = self.pipeline.passes;
        let (flows, subject) = self.subject(measuring)?;
        Ok((Evaluator { flows, lpips, passes, hints: self.hints.clone(), device }, subject))
    }

    /// What is measured, and the flow networks: g refines along the motion that the weights' own one finds, or that of the whole
    /// method's. Another method's frames are not refined, and `measuring` is enough.
    fn subject(&self, measuring: Option<NamedFlow<Flex>>) -> Result<(Flows<Flex>, Subject<Flex>)> {
        let device = Default::default();
        let PipelineArguments { weights, preset, run, .. } = &self.pipeline;
        if !self.ablation.is_empty() {
            let (variants, own) = ablation::read(&self.ablation, preset, &device)?;
            return Ok((Flows::new(own, measuring), Subject::Ablation(variants)));
        }
        let (painter, network) = Painter::of(self.pipeline.networks(&device)?);
        let own = NamedFlow { name: flows::name(run.as_ref().unwrap_or(weights), preset)?, network };
        Ok(match &self.predictions {
            Some(folder) => {
                (Flows::new(measuring.unwrap_or(own), None), Subject::Predictions(folder.clone()))
            }
            None => (Flows::new(own, measuring), Subject::Ours(Box::new(painter))),
        })
    }

    /// The clips that were named, and those that are held back.
    fn clips(&self) -> Result<Vec<PathBuf>> {
        let held_back = self.data.as_ref().map(|data| HeldBack::files(data, &CLIP_FOLDERS)).transpose()?;
        Ok(self.clips.iter().cloned().chain(held_back.unwrap_or_default()).collect())
    }

    /// How exact the flow network of what is measured is, on pairs made of photos.
    fn flow_accuracy(&self, evaluator: &Evaluator<Flex>, files: &[PathBuf]) -> Result<Option<FlowAccuracy>> {
        if self.pairs == 0 {
            return Ok(None);
        }
        let photos = photos::load_coloured(files, PHOTO_SIDE);
        FlowAccuracy::measure(&evaluator.flows.own.network, &photos, self.pairs, &evaluator.device).map(Some)
    }

    /// Prints the tables and writes the files; errs where nothing was measured.
    fn write(&self, report: &Report) -> Result<()> {
        print!("{report}");
        let write = |file: &Path, text: String| {
            fs::write(file, text).with_context(|| format!("writing {}", file.display()))
        };
        if let Some(file) = &self.json {
            write(file, serde_json::to_string_pretty(report)? + "\n")?;
        }
        if let Some(file) = &self.markdown {
            write(file, report.to_string())?;
        }
        ensure!(report.photos.is_some() || report.clips.is_some(), "nothing could be measured");
        Ok(())
    }
}

/// A number of frames, at least one.
pub(super) fn frame_count(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| format!("{text} is no number of frames: at least 1"))
}

/// "no-diversity=runs/a" to a name and a folder.
fn parse_variant(text: &str) -> Result<(String, PathBuf), String> {
    let parts = text.split_once('=').filter(|(name, folder)| !name.is_empty() && !folder.is_empty());
    let (name, folder) = parts.ok_or_else(|| format!("{text} is no variant such as no-diversity=runs/a"))?;
    Ok((name.to_owned(), folder.into()))
}
