//! How exact the flow network is, where the flow is known: on pairs made of photos that were moved.

use std::fmt::{self, Display, Formatter};

use anyhow::{Result, ensure};
use burn::tensor::{ElementConversion, Tensor};
use chromaflow::{kernel::Kernels, model::flow::FlowNet};
use image::RgbImage;
use serde::Serialize;

use super::figures::mean;
use crate::{
    data::{
        loader::random,
        synthetic_motion::{MotionRange, moving_pair, tensors::PairTensors},
    },
    loss::endpoint::endpoint_errors,
};

/// Shorter side in pixels of the photos that are moved.
pub const PHOTO_SIDE: u32 = 224;

/// Side of the pairs in pixels.
const SIDE: usize = 192;

/// Mean end-point errors in pixels.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FlowAccuracy {
    /// How many pairs.
    pub pairs: usize,
    /// Their side in pixels.
    pub side: usize,
    /// The network's error.
    pub endpoint_error: f64,
    /// The error of no motion at all.
    pub zero_flow: f64,
    /// The first over the second.
    pub part_of_zero: f64,
    /// The network's error where the pixel is seen in both frames.
    pub visible_endpoint_error: f64,
    /// The error of no motion there.
    pub visible_zero_flow: f64,
}

impl FlowAccuracy {
    /// Measures on `pairs` pairs made of `photos`; the pairs are the same each time.
    pub fn measure<B: Kernels>(
        network: &FlowNet<B>,
        photos: &[RgbImage],
        pairs: usize,
        device: &B::Device,
    ) -> Result<Self> {
        ensure!(pairs > 0 && !photos.is_empty(), "flow is measured on at least one pair, made of photos");
        let mut errors = [const { Vec::new() }; 4];
        for index in 0..pairs {
            let pair = moving_pair(photos, SIDE, &MotionRange::default(), &mut random(0, index));
            let pair = PairTensors::<B>::stack(&[pair], device);
            let ours = network.forward_grey(pair.first, pair.second); // [1, 2, h, w]
            let of = |flow: Tensor<B, 4>| endpoint_errors(flow, pair.flow.clone()); // [1, 1, h, w]
            let [ours, zero] = [of(ours), of(pair.flow.zeros_like())];
            let number = |tensor: Tensor<B, 1>| tensor.into_scalar().elem::<f64>();
            let visible = number(pair.visible.clone().sum());
            let seen =
                |errors: &Tensor<B, 4>| number((errors.clone() * pair.visible.clone()).sum()) / visible;
            errors[2].push(seen(&ours));
            errors[3].push(seen(&zero));
            errors[0].push(number(ours.mean()));
            errors[1].push(number(zero.mean()));
        }
        let [ours, zero, visible, visible_zero] = errors.map(|values| mean(values).unwrap_or_default());
        Ok(Self {
            pairs,
            side: SIDE,
            endpoint_error: ours,
            zero_flow: zero,
            part_of_zero: ours / zero,
            visible_endpoint_error: visible,
            visible_zero_flow: visible_zero,
        })
    }
}

impl Display for FlowAccuracy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { pairs, side, endpoint_error, zero_flow, part_of_zero, .. } = self;
        write!(
            f,
            "## Flow, mean of {pairs} synthetic pairs of {side} pixels\n\nEnd-point error {endpoint_error:.2} pixels, \
             {:.1} % of zero flow's {zero_flow:.2}; where a pixel is seen in both frames {:.2} of {:.2}.",
            100.0 * part_of_zero,
            self.visible_endpoint_error,
            self.visible_zero_flow
        )
    }
}
