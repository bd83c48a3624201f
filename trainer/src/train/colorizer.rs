//! Trains f and its trunk with the bilateral loss (2) and the diversity loss (7).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Result, ensure};
use burn::{
    module::{Module, Param},
    tensor::{
        ElementConversion, Int, Tensor, TensorData,
        backend::{AutodiffBackend, Backend},
    },
};
use chromaflow::{
    color::{Matrix, luma, mean_saturation, with_luma},
    model::{
        colorizer::Colorizer,
        preset::{NetworksConfig, Preset},
        vgg::{TAPS, Vgg, VggConfig},
    },
};
use clap::Args;
use image::RgbImage;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde::Serialize;

use super::{
    RunOptions,
    fit::{StepLoss, fit},
    trunk::TrunkTask,
};
use crate::{
    checkpoint,
    data::{
        clips,
        crop::{Crop, Window},
        photos,
        split::{CLIP_FOLDERS, PHOTO_FOLDERS, Split},
    },
    knn,
    loader::Loader,
    loss::{
        bilateral::bilateral,
        perceptual::{BETA, Phi, diversity},
    },
};

/// Photos are kept in memory with at most this shorter side.
const PHOTO_SIDE: u32 = 224;

/// Of each clip every so many frames one is a photo to train on.
const FRAMES_APART: usize = 15;

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

/// One step's images and neighbourhoods.
pub struct ColorBatch {
    images: usize,
    side: usize,
    rgb: Vec<f32>,
    queries: Vec<i32>,
    neighbours: Vec<i32>,
}

/// Trains from scratch or from the newest checkpoint.
pub fn train<B: AutodiffBackend>(
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
    let losses = |network: &Coloring<B>, batch| losses(network, &phi, options, batch, device);
    fit(run, options, network, |first| start_loader(run, options, first), losses, device)
}

/// The weighted sum of the losses, `[1]`, and the figures for the log.
fn losses<B: AutodiffBackend>(
    network: &Coloring<B>,
    phi: &Phi<B>,
    options: &ColorizerOptions,
    batch: ColorBatch,
    device: &B::Device,
) -> StepLoss<B> {
    let samples = batch.queries.len() / batch.images;
    let shape = [batch.images, 3, batch.side, batch.side];
    let truth = Tensor::<B, 4>::from_data(TensorData::new(batch.rgb, shape), device);
    let pixels = |indices: Vec<i32>, count: usize| {
        Tensor::<B, 2, Int>::from_data(TensorData::new(indices, [batch.images, count]), device)
    };
    let queries = pixels(batch.queries, samples);
    let neighbours = pixels(batch.neighbours, samples * knn::NEIGHBOURS);

    let candidates = network.candidates(luma(truth.clone())); // [n, d, 3, h, w]
    let distances = phi.distances(candidates.clone(), truth); // [n, d]
    let nearest = distances.clone().min_dim(1).mean();
    let all = distances.clone().mean();
    let diverse = diversity(distances, &options.beta);
    let smooth = bilateral(candidates.clone(), queries, neighbours);
    let total =
        diverse.mul_scalar(options.diversity_weight) + smooth.clone().mul_scalar(options.bilateral_weight);
    let images = candidates.detach().flatten::<4>(0, 1); // [n d, 3, h, w]
    let number = |tensor: Tensor<B, 1>| tensor.into_scalar().elem::<f64>();
    let figures = vec![
        ("loss", number(total.clone())),
        ("nearest", number(nearest)),
        ("distance", number(all)),
        ("bilateral", number(smooth)),
        ("saturation", number(mean_saturation(images).mean())),
    ];
    (total, figures)
}

/// phi's trunk sees colour, frozen, at half the trunk's widths, with He's random weights: filters without training
/// still tell edges and patches of unlike colour apart at five scales. The seed is fixed: phi is the same in every run.
fn frozen_phi<B: Backend>(preset: Preset, device: &B::Device) -> Phi<B> {
    const SEED: u64 = 19;
    /// 57 takes taps of normalised colours to the scale of 0..255. Trained features are sparse at conv5_2, whose weight
    /// is high for that; random ones are not, and would outweigh all other layers together (measured: 4 times).
    const TAP_SCALES: [f64; TAPS] = [57.0, 57.0, 57.0, 57.0, 4.5];
    let widths = preset.config().trunk.widths.map(|width| width.div_ceil(2));
    let config = VggConfig::new().with_widths(widths);
    B::seed(device, SEED);
    Phi::new(config.init(device), TAP_SCALES)
}

/// Lets training start near grey, where the losses are small, each candidate with a faint tint of its own, so that they
/// can part ways.
fn tinted<B: Backend>(mut network: Coloring<B>, device: &B::Device) -> Coloring<B> {
    const CONTRAST: f64 = 0.1;
    const TINT: f32 = 0.04;
    let output = &mut network.colorizer.unet.output;
    output.weight = output.weight.clone().map(|weight| weight.mul_scalar(CONTRAST).detach().require_grad());
    let candidates = network.colorizer.candidates();
    let tint = |candidate: usize| {
        let angle = std::f32::consts::TAU * candidate as f32 / candidates as f32;
        Matrix::Bt601.rgb(0.5, [TINT * angle.cos(), TINT * angle.sin()])
    };
    let tints: Vec<f32> = (0..candidates).flat_map(tint).collect();
    network.colorizer.unet.output.bias =
        Some(Param::from_tensor(Tensor::from_floats(tints.as_slice(), device)));
    network
}

fn start_loader(run: &RunOptions, options: &ColorizerOptions, first: usize) -> Result<Loader<ColorBatch>> {
    let images = Arc::new(training_images(&run.data)?);
    let (batch, crop, samples) = (run.batch, run.crop, options.samples);
    let sides = options.smallest_side..=options.largest_side;
    Ok(Loader::start(run.loaders, run.seed, first, move |random| {
        let mut ready = ColorBatch::empty(crop as usize);
        (0..batch).for_each(|_| {
            let photo = images.choose(random).expect("there are images");
            let window = Window::random(photo.dimensions(), crop, sides.clone(), random);
            ready.add(&window.cut(photo), samples, random);
        });
        ready
    }))
}

/// All coloured photos and frames that are not held back.
fn training_images(data: &Path) -> Result<Vec<RgbImage>> {
    let mut images = photos::load_coloured(&Split::read(data, &PHOTO_FOLDERS)?.training, PHOTO_SIDE);
    let photos = images.len();
    let clips = clips::load(&Split::read(data, &CLIP_FOLDERS)?.training, PHOTO_SIDE, FRAMES_APART);
    let coloured = |frame: &RgbImage| photos::mean_saturation(frame) >= photos::GREY_SATURATION;
    images.extend(clips.into_iter().flatten().filter(coloured));
    println!("{photos} photos and {} frames of clips to train on", images.len() - photos);
    ensure!(!images.is_empty(), "no coloured images under {}", data.display());
    Ok(images)
}

impl ColorBatch {
    fn empty(side: usize) -> Self {
        Self { images: 0, side, rgb: Vec::new(), queries: Vec::new(), neighbours: Vec::new() }
    }

    fn add(&mut self, crop: &Crop, samples: usize, random: &mut StdRng) {
        let points = knn::points(crop);
        let queries: Vec<usize> = (0..samples).map(|_| random.random_range(0..points.len())).collect();
        let neighbours = knn::nearest(&points, &queries);
        self.images += 1;
        self.rgb.extend(&crop.rgb);
        self.queries.extend(queries.iter().map(|&pixel| pixel as i32));
        self.neighbours.extend(neighbours.iter().map(|&pixel| pixel as i32));
    }
}
