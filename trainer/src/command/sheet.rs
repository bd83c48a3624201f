//! `sheet`: a contact sheet of held-back photos, to look at.

use std::path::PathBuf;

use anyhow::Result;
use burn::{
    backend::Flex,
    tensor::{Tensor, TensorData},
};
use chromaflow::{color::luma, model::preset::Preset};
use clap::Args;
use image::{RgbImage, imageops};

use crate::{
    data::{
        clips,
        crop::planar,
        photos,
        split::{CLIP_FOLDERS, PHOTO_FOLDERS, Split},
    },
    evaluate::pick,
    published,
    train::{colorizer::Coloring, parse_preset},
};

/// Draws a PNG, one row an image: grey, the candidates, the picked one, the truth.
#[derive(Args, Debug)]
pub struct SheetCommand {
    /// The folder of photos and clips, with its validation.txt.
    #[arg(long)]
    data: PathBuf,
    /// The folder of published weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Sizes of the networks.
    #[arg(long, value_parser = parse_preset, default_value = "lite")]
    preset: Preset,
    /// Photos to show, besides one frame of each held-back clip.
    #[arg(long, default_value_t = 12)]
    photos: usize,
    /// Shorter side of each image in pixels.
    #[arg(long, default_value_t = 128)]
    size: u32,
    /// The PNG.
    #[arg(long)]
    out: PathBuf,
}

impl SheetCommand {
    /// Draws the sheet.
    pub fn run(self) -> Result<()> {
        let networks = published::load::<Flex>(&self.weights, self.preset.name(), &Default::default())?;
        let network = Coloring { trunk: networks.trunk, colorizer: networks.colorizer };
        let rows: Vec<Vec<RgbImage>> = self.images()?.iter().map(|image| row(&network, image)).collect();
        draw(&rows, self.size).save(&self.out)?;
        println!("{} rows: grey, candidates, pick, truth", rows.len());
        Ok(())
    }

    fn images(&self) -> Result<Vec<RgbImage>> {
        let files = Split::read(&self.data, &PHOTO_FOLDERS)?.validation;
        let apart = (files.len() / self.photos.max(1)).max(1);
        let shown: Vec<PathBuf> = files.into_iter().step_by(apart).take(self.photos).collect();
        let mut images = photos::load_coloured(&shown, self.size);
        let clips = clips::load(&Split::read(&self.data, &CLIP_FOLDERS)?.validation, self.size, 30);
        images.extend(clips.into_iter().filter_map(|frames| frames.into_iter().next()));
        Ok(images)
    }
}

/// Grey, candidates, pick and truth of one image.
fn row(network: &Coloring<Flex>, image: &RgbImage) -> Vec<RgbImage> {
    let (width, height) = image.dimensions();
    let shape = [1, 3, height as usize, width as usize];
    let truth = Tensor::<Flex, 4>::from_data(TensorData::new(planar(image), shape), &Default::default());
    let grey = luma(truth);
    let candidates = network.candidates(grey.clone()).squeeze_dim::<4>(0); // [d, 3, h, w]
    let picked = pick(candidates.clone());
    let mut row = vec![to_image(grey.repeat_dim(1, 3))];
    row.extend((0..candidates.dims()[0]).map(|i| to_image(candidates.clone().narrow(0, i, 1))));
    row.push(row[1 + picked].clone());
    row.push(image.clone());
    row
}

/// An image of `[1, 3, h, w]` in [0, 1].
fn to_image(rgb: Tensor<Flex, 4>) -> RgbImage {
    let [_, _, height, width] = rgb.dims();
    let pixels = rgb.permute([0, 2, 3, 1]).into_data(); // [1, h, w, 3]
    let codes = pixels.iter::<f32>().map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8).collect();
    RgbImage::from_raw(width as u32, height as u32, codes).expect("three codes a pixel")
}

/// Rows of images, each in a cell of `size` high and half as wide again, cropped to it.
fn draw(rows: &[Vec<RgbImage>], size: u32) -> RgbImage {
    let cell = [size * 5 / 4, size];
    let columns = rows.first().map_or(0, Vec::len) as u32;
    let mut sheet = RgbImage::new(columns * cell[0], rows.len() as u32 * cell[1]);
    for (y, row) in rows.iter().enumerate() {
        for (x, image) in row.iter().enumerate() {
            let shown = imageops::crop_imm(image, 0, 0, cell[0], cell[1]).to_image();
            imageops::replace(
                &mut sheet,
                &shown,
                i64::from(cell[0]) * x as i64,
                i64::from(cell[1]) * y as i64,
            );
        }
    }
    sheet
}
