//! Trains the trunk alone, before f: from grey, it must tell which colors are likely where. That needs knowledge of what things
//! are, and costs far less than training through f.

use std::sync::Arc;

use anyhow::{Context, Result};
use burn::module::Module;
use burn::tensor::{
    Tensor, TensorData,
    backend::{AutodiffBackend, Backend},
};
use chromaflow::{
    color::{Matrix, luma, with_chroma},
    kernel::Kernels,
    model::{
        distribution::{CELL, cell_chroma},
        trunk::Trunk,
    },
    suggestion::suggestion,
};
use rand::rngs::StdRng;

use super::{
    fit::fit,
    peers::Group,
    rarity::{Rarity, count_colors},
    training::{StageRun, StepLoss, Training},
};
use crate::{
    config::TrunkStage,
    data::{
        crop::{Crop, Window},
        loader::{Draw, Loader, Order},
        prepared::{FrameCache, ImageSampler, PreparedItem, PreparedSet, Split},
    },
    loss::palette::cross_entropy,
    metric::hue::HueCounts,
    parameters::{Framing, Wear},
    run::sources::Sources,
};

/// The photos of a split.
struct TrunkSource {
    photos: ImageSampler,
    frames: FrameCache,
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
    held_back: Option<Arc<TrunkSource>>,
    rarity: Rarity<B>,
    device: B::Device,
}

/// Trains the stage to its end.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    stage: &StageRun,
    own: &TrunkStage,
    group: &Group<B>,
) -> Result<()> {
    let sources = Sources::of(stage.run, stage.number)?;
    let set = PreparedSet::open(&stage.run.data)?;
    let held_back = &TrunkSource::open(own, &set, Split::Validation);
    let source = &TrunkSource::open(own, &set, Split::Training).with_context(|| {
        format!("the prepared set {} has no photos to train on", stage.run.data.display())
    })?;
    println!("{} photos to train on", source.photos.images().len());
    let rarity = &source.rarity(stage.seed())?;
    group.train(|peer, device| {
        let network = peer.in_turn(|| {
            B::seed(device, stage.seed());
            let mut network = start::<B>(&sources, device)?;
            if !own.trunk_learns {
                network.backbone = network.backbone.no_grad();
            }
            Ok(network.fork(device))
        })?;
        let rarity = Rarity::new(rarity, 1.0, device);
        let (source, held_back) = (source.clone(), held_back.clone());
        let training = TrunkTraining { source, held_back, rarity, device: device.clone() };
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
        Ok(self.source.start(order))
    }

    fn held_back(&self, order: Order) -> Option<Loader<TrunkBatch>> {
        self.held_back.as_ref().map(|source| source.start(order))
    }

    fn losses(&self, network: &Trunk<B>, batch: TrunkBatch) -> StepLoss<B> {
        let rgb = self.rgb::<B>(&batch);
        let truth = cell_chroma(rgb.clone()); // [n, 2, h / 8, w / 8]
        let weights = self.rarity.of(truth.clone());
        let logits = network.distribution.logits(network.forward(luma(rgb)).colors); // [n, COLORS, h / 8, w / 8]
        StepLoss { loss: cross_entropy(logits, truth, weights), figures: Vec::new() }
    }

    /// Of what the trunk suggests to f.
    fn hues(&self, network: &Trunk<B::InnerBackend>, batch: &TrunkBatch) -> HueCounts {
        let truth = self.rgb::<B::InnerBackend>(batch); // [n, 3, h, w]
        let grey = luma(truth.clone());
        let logits = network.distribution.logits(network.forward(grey.clone()).colors);
        let chroma = <B::InnerBackend as Kernels>::upsample(suggestion(logits), CELL); // [n, 2, h, w]
        HueCounts::of(with_chroma(Matrix::Bt601, grey, chroma), truth)
    }
}

impl<B: AutodiffBackend> TrunkTraining<B> {
    /// A batch's images, `[n, 3, h, w]`.
    fn rgb<A: Backend<Device = B::Device>>(&self, batch: &TrunkBatch) -> Tensor<A, 4> {
        let side = self.source.side;
        Tensor::from_data(TensorData::new(batch.rgb.clone(), [batch.images, 3, side, side]), &self.device)
    }
}

impl TrunkSource {
    /// None where the split has no photos.
    fn open(stage: &TrunkStage, set: &PreparedSet, split: Split) -> Option<Arc<Self>> {
        let photos: Vec<_> = set.photos(split).into_iter().map(|photo| (photo, 0)).collect();
        if photos.is_empty() {
            return None;
        }
        let photos = ImageSampler::new(photos, set.photo_order(split));
        let (framing, side) = (stage.basics().framing(), stage.crop as usize);
        let (wear, batch) = (stage.wear, stage.batch);
        let source = Self { photos, frames: FrameCache::default(), framing, wear, side, batch };
        Some(Arc::new(source))
    }

    /// How much each color counts.
    fn rarity(&self, seed: u64) -> Result<Vec<f32>> {
        count_colors(self.photos.images(), &self.frames, &self.framing, seed)
    }

    fn start(self: &Arc<Self>, order: Order) -> Loader<TrunkBatch> {
        let source = self.clone();
        Loader::start(order, move |draw| source.batch(draw))
    }

    fn batch(&self, draw: Draw) -> Result<TrunkBatch> {
        let mut batch = TrunkBatch { images: 0, rgb: vec![] };
        for (place, mut random) in draw.of_examples(self.batch).enumerate() {
            let (photo, _) = self.photos.draw(&draw, [place, self.batch], &mut random)?;
            batch.images += 1;
            batch.rgb.extend(self.crop(photo, &mut random)?.rgb);
        }
        Ok(batch)
    }

    fn crop(&self, photo: &PreparedItem, random: &mut StdRng) -> Result<Crop> {
        let window = Window::random(photo.dimensions(), &self.framing, random);
        let film = self.wear.and_then(|wear| wear.film(random));
        let mut crop = window.cut(&*self.frames.frame(photo, 0)?);
        if let Some(film) = film {
            film.apply(&mut crop, random);
        }
        Ok(crop)
    }
}
