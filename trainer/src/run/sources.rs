//! Where a stage takes trained networks from: the stages before it, else the runs or published weights that the
//! configuration names.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::backend::Backend;
use chromaflow::model::{flow::FlowNet, preset::Networks, refiner::Refiner, trunk::Trunk};

use super::folder::RunFolder;
use crate::{
    config::RunConfig,
    loss::diversity::{
        phi::Phi,
        phi_start::{published_tap_scales, random_phi},
    },
    networks::{coloring::Coloring, published},
};

/// The networks that a stage can start from.
pub struct Sources<'a> {
    /// The run.
    pub run: &'a RunConfig,
    /// Its stages before this one.
    pub before: RunFolder,
}

impl<'a> Sources<'a> {
    /// The sources of a run's stage, by its number from 1.
    pub fn of(run: &'a RunConfig, number: usize) -> Result<Self> {
        Ok(Self { run, before: RunFolder::open(&run.out)?.before(number) })
    }

    /// f and its trunk, if they were trained.
    pub fn coloring<B: Backend>(&self, device: &B::Device) -> Result<Option<Coloring<B>>> {
        let start = self.run.start.colorizer.as_deref();
        let of_run = |folder: &RunFolder| {
            self.check_candidates(folder.record.candidates)?;
            folder.coloring(device)
        };
        let published = |Networks { trunk, colorizer, .. }: Networks<B>| {
            self.check_candidates(colorizer.candidates())?;
            Ok(Coloring { trunk, colorizer })
        };
        self.find(start, "f", device, of_run, published)
    }

    /// The trunk that f starts with, if one was trained or imported.
    pub fn trunk<B: Backend>(&self, device: &B::Device) -> Result<Option<Trunk<B>>> {
        let start = self.run.start.trunk.as_deref();
        self.find(start, "trunk", device, |folder| folder.trunk(device), |published| Ok(published.trunk))
    }

    /// The trunk that takes the place of the one which f was trained with: a trained one that `start.trunk` names, in the first stage
    /// that trains f.
    pub fn other_trunk<B: Backend>(&self, device: &B::Device) -> Result<Option<Trunk<B>>> {
        let named = self.run.start.trunk.as_deref().filter(|path| !published::is_there(path));
        match named {
            Some(path) if self.before.coloring::<B>(device)?.is_none() => {
                self.open(path)?.trained_trunk(device)
            }
            _ => Ok(None),
        }
    }

    /// g, if it was trained.
    pub fn refiner<B: Backend>(&self, device: &B::Device) -> Result<Option<Refiner<B>>> {
        let start = self.run.start.refiner.as_deref();
        self.find(start, "g", device, |folder| folder.refiner(device), |published| Ok(published.refiner))
    }

    /// The flow network, if it was trained or imported.
    pub fn trained_flow<B: Backend>(&self, device: &B::Device) -> Result<Option<FlowNet<B>>> {
        let start = self.run.start.flow.as_deref();
        self.find(start, "flow network", device, |folder| folder.flow(device), |published| Ok(published.flow))
    }

    /// The flow network, which must be there.
    pub fn flow<B: Backend>(&self, device: &B::Device) -> Result<FlowNet<B>> {
        self.trained_flow(device)?
            .context("a trained flow network is needed: put a flow stage first, or name a run in start.flow")
    }

    /// phi: the backbone if one was imported, else random filters.
    pub fn phi<B: Backend>(&self, device: &B::Device) -> Result<Phi<B>> {
        let start = self.run.start.trunk.as_deref().filter(|path| !published::is_there(path));
        let folder = start.map(|path| self.open(path)).transpose()?;
        let published = folder.map(|folder| folder.backbone(device)).transpose()?.flatten();
        Ok(match published {
            Some(backbone) => {
                let scales = published_tap_scales(&backbone);
                Phi::new(backbone, scales)
            }
            None => random_phi(device),
        })
    }

    /// The network that a stage before trained, else that of the run or the published set at `start`; an error if that holds no such
    /// network.
    fn find<B: Backend, T>(
        &self,
        start: Option<&Path>,
        name: &str,
        device: &B::Device,
        of_run: impl Fn(&RunFolder) -> Result<Option<T>>,
        of_published: impl Fn(Networks<B>) -> Result<T>,
    ) -> Result<Option<T>> {
        if let Some(found) = of_run(&self.before)? {
            return Ok(Some(found));
        }
        let Some(start) = start else { return Ok(None) };
        let found = if published::is_there(start) {
            published::load(start, self.run.preset.name(), device).and_then(of_published)
        } else {
            self.open(start).and_then(|folder| of_run(&folder)?.context("it holds no such network"))
        };
        found.map(Some).with_context(|| format!("taking {name} from {}", start.display()))
    }

    fn check_candidates(&self, theirs: usize) -> Result<()> {
        let count = self.run.networks().colorizer.candidates;
        ensure!(theirs == count, "f there gives {theirs} candidates, not {count}");
        Ok(())
    }

    fn open(&self, path: &Path) -> Result<RunFolder> {
        let folder = RunFolder::open(path)?;
        let [ours, theirs] = [self.run.preset, folder.record.preset].map(|preset| preset.name());
        ensure!(ours == theirs, "{} is a run of preset {theirs}, not {ours}", path.display());
        Ok(folder)
    }
}
