//! Trains f and its trunk with the bilateral loss (2), the diversity loss (7) and, on neighbouring frames, the temporal
//! loss (3).

use std::sync::Arc;

use anyhow::Result;
use burn::{
    module::Module,
    tensor::{
        Tensor,
        backend::{AutodiffBackend, Backend},
    },
};
use chromaflow::{
    color::{luma, with_luma},
    hint::Hints,
    kernel::Kernels,
    model::{
        colorizer::{Colorizer, Described, Proposal},
        preset::NetworksConfig,
        trunk::Trunk,
    },
};

use super::{
    color_batch::{ColorBatch, ColorSource},
    colorizer_start::tinted,
    examples::Examples,
    fit::fit,
    judges::Judges,
    peers::Group,
    sources::Sources,
    training::{StageRun, StepLoss, Training},
};
use crate::{
    evaluation::{colouring::Painter, sheet::Sheet},
    loader::{Loader, Order},
    metric::hue::HueCounts,
    prepared::Kind,
};

/// f with its trunk: what trains end to end.
#[derive(Module, Debug)]
pub struct Coloring<B: Backend> {
    /// The trunk that describes the grey frame.
    pub trunk: Trunk<B>,
    /// f.
    pub colorizer: Colorizer<B>,
}

impl<B: Backend> Coloring<B> {
    /// Fresh weights.
    pub fn init(config: &NetworksConfig, device: &B::Device) -> Self {
        Self { trunk: config.trunk.init(device), colorizer: config.colorizer.init(device) }
    }
}

impl<B: Kernels> Coloring<B> {
    /// The d candidates of grey `[n, 1, h, w]`, brightness untouched: `[n, d, 3, h, w]`. `hints` are as f takes them.
    pub fn candidates(&self, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Tensor<B, 5> {
        on_luma(self.colorizer.forward(&self.trunk, grey.clone(), hints), grey)
    }

    /// The same, and the logits of the distribution of the frame's colors.
    pub fn colored(&self, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Colored<B> {
        let Described { candidates, logits } = self.colorizer.describe(&self.trunk, grey.clone(), hints);
        Colored { candidates: on_luma(candidates, grey), logits }
    }

    /// The same without a hint, and how likely each candidate is.
    pub fn propose(&self, grey: Tensor<B, 4>) -> Proposal<B> {
        let Proposal { candidates, log_likelihood } = self.colorizer.propose(&self.trunk, grey.clone(), None);
        Proposal { candidates: on_luma(candidates, grey), log_likelihood }
    }
}

/// Candidates and the distribution that they are told from.
#[derive(Clone, Debug)]
pub struct Colored<B: Backend> {
    /// Brightness untouched, `[n, d, 3, h, w]`.
    pub candidates: Tensor<B, 5>,
    /// The palette's logits, `[n, COLORS, H / 8, W / 8]` of the padded frame.
    pub logits: Tensor<B, 4>,
}

/// The chroma of candidates `[n, d, 3, h, w]` on the luma `grey` `[n, 1, h, w]`.
fn on_luma<B: Backend>(raw: Tensor<B, 5>, grey: Tensor<B, 4>) -> Tensor<B, 5> {
    let [batch, count, channels, height, width] = raw.dims();
    let raw = raw.reshape([batch * count, channels, height, width]); // [n d, 3, h, w]
    let grey = grey.unsqueeze_dim::<5>(1).repeat_dim(1, count).reshape([batch * count, 1, height, width]);
    with_luma(raw, grey).reshape([batch, count, channels, height, width])
}

/// f's training.
struct ColorizerTraining<B: AutodiffBackend> {
    source: Arc<ColorSource>,
    held_back: Option<Arc<ColorSource>>,
    judges: Judges<B>,
    examples: Examples<B::InnerBackend>,
    device: B::Device,
}

/// Trains the stage to its end.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    stage: &StageRun,
    group: &Group<B>,
) -> Result<()> {
    let sources = Sources::of(stage)?;
    let (source, held_back) = &ColorSource::open(stage.run, stage.stage)?;
    group.train(|peer, device| {
        let (training, network) = peer.in_turn(|| {
            let judges = Judges::<B>::new(&sources, source, device)?;
            let examples = Examples::choose(stage, Kind::Photo, device)?;
            B::seed(device, stage.seed());
            let mut network = start::<B>(&sources, device)?;
            if !stage.stage.trunk_learns {
                network.trunk = network.trunk.no_grad();
            }
            let network = network.fork(device);
            let (source, held_back) = (source.clone(), held_back.clone());
            Ok((ColorizerTraining { source, held_back, judges, examples, device: device.clone() }, network))
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
        let link = batch.motion(&self.device).map(|[to_neighbour, _]| to_neighbour);
        let colored = network.colored(grey, batch.hints(&self.device));
        self.judges.losses(colored, truth, batch.neighbourhoods(&self.device), link.as_ref())
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
