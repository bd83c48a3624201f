//! Photos in memory, decoded once.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::{RgbImage, imageops::FilterType};
use rayon::prelude::*;

/// Images below this mean HSV saturation are grey or nearly so, and teach f to paint grey.
pub const GREY_SATURATION: f32 = 0.06;

/// Decodes photos and shrinks them to a shorter side of at most `side` pixels. Grey ones are left out; files that
/// can't be decoded are reported and left out.
pub fn load_coloured(files: &[PathBuf], side: u32) -> Vec<RgbImage> {
    load_coloured_files(files, side).into_iter().map(|(_, photo)| photo).collect()
}

/// The same, each photo with the file that it came from.
pub fn load_coloured_files(files: &[PathBuf], side: u32) -> Vec<(PathBuf, RgbImage)> {
    let decode = |file: &PathBuf| match load(file, side) {
        Ok(photo) => Some((file.clone(), photo)),
        Err(error) => {
            eprintln!("left out: {error:#}");
            None
        }
    };
    let coloured = |(_, photo): &(PathBuf, RgbImage)| mean_saturation(photo) >= GREY_SATURATION;
    files.par_iter().filter_map(decode).filter(coloured).collect()
}

/// Decodes one photo and shrinks it to a shorter side of at most `side` pixels.
pub fn load(file: &Path, side: u32) -> Result<RgbImage> {
    let photo = image::open(file).with_context(|| format!("decoding {}", file.display()))?;
    Ok(shrink(&photo.to_rgb8(), side))
}

/// Shrinks an image to a shorter side of at most `side` pixels.
pub fn shrink(photo: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let scale = f64::from(side) / f64::from(width.min(height));
    if scale >= 1.0 {
        return photo.clone();
    }
    let scaled = |length: u32| (f64::from(length) * scale).round() as u32;
    image::imageops::resize(photo, scaled(width), scaled(height), FilterType::CatmullRom)
}

/// Mean HSV saturation, in [0, 1].
pub fn mean_saturation(photo: &RgbImage) -> f32 {
    let saturation = |pixel: &image::Rgb<u8>| {
        let [red, green, blue] = pixel.0.map(f32::from);
        let value = red.max(green).max(blue);
        (value - red.min(green).min(blue)) / value.max(1.0)
    };
    photo.pixels().map(saturation).sum::<f32>() / (photo.width() * photo.height()) as f32
}
