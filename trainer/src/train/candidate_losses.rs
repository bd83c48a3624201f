//! The losses of f's candidates: equations (2), (3) and (7).

use anyhow::Result;
use burn::tensor::{
    Int, Tensor,
    backend::{AutodiffBackend, Backend},
};
use chromaflow::{
    color::{Matrix, chroma, mean_saturation},
    kernel::Kernels,
    model::{distribution::cell_chroma, size::crop},
    suggestion::suggestion,
};

use super::{
    color_source::ColorSource,
    masked_flow::{MaskedFlow, halves},
    rarity::Rarity,
    training::StepLoss,
};
use crate::{
    config::Losses,
    loss::{
        bilateral::bilateral,
        diversity::{diversity, phi::Phi},
        palette::cross_entropy,
        temporal::temporal,
    },
    networks::coloring::Colored,
    run::sources::Sources,
};

/// The frozen networks of the losses, and their weights.
pub struct CandidateLosses<B: AutodiffBackend> {
    phi: Phi<B>,
    losses: Losses,
    /// Of the palette's colors; none where all pixels count alike.
    rarity: Option<Rarity<B>>,
    /// The same for the cells of the distribution; none where it does not learn.
    colors: Option<Rarity<B>>,
}

impl<B: AutodiffBackend + Kernels> CandidateLosses<B> {
    /// The losses of a stage that trains on `source`.
    pub fn new(sources: &Sources, source: &ColorSource, device: &B::Device) -> Result<Self> {
        let losses = sources.run.losses_after_ablation();
        let weighted = losses.rarity > 0.0 || losses.palette > 0.0;
        let weights = weighted.then(|| source.rarity(sources.run.seed)).transpose()?;
        let of = |exponent| weights.as_ref().map(|weights| Rarity::new(weights, exponent, device));
        let (rarity, colors) = (of(losses.rarity), of(1.0));
        Ok(Self { phi: sources.phi(device)?, losses, rarity, colors })
    }

    /// The weighted sum of the losses of what f makes of images `[n, 3, h, w]`. `neighborhoods` are those of equation (2); `link`
    /// is there if the second half of the images are the first half's neighbors.
    pub fn losses(
        &self,
        colored: Colored<B>,
        truth: Tensor<B, 4>,
        neighborhoods: Option<[Tensor<B, 2, Int>; 2]>,
        link: Option<&MaskedFlow<B>>,
    ) -> StepLoss<B> {
        let Colored { candidates, logits } = colored;
        let rarity = self.rarity.as_ref().map(|rarity| even(rarity.of(chroma(Matrix::Bt601, truth.clone()))));
        let distances = self.phi.distances(candidates.clone(), truth.clone(), rarity, self.losses.taps); // [n, d]
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
        if let Some([queries, neighbors]) = neighborhoods {
            add("bilateral", self.losses.bilateral, bilateral(candidates.clone(), queries, neighbors));
        }
        if self.losses.palette > 0.0 {
            add("palette", self.losses.palette, self.palette(logits.clone(), truth));
        }
        if self.losses.annealed > 0.0 {
            add("annealed", self.losses.annealed, annealed(candidates.clone(), logits));
        }
        if let Some(link) = link.filter(|_| self.losses.temporal > 0.0) {
            let [ours, theirs] = halves(candidates); // 2 of [n / 2, d, 3, h, w]
            let flicker = temporal(ours, theirs, link.flow.clone(), link.visible.clone());
            add("temporal", self.losses.temporal, flicker);
        }
        StepLoss { loss, figures }
    }

    /// The cross-entropy of the distribution's logits `[n, COLORS, H / 8, W / 8]`, of padded images, and of the images
    /// `[n, 3, h, w]`. Cells of the padding are left out.
    fn palette(&self, logits: Tensor<B, 4>, truth: Tensor<B, 4>) -> Tensor<B, 1> {
        let truth = cell_chroma(truth); // [n, 2, h / 8, w / 8]
        let [.., rows, columns] = truth.dims();
        let logits = crop(logits, rows, columns); // [n, COLORS, h / 8, w / 8]
        let weights = match &self.colors {
            Some(colors) => colors.of(truth.clone()),
            None => truth.ones_like().narrow(1, 0, 1),
        };
        cross_entropy(logits, truth, weights)
    }
}

/// Mean distance, in 0..255, of the first candidate's chroma to what the distribution suggests, which learns nothing by it:
/// of candidates `[n, d, 3, h, w]` and logits `[n, COLORS, H / 8, W / 8]`.
fn annealed<B: AutodiffBackend + Kernels>(candidates: Tensor<B, 5>, logits: Tensor<B, 4>) -> Tensor<B, 1> {
    let first = cell_chroma(candidates.narrow(1, 0, 1).squeeze_dim(1)); // [n, 2, h / 8, w / 8]
    let [.., rows, columns] = first.dims();
    let suggested = suggestion(crop(logits.detach(), rows, columns)); // [n, 2, h / 8, w / 8]
    (first - suggested).abs().mean().mul_scalar(255.0)
}

/// Weights `[n, 1, h, w]` with a mean of 1 over each image.
fn even<B: Backend>(weights: Tensor<B, 4>) -> Tensor<B, 4> {
    let means = weights.clone().mean_dim(3).mean_dim(2); // [n, 1, 1, 1]
    weights / means
}
