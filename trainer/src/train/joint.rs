//! Trains g and f together on neighboring frames, with the refinement loss (5) added to f's own; or g alone.

use std::sync::Arc;

use anyhow::Result;
use burn::{
    module::{AutodiffModule, Module},
    tensor::{
        Tensor,
        backend::{AutodiffBackend, Backend},
    },
};
use chromaflow::{
    color::{luma, mean_saturation, with_luma},
    kernel::Kernels,
    model::refiner::{Neighbourhood, Refiner},
    warp::{confidence, warp},
};

use super::{
    candidate_losses::CandidateLosses,
    color_batch::ColorBatch,
    color_source::{ColorSource, SourceOptions},
    colorizer,
    examples::Examples,
    fit::fit,
    masked_flow::{MaskedFlow, halves},
    peers::Group,
    refiner_start,
    training::{StageRun, StepLoss, Training},
};
use crate::{
    config::JointStage,
    data::{
        loader::{Loader, Order},
        prepared::Kind,
    },
    evaluation::{coloring::Painter, sheet::Sheet},
    loss::{refinement::refinement, temporal::temporal},
    networks::joint::Joint,
    run::sources::Sources,
};

/// Mean chroma, with colors in [0, 1], below which frames count as grey: an eighth of an 8-bit step.
const FAINTEST: f64 = 5e-4;

/// The training of both.
struct JointTraining<B: AutodiffBackend> {
    source: Arc<ColorSource>,
    held_back: Option<Arc<ColorSource>>,
    candidate_losses: CandidateLosses<B>,
    examples: Examples<B::InnerBackend>,
    /// Weight of equation (5).
    weight: f64,
    /// Weight of equation (3) on refined frames.
    steadiness: f64,
    colorizer_learns: bool,
    /// True if the gradient of equation (5) reaches f.
    through_refiner: bool,
    device: B::Device,
}

