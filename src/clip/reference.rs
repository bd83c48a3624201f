//! Colors from a photograph of the same place or person: where it surely shows the same as a frame, it gives hints.
//!
//! What is the same is told by the trunk, which sees both in grey. Two cells are surely the same if each is the other's best match
//! and they are alike enough; unrelated pictures hardly have such cells.

use burn::tensor::{FloatDType, Int, Tensor, backend::Backend, module::avg_pool2d};

use super::frame::{check_size, grey, processing_size, small_luma};
use crate::{
    color::{LumaFrame, Matrix},
    error::{Error, Result},
    hint::Hint,
    kernel::Kernels,
    model::{distribution::CELL, size::mirror_to_multiple, trunk::Trunk},
    nonlocal::normalized,
    plane::Plane,
    readback::read,
};

/// Shorter side, in pixels, that both pictures are compared at, at most: the correlations of all cells with all are held at once.
const LARGEST: usize = 256;

/// The correlation from which on two cells may be the same. On clips, two frames of one scene have 39 % of their cells in pairs above
/// 0.75, whose chromas are 0.007 apart; frames of different clips have none in a thousand.
const SAME: f32 = 0.7;

/// How firmly f keeps to what a photograph gives.
const STRENGTH: f32 = 0.5;

/// Hints that a photograph gives, at most.
const MOST: usize = 96;

/// Cells along each side of the squares of which one hint is taken.
const THINNED: usize = 2;

/// The first of the trunk's taps that are compared: finer ones see edges, not things.
const FIRST_TAP: usize = 2;

/// A photograph in color.
#[derive(Clone, Debug)]
pub struct Photograph {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Three codes a pixel: red, green, blue.
    pub rgb: Vec<u8>,
}

/// The cells of a picture.
struct Cells<B: Backend> {
    /// Of length 1, `[channels, rows * columns]`.
    features: Tensor<B, 2>,
    rows: usize,
    columns: usize,
}

/// A cell of the frame, and the photograph's that is the same.
struct Match {
    likeness: f32,
    frame: usize,
    photograph: usize,
}

/// Hints for a frame from a photograph, the surest ones, at the places that both show. None where they show nothing alike.
pub async fn hints_from<B: Kernels>(
    trunk: &Trunk<B>,
    photograph: &Photograph,
    luma: &LumaFrame,
    size: usize,
    device: &B::Device,
) -> Result<Vec<Hint>> {
    check_size(size)?;
    let size = size.min(LARGEST);
    let [red, green, blue] = photograph.planes(size)?;
    let frame = small_luma(luma, size)?;
    let in_grey = Plane::from_fn(red.width, red.height, |x, y| {
        let [of_red, of_green, of_blue] = Matrix::Bt601.luma_weights();
        of_red * red.row(y)[x] + of_green * green.row(y)[x] + of_blue * blue.row(y)[x]
    });
    let theirs = Cells::of(trunk, &in_grey, device);
    let ours = Cells::of(trunk, &frame, device);
    let matches = surest(matches(&theirs, &ours).await?, &ours);
    let color = |cell: usize| {
        let mean = |plane: &Plane| mean_of_cell(plane, cell % theirs.columns, cell / theirs.columns);
        Matrix::Bt601.chroma([mean(&red), mean(&green), mean(&blue)])
    };
    let center = |cell: usize, length: usize| ((cell * CELL) as f32 + 0.5 * CELL as f32) / length as f32;
    let hint = |same: &Match| Hint {
        x: center(same.frame % ours.columns, frame.width),
        y: center(same.frame / ours.columns, frame.height),
        radius: 0.0,
        color: color(same.photograph),
        strength: STRENGTH,
        distance: 0.0,
    };
    Ok(matches.iter().map(hint).collect())
}

