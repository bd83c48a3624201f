//! Trains f and its trunk with the bilateral loss (2), the diversity loss (7) and, on neighboring frames, the temporal
//! loss (3).

use std::sync::Arc;

use anyhow::Result;
use burn::{
    module::Module,
    tensor::backend::{AutodiffBackend, Backend},
};
use chromaflow::{color::luma, kernel::Kernels};

use super::{
    candidate_losses::CandidateLosses,
    color_batch::ColorBatch,
    color_source::{ColorSource, SourceOptions},
    colorizer_start::tinted,
    examples::Examples,
    fit::fit,
    peers::Group,
    training::{StageRun, StepLoss, Training},
};
use crate::{
    config::ColorizerStage,
    data::{
        loader::{Loader, Order},
        prepared::Kind,
    },
    evaluation::{coloring::Painter, sheet::Sheet},
    metric::hue::HueCounts,
    networks::coloring::Coloring,
    run::sources::Sources,
};

/// f's training.
struct ColorizerTraining<B: AutodiffBackend> {
    source: Arc<ColorSource>,
    held_back: Option<Arc<ColorSource>>,
    candidate_losses: CandidateLosses<B>,
    examples: Examples<B::InnerBackend>,
    device: B::Device,
}

/// Trains the stage to its end.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    stage: &StageRun,
    own: &ColorizerStage,
    group: &Group<B>,
) -> Result<()> {
    let sources = Sources::of(stage.run, stage.number)?;
    let losses = stage.run.losses_after_ablation();
    let (source, held_back) = &ColorSource::open(
        &stage.run.data,
        &SourceOptions {
            basics: own.basics(),
            wear: own.wear,
            samples: (losses.bilateral > 0.0).then_some(losses.samples),
            flows: stage.run.needs_flows(stage.stage),
            recolored: false,
            hints: own.hints,
        },
    )?;
    group.train(|peer, device| {
        let (training, network) = peer.in_turn(|| {
            let candidate_losses = CandidateLosses::<B>::new(&sources, source, device)?;
            let examples = Examples::choose(stage, Kind::Photo, device)?;
            B::seed(device, stage.seed());
            let mut network = start::<B>(&sources, device)?;
            if !own.trunk_learns {
                network.trunk = network.trunk.no_grad();
            }
            let network = network.fork(device);
            let (source, held_back) = (source.clone(), held_back.clone());
            Ok((
                ColorizerTraining { source, held_back, candidate_losses, examples, device: device.clone() },
                network,
            ))
        })?;
        fit(stage, peer, &training, network, device)
    })
}

/// f as an earlier stage or run left it, else fresh and tinted, with the trunk that there is.
pub fn start<B: Backend>(sources: &Sources, device: &B::Device) -> Result<Coloring<B>> {
    if let Some(mut trained) = sources.coloring(device)? {
        if let Some(trunk) = sources.other_trunk(device)? {
            trained.trunk = trunk;
        }
        return Ok(trained);
    }
    let mut network = tinted(Coloring::init(&sources.run.networks(), device), device);
    if let Some(trunk) = sources.trunk(device)? {
        network.trunk = trunk;
    }
    Ok(network)
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Training<B> for ColorizerTraining<B> {
    type Network = Coloring<B>;
    type Batch = ColorBatch;

    fn batches(&self, order: Order) -> Result<Loader<ColorBatch>> {
        Ok(self.source.start(order))
    }

    fn held_back(&self, order: Order) -> Option<Loader<ColorBatch>> {
        self.held_back.as_ref().map(|source| source.start(order))
    }

    fn losses(&self, network: &Coloring<B>, batch: ColorBatch) -> StepLoss<B> {
        let truth = batch.truth(&self.device); // [n, 3, h, w]
        let grey = luma(truth.clone());
        let link = batch.motion(&self.device).map(|[to_neighbor, _]| to_neighbor);
        let colored = network.colored(grey, batch.hints(&self.device));
        self.candidate_losses.losses(colored, truth, batch.neighborhoods(&self.device), link.as_ref())
    }

    /// Of the first candidate, which follows what the trunk suggests.
    fn hues(&self, network: &Coloring<B::InnerBackend>, batch: &ColorBatch) -> HueCounts {
        let truth = batch.truth::<B::InnerBackend>(&self.device); // [n, 3, h, w]
        let candidates = network.candidates(luma(truth.clone()), None); // [n, d, 3, h, w]
        HueCounts::of(candidates.narrow(1, 0, 1).squeeze_dim(1), truth)
    }

    fn sheet(&self, network: &Coloring<B::InnerBackend>) -> Option<Sheet> {
        self.examples.sheet(&Painter { coloring: network.clone(), refiner: None })
    }
}
