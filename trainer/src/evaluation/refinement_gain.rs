//! The effect of g on the pick's colors: it is there to make them steadier, and it does so the more easily the more it fades them.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::{
    figures::{Figures, Measured, REFINED, TRUTH},
    pick::PICK,
};

/// The pick before and after refinement, in the mean over clips.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RefinementGain {
    /// The chroma's warping error before refinement.
    pub before: f64,
    /// The same after it.
    pub after: f64,
    /// The same of the truth.
    pub truth: f64,
    /// After over before: below 1 where frames agree better.
    pub ratio: f64,
    /// Colorfulness after over before.
    pub colorfulness_kept: f64,
    /// Colorfulness after over that of the truth.
    pub colorfulness_of_truth: f64,
}

impl RefinementGain {
    /// Compares the rows of one table; none where frames have no neighbors, or nothing was refined.
    pub fn of(methods: &[Measured]) -> Option<Self> {
        let row = |name: &str| Some(methods.iter().find(|row| row.method.starts_with(name))?.figures);
        let [before, after, truth] = [row(PICK)?, row(REFINED)?, row(TRUTH)?];
        let change = |figures: &Figures| figures.chroma_warping_error;
        let colorfulness = |figures: &Figures| figures.colourfulness;
        Some(Self {
            before: change(&before)?,
            after: change(&after)?,
            truth: change(&truth)?,
            ratio: change(&after)? / change(&before)?,
            colorfulness_kept: colorfulness(&after)? / colorfulness(&before)?,
            colorfulness_of_truth: colorfulness(&after)? / colorfulness(&truth)?,
        })
    }
}

impl Display for RefinementGain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { before, after, truth, ratio, colorfulness_kept, colorfulness_of_truth } = self;
        write!(
            f,
            "Refinement takes the chroma's warping error from {before:.7} to {after:.7}, to {ratio:.2} of it (the truth's is \
             {truth:.7}), and keeps {:.1} % of the colourfulness, which is then {:.1} % of the truth's.",
            100.0 * colorfulness_kept,
            100.0 * colorfulness_of_truth
        )
    }
}
