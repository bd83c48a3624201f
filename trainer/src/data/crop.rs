//! Random training crops.

use std::ops::RangeInclusive;

use image::{
    RgbImage,
    imageops::{self, FilterType},
};
use rand::Rng;

/// A square part of an image, and the size and direction that it is shown in.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    x: u32,
    y: u32,
    length: u32,
    side: u32,
    short_side: f32,
    mirrored: bool,
}

/// A square cut out of an image that was scaled first.
#[derive(Clone, Debug)]
pub struct Crop {
    /// `[3, side, side]` in [0, 1], channel by channel.
    pub rgb: Vec<f32>,
    /// Length of the crop's side in pixels.
    pub side: usize,
    /// Length of the scaled image's shorter side in pixels: says how large a pixel is in the field of view.
    pub short_side: f32,
}

impl Window {
    /// As if images of `width` x `height` were scaled to a random shorter side out of `short_sides`, and a random
    /// square of `side` pixels were cut out and every other one mirrored.
    pub fn random(
        (width, height): (u32, u32),
        side: u32,
        short_sides: RangeInclusive<u32>,
        random: &mut impl Rng,
    ) -> Self {
        let short_side = random.random_range(short_sides).max(side);
        let scale = f64::from(width.min(height)) / f64::from(short_side);
        let length = ((f64::from(side) * scale).round() as u32).min(width.min(height));
        Self {
            x: random.random_range(0..=width - length),
            y: random.random_range(0..=height - length),
            length,
            side,
            short_side: short_side as f32,
            mirrored: random.random(),
        }
    }

    /// Cuts the window out of `image`. Colours are never changed.
    pub fn cut(&self, image: &RgbImage) -> Crop {
        let part = imageops::crop_imm(image, self.x, self.y, self.length, self.length);
        let mut part = imageops::resize(&*part, self.side, self.side, FilterType::Triangle);
        if self.mirrored {
            imageops::flip_horizontal_in_place(&mut part);
        }
        Crop { rgb: planar(&part), side: self.side as usize, short_side: self.short_side }
    }
}

/// `[3, h, w]` in [0, 1], channel by channel.
pub fn planar(image: &RgbImage) -> Vec<f32> {
    (0..3).flat_map(|channel| image.pixels().map(move |pixel| f32::from(pixel.0[channel]) / 255.0)).collect()
}
