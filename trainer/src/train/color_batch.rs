//! What f is trained on: crops of photos and frames with sampled neighbourhoods, and pairs of neighbouring frames.

use std::{ops::RangeInclusive, path::Path};

use anyhow::{Result, ensure};
use image::RgbImage;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use super::{RunOptions, colorizer::ColorizerOptions};
use crate::{
    data::{
        clips,
        crop::{Crop, Window},
        pairs::{neighbouring_crops, training_clips},
        photos,
        split::{CLIP_FOLDERS, PHOTO_FOLDERS, Split},
    },
    knn,
    loader::Loader,
};

/// Photos are kept in memory with at most this shorter side.
pub const PHOTO_SIDE: u32 = 224;

/// Of each clip every so many frames one is a photo to train on.
const FRAMES_APART: usize = 15;

/// One step's images and neighbourhoods.
pub struct ColorBatch {
    /// Images in the batch.
    pub images: usize,
    /// Side of each in pixels.
    pub side: usize,
    /// `[images, 3, side, side]` in [0, 1].
    pub rgb: Vec<f32>,
    /// For each image the same number of pixels, counted row by row.
    pub queries: Vec<i32>,
    /// The nearest neighbours of each of these pixels.
    pub neighbours: Vec<i32>,
    /// The second half of the images are the first half's neighbouring frames.
    pub paired: bool,
}

/// Starts preparing batches from step `first` on.
pub fn start_loader(
    run: &RunOptions,
    options: &ColorizerOptions,
    first: usize,
) -> Result<Loader<ColorBatch>> {
    let images = training_images(&run.data)?;
    let clips = match options.flow {
        Some(_) => training_clips(&run.data, options.largest_side)?,
        None => Vec::new(),
    };
    let (batch, crop, samples, pairs_every) = (run.batch, run.crop, options.samples, options.pairs_every);
    let sides = options.smallest_side..=options.largest_side;
    Ok(Loader::start(run.loaders, run.seed, first, move |random| {
        let paired = !clips.is_empty() && random.random_ratio(1, pairs_every);
        let crops: Vec<Crop> = if paired {
            let pairs = (0..batch / 2).map(|_| neighbouring_crops(&clips, crop, sides.clone(), random));
            let (ours, theirs): (Vec<_>, Vec<_>) = pairs.map(|[ours, theirs]| (ours, theirs)).unzip();
            ours.into_iter().chain(theirs).collect()
        } else {
            (0..batch).map(|_| random_crop(&images, crop, sides.clone(), random)).collect()
        };
        let mut ready = ColorBatch::empty(crop as usize, paired);
        crops.iter().for_each(|crop| ready.add(crop, samples, random));
        ready
    }))
}

fn random_crop(images: &[RgbImage], side: u32, sides: RangeInclusive<u32>, random: &mut StdRng) -> Crop {
    let photo = images.choose(random).expect("there are images");
    Window::random(photo.dimensions(), side, sides, random).cut(photo)
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
    fn empty(side: usize, paired: bool) -> Self {
        Self { images: 0, side, rgb: Vec::new(), queries: Vec::new(), neighbours: Vec::new(), paired }
    }

    fn add(&mut self, crop: &Crop, samples: usize, random: &mut StdRng) {
        let all = knn::nearest(&points(crop));
        let queries: Vec<usize> = (0..samples).map(|_| random.random_range(0..all.len())).collect();
        let neighbours: Vec<u32> = queries.iter().flat_map(|&query| all[query]).collect();
        self.images += 1;
        self.rgb.extend(&crop.rgb);
        self.queries.extend(queries.iter().map(|&pixel| pixel as i32));
        self.neighbours.extend(neighbours.iter().map(|&pixel| pixel as i32));
    }
}

/// The points of all pixels of a crop, row by row.
fn points(crop: &Crop) -> Vec<knn::Point> {
    let lambda = knn::lambda(crop.short_side);
    let plane = crop.side * crop.side;
    let point = |i: usize| {
        let [red, green, blue] = [0, 1, 2].map(|channel| crop.rgb[channel * plane + i]);
        [red, green, blue, lambda * (i % crop.side) as f32, lambda * (i / crop.side) as f32]
    };
    (0..plane).map(point).collect()
}
