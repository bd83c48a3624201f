//! What an opened engine holds on its device: weights, the clip that is being coloured, and the search for cuts.

use std::collections::BTreeMap;

use burn::tensor::{Tensor, TensorData};

use crate::{
    clip::{
        self, ClipColorizer, ClipOptions, CutFinder, Demand, Finished, Memory, Photograph, Place, Tracked,
        Tracker,
    },
    color::LumaFrame,
    device::Grant,
    error::{Error, Result},
    hint::Hint,
    kernel::Kernels,
    readback::read,
    weights::{LoadedSet, WeightSet},
};

/// The networks on a device, and the clip that is being coloured.
pub struct Session<B: Kernels> {
    device: B::Device,
    grant: Grant,
    weights: Option<LoadedSet<B>>,
    clip: Option<ClipColorizer<B>>,
    /// The search for cuts, which goes before the colouring.
    pub cuts: CutFinder,
    /// Follows the places of hints, before their shot is coloured.
    pub tracker: Tracker<B>,
}

/// What a clip takes.
pub struct Room {
    /// Of memory, at most.
    pub bytes: u64,
    /// Whether the device holds that, and what comes on top.
    pub fits: bool,
}

impl<B: Kernels> Session<B> {
    /// Nothing is loaded yet.
    pub fn new(device: B::Device, grant: Grant) -> Self {
        Self {
            device,
            grant,
            weights: None,
            clip: None,
            cuts: CutFinder::default(),
            tracker: Tracker::default(),
        }
    }

    /// Gives up the clip, and takes files of a set: those of the set that is loaded already are added to it.
    pub async fn load(&mut self, set: &WeightSet, files: BTreeMap<String, Vec<u8>>) -> Result<()> {
        self.give_up().await;
        let known = self.weights.take().filter(|known| known.set().files() == set.files());
        let none = || LoadedSet::new(set.clone(), B::precision(&self.device), &self.device);
        let weights = self.weights.insert(known.unwrap_or_else(none));
        weights.add(files)
    }

    async fn give_up(&mut self) {
        if let Some(clip) = self.clip.take() {
            clip.abandon().await;
        }
    }

    /// The candidates for one frame at a processing size.
    pub async fn preview(
        &mut self,
        frame: LumaFrame,
        size: usize,
        hints: &[Hint],
    ) -> Result<Vec<clip::Candidate>> {
        let networks = self.weights()?.for_preview()?;
        clip::preview(&networks, frame, size, hints, &self.device).await
    }

    /// The chromas that are likely at a place of a frame, as [`clip::likely_colors`].
    pub async fn likely_colors(
        &mut self,
        frame: LumaFrame,
        size: usize,
        place: [f32; 2],
    ) -> Result<Vec<[f32; 2]>> {
        let networks = self.weights()?.for_preview()?;
        clip::likely_colors(&networks, frame, size, place, &self.device).await
    }

    /// Hints for a frame from a photograph in color, as [`clip::hints_from`].
    pub async fn hints_from(
        &mut self,
        photograph: &Photograph,
        frame: &LumaFrame,
        size: usize,
    ) -> Result<Vec<Hint>> {
        let networks = self.weights()?.for_preview()?;
        clip::hints_from(&networks.trunk, photograph, frame, size, &self.device).await
    }

    /// As [`Tracker::track`].
    pub async fn track(&mut self, frame: &LumaFrame, fresh: &[Place]) -> Result<Vec<Tracked>> {
        let networks = self.weights()?.complete()?;
        self.tracker.track(frame, fresh, &networks.flow, &self.device).await
    }

    /// Has the device make its programs for frames of a size ready.
    pub fn warm_up(&self, dimensions: (usize, usize), size: usize) -> Result<()> {
        clip::warm_up(&*self.weights()?.for_preview()?, dimensions, size, &self.device)
    }

    /// f alone: the candidates of a grey frame in [0, 1], `[d, 3, height, width]`.
    pub async fn propose(&mut self, grey: Vec<f32>, width: usize, height: usize) -> Result<Vec<f32>> {
        if grey.len() != width * height {
            let reason = format!("it has {} values", grey.len());
            return Err(Error::FrameSize { width, height, reason });
        }
        let networks = self.weights()?.for_preview()?;
        let grey = Tensor::from_data(TensorData::new(grey, [1, 1, height, width]), &self.device);
        read(networks.colorizer.forward(&networks.trunk, grey, None)).await // [1, d, 3, h, w]
    }

    /// Begins a clip; an earlier one is given up.
    pub async fn start(&mut self, options: ClipOptions) -> Result<()> {
        self.give_up().await;
        self.clip = Some(ClipColorizer::new(self.weights()?.complete()?, options, self.device.clone())?);
        Ok(())
    }

    /// What a clip takes of memory, and whether the device holds it.
    pub fn room(&self, demand: Demand) -> Result<Room> {
        let weights = self.weights()?;
        let memory = Memory::of(&weights.set().config, weights.bytes(), weights.precision(), demand);
        Ok(Room { bytes: memory.total(), fits: self.grant.holds(&memory) })
    }

    fn weights(&self) -> Result<&LoadedSet<B>> {
        self.weights.as_ref().ok_or_else(|| Error::WeightsMissing("no weights were loaded".to_owned()))
    }

    /// As [`ClipColorizer::begin_shot`].
    pub async fn begin_shot(&mut self, candidate: usize) -> Result<Vec<Finished>> {
        self.clip.as_mut().ok_or_else(not_started)?.begin_shot(candidate).await
    }

    /// As [`ClipColorizer::push`].
    pub async fn push(
        &mut self,
        frame: LumaFrame,
        hints: &[Hint],
        with_motion: bool,
    ) -> Result<Vec<Finished>> {
        self.clip.as_mut().ok_or_else(not_started)?.push(frame, hints, with_motion).await
    }

    /// Ends the clip, as [`ClipColorizer::finish`].
    pub async fn finish(&mut self) -> Result<Vec<Finished>> {
        self.clip.take().ok_or_else(not_started)?.finish().await
    }
}

fn not_started() -> Error {
    Error::Engine("no clip was started".to_owned())
}
