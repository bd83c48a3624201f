//! Whether the flow found the motion of a clip: without it, neighbouring frames differ more.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::warp::warp;
use serde::Serialize;

use super::{figures::mean, footage::Footage};

/// Mean absolute difference of neighbouring frames' luma, on 0..255, over all pixels and all pairs within shots.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MotionGain {
    /// As they are.
    pub still: f64,
    /// With the later frame warped to the earlier.
    pub warped: f64,
}

impl MotionGain {
    /// Measures a clip; none if no two of its frames are neighbours.
    pub fn measure<B: Backend>(footage: &Footage<B>) -> Option<Self> {
        let pairs = footage.grey.windows(2).zip(footage.links.iter().skip(1));
        let (still, warped): (Vec<_>, Vec<_>) = pairs
            .filter_map(|(pair, link)| {
                let ([frame, next], Some(link)) = (pair, link) else { return None };
                let moved = warp(next.clone(), link.to_next.flow.clone());
                Some((difference(next, frame), difference(&moved, frame)))
            })
            .unzip();
        Some(Self { still: mean(still)?, warped: mean(warped)? })
    }
}

fn difference<B: Backend>(ours: &Tensor<B, 4>, theirs: &Tensor<B, 4>) -> f64 {
    let values = (ours.clone() - theirs.clone()).abs().mean().mul_scalar(255.0);
    values.into_data().iter::<f64>().sum()
}
