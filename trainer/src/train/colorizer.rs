//! Trains f and its trunk with the bilateral loss (2), the diversity loss (7) and, on neighbouring frames, the temporal
//! loss (3).

use std::path::PathBuf;

use anyhow::{Result, ensure};
use burn::{
    module::Module,
    tensor::{
        ElementConversion, Int, Tensor, TensorData,
        backend::{AutodiffBackend, Backend},
    },
};
use chromaflow::{
    color::{luma, mean_saturation, with_luma},
    model::{
        colorizer::Colorizer,
        flow::{CostVolume, FlowNet},
        preset::NetworksConfig,
        vgg::Vgg,
    },
    warp::visibility,
};
use clap::Args;
use serde::Serialize;

use super::{
    RunOptions,
    color_batch::{ColorBatch, PHOTO_SIDE, start_loader},
    colorizer_start::{frozen_phi, tinted},
    fit::{StepLoss, fit},
    trunk::TrunkTask,
};
use crate::{
    checkpoint, knn,
    loss::{
        bilateral::bilateral,
        perceptual::{BETA, Phi, diversity},
        temporal::temporal,
    },
};

/// What training f takes besides.
#[derive(Args, Clone, Debug, Serialize)]
pub struct ColorizerOptions {
    /// Shortest shorter side that photos are scaled to before the crop.
    #[arg(long, default_value_t = 112)]
    pub smallest_side: u32,
    /// Longest shorter side that photos are scaled to before the crop, at most 224.
    #[arg(long, default_value_t = PHOTO_SIDE)]
    pub largest_side: u32,
    /// Pixels of each image whose neighbourhoods the bilateral loss samples.
    #[arg(long, default_value_t = 1024)]
    pub samples: usize,
    /// Weight of the bilateral loss, equation (2).
    #[arg(long, default_value_t = 1.0)]
    pub bilateral_weight: f64,
    /// Weight of the diversity loss, equation (7).
    #[arg(long, default_value_t = 1.0)]
    pub diversity_weight: f64,
    /// beta_i of equation (7), one for each candidate.
    #[arg(long, value_delimiter = ',', default_values_t = BETA)]
    pub beta: Vec<f64>,
    /// Folder of a run of `train trunk` whose trunk f starts from.
    #[arg(long)]
    pub trunk: Option<PathBuf>,
    /// Folder of the run that trained the flow network: with it, some steps take neighbouring frames and add the temporal
    /// loss.
    #[arg(long)]
    pub flow: Option<PathBuf>,
    /// Weight of the temporal loss, equation (3).
    #[arg(long, default_value_t = 1.0)]
    pub temporal_weight: f64,
    /// One step in so many takes pairs of frames; the paper has 1,000 pairs to 5,000 images.
    #[arg(long, default_value_t = 6)]
    pub pairs_every: u32,
}

/// f with its trunk: what trains end to end.
#[derive(Module, Debug)]
pub struct Coloring<B: Backend> {
    /// The trunk that describes the grey frame.
    pub trunk: Vgg<B>,
    /// f.
    pub colorizer: Colorizer<B>,
}

impl<B: Backend> Coloring<B> {
    /// Fresh weights.
    pub fn init(config: &NetworksConfig, device: &B::Device) -> Self {
        Self { trunk: config.trunk.init(device), colorizer: config.colorizer.init(device) }
    }

    /// The d candidates of grey `[n, 1, h, w]`, brightness untouched: `[n, d, 3, h, w]`.
    pub fn candidates(&self, grey: Tensor<B, 4>) -> Tensor<B, 5> {
        let raw = self.colorizer.forward(&self.trunk, grey.clone());
        let [batch, count, channels, height, width] = raw.dims();
        let raw = raw.reshape([batch * count, channels, height, width]); // [n d, 3, h, w]
        let grey = grey.unsqueeze_dim::<5>(1).repeat_dim(1, count).reshape([batch * count, 1, height, width]);
        with_luma(raw, grey).reshape([batch, count, channels, height, width])
    }
}

