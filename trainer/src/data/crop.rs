//! Random windows of training images.

use image::{
    Rgb, RgbImage,
    imageops::{self, FilterType},
};
use rand::Rng;

use crate::parameters::Framing;

/// A part of an image, or the whole of it, and the size and direction that it is shown in.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) mirrored: bool,
}

/// The part of an image that a window shows.
#[derive(Clone, Debug)]
pub struct Crop {
    /// `[3, height, width]` in [0, 1], channel by channel.
    pub rgb: Vec<f32>,
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Window {
    /// As if images of `width` x `height` were scaled to a random shorter side, and a random square were cut out, if the
    /// framing has one, and every other one mirrored.
    pub fn random((width, height): (u32, u32), framing: &Framing, random: &mut impl Rng) -> Self {
        let short_side = random.random_range(framing.short_sides.clone());
        let scale = f64::from(width.min(height)) / f64::from(short_side);
        let shown = |length: u32| (f64::from(length) / scale).round() as u32;
        let [columns, rows] = framing.crop.map_or_else(|| [shown(width), shown(height)], |crop| [crop; 2]);
        let taken = |pixels: u32, whole: u32| match framing.crop {
            Some(_) => ((f64::from(pixels) * scale).round() as u32).min(width.min(height)),
            None => whole,
        };
        let [part_width, part_height] = [taken(columns, width), taken(rows, height)];
        Self {
            x: random.random_range(0..=width - part_width),
            y: random.random_range(0..=height - part_height),
            width: part_width,
            height: part_height,
            columns,
            rows,
            mirrored: random.random(),
        }
    }

    /// The shorter side of the whole image of `width` x `height`, in the window's pixels.
    pub fn short_side(&self, (width, height): (u32, u32)) -> f32 {
        width.min(height) as f32 * self.columns as f32 / self.width as f32
    }

    /// Cuts the window out of `image`. Colors are never changed.
    pub fn cut(&self, image: &RgbImage) -> Crop {
        let part = imageops::crop_imm(image, self.x, self.y, self.width, self.height);
        let mut part = imageops::resize(&*part, self.columns, self.rows, FilterType::Triangle);
        if self.mirrored {
            imageops::flip_horizontal_in_place(&mut part);
        }
        let (width, height) = (self.columns as usize, self.rows as usize);
        Crop { rgb: planar(&part), width, height }
    }
}

impl Crop {
    /// All of an image, as it is.
    pub fn whole(image: &RgbImage) -> Self {
        Self { rgb: planar(image), width: image.width() as usize, height: image.height() as usize }
    }

    /// As an image again; what no byte holds is clamped.
    pub fn image(&self) -> RgbImage {
        let area = self.width * self.height;
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            let pixel = y as usize * self.width + x as usize;
            Rgb([0, 1, 2].map(|channel| (255.0 * self.rgb[channel * area + pixel]).round() as u8))
        })
    }
}

/// `[3, h, w]` in [0, 1], channel by channel.
pub fn planar(image: &RgbImage) -> Vec<f32> {
    (0..3).flat_map(|channel| image.pixels().map(move |pixel| f32::from(pixel.0[channel]) / 255.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::loader::random;

    #[test]
    fn an_image_survives_the_round_trip() {
        let image = RgbImage::from_fn(7, 5, |x, y| Rgb([(36 * x) as u8, (60 * y) as u8, 255]));
        assert_eq!(Crop::whole(&image).image(), image);
    }

    #[test]
    fn a_window_is_a_square_or_the_whole_image() {
        let image = RgbImage::from_fn(80, 40, |x, y| Rgb([x as u8, y as u8, 0]));
        let cut = |crop, step| {
            let framing = Framing { short_sides: 20..=20, crop };
            let window = Window::random(image.dimensions(), &framing, &mut random(1, step));
            assert_eq!(window.short_side(image.dimensions()), 20.0);
            let crop = window.cut(&image);
            assert_eq!(crop.rgb.len(), 3 * crop.width * crop.height);
            (crop.width, crop.height)
        };
        for step in 0..8 {
            assert_eq!(cut(None, step), (40, 20));
            assert_eq!(cut(Some(16), step), (16, 16));
        }
    }
}
