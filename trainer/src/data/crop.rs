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

    /// Where the centres of `cells` x `cells` equal parts of the window lie in an image of `width` x `height`, row by row:
    /// x and y in [0, 1] of its sides. In a mirrored window the first of a row is its rightmost.
    pub fn cell_centres(&self, (width, height): (u32, u32), cells: usize) -> Vec<[f32; 2]> {
        let along = |start: u32, cell: usize, whole: u32| {
            (start as f32 + (cell as f32 + 0.5) / cells as f32 * self.length as f32) / whole as f32
        };
        let column = |cell: usize| if self.mirrored { cells - 1 - cell } else { cell };
        let centre =
            |cell: usize| [along(self.x, column(cell % cells), width), along(self.y, cell / cells, height)];
        (0..cells * cells).map(centre).collect()
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
