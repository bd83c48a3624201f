//! `colorize IN OUT`: the page's own pipeline, natively.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    rc::Rc,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use burn::backend::Flex;
use chromaflow::{
    clip::{ClipColorizer, ClipOptions, CutFinder, Finished, preview},
    model::preset::Networks,
    pick::PickRule,
};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pollster::block_on;

use super::pipeline::PipelineArguments;
use crate::{
    film::{Encoder, Film},
    hints::{
        self,
        follow::{FrameHints, follow},
    },
};

/// Where the clip is sampled for the choice of the candidate, as shares of its duration.
const SAMPLED: [f64; 3] = [0.1, 0.5, 0.9];

/// Colours a clip. Its sound is copied; a variable frame rate becomes its mean.
///
/// Example: trainer colorize film.mp4 colour.mp4 --size 256 --passes 2 --hints film.hints.json
#[derive(Args, Debug)]
pub struct ColorizeCommand {
    /// The clip.
    input: PathBuf,
    /// The coloured clip: .mp4, .mov or .mkv (H.264), .webm (VP9).
    output: PathBuf,
    /// Which colouring, 1 to 4; the likeliest by default.
    #[arg(long)]
    candidate: Option<usize>,
    /// Colors for places of the clip, in a file that the page saved. They are carried through their shots.
    #[arg(long, value_name = "FILE")]
    hints: Option<PathBuf>,
    #[command(flatten)]
    pipeline: PipelineArguments,
}

impl ColorizeCommand {
    /// Colours the clip and prints one line of JSON.
    pub fn run(self) -> Result<()> {
        let began = Instant::now();
        let film = Film::probe(&self.input)?;
        let marks = self.hints.as_deref().map_or(Ok(Vec::new()), hints::file::read)?;
        let networks = Rc::new(self.pipeline.networks::<Flex>(&Default::default())?);
        let candidate = match self.candidate {
            Some(number) => index_of(number, networks.colorizer.candidates())?,
            None => self.choose(&film, &networks)?,
        };
        let options = ClipOptions { size: self.pipeline.size, passes: self.pipeline.passes };
        let hints = follow(&film, &self.input, &marks, &networks.flow, &Default::default())?;
        let clip = ClipColorizer::new(networks, options, Default::default())?;
        let frames = colorize(&film, &self.input, &self.output, clip, candidate, &hints)?;
        let report = serde_json::json!({
            "frames": frames,
            "seconds": began.elapsed().as_secs_f64(),
            "device": "cpu",
            "candidate": candidate + 1,
            "width": film.width,
            "height": film.height,
            "size": self.pipeline.size,
            "passes": self.pipeline.passes,
        });
        println!("{report}");
        Ok(())
    }

    fn choose(&self, film: &Film, networks: &Networks<Flex>) -> Result<usize> {
        let mut standings = Vec::new();
        for share in SAMPLED {
            let mut decoder = film.decode(&self.input, share * film.duration, Some(1))?;
            let Some(frame) = decoder.next_frame()? else { continue };
            let candidates =
                block_on(preview(networks, frame, self.pipeline.size, &[], &Default::default()))?;
            standings.push(candidates.iter().map(|candidate| candidate.standing).collect());
        }
        PickRule::default().pick(&standings).context("the clip has no frames")
    }
}

/// The index, from 0, of a candidate that is counted from 1.
fn index_of(number: usize, candidates: usize) -> Result<usize> {
    ensure!((1..=candidates).contains(&number), "--candidate {number}: there are 1 to {candidates}");
    Ok(number - 1)
}

/// Streams the clip through the pipeline; gives its number of frames.
fn colorize(
    film: &Film,
    input: &Path,
    output: &Path,
    mut clip: ClipColorizer<Flex>,
    candidate: usize,
    hints: &FrameHints,
) -> Result<usize> {
    let mut decoder = film.decode(input, 0.0, None)?;
    let mut encoder = film.encode(input, output)?;
    let mut cuts = CutFinder::default();
    let style = ProgressStyle::with_template("{pos} frames, {per_sec}, {elapsed}")?;
    let progress = ProgressBar::new_spinner().with_style(style);
    let mut waiting = VecDeque::new();
    for number in 0.. {
        let Some(frame) = decoder.next_frame()? else { break };
        let luma = frame.luma.clone();
        let mut finished =
            if cuts.begins_shot(&frame)? { block_on(clip.begin_shot(candidate))? } else { Vec::new() };
        waiting.push_back(luma);
        finished.extend(block_on(clip.push(frame, hints.get(&number).map_or(&[], Vec::as_slice), false))?);
        progress.inc(finished.len() as u64);
        write(&mut encoder, &mut waiting, finished)?;
    }
    let finished = block_on(clip.finish())?;
    progress.inc(finished.len() as u64);
    write(&mut encoder, &mut waiting, finished)?;
    ensure!(waiting.is_empty(), "{} frames were left without colour", waiting.len());
    encoder.finish()?;
    progress.finish_and_clear();
    Ok(progress.position() as usize)
}

/// Joins finished chroma with the luma that waited for it.
fn write(encoder: &mut Encoder, waiting: &mut VecDeque<Vec<u8>>, finished: Vec<Finished>) -> Result<()> {
    for Finished { planes, .. } in finished {
        let luma = waiting.pop_front().context("more frames came out than went in")?;
        encoder.push(&luma, &planes)?;
    }
    Ok(())
}
