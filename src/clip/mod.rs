//! The streaming pipeline over a clip: frames in, finished chroma out with a delay of one frame a pass, and memory that
//! does not grow with the clip.

mod cut;
mod frame;
mod link;
mod motion;
mod pass;
mod preview;

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::{
    color::{ChromaPlanes, LumaFrame},
    error::{Error, Result},
    kernel::Kernels,
    model::preset::Networks,
};
use frame::{Colored, Frame};
use pass::Pass;

pub use cut::CutFinder;
pub use frame::{LARGEST, SMALLEST};
pub use link::{Link, Passage};
pub use motion::Motion;
pub use pass::{Neighbour, refine};
pub use preview::{Candidate, most_saturated, preview};

/// How a clip is to be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClipOptions {
    /// The processing size: shorter side, in pixels, of the frames that the networks see. Smaller clips are not enlarged.
    pub size: usize,
    /// How often g refines every frame; n passes carry colour n frames far.
    pub passes: usize,
}

/// A clip on its way through the networks.
pub struct ClipColorizer<B: Kernels> {
    networks: Rc<Networks<B>>,
    options: ClipOptions,
    device: B::Device,
    /// The newest frame of the shot.
    newest: Option<Rc<Frame<B>>>,
    passes: Vec<Pass<B>>,
    dimensions: Option<(usize, usize)>,
    /// Which of f's candidates the shot follows, once one has begun.
    candidate: Option<usize>,
}

impl<B: Kernels> ClipColorizer<B> {
    /// Begins a clip; its first shot is begun by [`begin_shot`](Self::begin_shot).
    pub fn new(networks: Rc<Networks<B>>, options: ClipOptions, device: B::Device) -> Result<Self> {
        frame::check_size(options.size)?;
        let passes = (0..options.passes).map(|_| Pass::default()).collect();
        Ok(Self { networks, options, device, newest: None, passes, dimensions: None, candidate: None })
    }

    /// Ends the shot, if there is one, and begins another that follows f's candidate `candidate`, from 0: no neighbour
    /// is used across the cut. Gives the chroma of the frames that were still waiting for a neighbour.
    pub async fn begin_shot(&mut self, candidate: usize) -> Result<Vec<ChromaPlanes>> {
        let candidates = self.networks.colorizer.candidates();
        if candidate >= candidates {
            return Err(Error::Engine(format!("candidate {candidate} of {candidates}, counted from 0")));
        }
        self.candidate = Some(candidate);
        planes(self.end_shot()).await
    }

    /// Takes the next frame of the shot; gives the chroma of the frames that are finished by it, in their order.
    pub async fn push(&mut self, luma: LumaFrame) -> Result<Vec<ChromaPlanes>> {
        self.check_dimensions(&luma)?;
        let candidate = self.candidate.ok_or_else(|| Error::Engine("no shot was begun".to_owned()))?;
        let mut frame = Frame::new(luma, self.options.size, &self.device)?;
        if let Some(newest) = self.newest.take() {
            frame.link_to(&newest, &self.networks.flow);
        }
        let frame = Rc::new(frame);
        self.newest = Some(frame.clone());
        let color = frame.candidates(&self.networks).narrow(0, candidate, 1); // [1, 3, h, w]
        planes(self.advance(0, Colored { frame, color })).await
    }

    /// How the newest frame lies to the one before it; None at the beginning of a shot.
    pub async fn motion(&self) -> Result<Option<Motion>> {
        match self.newest.as_ref().and_then(|frame| frame.link.as_ref()) {
            Some(link) => Ok(Some(Motion::read(&link.to_previous).await?)),
            None => Ok(None),
        }
    }

    /// Ends the clip; gives the chroma of the frames that were still waiting for a neighbour.
    pub async fn finish(&mut self) -> Result<Vec<ChromaPlanes>> {
        planes(self.end_shot()).await
    }

    /// Sends a coloured frame through the passes from `first` on; gives the frame that leaves the last, if any does.
    fn advance(&mut self, first: usize, colored: Colored<B>) -> Option<Colored<B>> {
        self.passes[first..]
            .iter_mut()
            .try_fold(colored, |colored, pass| pass.push(colored, &self.networks.refiner))
    }

    /// The frames that still wait in the passes; no neighbour is used across a cut.
    fn end_shot(&mut self) -> Vec<Colored<B>> {
        self.newest = None;
        let mut finished = Vec::new();
        for pass in 0..self.passes.len() {
            if let Some(last) = self.passes[pass].end(&self.networks.refiner) {
                finished.extend(self.advance(pass + 1, last));
            }
        }
        finished
    }

    fn check_dimensions(&mut self, luma: &LumaFrame) -> Result<()> {
        let dimensions = *self.dimensions.get_or_insert((luma.width, luma.height));
        if dimensions == (luma.width, luma.height) {
            return Ok(());
        }
        let reason = format!("the clip began with {}x{}", dimensions.0, dimensions.1);
        Err(Error::FrameSize { width: luma.width, height: luma.height, reason })
    }
}

async fn planes<B: Kernels>(finished: impl IntoIterator<Item = Colored<B>>) -> Result<Vec<ChromaPlanes>> {
    let mut planes = Vec::new();
    for colored in finished {
        planes.extend(colored.frame.chroma_planes(colored.color).await?);
    }
    Ok(planes)
}

#[cfg(test)]
mod tests;
