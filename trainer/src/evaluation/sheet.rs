//! Contact sheets, to look at.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::{Tensor, backend::Backend};
use chromaflow::model::flow::CostVolume;
use image::{Rgb, RgbImage, imageops};

use super::{colouring::ColouredClip, footage::Footage};

/// Pixels between the pictures.
const GAP: u32 = 2;

/// Rows of pictures: one row a frame, one column a method.
#[derive(Default)]
pub struct Sheet {
    rows: Vec<Vec<RgbImage>>,
}

impl Sheet {
    /// Shows `rows` frames, or all where there are fewer, evenly spread over clips whose frames are `[1, 3, h, w]`.
    pub fn new<B: Backend>(clips: &[&[Tensor<B, 4>]], rows: usize) -> Self {
        let frames = clips.iter().map(|clip| clip.len()).min().unwrap_or_default();
        let rows = rows.min(frames);
        let shown = (0..rows).map(|row| (2 * row + 1) * frames / (2 * rows));
        Self { rows: shown.map(|frame| clips.iter().map(|clip| picture(&clip[frame])).collect()).collect() }
    }

    /// Shows a clip and what was made of it: grey, the d candidates, the pick, the pick refined where there is g, truth.
    pub fn of_colouring<B: CostVolume>(
        footage: &Footage<B>,
        coloured: &ColouredClip<B>,
        rows: usize,
    ) -> Self {
        let input = footage.input();
        let columns: Vec<&[Tensor<B, 4>]> = std::iter::once(input.as_slice())
            .chain(coloured.candidates.iter().map(Vec::as_slice))
            .chain([coloured.pick()])
            .chain(coloured.refined.as_deref())
            .chain([footage.truth.as_slice()])
            .collect();
        Self::new(&columns, rows)
    }

    /// Puts another sheet's rows below.
    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// Draws the sheet into a PNG.
    pub fn save(&self, file: &Path) -> Result<()> {
        self.draw().save(file).with_context(|| format!("writing {}", file.display()))
    }

    /// Every picture in a cell of the size of the largest.
    fn draw(&self) -> RgbImage {
        let pictures = || self.rows.iter().flatten();
        let width = pictures().map(RgbImage::width).max().unwrap_or_default() + GAP;
        let height = pictures().map(RgbImage::height).max().unwrap_or_default() + GAP;
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default() as u32;
        let mut sheet =
            RgbImage::from_pixel(columns * width, self.rows.len() as u32 * height, Rgb([255, 255, 255]));
        for (top, row) in (0i64..).step_by(height as usize).zip(&self.rows) {
            for (left, picture) in (0i64..).step_by(width as usize).zip(row) {
                imageops::replace(&mut sheet, picture, left, top);
            }
        }
        sheet
    }
}

/// An image of `[1, 3, h, w]` in [0, 1].
fn picture<B: Backend>(rgb: &Tensor<B, 4>) -> RgbImage {
    let [_, _, height, width] = rgb.dims();
    let planes: Vec<f32> = rgb.to_data().iter::<f32>().collect();
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let at = y as usize * width + x as usize;
        Rgb([0, 1, 2].map(|channel| {
            let value: f32 = planes[channel * height * width + at];
            (value.clamp(0.0, 1.0) * 255.0).round() as u8
        }))
    })
}
