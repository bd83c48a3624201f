//! The figures of clips, one by one and in the mean.

use burn::tensor::backend::Backend;
use serde::Serialize;

use super::{
    figures::{Figures, Measured},
    flow_figures::FlowFigures,
    hinting::HintFigures,
    pick::Pick,
    refinement_gain::RefinementGain,
};
use crate::{data::sequence::Sequence, metric::candidate_distance::CandidateDistance};

/// The figures of several clips.
#[derive(Debug, Serialize)]
pub struct Group {
    /// The mean over clips, method by method.
    pub mean: Vec<Measured>,
    /// The mean distances of candidates over clips.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_distance: Option<CandidateDistance>,
    /// The effect of g on the pick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refinement: Option<RefinementGain>,
    /// How well flows find the motion, the mean over clips.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowFigures>,
    /// The gain of hints, the mean over clips.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hinted: Vec<HintFigures>,
    /// Clip by clip.
    pub each: Vec<ClipReport>,
}

/// The figures of one clip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClipReport {
    /// The clip's name.
    pub name: String,
    /// How many of its frames were measured.
    pub frames: usize,
    /// The picks of each rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub picked: Vec<Picked>,
    /// The candidate of the highest PSNR, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
    /// How far apart the candidates are, the mean over frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_distance: Option<CandidateDistance>,
    /// How well flows find the clip's motion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowFigures>,
    /// The coloring with some of the truth's colors given in the first frame.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hinted: Vec<HintFigures>,
    /// All methods' figures.
    pub methods: Vec<Measured>,
}

/// The picks of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Picked {
    /// The rule's name.
    pub rule: &'static str,
    /// For each shot the candidate, from 1.
    pub candidates: Vec<usize>,
}

impl Picked {
    /// Counts from 1.
    pub fn of<B: Backend>(pick: &Pick<B>) -> Self {
        Self { rule: pick.rule, candidates: pick.shots.iter().map(|index| index + 1).collect() }
    }
}

impl ClipReport {
    /// The figures of a clip, of which there are no candidates.
    pub fn new(clip: &Sequence, mut methods: Vec<Measured>, flows: Vec<FlowFigures>) -> Self {
        let (name, frames) = (clip.name.clone(), clip.frames.len());
        Measured::relate(&mut methods);
        Self {
            name,
            frames,
            picked: Vec::new(),
            best: None,
            candidate_distance: None,
            flows,
            hinted: Vec::new(),
            methods,
        }
    }
}

impl Group {
    /// Takes the mean over clips; none without any. All clips have the same methods.
    pub fn of(each: Vec<ClipReport>) -> Option<Self> {
        let methods = &each.first()?.methods;
        let over = |index: usize| Figures::mean(each.iter().map(move |clip| &clip.methods[index].figures));
        let mean = (0..methods.len()).map(|index| Measured::new(&methods[index].method, over(index)));
        let mut mean: Vec<_> = mean.collect();
        Measured::relate(&mut mean);
        let distances = each.iter().filter_map(|clip| clip.candidate_distance);
        Some(Self {
            candidate_distance: CandidateDistance::mean(distances),
            refinement: RefinementGain::of(&mean),
            flows: FlowFigures::means(each.iter().map(|clip| clip.flows.as_slice())),
            hinted: HintFigures::means(&each.iter().map(|clip| clip.hinted.as_slice()).collect::<Vec<_>>()),
            mean,
            each,
        })
    }
}
