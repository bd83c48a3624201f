//! What f and g are trained on: images with the neighbourhoods of their pixels, and pairs of neighbouring frames.

use std::{path::Path, sync::Arc};

use anyhow::{Result, ensure};
use burn::tensor::{Int, Tensor, TensorData, backend::Backend};
use image::RgbImage;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    config::{Framing, RunConfig, Stage},
    data::{
        clips,
        crop::{Crop, Window},
        pairs::{neighbouring_crops, training_clips},
        photos,
        split::{CLIP_FOLDERS, PHOTO_FOLDERS, Split},
    },
    knn,
    loader::{Draw, Loader, Order},
};

/// Of each clip every so many frames one is a photo to train on.
const FRAMES_APART: usize = 15;

/// One pass's images and neighbourhoods.
#[derive(Debug)]
pub struct ColorBatch {
    /// Images in the batch.
    pub images: usize,
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `[images, 3, height, width]` in [0, 1].
    pub rgb: Vec<f32>,
    /// For each image the same number of pixels, counted row by row; none if the bilateral loss is left out.
    pub queries: Vec<i32>,
    /// The nearest neighbours of each of these pixels.
    pub neighbours: Vec<i32>,
    /// The second half of the images are the first half's neighbouring frames.
    pub paired: bool,
}

/// What batches are drawn from, and how.
pub struct ColorSource {
    photos: Vec<RgbImage>,
    clips: Vec<Vec<RgbImage>>,
    framing: Framing,
    batch: usize,
    /// Images and pairs of frames an epoch: the odds of a step's kind.
    examples: [usize; 2],
    /// Pixels of each image whose neighbourhoods are looked up; 0 for all. None for none.
    samples: Option<usize>,
}

impl ColorSource {
    /// Reads what the stage trains on.
    pub fn open(run: &RunConfig, stage: &Stage) -> Result<Self> {
        let [images, pairs] = stage.examples();
        let losses = run.losses_after_ablation();
        Ok(Self {
            photos: if images > 0 { training_images(&run.data, stage.side)? } else { Vec::new() },
            clips: if pairs > 0 { training_clips(&run.data, stage.side)? } else { Vec::new() },
            framing: stage.framing(),
            batch: stage.batch,
            examples: [images, pairs],
            samples: (losses.bilateral > 0.0 && stage.colorizer_learns).then_some(losses.samples),
        })
    }

    /// Starts preparing batches.
    pub fn start(self: &Arc<Self>, order: Order) -> Loader<ColorBatch> {
        let source = self.clone();
        Loader::start(order, move |draw| source.batch(draw))
    }

    /// A batch of images, or of pairs: first all frames, then all their neighbours.
    fn batch(&self, draw: Draw) -> ColorBatch {
        let [images, pairs] = self.examples;
        let paired = draw.of_step().random_range(0..images + pairs) >= images;
        let mut crops: [Vec<(Crop, StdRng)>; 2] = Default::default();
        for mut random in draw.of_examples(self.batch) {
            if paired {
                let pair = neighbouring_crops(&self.clips, &self.framing, &mut random);
                for (crops, crop) in crops.iter_mut().zip(pair) {
                    crops.push((crop, random.clone()));
                }
            } else {
                let crop = self.photo(&mut random);
                crops[0].push((crop, random));
            }
        }
        let mut batch = ColorBatch::empty(&crops[0][0].0, paired);
        for (crop, mut random) in crops.into_iter().flatten() {
            batch.add(&crop, self.samples, &mut random);
        }
        batch
    }

    fn photo(&self, random: &mut StdRng) -> Crop {
        let photo = self.photos.choose(random).expect("there are images");
        Window::random(photo.dimensions(), &self.framing, random).cut(photo)
    }
}

/// All coloured photos and frames that are not held back.
fn training_images(data: &Path, side: u32) -> Result<Vec<RgbImage>> {
    let mut images = photos::load_coloured(&Split::read(data, &PHOTO_FOLDERS)?.training, side);
    let photos = images.len();
    let clips = clips::load(&Split::read(data, &CLIP_FOLDERS)?.training, side, FRAMES_APART);
    let coloured = |frame: &RgbImage| photos::mean_saturation(frame) >= photos::GREY_SATURATION;
    images.extend(clips.into_iter().flatten().filter(coloured));
    println!("{photos} photos and {} frames of clips to train on", images.len() - photos);
    ensure!(!images.is_empty(), "no coloured images under {}", data.display());
    Ok(images)
}

impl ColorBatch {
    /// The images, `[images, 3, height, width]` in [0, 1].
    pub fn truth<B: Backend>(&self, device: &B::Device) -> Tensor<B, 4> {
        let shape = [self.images, 3, self.height, self.width];
        Tensor::from_data(TensorData::new(self.rgb.clone(), shape), device)
    }

    /// The pixels `[images, m]` and their neighbours `[images, m * K]`, counted row by row.
    pub fn neighbourhoods<B: Backend>(&self, device: &B::Device) -> Option<[Tensor<B, 2, Int>; 2]> {
        let copy = |pixels: &[i32]| {
            let shape = [self.images, pixels.len() / self.images];
            Tensor::from_data(TensorData::new(pixels.to_vec(), shape), device)
        };
        (!self.queries.is_empty()).then(|| [copy(&self.queries), copy(&self.neighbours)])
    }

    fn empty(like: &Crop, paired: bool) -> Self {
        let (width, height) = (like.width, like.height);
        Self {
            images: 0,
            width,
            height,
            rgb: Vec::new(),
            queries: Vec::new(),
            neighbours: Vec::new(),
            paired,
        }
    }

    fn add(&mut self, crop: &Crop, samples: Option<usize>, random: &mut StdRng) {
        self.images += 1;
        self.rgb.extend(&crop.rgb);
        let Some(samples) = samples else { return };
        let points = knn::points(crop);
        let queries: Vec<usize> = match samples {
            0 => (0..points.len()).collect(),
            _ => (0..samples).map(|_| random.random_range(0..points.len())).collect(),
        };
        let neighbours = knn::nearest(&points, &queries);
        self.queries.extend(queries.iter().map(|&pixel| pixel as i32));
        self.neighbours.extend(neighbours.iter().map(|&pixel| pixel as i32));
    }
}
