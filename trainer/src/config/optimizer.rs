//! The optimizer and the learning rate over a stage.

use std::f64::consts::PI;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use toml::Table;

use super::amount::check_amount;

/// How the weights follow the gradients. The defaults are the paper's: Adam at 1e-4.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerConfig {
    /// adam or adamw.
    pub kind: OptimizerKind,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// The course of the learning rate behind the warm-up.
    pub schedule: Schedule,
    /// Steps over which the learning rate first rises linearly.
    pub warm_up_steps: usize,
    /// The cosine's last learning rate, as a part of the highest.
    pub floor: f64,
    /// Decoupled weight decay, for adamw.
    pub weight_decay: f64,
    /// Largest norm of all gradients together; 0 leaves gradients as they are.
    pub clip: f64,
    /// Batches whose gradients make one step: as if the batch were so many times larger, in the memory of one.
    pub accumulate: usize,
    /// Decay a step of the moving average of the weights that is evaluated and exported; 0 keeps none.
    pub ema: f64,
}

/// The optimizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimizerKind {
    /// D. Kingma and J. Ba, ICLR 2015.
    Adam,
    /// I. Loshchilov and F. Hutter, ICLR 2019.
    AdamW,
}

/// The learning rate behind the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// It stays.
    Constant,
    /// It falls along half a cosine to the floor.
    Cosine,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adam,
            learning_rate: 1e-4,
            schedule: Schedule::Constant,
            warm_up_steps: 0,
            floor: 0.02,
            weight_decay: 0.0,
            clip: 0.0,
            accumulate: 1,
            ema: 0.0,
        }
    }
}

impl OptimizerConfig {
    /// This optimizer with some fields changed.
    pub fn with(&self, changes: &Table) -> Result<Self> {
        let mut fields = Table::try_from(self)?;
        fields.extend(changes.clone());
        fields.try_into().context("optimizer")
    }

    /// The learning rate of a step, when the part `done` of the stage, in [0, 1], lies behind it.
    pub fn learning_rate_at(&self, step: usize, done: f64) -> f64 {
        let warm_up = ((step + 1) as f64 / self.warm_up_steps.max(1) as f64).min(1.0);
        let part = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Cosine => self.floor + (1.0 - self.floor) * 0.5 * (1.0 + (PI * done).cos()),
        };
        self.learning_rate * warm_up * part
    }

    /// An error that names the first field whose value can't be.
    pub fn check(&self) -> Result<()> {
        for (name, value) in
            [("learning_rate", self.learning_rate), ("clip", self.clip), ("weight_decay", self.weight_decay)]
        {
            check_amount(&format!("optimizer.{name}"), value)?;
        }
        ensure!((0.0..=1.0).contains(&self.floor), "optimizer.floor must be in [0, 1]");
        ensure!(self.accumulate > 0, "optimizer.accumulate must be at least 1");
        ensure!((0.0..1.0).contains(&self.ema), "optimizer.ema must be in [0, 1)");
        ensure!(
            self.weight_decay == 0.0 || self.kind == OptimizerKind::AdamW,
            "optimizer.weight_decay needs optimizer.kind = \"adamw\""
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_rises_and_falls_as_configured() {
        let constant = OptimizerConfig { learning_rate: 2.0, ..OptimizerConfig::default() };
        assert_eq!([0, 50, 99].map(|step| constant.learning_rate_at(step, step as f64 / 100.0)), [2.0; 3]);
        let cosine =
            OptimizerConfig { schedule: Schedule::Cosine, warm_up_steps: 10, floor: 0.1, ..constant };
        let rates = [0, 4, 50, 100].map(|step| cosine.learning_rate_at(step, step as f64 / 100.0));
        let half = 0.1 + 0.9 * 0.5;
        assert!((rates[0] - 0.2).abs() < 1e-12 && rates[1] > 0.9 && rates[1] < 1.0, "{rates:?}");
        assert!((rates[2] - 2.0 * half).abs() < 1e-12 && (rates[3] - 0.2).abs() < 1e-12, "{rates:?}");
    }
}
