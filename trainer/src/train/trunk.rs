//! Trains the trunk alone, before f: from grey, it must tell which colors are likely where. That needs knowledge of what things
//! are, and costs far less than training through f.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::tensor::{
    Tensor, TensorData,
    backend::{AutodiffBackend, Backend},
};
use chromaflow::{
    color::luma,
    kernel::Kernels,
    model::{distribution::cell_chroma, trunk::Trunk},
};
use rand::{rngs::StdRng, seq::IndexedRandom};

use super::{
    fit::fit,
    peers::Group,
    rarity::{Rarity, count_colors},
    sources::Sources,
    training::{StageRun, StepLoss, Training},
};
use crate::{
    config::Framing,
    data::{
        crop::{Crop, Window},
        wear::Wear,
    },
    loader::{Draw, Loader, Order},
    loss::palette::cross_entropy,
    prepared::{FrameCache, PreparedItem, PreparedSet, Split},
};

/// Photos, and how much each color counts.
struct TrunkSource {
    photos: Vec<PreparedItem>,
    frames: FrameCache,
    rarity: Vec<f32>,
    framing: Framing,
    wear: Option<Wear>,
    side: usize,
    batch: usize,
}

/// One pass's images, `[images, 3, side, side]`.
struct TrunkBatch {
    images: usize,
    rgb: Vec<f32>,
}

/// The trunk's training.
struct TrunkTraining<B: Backend> {
    source: Arc<TrunkSource>,
    rarity: Rarity<B>,
    device: B::Device,
}

/// Trains the stage to its end.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    stage: &StageRun,
    group: &Group<B>,
) -> Result<()> {
    let sources = Sources::of(stage)?;
    let source = &Arc::new(TrunkSource::open(stage)?);
    group.train(|peer, device| {
        let network = peer.in_turn(|| {
            B::seed(device, stage.seed());
            let mut network = start::<B>(&sources, device)?;
            if !stage.stage.trunk_learns {
                network.backbone = network.backbone.no_grad();
            }
            Ok(network.fork(device))
        })?;
        let rarity = Rarity::new(&source.rarity, 1.0, device);
        let training = TrunkTraining { source: source.clone(), rarity, device: device.clone() };
        fit(stage, peer, &training, network, device)
    })
}

/// The trunk that there is, else a fresh one.
fn start<B: Backend>(sources: &Sources, device: &B::Device) -> Result<Trunk<B>> {
    let fresh = || sources.run.networks().trunk.init(device);
    Ok(sources.trunk(device)?.unwrap_or_else(fresh))
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Training<B> for TrunkTraining<B> {
    type Network = Trunk<B>;
    type Batch = TrunkBatch;

    fn batches(&self, order: Order) -> Result<Loader<TrunkBatch>> {
        let source = self.source.clone();
        Ok(Loader::start(order, move |draw| source.batch(draw)))
    }

    fn losses(&self, network: &Trunk<B>, batch: TrunkBatch) -> StepLoss<B> {
        let side = self.source.side;
        let rgb = TensorData::new(batch.rgb, [batch.images, 3, side, side]);
        let rgb = Tensor::<B, 4>::from_data(rgb, &self.device);
        let truth = cell_chroma(rgb.clone()); // [n, 2, h / 8, w / 8]
        let weights = self.rarity.of(truth.clone());
        let logits = network.distribution.logits(network.forward(luma(rgb)).colors); // [n, COLORS, h / 8, w / 8]
        StepLoss { loss: cross_entropy(logits, truth, weights), figures: Vec::new() }
    }
}

impl TrunkSource {
    fn open(stage: &StageRun) -> Result<Self> {
        let photos = PreparedSet::open(&stage.run.data)?.photos(Split::Training);
        ensure!(
            !photos.is_empty(),
            "the prepared set {} has no photos to train on",
            stage.run.data.display()
        );
        println!("{} photos to train on", photos.len());
        let framing = stage.stage.framing();
        let frames = FrameCache::default();
        let images: Vec<_> = photos.iter().map(|photo| (photo.clone(), 0)).collect();
        let rarity = count_colors(&images, &frames, &framing, stage.seed())?;
        let side = framing.crop.context("a trunk stage needs a crop")? as usize;
        let (wear, batch) = (stage.stage.wear, stage.stage.batch);
        Ok(Self { photos, frames, rarity, framing, wear, side, batch })
    }

    fn batch(&self, draw: Draw) -> Result<TrunkBatch> {
        let mut batch = TrunkBatch { images: 0, rgb: vec![] };
        for mut random in draw.of_examples(self.batch) {
            batch.images += 1;
            batch.rgb.extend(self.crop(&mut random)?.rgb);
        }
        Ok(batch)
    }

    fn crop(&self, random: &mut StdRng) -> Result<Crop> {
        let photo = self.photos.choose(random).context("there are no photos")?;
        let window = Window::random(photo.dimensions(), &self.framing, random);
        let film = self.wear.and_then(|wear| wear.film(random));
        let mut crop = window.cut(&*self.frames.frame(photo, 0)?);
        if let Some(film) = film {
            film.apply(&mut crop, random);
        }
        Ok(crop)
    }
}
