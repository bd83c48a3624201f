//! The way out of the pipeline: what the device has of a frame comes while the next one is worked on.

use std::rc::Rc;

use super::{
    frame::{Colored, Frame},
    motion::{Motion, MotionReading},
};
use crate::{color::ChromaPlanes, error::Result, kernel::Kernels, readback::Reading};

/// A finished frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Its chroma, at the size of the clip's chroma planes.
    pub planes: ChromaPlanes,
    /// How it lies to the frame before it, where that was asked for; None at the beginning of a shot.
    pub motion: Option<Motion>,
}

/// A frame that has left the passes, on its way from the device.
pub(super) struct Leaving<B: Kernels> {
    frame: Rc<Frame<B>>,
    chroma: Reading,
    motion: Option<MotionReading>,
}

impl<B: Kernels> Leaving<B> {
    pub fn begin(colored: Colored<B>, motion: Option<MotionReading>) -> Self {
        Self { chroma: colored.frame.read_chroma(colored.color), frame: colored.frame, motion }
    }

    /// Waits for the device.
    pub async fn finish(self) -> Result<Vec<Finished>> {
        let chroma = self.chroma.finish().await?;
        let motion = match self.motion {
            Some(motion) => Some(motion.finish().await?),
            None => None,
        };
        let planes = self.frame.chroma_planes(&chroma).into_iter();
        Ok(planes.map(|planes| Finished { planes, motion: motion.clone() }).collect())
    }
}
