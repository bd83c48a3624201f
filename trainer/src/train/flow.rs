//! Trains the flow network on synthetic motion, with end-point errors at every level.

use std::sync::Arc;

use anyhow::{Result, ensure};
use burn::tensor::{
    ElementConversion, Tensor, TensorData,
    backend::{AutodiffBackend, Backend},
};
use chromaflow::model::flow::{CostVolume, FlowNet, MULTIPLE, PIXELS_PER_UNIT};
use clap::Args;
use image::RgbImage;
use serde::Serialize;

use super::{
    RunOptions,
    fit::{StepLoss, fit},
    flow_start,
};
use crate::{
    data::{
        photos,
        split::{PHOTO_FOLDERS, Split},
    },
    loader::Loader,
    loss::endpoint::{block_means, endpoint_errors, multi_scale},
    motion::{MotionRange, MovingPair, moving_pair},
};

/// Photos are kept in memory with at most this shorter side.
pub const PHOTO_SIDE: u32 = 224;

/// What training the flow network takes besides.
#[derive(Args, Clone, Debug, Serialize)]
pub struct FlowOptions {
    /// Largest shift of background and occluders in pixels.
    #[arg(long, default_value_t = 14.0)]
    pub shift: f32,
    /// Largest number of occluders.
    #[arg(long, default_value_t = 4)]
    pub occluders: usize,
}

/// Pairs of frames as tensors.
pub struct PairTensors<B: Backend> {
    /// Luma of the first frames, `[n, 1, h, w]`.
    pub first: Tensor<B, 4>,
    /// Luma of the second frames, `[n, 1, h, w]`.
    pub second: Tensor<B, 4>,
    /// flow(first -> second) in pixels, `[n, 2, h, w]`.
    pub flow: Tensor<B, 4>,
    /// 1 where the first frame's pixel is seen in the second, `[n, 1, h, w]`.
    pub visible: Tensor<B, 4>,
}

/// Trains from scratch or from the newest checkpoint.
pub fn train<B: AutodiffBackend + CostVolume>(
    run: &RunOptions,
    options: &FlowOptions,
    device: &B::Device,
) -> Result<()> {
    ensure!((run.crop as usize).is_multiple_of(MULTIPLE), "the crop's side must be a multiple of {MULTIPLE}");
    B::seed(device, run.seed);
    let config = run.preset.config().flow;
    let photos = Split::read(&run.data, &PHOTO_FOLDERS)?.training;
    let photos: Arc<Vec<RgbImage>> = Arc::new(photos::load_coloured(&photos, PHOTO_SIDE));
    println!("{} photos to move", photos.len());
    let example = start_loader(run, options, &photos, 0).next_batch();
    let example = PairTensors::<B>::stack(&example, device).first.repeat_dim(1, 3);
    let network = flow_start::start(config.init::<B>(device), &config, example);
    let losses = |network: &FlowNet<B>, batch: Vec<MovingPair>| losses(network, &batch, device);
    fit(run, options, network, |first| Ok(start_loader(run, options, &photos, first)), losses, device)
}

fn start_loader(
    run: &RunOptions,
    options: &FlowOptions,
    photos: &Arc<Vec<RgbImage>>,
    first: usize,
) -> Loader<Vec<MovingPair>> {
    let photos = photos.clone();
    let range = MotionRange { shift: options.shift, occluders: options.occluders, ..MotionRange::default() };
    let (batch, side) = (run.batch, run.crop as usize);
    Loader::start(run.loaders, run.seed, first, move |random| {
        (0..batch).map(|_| moving_pair(&photos, side, &range, random)).collect()
    })
}

fn losses<B: AutodiffBackend + CostVolume>(
    network: &FlowNet<B>,
    batch: &[MovingPair],
    device: &B::Device,
) -> StepLoss<B> {
    let pairs = PairTensors::<B>::stack(batch, device);
    let levels = network.forward_levels(pairs.first.repeat_dim(1, 3), pairs.second.repeat_dim(1, 3));
    let finest = levels[0].clone().detach().mul_scalar(PIXELS_PER_UNIT); // [n, 2, h / 4, w / 4]
    let [_, _, height, width] = finest.dims();
    let truth = block_means(pairs.flow.clone(), height, width);
    let number = |tensor: Tensor<B, 1>| tensor.into_scalar().elem::<f64>();
    let zero = number(endpoint_errors(truth.zeros_like(), truth.clone()).mean());
    let ours = number(endpoint_errors(finest, truth).mean());
    let loss = multi_scale(levels, pairs.flow);
    let figures = vec![("loss", number(loss.clone())), ("endpoint_error", ours), ("zero_flow", zero)];
    (loss, figures)
}

impl<B: Backend> PairTensors<B> {
    /// Copies pairs of equal size to the device.
    pub fn stack(pairs: &[MovingPair], device: &B::Device) -> Self {
        let side = pairs[0].first.len().isqrt();
        let copy = |channels: usize, plane: fn(&MovingPair) -> &Vec<f32>| {
            let values: Vec<f32> = pairs.iter().flat_map(|pair| plane(pair).iter().copied()).collect();
            Tensor::from_data(TensorData::new(values, [pairs.len(), channels, side, side]), device)
        };
        Self {
            first: copy(1, |pair| &pair.first),
            second: copy(1, |pair| &pair.second),
            flow: copy(2, |pair| &pair.flow),
            visible: copy(1, |pair| &pair.visible),
        }
    }
}
