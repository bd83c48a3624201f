//! The streaming pipeline over a clip: frames in, finished chroma out with a delay of one frame a pass, and memory that
//! does not grow with the clip.

mod frame;
mod link;
mod pass;
mod preview;

use std::rc::Rc;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::{
    color::{ChromaPlanes, LumaFrame},
    error::{Error, Result},
    kernel::Kernels,
    model::preset::Networks,
    shot::is_cut,
};
use frame::{Colored, Frame};
use pass::Pass;

pub use frame::{LARGEST, SMALLEST};
pub use link::{Link, Passage};
pub use pass::{Neighbour, refine};
pub use preview::{Candidate, most_saturated, preview};

/// How a clip is to be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClipOptions {
    /// The processing size: shorter side, in pixels, of the frames that the networks see. Smaller clips are not enlarged.
    pub size: usize,
    /// How often g refines every frame; n passes carry colour n frames far.
    pub passes: usize,
    /// Which of f's candidates the clip follows, from 0.
    pub candidate: usize,
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
    cuts: usize,
}

impl<B: Kernels> ClipColorizer<B> {
    /// Begins a clip.
    pub fn new(networks: Rc<Networks<B>>, options: ClipOptions, device: B::Device) -> Result<Self> {
        frame::check_size(options.size)?;
        let candidates = networks.colorizer.candidates();
        if options.candidate >= candidates {
            return Err(Error::Engine(format!(
                "candidate {} of {candidates}, counted from 0",
                options.candidate
            )));
        }
        let passes = (0..options.passes).map(|_| Pass::default()).collect();
        Ok(Self { networks, options, device, newest: None, passes, dimensions: None, cuts: 0 })
    }

    /// How many cuts were found so far.
    pub fn cuts(&self) -> usize {
        self.cuts
    }

    /// Takes the next frame; gives the chroma of the frames that are finished by it, in their order.
    pub async fn push(&mut self, luma: LumaFrame) -> Result<Vec<ChromaPlanes>> {
        self.check_dimensions(&luma)?;
        let mut frame = Frame::new(luma, self.options.size, &self.device)?;
        let mut finished = Vec::new();
        match self.newest.take() {
            Some(newest) if is_cut(newest.grey_plane(), frame.grey_plane()) => {
                self.cuts += 1;
                finished = self.end_shot();
            }
            Some(newest) => frame.link_to(&newest, &self.networks.flow),
            None => {}
        }
        let frame = Rc::new(frame);
        self.newest = Some(frame.clone());
        let color = self.candidate(&frame);
        finished.extend(self.advance(0, Colored { frame, color }));
        planes(finished).await
    }

    /// Ends the clip; gives the chroma of the frames that were still waiting for a neighbour.
    pub async fn finish(&mut self) -> Result<Vec<ChromaPlanes>> {
        self.newest = None;
        let finished = self.end_shot();
        planes(finished).await
    }

    /// f's candidate for a frame, `[1, 3, h, w]`.
    fn candidate(&self, frame: &Frame<B>) -> Tensor<B, 4> {
        let candidates = frame.candidates(&self.networks); // [d, 3, h, w]
        candidates.narrow(0, self.options.candidate, 1) // [1, 3, h, w]
    }

    /// Sends a coloured frame through the passes from `first` on; gives the frame that leaves the last, if any does.
    fn advance(&mut self, first: usize, colored: Colored<B>) -> Option<Colored<B>> {
        self.passes[first..]
            .iter_mut()
            .try_fold(colored, |colored, pass| pass.push(colored, &self.networks.refiner))
    }

    /// The frames that still wait in the passes; no neighbour is used across a cut.
    fn end_shot(&mut self) -> Vec<Colored<B>> {
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

async fn planes<B: Kernels>(finished: Vec<Colored<B>>) -> Result<Vec<ChromaPlanes>> {
    let mut planes = Vec::with_capacity(finished.len());
    for colored in finished {
        planes.push(colored.frame.chroma_planes(colored.color).await?);
    }
    Ok(planes)
}

#[cfg(test)]
mod tests;