/// Trains the stage to its end.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    stage: &StageRun,
    own: &JointStage,
    group: &Group<B>,
) -> Result<()> {
    let sources = Sources::of(stage.run, stage.number)?;
    let losses = stage.run.losses_after_ablation();
    let (source, held_back) = &ColorSource::open(
        &stage.run.data,
        &SourceOptions {
            basics: own.basics(),
            wear: own.wear,
            samples: (losses.bilateral > 0.0 && own.colorizer_learns).then_some(losses.samples),
            flows: stage.run.needs_flows(stage.stage),
            recolored: own.recolored,
            hints: 0.0,
        },
    )?;
    group.train(|peer, device| {
        let (training, network) = peer.in_turn(|| {
            let training = JointTraining::<B> {
                source: source.clone(),
                held_back: held_back.clone(),
                candidate_losses: CandidateLosses::new(&sources, source, device)?,
                examples: Examples::choose(stage, Kind::Clip, device)?,
                weight: stage.run.losses.refinement,
                steadiness: stage.run.losses.refined_temporal,
                colorizer_learns: own.colorizer_learns,
                through_refiner: stage.run.ablation.self_regularization,
                device: device.clone(),
            };
            B::seed(device, stage.seed());
            let coloring = colorizer::start(&sources, device)?;
            let fresh = || refiner_start::start(stage.run.networks().refiner.init(device));
            let refiner = sources.refiner(device)?.unwrap_or_else(fresh);
            Ok((training, Joint { coloring, refiner }.fork(device)))
        })?;
        fit(stage, peer, &training, network, device)
    })
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Training<B> for JointTraining<B> {
    type Network = Joint<B>;
    type Batch = ColorBatch;

    fn batches(&self, order: Order) -> Result<Loader<ColorBatch>> {
        Ok(self.source.start(order))
    }

    fn held_back(&self, order: Order) -> Option<Loader<ColorBatch>> {
        self.held_back.as_ref().map(|source| source.start(order))
    }

    fn losses(&self, network: &Joint<B>, batch: ColorBatch) -> StepLoss<B> {
        let truth: Tensor<B, 4> = batch.truth(&self.device); // [2 n, 3, h, w]
        let grey = luma(truth.clone());
        let links = batch.motion(&self.device).expect("a joint stage reads flows");
        if !self.colorizer_learns {
            let candidates = match batch.flickering(&self.device) {
                Some(flickering) => flickering.unsqueeze_dim(1), // [2 n, 1, 3, h, w]
                None => {
                    let coloring = network.coloring.valid();
                    Tensor::from_inner(coloring.candidates(grey.clone().inner(), None)) // [2 n, d, 3, h, w]
                }
            };
            return self.refined(network, candidates, [&truth, &grey], &links);
        }
        let colored = network.coloring.colored(grey.clone(), None);
        let refined = self.refined(network, colored.candidates.clone(), [&truth, &grey], &links);
        let neighborhoods = batch.neighborhoods(&self.device);
        let mut sum = self.candidate_losses.losses(colored, truth, neighborhoods, Some(&links[0]));
        sum.loss = sum.loss + refined.loss;
        sum.figures.extend(refined.figures);
        sum
    }

    fn sheet(&self, Joint { coloring, refiner }: &Joint<B::InnerBackend>) -> Option<Sheet> {
        let (coloring, refiner) = (coloring.clone(), Some(refiner.clone()));
        self.examples.sheet(&Painter { coloring, refiner })
    }
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> JointTraining<B> {
    /// Equation (5) of each of the d candidates of the frames, refined by the same candidate of their neighbors; and where
    /// refined frames are to agree, equation (5) of the neighbors too, and (3) of both.
    fn refined(
        &self,
        network: &Joint<B>,
        candidates: Tensor<B, 5>,
        [truth, grey]: [&Tensor<B, 4>; 2],
        links: &[MaskedFlow<B>; 2],
    ) -> StepLoss<B> {
        let candidates = if self.through_refiner { candidates } else { candidates.detach() };
        let refine = |[s, t]: [usize; 2]| {
            let frames = halves(candidates.clone()); // 2 of [n, d, 3, h, w]
            let greys = halves(grey.clone()); // 2 of [n, 1, h, w]
            let of = |frames: &[Tensor<B, 5>; 2]| [frames[s].clone(), frames[t].clone()];
            refine(&network.refiner, of(&frames), [s, t].map(|index| greys[index].clone()), &links[s])
        };
        let truths = halves(truth.clone());
        let unrefined = distance(halves(candidates.clone())[0].clone(), truths[0].clone()).inner();
        let frame = refine([0, 1]); // [n, d, 3, h, w]
        let saturation = mean_saturation(frame.clone().inner().flatten::<4>(0, 1)).mean();
        let mut refinement = distance(frame.clone(), truths[0].clone());
        let mut figures = vec![("unrefined", unrefined), ("refined_saturation", saturation)];
        let mut loss = refinement.clone().mul_scalar(self.weight);
        if self.steadiness > 0.0 {
            let neighbor = refine([1, 0]);
            refinement = (refinement + distance(neighbor.clone(), truths[1].clone())).div_scalar(2.0);
            // Without luma: where it flickers, color would learn to flicker against it.
            let [ours, theirs] = halves(grey.clone()).map(|grey| grey.unsqueeze_dim::<5>(1)); // 2 of [n, 1, 1, h, w]
            let MaskedFlow { flow, visible } = links[0].clone();
            let color = frame - ours.clone(); // [n, d, 3, h, w]
            let given = halves(candidates)[0].clone().detach() - ours;
            let faded = faded(color.clone(), given);
            let flicker = temporal(color, neighbor - theirs, flow, visible) * faded;
            figures.push(("refined_temporal", flicker.clone().inner()));
            loss = refinement.clone().mul_scalar(self.weight) + flicker.mul_scalar(self.steadiness);
        }
        figures.insert(0, ("refinement", refinement.inner()));
        StepLoss { loss, figures }
    }
}

/// How much more chroma was `given` than there is: faint frames flicker less, and count as if they had as much. At least 1, since
/// a cast would add chroma that never flickers.
fn faded<B: Backend>(color: Tensor<B, 5>, given: Tensor<B, 5>) -> Tensor<B, 1> {
    (given.abs().mean() / color.abs().mean().clamp_min(FAINTEST)).clamp_min(1.0)
}

/// The d candidates of frames s, `[n, d, 3, h, w]`, refined by those of their neighbors t, on the frames' luma.
fn refine<B: Backend + Kernels>(
    refiner: &Refiner<B>,
    candidates: [Tensor<B, 5>; 2],
    greys: [Tensor<B, 4>; 2],
    link: &MaskedFlow<B>,
) -> Tensor<B, 5> {
    let shape = candidates[0].dims();
    let each = |plane: Tensor<B, 4>| for_each(plane, shape[1]);
    let colors = candidates.map(|colors| colors.flatten::<4>(0, 1)); // 2 of [n d, 3, h, w]
    let greys = greys.map(each); // 2 of [n d, 1, h, w]
    let link = MaskedFlow { flow: each(link.flow.clone()), visible: each(link.visible.clone()) };
    let input = neighborhood(colors, greys.clone(), link);
    let [grey, _] = greys;
    with_luma(refiner.forward(input), grey).reshape(shape) // [n, d, 3, h, w]
}

/// Equation (5) of all candidates `[n, d, 3, h, w]` of frames whose truth is `[n, 3, h, w]`.
fn distance<B: Backend>(candidates: Tensor<B, 5>, truth: Tensor<B, 4>) -> Tensor<B, 1> {
    let truth = for_each(truth, candidates.dims()[1]);
    refinement(candidates.flatten::<4>(0, 1), truth)
}

/// Planes of each frame `[n, c, h, w]` once for each of its d candidates: `[n d, c, h, w]`.
fn for_each<B: Backend>(plane: Tensor<B, 4>, candidates: usize) -> Tensor<B, 4> {
    plane.unsqueeze_dim::<5>(1).repeat_dim(1, candidates).flatten::<4>(0, 1)
}

/// The input of g for frames s and their neighbors t: colors `[n, 3, h, w]` and greys `[n, 1, h, w]` of both.
fn neighborhood<B: Backend>(
    [color_s, color_t]: [Tensor<B, 4>; 2],
    [grey_s, grey_t]: [Tensor<B, 4>; 2],
    MaskedFlow { flow, visible }: MaskedFlow<B>,
) -> Neighbourhood<B> {
    let warped = warp(color_t, flow.clone()); // [n, 3, h, w]
    Neighbourhood {
        color_confidence: confidence(color_s.clone(), warped.clone(), visible.clone()),
        grey_confidence: confidence(grey_s, warp(grey_t, flow), visible),
        frame: color_s,
        warped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    #[test]
    fn faint_frames_count_as_vivid_ones_and_vivid_ones_as_they_are() {
        let chroma = |value: f32| Tensor::<Flex, 5>::full([1, 2, 3, 4, 4], value, &Default::default());
        let faded = |color, given| faded(chroma(color), chroma(given)).into_scalar();
        assert!((faded(0.1, -0.2) - 2.0).abs() < 1e-6); // of sums of 96 values that f32 rounds by 1e-7 each
        assert!((faded(0.2, 0.1) - 1.0).abs() < 1e-6);
        assert!(faded(0.0, 0.1).is_finite(), "grey frames are compared, too");
    }
}
