//! What our networks make of a clip: d candidates, the pick, and the pick refined.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    clip::{Link, most_saturated, refine},
    color::mean_saturation,
    model::{flow::CostVolume, preset::Networks, refiner::Refiner},
};

use super::{figures::mean, footage::Footage};
use crate::{metric::candidate_distance::candidate_distance, train::colorizer::Coloring};

/// A clip in colour, frame by frame, each frame `[1, 3, h, w]`.
pub struct ColouredClip<B: Backend> {
    /// f's candidates, one clip each.
    pub candidates: Vec<Vec<Tensor<B, 4>>>,
    /// Which of them is picked, from 0: the one of the highest mean HSV saturation over all frames.
    pub picked: usize,
    /// How far apart the candidates are, the mean over frames; none for a single candidate.
    pub distance: Option<f64>,
    /// The pick after all passes of g.
    pub refined: Vec<Tensor<B, 4>>,
}

impl<B: CostVolume> ColouredClip<B> {
    /// Colours a clip.
    pub fn new(networks: &Networks<B>, footage: &Footage<B>, passes: usize) -> Self {
        let network = Coloring { trunk: networks.trunk.clone(), colorizer: networks.colorizer.clone() };
        let mut candidates = vec![Vec::new(); networks.colorizer.candidates()];
        let (mut saturations, mut distances) = (Vec::new(), Vec::new());
        for grey in &footage.grey {
            let frame = network.candidates(grey.clone()).squeeze_dim::<4>(0); // [d, 3, h, w]
            saturations.push(mean_saturation(frame.clone()).into_data().iter::<f32>().collect());
            distances.extend(candidate_distance(frame.clone()));
            for (index, candidate) in candidates.iter_mut().enumerate() {
                candidate.push(frame.clone().narrow(0, index, 1)); // [1, 3, h, w]
            }
        }
        let picked = most_saturated(&saturations).unwrap_or_default();
        let first = candidates[picked].clone();
        let refined = (0..passes).fold(first, |clip, _| pass(&clip, footage, &networks.refiner));
        Self { candidates, picked, distance: mean(distances), refined }
    }
}

/// One pass of g over a clip: every frame refined by the neighbours it has in its shot.
fn pass<B: CostVolume>(
    clip: &[Tensor<B, 4>],
    footage: &Footage<B>,
    refiner: &Refiner<B>,
) -> Vec<Tensor<B, 4>> {
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
