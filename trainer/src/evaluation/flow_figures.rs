//! How well a flow finds the motion of real clips, where the truth is unknown: warped by it, neighboring frames are more alike,
//! and the flows there and back agree.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{clip::Link, warp::warp};
use serde::Serialize;

use super::{
    figures::mean,
    footage::{Footage, Links},
};

/// The row without any flow.
const NO_FLOW: &str = "none";

/// Means over the pairs of neighboring frames within shots.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlowFigures {
    /// The flow network's name, or "none".
    pub flow: String,
    /// Mean absolute difference of a frame's luma and the next one's warped to it, on 0..255, over all pixels.
    pub grey_difference: f64,
    /// Share of the pixels where forward and backward flow agree and that stay inside the frame; none without flow.
    pub visible: Option<f64>,
}

impl FlowFigures {
    /// Measures a clip without flow and along each of `flows`, by name; empty if no two of its frames are neighbors.
    pub fn measure<B: Backend>(footage: &Footage<B>, flows: &[(&str, &Links<B>)]) -> Vec<Self> {
        let along = flows.iter().map(|(name, links)| {
            let warped = mean(pairs(footage, links).map(|([frame, next], link)| {
                difference(&warp(next.clone(), link.to_next.flow.clone()), frame)
            }));
            let visible = mean(pairs(footage, links).map(|(_, link)| average(link.to_next.visible.clone())));
            Some(Self { flow: (*name).to_owned(), grey_difference: warped?, visible })
        });
        let still = mean(pairs(footage, &footage.links).map(|([frame, next], _)| difference(next, frame)));
        let still =
            still.map(|still| Self { flow: NO_FLOW.to_owned(), grey_difference: still, visible: None });
        std::iter::once(still).chain(along).flatten().collect()
    }

    /// The means over clips, row by row, of those clips that have them.
    pub fn means<'a>(clips: impl Iterator<Item = &'a [Self]> + Clone) -> Vec<Self> {
        let Some(first) = clips.clone().find(|rows| !rows.is_empty()) else { return Vec::new() };
        let over = |index: usize| {
            let rows = clips.clone().filter_map(|rows| rows.get(index));
            Some(Self {
                flow: first[index].flow.clone(),
                grey_difference: mean(rows.clone().map(|row| row.grey_difference))?,
                visible: mean(rows.filter_map(|row| row.visible)),
            })
        };
        (0..first.len()).filter_map(over).collect()
    }
}

/// Each frame and the next one, both `[1, 1, h, w]`, and how they lie to each other.
fn pairs<'a, B: Backend>(
    footage: &'a Footage<B>,
    links: &'a Links<B>,
) -> impl Iterator<Item = ([&'a Tensor<B, 4>; 2], &'a Link<B>)> {
    let pairs = footage.grey.windows(2).zip(links.iter().skip(1));
    pairs.filter_map(|(pair, link)| match (pair, link) {
        ([frame, next], Some(link)) => Some(([frame, next], link)),
        _ => None,
    })
}

fn difference<B: Backend>(ours: &Tensor<B, 4>, theirs: &Tensor<B, 4>) -> f64 {
    255.0 * average((ours.clone() - theirs.clone()).abs())
}

fn average<B: Backend>(values: Tensor<B, 4>) -> f64 {
    values.mean().into_data().iter::<f64>().sum()
}
