//! What the pipeline knows of a frame's motion, for the visitor to look at.

use burn::tensor::Tensor;

use super::link::Passage;
use crate::{error::Result, kernel::Kernels, readback::read};

/// How a frame lies to the one before it, at the processing size.
#[derive(Clone, Debug, PartialEq)]
pub struct Motion {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// W(X_t, X_s) of equation (4) in [0, 1], row by row: how surely each pixel was found again.
    pub confidence: Vec<f32>,
    /// flow(s -> t) in pixels: the plane of its x, then that of its y.
    pub flow: Vec<f32>,
}

impl Motion {
    /// Brings a passage from the device.
    pub(super) async fn read<B: Kernels>(passage: &Passage<B>) -> Result<Self> {
        let [_, _, height, width] = passage.flow.dims();
        let both = Tensor::cat(vec![passage.grey_confidence.clone(), passage.flow.clone()], 1); // [1, 3, h, w]
        let mut confidence = read(both).await?;
        let flow = confidence.split_off(width * height);
        Ok(Self { width, height, confidence, flow })
    }
}
