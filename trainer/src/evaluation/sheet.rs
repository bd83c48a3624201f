//! Contact sheets, to look at.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::{Tensor, backend::Backend};
use chromaflow::kernel::Kernels;
use font8x8::{BASIC_FONTS, UnicodeFonts};
use image::{Rgb, RgbImage, imageops};

use super::{coloring::ColouredClip, footage::Footage};
use crate::data::crop::Crop;

/// Pixels between the pictures.
const GAP: u32 = 2;

/// Height of the row of titles in pixels.
const TITLES: u32 = 12;

/// Width and height of a letter in pixels.
const LETTER: u32 = 8;

/// A column of a sheet: its title and the frames of a clip, each `[1, 3, h, w]`.
pub type Column<'a, B> = (&'a str, &'a [Tensor<B, 4>]);

/// Rows of pictures below their titles: one row a frame, one column a method.
#[derive(Default)]
pub struct Sheet {
    titles: Vec<String>,
    rows: Vec<Vec<RgbImage>>,
}

impl Sheet {
    /// Shows `rows` frames, or all where there are fewer, evenly spread over the clips.
    pub fn new<B: Backend>(columns: &[Column<'_, B>], rows: usize) -> Self {
        let frames = columns.iter().map(|(_, clip)| clip.len()).min().unwrap_or_default();
        let rows = rows.min(frames);
        let shown = (0..rows).map(|row| (2 * row + 1) * frames / (2 * rows));
        let row = |frame: usize| columns.iter().map(|(_, clip)| picture(&clip[frame])).collect();
        Self {
            titles: columns.iter().map(|(title, _)| (*title).to_owned()).collect(),
            rows: shown.map(row).collect(),
        }
    }

    /// Shows a clip and what was made of it: grey, the d candidates, the pick, the pick refined where there is g, truth.
    pub fn of_coloring<B: Kernels>(footage: &Footage<B>, colored: &ColouredClip<B>, rows: usize) -> Self {
        let input = footage.input();
        let numbers: Vec<String> = (1..=colored.candidates.len()).map(|number| number.to_string()).collect();
        let candidates = numbers.iter().map(String::as_str).zip(colored.candidates.iter().map(Vec::as_slice));
        let columns: Vec<Column<'_, B>> = std::iter::once(("grey", input.as_slice()))
            .chain(candidates)
            .chain([("pick", colored.pick())])
            .chain(colored.refined.as_deref().map(|refined| ("refined", refined)))
            .chain([("truth", footage.truth.as_slice())])
            .collect();
        Self::new(&columns, rows)
    }

    /// Puts the rows of another sheet with the same columns below.
    pub fn append(&mut self, other: Self) {
        self.titles = other.titles;
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
            RgbImage::from_pixel(columns * width, TITLES + self.rows.len() as u32 * height, Rgb([255; 3]));
        for (left, title) in (0..).step_by(width as usize).zip(&self.titles) {
            write(&mut sheet, title.chars().take((width / LETTER) as usize), left);
        }
        for (top, row) in (i64::from(TITLES)..).step_by(height as usize).zip(&self.rows) {
            for (left, picture) in (0i64..).step_by(width as usize).zip(row) {
                imageops::replace(&mut sheet, picture, left, top);
            }
        }
        sheet
    }
}

/// Writes a title into the row of titles, from `left` on.
fn write(sheet: &mut RgbImage, title: impl Iterator<Item = char>, left: u32) {
    let letters = (left..).step_by(LETTER as usize).zip(title);
    for (left, rows) in letters.filter_map(|(left, letter)| Some((left, BASIC_FONTS.get(letter)?))) {
        for (y, row) in (GAP..).zip(rows) {
            (0..LETTER).filter(|x| row >> x & 1 == 1).for_each(|x| sheet.put_pixel(left + x, y, Rgb([0; 3])));
        }
    }
}

/// An image of `[1, 3, h, w]` in [0, 1].
fn picture<B: Backend>(rgb: &Tensor<B, 4>) -> RgbImage {
    let [_, _, height, width] = rgb.dims();
    Crop { rgb: rgb.to_data().iter::<f32>().collect(), width, height }.image()
}