impl Photograph {
    /// Red, green and blue in [0, 1], at a processing size.
    fn planes(&self, size: usize) -> Result<[Plane; 3]> {
        let Self { width, height, ref rgb } = *self;
        if width == 0 || height == 0 || rgb.len() != 3 * width * height {
            return Err(Error::FrameSize { width, height, reason: format!("it has {} values", rgb.len()) });
        }
        let (small_width, small_height) = processing_size(width, height, size);
        Ok([0, 1, 2].map(|channel| {
            let samples = rgb.iter().skip(channel).step_by(3).map(|&code| f32::from(code) / 255.0).collect();
            Plane { width, height, samples }.resized(small_width, small_height)
        }))
    }
}

impl<B: Kernels> Cells<B> {
    /// Of a grey picture; only whole cells count.
    fn of(trunk: &Trunk<B>, picture: &Plane, device: &B::Device) -> Self {
        let (rows, columns) = (picture.height.div_ceil(CELL), picture.width.div_ceil(CELL));
        let padded = mirror_to_multiple(grey(picture, device), trunk.backbone.multiple()); // [1, 1, H, W]
        let description = trunk.forward(padded);
        let [.., all_rows, _] = description.colors.dims();
        let taps = description.taps.into_iter().skip(FIRST_TAP).map(|tap| sized(tap, all_rows));
        let parts: Vec<_> = [description.colors]
            .into_iter()
            .chain(taps)
            .map(|part| {
                let part = part.narrow(2, 0, rows).narrow(3, 0, columns).cast(FloatDType::F32); // [1, channels, rows, columns]
                let channels = part.dims()[1];
                normalized(part.reshape([1, channels, rows * columns])).squeeze_dim::<2>(0) // [channels, rows * columns]
            })
            .collect();
        let length = (parts.len() as f64).sqrt();
        Self { features: Tensor::cat(parts, 0).div_scalar(length), rows, columns }
    }
}

/// A tap `[1, c, h, w]` at the size of the cells, of which there are `rows`.
fn sized<B: Kernels>(tap: Tensor<B, 4>, rows: usize) -> Tensor<B, 4> {
    let height = tap.dims()[2];
    if height >= rows {
        let factor = height / rows;
        return avg_pool2d(tap, [factor; 2], [factor; 2], [0, 0], false, false); // [1, c, rows, columns]
    }
    B::upsample(tap, rows / height) // [1, c, rows, columns]
}

/// The cells of the frame that are surely the same as one of the photograph's.
async fn matches<B: Kernels>(photograph: &Cells<B>, frame: &Cells<B>) -> Result<Vec<Match>> {
    let likeness = photograph.features.clone().transpose().matmul(frame.features.clone()); // [theirs, ours]
    let (best, theirs) = likeness.clone().max_dim_with_indices(0); // [1, ours] each
    let ours = likeness.argmax(1); // [theirs, 1]
    let index = |indices: Tensor<B, 2, Int>| read(indices.float());
    let (best, theirs, ours) = (read(best).await?, index(theirs).await?, index(ours).await?);
    let same = best.iter().zip(&theirs).enumerate().filter(|&(cell, (&likeness, &photograph))| {
        likeness >= SAME && ours[photograph as usize] as usize == cell
    });
    Ok(same
        .map(|(frame, (&likeness, &photograph))| Match { likeness, frame, photograph: photograph as usize })
        .collect())
}

/// The surest match of each square of cells, the surest first.
fn surest<B: Backend>(mut matches: Vec<Match>, frame: &Cells<B>) -> Vec<Match> {
    matches.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    let squares = frame.columns.div_ceil(THINNED);
    let mut taken = vec![false; squares * frame.rows.div_ceil(THINNED)];
    matches.retain(|same| {
        let (column, row) = (same.frame % frame.columns, same.frame / frame.columns);
        !std::mem::replace(&mut taken[row / THINNED * squares + column / THINNED], true)
    });
    matches.truncate(MOST);
    matches
}

/// The mean of a plane over a cell, or over what of it lies in the plane.
fn mean_of_cell(plane: &Plane, column: usize, row: usize) -> f32 {
    let span = |index: usize, length: usize| index * CELL..((index + 1) * CELL).min(length);
    let cell = plane.cropped(span(column, plane.width), span(row, plane.height));
    cell.samples.iter().sum::<f32>() / cell.samples.len() as f32
}
