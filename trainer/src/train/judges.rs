//! What f's candidates are judged by: equations (2), (3) and (7).

use anyhow::Result;
use burn::tensor::{
    Int, Tensor,
    backend::{AutodiffBackend, Backend},
};
use chromaflow::{color::mean_saturation, kernel::Kernels};

use super::{color_batch::ColorSource, rarity::pixel_weights, sources::Sources, training::StepLoss};
use crate::{
    config::Losses,
    loss::{
        bilateral::bilateral,
        perceptual::{Phi, diversity},
        temporal::temporal,
    },
};

/// The frozen networks that judge, and the weights of the losses.
pub struct Judges<B: AutodiffBackend> {
    phi: Phi<B>,
    losses: Losses,
    /// Of the palette's colors; none where all pixels count alike.
    rarity: Option<Vec<f32>>,
}

/// How n frames s and their neighbours t hang together.
#[derive(Clone, Debug)]
pub struct Link<B: Backend> {
    /// flow(s -> t) in pixels, `[n, 2, h, w]`.
    pub flow: Tensor<B, 4>,
    /// M_{t -> s}, `[n, 1, h, w]`.
    pub visible: Tensor<B, 4>,
}

impl<B: AutodiffBackend + Kernels> Judges<B> {
    /// The judges of a stage that trains on `source`.
    pub fn new(sources: &Sources, source: &ColorSource, device: &B::Device) -> Result<Self> {
        let losses = sources.run.losses_after_ablation();
        let rarity = (losses.rarity > 0.0).then(|| source.rarity(sources.run.seed)).transpose()?;
        Ok(Self { phi: sources.phi(device)?, losses, rarity })
    }

    /// The weighted sum of the losses of the candidates `[n, d, 3, h, w]` of images `[n, 3, h, w]`. `neighbourhoods` are
    /// those of equation (2); `link` is there if the second half of the images are the first half's neighbours.
    pub fn losses(
        &self,
        candidates: Tensor<B, 5>,
        truth: Tensor<B, 4>,
        neighbourhoods: Option<[Tensor<B, 2, Int>; 2]>,
        link: Option<&Link<B>>,
    ) -> StepLoss<B> {
        let rarity = self.rarity.as_ref();
        let rarity = rarity.map(|weights| pixel_weights(truth.clone(), weights, self.losses.rarity));
        let distances = self.phi.distances(candidates.clone(), truth, rarity); // [n, d]
        let images = candidates.clone().inner().flatten::<4>(0, 1); // [n d, 3, h, w]
        let mut figures = vec![
            ("nearest", distances.clone().inner().min_dim(1).mean()),
            ("distance", distances.clone().inner().mean()),
            ("saturation", mean_saturation(images).mean()),
        ];
        let mut loss = diversity(distances, &self.losses.beta).mul_scalar(self.losses.diversity);
        let mut add = |name, weight, term: Tensor<B, 1>| {
            figures.push((name, term.clone().inner()));
            loss = loss.clone() + term.mul_scalar(weight);
        };
        if let Some([queries, neighbours]) = neighbourhoods {
            add("bilateral", self.losses.bilateral, bilateral(candidates.clone(), queries, neighbours));
        }
        if let Some(link) = link.filter(|_| self.losses.temporal > 0.0) {
            let [ours, theirs] = halves(candidates); // 2 of [n / 2, d, 3, h, w]
            let flicker = temporal(ours, theirs, link.flow.clone(), link.visible.clone());
            add("temporal", self.losses.temporal, flicker);
        }
        StepLoss { loss, figures }
    }
}

/// The frames, and their neighbours.
pub fn halves<B: Backend, const D: usize>(both: Tensor<B, D>) -> [Tensor<B, D>; 2] {
    let count = both.dims()[0] / 2;
    [both.clone().narrow(0, 0, count), both.narrow(0, count, count)]
}
