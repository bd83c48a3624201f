//! The streaming pipeline over a clip: frames in, finished chroma out with a delay of one frame a pass and one more, and
//! memory that does not grow with the clip.
//!
//! A call asks the device for all the work on its frame, and then waits for what the call before it asked for: the device
//! has the next frame to work on while the caller decodes and encodes. So the pipeline holds the frames that wait for a
//! neighbour, one for each pass, their two neighbours at its ends, and the chroma of those that are on their way out.

mod cut;
mod frame;
mod leaving;
mod link;
mod look;
mod memory;
mod motion;
mod pass;
mod preview;
mod reference;
mod still;
mod track;

use std::{collections::VecDeque, rc::Rc};

use serde::{Deserialize, Serialize};

use crate::{
    color::LumaFrame,
    error::{Error, Result},
    hint::Hint,
    kernel::Kernels,
    model::preset::Networks,
};
use frame::{Colored, Frame};
use leaving::Leaving;
use motion::MotionReading;
use pass::Pass;

pub use cut::CutFinder;
pub use frame::{LARGEST, SMALLEST};
pub use leaving::Finished;
pub use link::{Link, Passage};
pub use memory::{Demand, Memory};
pub use motion::Motion;
pub use pass::{Neighbour, refine};
pub use preview::{Candidate, likely_colors, preview, warm_up};
pub use reference::{Photograph, hints_from};
pub use track::{Place, Tracked, Tracker};

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
    /// For each frame in the passes, its motion if that was asked for.
    motions: VecDeque<Option<MotionReading>>,
    /// What the newest call has asked the device for.
    leaving: Vec<Leaving<B>>,
    dimensions: Option<(usize, usize)>,
    /// Which of f's candidates the shot follows, once one has begun.
    candidate: Option<usize>,
}

impl<B: Kernels> ClipColorizer<B> {
    /// Begins a clip; its first shot is begun by [`begin_shot`](Self::begin_shot).
    pub fn new(networks: Rc<Networks<B>>, options: ClipOptions, device: B::Device) -> Result<Self> {
        frame::check_size(options.size)?;
        let passes = (0..options.passes).map(|_| Pass::default()).collect();
        Ok(Self {
            networks,
            options,
            device,
            newest: None,
            passes,
            motions: VecDeque::new(),
            leaving: Vec::new(),
            dimensions: None,
            candidate: None,
        })
    }

    /// Ends the shot, if there is one, and begins another that follows f's candidate `candidate`, from 0: no neighbour
    /// is used across the cut. Gives the frames that were finished by the call before.
    pub async fn begin_shot(&mut self, candidate: usize) -> Result<Vec<Finished>> {
        let candidates = self.networks.colorizer.candidates();
        if candidate >= candidates {
            return Err(Error::Engine(format!("candidate {candidate} of {candidates}, counted from 0")));
        }
        self.candidate = Some(candidate);
        let last = self.end_shot();
        self.exchange(last).await
    }

    /// Takes the next frame of the shot; gives the frames that were finished by the call before, in their order.
    /// `hints` lie in this frame. `with_motion`: the frame comes out with its [`Motion`].
    pub async fn push(
        &mut self,
        luma: LumaFrame,
        hints: &[Hint],
        with_motion: bool,
    ) -> Result<Vec<Finished>> {
        self.check_dimensions(&luma)?;
        let candidate = self.candidate.ok_or_else(|| Error::Engine("no shot was begun".to_owned()))?;
        let mut frame = Frame::new(luma, self.options.size, hints, &self.device)?;
        if let Some(newest) = self.newest.take()
            && (with_motion || self.options.passes > 0)
        {
            frame.link_to(&newest, &self.networks.flow);
        }
        let link = frame.link.as_ref().filter(|_| with_motion);
        self.motions.push_back(link.map(|link| MotionReading::begin(&link.to_previous)));
        let frame = Rc::new(frame);
        self.newest = Some(frame.clone());
        let color = frame.candidates(&self.networks).narrow(0, candidate, 1); // [1, 3, h, w]
        let refined = self.advance(0, Colored { frame, color });
        self.exchange(refined).await
    }

    /// Ends the clip; gives the frames that are left.
    pub async fn finish(&mut self) -> Result<Vec<Finished>> {
        let last = self.end_shot();
        let mut finished = self.exchange(last).await?;
        finished.extend(self.exchange(None).await?);
        Ok(finished)
    }

    /// Gives the clip up, wherever it is. What the device was asked for is waited for all the same.
    pub async fn abandon(mut self) {
        let _ = self.exchange(None).await;
        for motion in self.motions.into_iter().flatten() {
            let _ = motion.finish().await;
        }
    }

    /// Asks the device for the frames that have left the passes, and waits for those that the call before asked for.
    async fn exchange(&mut self, left: impl IntoIterator<Item = Colored<B>>) -> Result<Vec<Finished>> {
        let motions = &mut self.motions;
        let leave = |colored| Leaving::begin(colored, motions.pop_front().flatten());
        let earlier = std::mem::replace(&mut self.leaving, left.into_iter().map(leave).collect());
        let mut finished = Vec::new();
        for frame in earlier {
            finished.extend(frame.finish().await?);
        }
        Ok(finished)
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

#[cfg(test)]
mod tests;
