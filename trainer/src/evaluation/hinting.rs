//! What a visitor's hints are worth: some of the truth's colors, given in a clip's first frame and carried along its flow.

use std::ops::Add;

use anyhow::Result;
use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    color::{LumaFrame, Matrix, Range, chroma},
    hint::Hint,
    kernel::Kernels,
    model::flow::FlowNet,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::Serialize;

use super::{
    coloring::{ColouredClip, Painter},
    figures::mean,
    footage::Footage,
};
use crate::{
    hints::{
        file::{Mark, MarkedPlace},
        follow::follow_shot,
    },
    metric::{hue::HueCounts, psnr::psnr},
};

/// Seed of the places.
const SEED: u64 = 16;

/// What is measured of a clip with hints, or of several clips.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HintFigures {
    /// Points of the truth in the first frame; 0 is the same coloring without them.
    pub points: usize,
    /// Over all frames.
    pub clip: FrameFigures,
    /// Of the first frame.
    pub first: FrameFigures,
    /// Of the middle one.
    pub middle: FrameFigures,
    /// Of the last one.
    pub last: FrameFigures,
    /// The share of the points that are still seen in the last frame; none without points.
    pub seen: Option<f64>,
}

/// Figures of some frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct FrameFigures {
    /// Against the truth, in dB.
    pub psnr: Option<f64>,
    /// Pixels of the right hue.
    pub hue: Option<HueCounts>,
}

/// Hints of each frame, and the share of them that the last frame still has.
struct Carried {
    frames: Vec<Vec<Hint>>,
    seen: Option<f64>,
}

/// Colors a clip anew for each number of points, following the candidates that were picked without them.
pub fn measure<B: Kernels>(
    painter: &Painter<B>,
    footage: &Footage<B>,
    unhinted: &ColouredClip<B>,
    flow: &FlowNet<B>,
    passes: usize,
    points: &[usize],
) -> Result<Vec<HintFigures>> {
    let none = HintFigures::of(0, footage, unhinted.result(), None);
    let hinted = points.iter().map(|&points| {
        let carried = carried(footage, points, flow)?;
        let frames = unhinted.with_hints(painter, footage, &carried.frames, passes);
        Ok(HintFigures::of(points, footage, &frames, carried.seen))
    });
    [Ok(none)].into_iter().chain(hinted).collect()
}

impl HintFigures {
    fn of<B: Kernels>(
        points: usize,
        footage: &Footage<B>,
        frames: &[Tensor<B, 4>],
        seen: Option<f64>,
    ) -> Self {
        let each: Vec<_> =
            frames.iter().zip(&footage.truth).map(|(frame, truth)| FrameFigures::of(frame, truth)).collect();
        let at = |index: usize| each.get(index).copied().unwrap_or_default();
        let last = each.len().saturating_sub(1);
        Self {
            points,
            clip: FrameFigures::mean(&each),
            first: at(0),
            middle: at(last / 2),
            last: at(last),
            seen,
        }
    }

    /// The mean over clips that were measured with the same numbers of points.
    pub fn means(clips: &[&[Self]]) -> Vec<Self> {
        let numbers = clips.first().map_or(&[][..], |clip| clip);
        let row = |index: usize| clips.iter().filter_map(move |clip| clip.get(index));
        let over = |index: usize, of: fn(&Self) -> FrameFigures| {
            FrameFigures::mean(&row(index).map(of).collect::<Vec<_>>())
        };
        numbers
            .iter()
            .enumerate()
            .map(|(index, of)| Self {
                points: of.points,
                clip: over(index, |figures| figures.clip),
                first: over(index, |figures| figures.first),
                middle: over(index, |figures| figures.middle),
                last: over(index, |figures| figures.last),
                seen: mean(row(index).filter_map(|figures| figures.seen)),
            })
            .collect()
    }
}

impl FrameFigures {
    fn of<B: Backend>(frame: &Tensor<B, 4>, truth: &Tensor<B, 4>) -> Self {
        Self {
            psnr: mean(psnr(frame.clone(), truth.clone())),
            hue: Some(HueCounts::of(frame.clone(), truth.clone())),
        }
    }

    fn mean(of: &[Self]) -> Self {
        Self {
            psnr: mean(of.iter().filter_map(|figures| figures.psnr)),
            hue: of.iter().filter_map(|figures| figures.hue).reduce(Add::add),
        }
    }
}

/// Points at random places of the first frame, with the truth's color there, followed to the end of the shot.
fn carried<B: Kernels>(footage: &Footage<B>, points: usize, flow: &FlowNet<B>) -> Result<Carried> {
    let Some(first) = footage.truth.first() else { return Ok(Carried { frames: Vec::new(), seen: None }) };
    let mut random = StdRng::seed_from_u64(SEED);
    let marks: Vec<_> = (0..points)
        .map(|_| {
            let place = MarkedPlace { x: random.random(), y: random.random(), radius: 0.0 };
            (0, Mark { time: 0.0, color: color_at(first, &place), strength: 1.0, places: vec![place] })
        })
        .collect();
    let cut = (1..footage.links.len()).find(|&index| footage.links[index].is_none());
    let shot: Vec<_> = footage.grey.iter().take(cut.unwrap_or(footage.grey.len())).map(luma_frame).collect();
    let mut frames = follow_shot(&shot, &marks, flow, &first.device())?;
    frames.resize(footage.grey.len(), Vec::new());
    let seen = (points > 0).then(|| frames.last().map_or(0.0, |last| last.len() as f64 / points as f64));
    Ok(Carried { frames, seen })
}

/// The truth's chroma around a place: the mean of 3 x 3 pixels.
fn color_at<B: Backend>(truth: &Tensor<B, 4>, place: &MarkedPlace) -> [f32; 2] {
    let [.., height, width] = truth.dims();
    let first = |share: f32, length: usize| ((share * length as f32) as usize).clamp(1, length - 2) - 1;
    let around = truth.clone().narrow(2, first(place.y, height), 3).narrow(3, first(place.x, width), 3); // [1, 3, 3, 3]
    let mean = chroma(Matrix::Bt601, around).reshape([2, 9]).mean_dim(1); // [2, 1]
    let mean: Vec<f32> = mean.into_data().iter::<f32>().collect();
    [mean[0], mean[1]]
}

fn luma_frame<B: Backend>(grey: &Tensor<B, 4>) -> LumaFrame {
    let [.., height, width] = grey.dims();
    let luma =
        grey.to_data().iter::<f32>().map(|luma| (255.0 * luma).round().clamp(0.0, 255.0) as u8).collect();
    LumaFrame { width, height, luma, matrix: Matrix::Bt601, range: Range::Full }
}
