//! Weights and parameters of the losses.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::amount::check_amount;
use crate::loss::diversity::BETA;

/// The whole loss is the sum of the terms, each times its weight here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Losses {
    /// Weight of the bilateral loss, equation (2).
    pub bilateral: f64,
    /// Weight of the temporal loss, equation (3). The authors' code has 5.
    pub temporal: f64,
    /// Weight of the refinement loss, equation (5).
    pub refinement: f64,
    /// Weight of equation (3) on the chroma that g makes of two neighboring frames. The paper has no such term: g then learns to come
    /// near the truth, and nothing asks that its frames agree. Frames with less chroma than f gave count as if they had as much.
    pub refined_temporal: f64,
    /// Weight of the diversity loss, equation (7).
    pub diversity: f64,
    /// beta_i of equation (7), one for each candidate.
    pub beta: Vec<f64>,
    /// Weight of phi's taps in equation (7), beside the image itself; 0 takes the image alone, which costs far less.
    pub taps: f64,
    /// How much the pixels of rare colors count in equation (7): the power of their weight that R. Zhang et al. (ECCV 2016, equation 4)
    /// give them; 0 counts all alike, as the paper does.
    pub rarity: f64,
    /// Weight of the cross-entropy of the trunk's distribution of colors, so that it learns on beside f.
    pub palette: f64,
    /// Weight of the distance, in 0..255, of the first candidate's chroma to the annealed mean of that distribution: its average color
    /// where it is sure, and less color where it is not.
    pub annealed: f64,
    /// Pixels of each image whose neighborhoods the bilateral loss takes; 0 takes all.
    pub samples: usize,
}

impl Default for Losses {
    fn default() -> Self {
        Self {
            bilateral: 1.0,
            temporal: 1.0,
            refinement: 1.0,
            refined_temporal: 0.0,
            diversity: 1.0,
            beta: BETA.to_vec(),
            taps: 1.0,
            rarity: 0.0,
            palette: 0.0,
            annealed: 0.0,
            samples: 0,
        }
    }
}

impl Losses {
    /// An error that names the first field whose value can't be: a loss of negative weight would be learned backwards.
    pub fn check(&self) -> Result<()> {
        let fields = [
            ("bilateral", self.bilateral),
            ("temporal", self.temporal),
            ("refinement", self.refinement),
            ("refined_temporal", self.refined_temporal),
            ("diversity", self.diversity),
            ("taps", self.taps),
            ("rarity", self.rarity),
            ("palette", self.palette),
            ("annealed", self.annealed),
        ];
        for (name, value) in fields.into_iter().chain(self.beta.iter().map(|&beta| ("beta", beta))) {
            check_amount(&format!("losses.{name}"), value)?;
        }
        Ok(())
    }
}
