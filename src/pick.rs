//! Which of f's candidates a shot follows unless the visitor chooses.

use serde::{Deserialize, Serialize};

/// A rule to pick a candidate by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PickRule {
    /// The likeliest under the trunk's distribution of colors.
    #[default]
    Likelihood,
    /// The most saturated: the paper's rule, section 3.2. It prefers a candidate that paints everything in one strong color.
    Saturation,
    /// The first, which training keeps closest to the truth.
    First,
}

/// How a frame's candidate stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Mean logarithm of its likelihood, in nats.
    pub log_likelihood: f32,
    /// Mean HSV saturation, in [0, 1].
    pub saturation: f32,
}

impl PickRule {
    /// All rules, the default one first.
    pub const ALL: [Self; 3] = [Self::Likelihood, Self::Saturation, Self::First];

    /// The rule's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Likelihood => "likelihood",
            Self::Saturation => "saturation",
            Self::First => "first",
        }
    }

    /// The candidate of the highest mean over the sampled frames; of equal ones the first. `frames` has one row a frame. None
    /// without frames or candidates.
    pub fn pick(self, frames: &[Vec<Standing>]) -> Option<usize> {
        let candidates = frames.iter().map(Vec::len).min()?;
        let total = |candidate: usize| {
            frames.iter().map(|frame| self.measure(candidate, frame[candidate])).sum::<f32>()
        };
        (0..candidates).rev().max_by(|&a, &b| total(a).total_cmp(&total(b)))
    }

    fn measure(self, candidate: usize, standing: Standing) -> f32 {
        match self {
            Self::Likelihood => standing.log_likelihood,
            Self::Saturation => standing.saturation,
            Self::First => -(candidate as f32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(values: &[(f32, f32)]) -> Vec<Standing> {
        values.iter().map(|&(log_likelihood, saturation)| Standing { log_likelihood, saturation }).collect()
    }

    #[test]
    fn each_rule_takes_the_highest_mean_and_of_equals_the_first() {
        let frames = [
            frame(&[(-3.0, 0.2), (-1.0, 0.1), (-2.0, 0.4)]),
            frame(&[(-3.0, 0.6), (-4.0, 0.1), (-3.0, 0.4)]),
        ];
        assert_eq!(PickRule::Likelihood.pick(&frames), Some(1));
        assert_eq!(PickRule::Saturation.pick(&frames), Some(0));
        assert_eq!(PickRule::First.pick(&frames), Some(0));
        assert_eq!(PickRule::default().pick(&[]), None);
        assert_eq!(PickRule::Saturation.pick(&[Vec::new()]), None);
    }
}
