//! What the pipeline knows of a frame's motion, for the visitor to look at.

use burn::tensor::Tensor;

use super::link::Passage;
use crate::{error::Result, kernel::Kernels, readback::Reading};

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

/// A motion on its way from the device.
pub(super) struct MotionReading {
    width: usize,
    height: usize,
    values: Reading,
}

impl MotionReading {
    /// Asks for a passage.
    pub fn begin<B: Kernels>(passage: &Passage<B>) -> Self {
        let [_, _, height, width] = passage.flow.dims();
        let both = Tensor::cat(vec![passage.grey_confidence.clone(), passage.flow.clone()], 1); // [1, 3, h, w]
        Self { width, height, values: Reading::begin(both) }
    }

    pub async fn finish(self) -> Result<Motion> {
        let Self { width, height, values } = self;
        let mut confidence = values.finish().await?;
        let flow = confidence.split_off(width * height);
        Ok(Motion { width, height, confidence, flow })
    }
}
