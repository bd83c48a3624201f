//! Trains g with the refinement loss (5) on neighbouring frames, f and the flow network frozen.

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;
use burn::tensor::{ElementConversion, Tensor, TensorData, backend::AutodiffBackend};
use chromaflow::{
    color::{luma, mean_saturation, with_luma},
    model::{
        flow::{CostVolume, FlowNet},
        refiner::{Neighbourhood, Refiner},
    },
    warp::{confidence, visibility, warp},
};
use clap::Args;
use rand::Rng;
use serde::Serialize;

use super::{
    RunOptions,
    colorizer::Coloring,
    fit::{StepLoss, fit},
    refiner_start,
};
use crate::{
    checkpoint,
    data::pairs::{neighbouring_crops, training_clips},
    loader::Loader,
    loss::refinement::refinement,
};

/// Frames are kept in memory with this shorter side.
const FRAME_SIDE: u32 = 144;

/// What training g takes besides.
#[derive(Args, Clone, Debug, Serialize)]
pub struct RefinerOptions {
    /// Folder of the run that trained f and its trunk.
    #[arg(long)]
    pub colorizer: PathBuf,
    /// Folder of the run that trained the flow network.
    #[arg(long)]
    pub flow: PathBuf,
}

/// Neighbouring frames s and t of clips, and the candidate that is refined in this step.
pub struct FrameBatch {
    images: usize,
    side: usize,
    frames: Vec<f32>,
    neighbours: Vec<f32>,
    candidate: usize,
}

/// Trains from scratch or from the newest checkpoint.
pub fn train<B: AutodiffBackend<InnerBackend: CostVolume>>(
    run: &RunOptions,
    options: &RefinerOptions,
    device: &B::Device,
) -> Result<()> {
    let config = run.preset.config();
    let (_, coloring) =
        checkpoint::load(&options.colorizer, Coloring::<B::InnerBackend>::init(&config, device), device)?;
    let (_, flow) = checkpoint::load(&options.flow, config.flow.init::<B::InnerBackend>(device), device)?;
    B::seed(device, run.seed);
    let network = refiner_start::start(config.refiner.init::<B>(device));
    let losses = |network: &Refiner<B>, batch: FrameBatch| losses(network, &coloring, &flow, batch, device);
    fit(run, options, network, |first| start_loader(run, config.colorizer.candidates, first), losses, device)
}

/// What g sees of frames `s` and their neighbours `t`: colours `[n, 3, h, w]` and greys `[n, 1, h, w]` of each.
pub fn neighbourhood<B: CostVolume>(
    flow: &FlowNet<B>,
    [colour_s, grey_s]: [Tensor<B, 4>; 2],
    [colour_t, grey_t]: [Tensor<B, 4>; 2],
) -> Neighbourhood<B> {
    let forward = flow.forward_grey(grey_s.clone(), grey_t.clone()); // [n, 2, h, w]
    let backward = flow.forward_grey(grey_t.clone(), grey_s.clone());
    let visible = visibility(forward.clone(), backward); // [n, 1, h, w]
    let warped = warp(colour_t, forward.clone()); // [n, 3, h, w]
    Neighbourhood {
        color_confidence: confidence(colour_s.clone(), warped.clone(), visible.clone()),
        grey_confidence: confidence(grey_s, warp(grey_t, forward), visible),
        frame: colour_s,
        warped,
    }
}

fn losses<B: AutodiffBackend<InnerBackend: CostVolume>>(
    network: &Refiner<B>,
    coloring: &Coloring<B::InnerBackend>,
    flow: &FlowNet<B::InnerBackend>,
    batch: FrameBatch,
    device: &B::Device,
) -> StepLoss<B> {
    let shape = [batch.images, 3, batch.side, batch.side];
    let copy = |rgb| Tensor::<B::InnerBackend, 4>::from_data(TensorData::new(rgb, shape), device);
    let [truth, neighbour] = [batch.frames, batch.neighbours].map(copy); // 2 of [n, 3, h, w]
    let painted = |rgb| {
        let grey = luma(rgb);
        let candidate = coloring.candidates(grey.clone()).narrow(1, batch.candidate, 1); // [n, 1, 3, h, w]
        [candidate.squeeze_dim::<4>(1), grey]
    };
    let [ours, theirs] = [truth.clone(), neighbour].map(painted);
    let [colour, grey] = ours.clone();
    let before = refinement(colour, truth.clone()).into_scalar().elem::<f64>();
    let input = tracked::<B>(neighbourhood(flow, ours, theirs));
    let refined = with_luma(network.forward(input), Tensor::from_inner(grey)); // [n, 3, h, w]
    let saturation = mean_saturation(refined.clone().inner()).mean().into_scalar().elem::<f64>();
    let loss = refinement(refined, Tensor::from_inner(truth));
    let value = loss.clone().into_scalar().elem::<f64>();
    (loss, vec![("loss", value), ("unrefined", before), ("saturation", saturation)])
}

fn tracked<B: AutodiffBackend>(input: Neighbourhood<B::InnerBackend>) -> Neighbourhood<B> {
    Neighbourhood {
        frame: Tensor::from_inner(input.frame),
        warped: Tensor::from_inner(input.warped),
        color_confidence: Tensor::from_inner(input.color_confidence),
        grey_confidence: Tensor::from_inner(input.grey_confidence),
    }
}

/// Pairs with |s - t| = 1. Each step refines one of the d candidates, a random one: over steps g sees them all.
fn start_loader(run: &RunOptions, candidates: usize, first: usize) -> Result<Loader<FrameBatch>> {
    let clips = Arc::new(training_clips(&run.data, FRAME_SIDE)?);
    let (batch, crop) = (run.batch, run.crop);
    Ok(Loader::start(run.loaders, run.seed, first, move |random| {
        let mut ready = FrameBatch {
            images: batch,
            side: crop as usize,
            frames: Vec::new(),
            neighbours: Vec::new(),
            candidate: random.random_range(0..candidates),
        };
        for _ in 0..batch {
            let [frame, neighbour] = neighbouring_crops(&clips, crop, FRAME_SIDE..=FRAME_SIDE, random);
            ready.frames.extend(frame.rgb);
            ready.neighbours.extend(neighbour.rgb);
        }
        ready
    }))
}