/// Trains from scratch or from the newest checkpoint.
pub fn train<B: AutodiffBackend<InnerBackend: CostVolume>>(
    run: &RunOptions,
    options: &ColorizerOptions,
    device: &B::Device,
) -> Result<()> {
    let config = run.preset.config();
    ensure!(options.beta.len() == config.colorizer.candidates, "beta needs a value for each candidate");
    let phi = frozen_phi::<B>(run.preset, device);
    B::seed(device, run.seed);
    let mut network = tinted(Coloring::<B>::init(&config, device), device);
    if let Some(schooled) = &options.trunk {
        network.trunk =
            checkpoint::load(schooled, TrunkTask::init(&config.trunk, 1, device), device)?.1.schooled();
    }
    let flow = match &options.flow {
        Some(run) => Some(checkpoint::load(run, config.flow.init::<B::InnerBackend>(device), device)?.1),
        None => None,
    };
    let judges = Judges { phi, flow, options };
    let losses = |network: &Coloring<B>, batch| losses(network, &judges, batch, device);
    fit(run, options, network, |first| start_loader(run, options, first), losses, device)
}

/// The frozen networks that the losses need, and the losses' weights.
struct Judges<'a, B: AutodiffBackend> {
    phi: Phi<B>,
    flow: Option<FlowNet<B::InnerBackend>>,
    options: &'a ColorizerOptions,
}

/// The weighted sum of the losses, `[1]`, and the figures for the log.
fn losses<B: AutodiffBackend<InnerBackend: CostVolume>>(
    network: &Coloring<B>,
    judges: &Judges<'_, B>,
    batch: ColorBatch,
    device: &B::Device,
) -> StepLoss<B> {
    let Judges { phi, flow, options } = judges;
    let samples = batch.queries.len() / batch.images;
    let shape = [batch.images, 3, batch.side, batch.side];
    let truth = Tensor::<B, 4>::from_data(TensorData::new(batch.rgb, shape), device);
    let pixels = |indices: Vec<i32>, count: usize| {
        Tensor::<B, 2, Int>::from_data(TensorData::new(indices, [batch.images, count]), device)
    };
    let queries = pixels(batch.queries, samples);
    let neighbours = pixels(batch.neighbours, samples * knn::NEIGHBOURS);

    let grey = luma(truth.clone());
    let candidates = network.candidates(grey.clone()); // [n, d, 3, h, w]
    let distances = phi.distances(candidates.clone(), truth); // [n, d]
    let nearest = distances.clone().min_dim(1).mean();
    let all = distances.clone().mean();
    let diverse = diversity(distances, &options.beta);
    let smooth = bilateral(candidates.clone(), queries, neighbours);
    let flicker = match flow {
        Some(flow) if batch.paired => between_frames(flow, candidates.clone(), grey),
        _ => Tensor::zeros([1], device),
    };
    let total = diverse.mul_scalar(options.diversity_weight)
        + smooth.clone().mul_scalar(options.bilateral_weight)
        + flicker.clone().mul_scalar(options.temporal_weight);
    let images = candidates.detach().flatten::<4>(0, 1); // [n d, 3, h, w]
    let number = |tensor: Tensor<B, 1>| tensor.into_scalar().elem::<f64>();
    let figures = vec![
        ("loss", number(total.clone())),
        ("nearest", number(nearest)),
        ("distance", number(all)),
        ("bilateral", number(smooth)),
        ("temporal", number(flicker)),
        ("saturation", number(mean_saturation(images).mean())),
    ];
    (total, figures)
}

/// Equation (3) of the candidates `[n, d, 3, h, w]` of frames in the first half and of their neighbours in the second.
fn between_frames<B: AutodiffBackend<InnerBackend: CostVolume>>(
    flow: &FlowNet<B::InnerBackend>,
    candidates: Tensor<B, 5>,
    grey: Tensor<B, 4>,
) -> Tensor<B, 1> {
    let [ours, theirs] = <[_; 2]>::try_from(candidates.chunk(2, 0)).expect("two halves"); // 2 of [n / 2, d, 3, h, w]
    let [first, second] = <[_; 2]>::try_from(grey.inner().chunk(2, 0)).expect("two halves");
    let forward = flow.forward_grey(first.clone(), second.clone()); // [n / 2, 2, h, w]
    let backward = flow.forward_grey(second, first);
    let visible = visibility(forward.clone(), backward); // [n / 2, 1, h, w]
    temporal(ours, theirs, Tensor::from_inner(forward), Tensor::from_inner(visible))
}
