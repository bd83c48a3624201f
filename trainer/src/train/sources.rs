//! Where a stage takes trained networks from: the stages before it, else the runs that the configuration names.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::backend::Backend;
use chromaflow::model::{flow::FlowNet, refiner::Refiner, vgg::Vgg};

use super::{
    colorizer::Coloring,
    colorizer_start::{PUBLISHED_TAP_SCALES, frozen_phi},
    run_folder::RunFolder,
    training::StageRun,
};
use crate::{config::RunConfig, loss::perceptual::Phi};

/// What a stage can start from.
pub struct Sources<'a> {
    /// The run.
    pub run: &'a RunConfig,
    /// Its stages before this one.
    pub before: RunFolder,
}

impl<'a> Sources<'a> {
    /// The sources of a stage.
    pub fn of(stage: &StageRun<'a>) -> Result<Self> {
        Ok(Self { run: stage.run, before: RunFolder::open(&stage.run.out)?.before(stage.number) })
    }

    /// f and its trunk, if they were trained.
    pub fn coloring<B: Backend>(&self, device: &B::Device) -> Result<Option<Coloring<B>>> {
        let start = self.run.start.colorizer.as_deref();
        self.find(start, "f", |folder| {
            let count = self.run.networks().colorizer.candidates;
            let theirs = folder.record.candidates;
            ensure!(theirs == count, "f there gives {theirs} candidates, not {count}");
            folder.coloring(device)
        })
    }

    /// The trunk that f starts with, if one was trained or imported.
    pub fn trunk<B: Backend>(&self, device: &B::Device) -> Result<Option<Vgg<B>>> {
        self.find(self.run.start.trunk.as_deref(), "trunk", |folder| folder.trunk(device))
    }

    /// g, if it was trained.
    pub fn refiner<B: Backend>(&self, device: &B::Device) -> Result<Option<Refiner<B>>> {
        self.find(self.run.start.refiner.as_deref(), "g", |folder| folder.refiner(device))
    }

    /// The flow network, if it was trained or imported.
    pub fn trained_flow<B: Backend>(&self, device: &B::Device) -> Result<Option<FlowNet<B>>> {
        self.find(self.run.start.flow.as_deref(), "flow network", |folder| folder.flow(device))
    }

    /// The flow network, which must be there.
    pub fn flow<B: Backend>(&self, device: &B::Device) -> Result<FlowNet<B>> {
        self.trained_flow(device)?
            .context("a trained flow network is needed: put a flow stage first, or name a run in start.flow")
    }

    /// phi: VGG-19 if it was imported, else random filters.
    pub fn phi<B: Backend>(&self, device: &B::Device) -> Result<Phi<B>> {
        let folder = self.run.start.trunk.as_deref().map(|path| self.open(path)).transpose()?;
        let published = folder.map(|folder| folder.published_trunk(device)).transpose()?.flatten();
        Ok(match published {
            Some(trunk) => Phi::new(trunk, PUBLISHED_TAP_SCALES),
            None => frozen_phi(self.run.preset, device),
        })
    }

    /// What a stage before trained, else what the run at `start` holds; an error if that holds no such network.
    fn find<T>(
        &self,
        start: Option<&Path>,
        name: &str,
        network: impl Fn(&RunFolder) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        if let Some(found) = network(&self.before)? {
            return Ok(Some(found));
        }
        let Some(start) = start else { return Ok(None) };
        let found = self.open(start).and_then(|folder| network(&folder)?.context("it holds no such network"));
        found.map(Some).with_context(|| format!("taking {name} from {}", start.display()))
    }

    fn open(&self, path: &Path) -> Result<RunFolder> {
        let folder = RunFolder::open(path)?;
        let [ours, theirs] = [self.run.preset, folder.record.preset].map(|preset| preset.name());
        ensure!(ours == theirs, "{} is a run of preset {theirs}, not {ours}", path.display());
        Ok(folder)
    }
}
