//! What our networks make of a clip: d candidates, the picks, and the first pick refined.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    clip::{Link, refine},
    color::mean_saturation,
    hint::{Hint, Hints},
    kernel::Kernels,
    model::{colorizer::Proposal, flow::FlowNet, preset::Networks, refiner::Refiner},
    pick::{PickRule, Standing},
};

use super::{footage::Footage, pick::Pick};
use crate::{
    metric::candidate_distance::{CandidateDistance, candidate_distance},
    networks::coloring::Coloring,
};

/// What colours: f with its trunk, and g.
#[derive(Clone, Debug)]
pub struct Painter<B: Backend> {
    /// f and its trunk.
    pub coloring: Coloring<B>,
    /// g; none where it was not trained.
    pub refiner: Option<Refiner<B>>,
}

impl<B: Backend> Painter<B> {
    /// Of all four networks, and the flow network besides.
    pub fn of(networks: Networks<B>) -> (Self, FlowNet<B>) {
        let Networks { trunk, colorizer, flow, refiner } = networks;
        (Self { coloring: Coloring { trunk, colorizer }, refiner: Some(refiner) }, flow)
    }
}

/// A clip in colour, frame by frame, each frame `[1, 3, h, w]`.
pub struct ColouredClip<B: Backend> {
    /// f's candidates, one clip each.
    pub candidates: Vec<Vec<Tensor<B, 4>>>,
    /// What each rule picks of them; the first one's is refined.
    pub picks: Vec<Pick<B>>,
    /// How far apart the candidates are, the mean over frames; none for a single candidate.
    pub distance: Option<CandidateDistance>,
    /// The pick after all passes of g; none without g.
    pub refined: Option<Vec<Tensor<B, 4>>>,
}

impl<B: Kernels> ColouredClip<B> {
    /// Colours a clip.
    pub fn new(painter: &Painter<B>, footage: &Footage<B>, passes: usize) -> Self {
        let Painter { coloring, refiner } = painter;
        let (mut frames, mut standings) = (Vec::new(), Vec::new());
        for grey in &footage.grey {
            let Proposal { candidates, log_likelihood } = coloring.propose(grey.clone());
            let candidates = candidates.squeeze_dim::<4>(0); // [d, 3, h, w]
            standings.push(standing(mean_saturation(candidates.clone()), log_likelihood.squeeze_dim(0)));
            frames.push(candidates);
        }
        let picks: Vec<_> =
            PickRule::ALL.into_iter().map(|rule| Pick::new(rule, footage, &frames, &standings)).collect();
        let refined = refiner.as_ref().map(|refiner| {
            (0..passes).fold(picks[0].frames.clone(), |clip, _| pass(&clip, footage, refiner))
        });
        let distance = CandidateDistance::mean(frames.iter().cloned().filter_map(candidate_distance));
        let candidate = |index| frames.iter().map(|frame| frame.clone().narrow(0, index, 1)).collect(); // [1, 3, h, w] each
        let candidates = (0..coloring.colorizer.candidates()).map(candidate).collect();
        Self { candidates, picks, distance, refined }
    }

    /// The same picks with hints, of each frame its own, after all passes of g.
    pub fn with_hints(
        &self,
        painter: &Painter<B>,
        footage: &Footage<B>,
        hints: &[Vec<Hint>],
        passes: usize,
    ) -> Vec<Tensor<B, 4>> {
        let Painter { coloring, refiner } = painter;
        let shots = footage.shots().into_iter().zip(&self.picks[0].shots);
        let picks = shots.flat_map(|(shot, &pick)| shot.map(move |_| pick));
        let frames = footage.grey.iter().zip(hints).zip(picks);
        let hinted = frames.map(|((grey, hints), pick)| {
            let [.., height, width] = grey.dims();
            let hints = Hints::new(hints, width, height, &grey.device());
            let candidates = coloring.candidates(grey.clone(), hints); // [1, d, 3, h, w]
            candidates.squeeze_dim::<4>(0).narrow(0, pick, 1) // [1, 3, h, w]
        });
        let hinted = hinted.collect();
        let Some(refiner) = refiner else { return hinted };
        (0..passes).fold(hinted, |clip, _| pass(&clip, footage, refiner))
    }

    /// The pick of the first rule, before refinement.
    pub fn pick(&self) -> &[Tensor<B, 4>] {
        &self.picks[0].frames
    }

    /// What the method comes to: the pick, refined where there is g.
    pub fn result(&self) -> &[Tensor<B, 4>] {
        self.refined.as_deref().unwrap_or(self.pick())
    }
}

/// How the candidates of a frame stand, of their saturations and log-likelihoods, `[d]` each.
fn standing<B: Backend>(saturations: Tensor<B, 1>, log_likelihoods: Tensor<B, 1>) -> Vec<Standing> {
    let [saturations, log_likelihoods] =
        [saturations, log_likelihoods].map(|values| values.into_data().iter::<f32>().collect::<Vec<_>>());
    let pairs = saturations.into_iter().zip(log_likelihoods);
    pairs.map(|(saturation, log_likelihood)| Standing { log_likelihood, saturation }).collect()
}

/// One pass of g over a clip: every frame refined by the neighbours it has in its shot.
fn pass<B: Kernels>(clip: &[Tensor<B, 4>], footage: &Footage<B>, refiner: &Refiner<B>) -> Vec<Tensor<B, 4>> {
    let link = |index: usize| footage.links.get(index).and_then(Option::as_ref);
    let left =
        |index: usize| link(index).map(|Link { to_previous, .. }| (clip[index - 1].clone(), to_previous));
    let right = |index: usize| link(index + 1).map(|Link { to_next, .. }| (clip[index + 1].clone(), to_next));
    let frames = clip.iter().zip(&footage.grey).enumerate();
    let refined = frames.map(|(index, (color, grey))| {
        let neighbours: Vec<_> = left(index).into_iter().chain(right(index)).collect();
        refine(color.clone(), grey.clone(), &neighbours, refiner)
    });
    refined.collect()
}
