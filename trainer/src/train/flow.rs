//! Trains the flow network on synthetic motion, with end-point errors at every level.

use std::sync::Arc;

use anyhow::{Context, Result};
use burn::{module::Module, tensor::backend::AutodiffBackend};
use chromaflow::{
    kernel::Kernels,
    model::flow::{FlowNet, PIXELS_PER_UNIT},
};
use rand::{rngs::StdRng, seq::IndexedRandom};

use super::{
    fit::fit,
    flow_start,
    peers::Group,
    training::{StageRun, StepLoss, Training},
};
use crate::{
    config::FlowStage,
    data::{
        loader::{Loader, Order},
        prepared::{FrameCache, PreparedItem, PreparedSet, Split},
        synthetic_motion::{MotionRange, MovingPair, moving_pair, tensors::PairTensors},
    },
    loss::endpoint::{block_means, endpoint_errors, multi_scale},
    run::sources::Sources,
};

/// Frames that the first weights are scaled on: at the coarsest level a small crop is one pixel, and one has no variance.
const EXAMPLES: usize = 16;

/// The flow network's training.
struct FlowTraining<B: AutodiffBackend> {
    photos: Arc<Photos>,
    held_back: Option<Arc<Photos>>,
    range: MotionRange,
    batch: usize,
    side: usize,
    device: B::Device,
}

/// The photos that are moved.
struct Photos {
    items: Vec<PreparedItem>,
    frames: FrameCache,
}

impl Photos {
    /// None where the split has none.
    fn open(set: &PreparedSet, split: Split) -> Option<Arc<Self>> {
        let items = set.photos(split);
        (!items.is_empty()).then(|| Arc::new(Self { items, frames: FrameCache::default() }))
    }

    fn pair(&self, side: usize, range: &MotionRange, random: &mut StdRng) -> Result<MovingPair> {
        let layers = range.occluders + 1;
        let photos: Vec<_> = (0..layers).filter_map(|_| self.items.choose(random)).collect();
        let photos: Vec<_> =
            photos.into_iter().map(|photo| self.frames.frame(photo, 0)).collect::<Result<_>>()?;
        Ok(moving_pair(&photos, side, range, random))
    }
}

/// Trains the stage to its end.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    stage: &StageRun,
    own: &FlowStage,
    group: &Group<B>,
) -> Result<()> {
    let sources = Sources::of(stage.run, stage.number)?;
    let set = PreparedSet::open(&stage.run.data)?;
    let photos = &Photos::open(&set, Split::Training).context("the prepared set has no photos to move")?;
    let held_back = &Photos::open(&set, Split::Validation);
    println!("{} photos to move", photos.items.len());
    group.train(|peer, device| {
        let training = FlowTraining::<B>::new(own, photos.clone(), held_back.clone(), device);
        let mut loader = training.loader(&training.photos, stage.order(0));
        let batches = (0..EXAMPLES.div_ceil(own.batch)).map(|_| loader.next_batch());
        let examples = batches.collect::<Result<Vec<_>>>()?.concat();
        let network = peer.in_turn(|| {
            B::seed(device, stage.seed());
            let start = || {
                let frames = PairTensors::<B>::stack(&examples, device).first.repeat_dim(1, 3);
                let config = stage.run.networks().flow;
                flow_start::start(config.init(device), &config, frames)
            };
            Ok(sources.trained_flow(device)?.unwrap_or_else(start).fork(device))
        })?;
        fit(stage, peer, &training, network, device)
    })
}

impl<B: AutodiffBackend> FlowTraining<B> {
    fn new(
        stage: &FlowStage,
        photos: Arc<Photos>,
        held_back: Option<Arc<Photos>>,
        device: &B::Device,
    ) -> Self {
        Self {
            photos,
            held_back,
            range: stage.motion.into(),
            batch: stage.batch,
            side: stage.crop as usize,
            device: device.clone(),
        }
    }

    fn loader(&self, photos: &Arc<Photos>, order: Order) -> Loader<Vec<MovingPair>> {
        let (photos, range, batch, side) = (photos.clone(), self.range, self.batch, self.side);
        Loader::start(order, move |draw| {
            let pair = |mut random| photos.pair(side, &range, &mut random);
            draw.of_examples(batch).map(pair).collect()
        })
    }
}

impl<B: AutodiffBackend + Kernels> Training<B> for FlowTraining<B> {
    type Network = FlowNet<B>;
    type Batch = Vec<MovingPair>;

    fn batches(&self, order: Order) -> Result<Loader<Self::Batch>> {
        Ok(self.loader(&self.photos, order))
    }

    fn held_back(&self, order: Order) -> Option<Loader<Self::Batch>> {
        self.held_back.as_ref().map(|photos| self.loader(photos, order))
    }

    fn losses(&self, network: &FlowNet<B>, batch: Vec<MovingPair>) -> StepLoss<B> {
        let pairs = PairTensors::<B>::stack(&batch, &self.device);
        let levels = network.forward_levels(pairs.first.repeat_dim(1, 3), pairs.second.repeat_dim(1, 3));
        let finest = levels[0].clone().inner().mul_scalar(PIXELS_PER_UNIT); // [n, 2, h / 4, w / 4]
        let [_, _, height, width] = finest.dims();
        let truth = block_means(pairs.flow.clone().inner(), height, width);
        let figures = vec![
            ("endpoint_error", endpoint_errors(finest, truth.clone()).mean()),
            ("zero_flow", endpoint_errors(truth.zeros_like(), truth).mean()),
        ];
        StepLoss { loss: multi_scale(levels, pairs.flow), figures }
    }
}
