//! The loop that all three trainings share.

use std::fs;

use anyhow::Result;
use burn::{
    grad_clipping::GradientClippingConfig,
    module::AutodiffModule,
    optim::{AdamConfig, GradientsParams, Optimizer},
    tensor::{Tensor, backend::AutodiffBackend},
};

use super::{
    Log, RunOptions, learning_rate,
    run_record::{RunRecord, Stage},
};
use crate::{checkpoint, loader::Loader};

/// Largest norm of one parameter's gradient. The losses are sums over pixels or on the scale of 0..255, so this only
/// stops outliers.
const LARGEST_GRADIENT: f32 = 100.0;

/// A step's loss, `[1]`, and the named figures for the log.
pub type StepLoss<B> = (Tensor<B, 1>, Vec<(&'static str, f64)>);

/// Trains `network` with Adam from scratch, or from the newest checkpoint, to the run's last step. `start` is told the
/// first step and starts the batches. `options` are the network's own; they go into the run's record.
pub fn fit<B: AutodiffBackend, M: AutodiffModule<B>, S: Stage, T: Send + 'static>(
    run: &RunOptions,
    options: &S,
    mut network: M,
    start: impl FnOnce(usize) -> Result<Loader<T>>,
    losses: impl Fn(&M, T) -> StepLoss<B>,
    device: &B::Device,
) -> Result<()> {
    fs::create_dir_all(&run.out)?;
    let record = RunRecord::open::<S>(run)?;
    let clipping = GradientClippingConfig::Norm(LARGEST_GRADIENT);
    let mut optimizer =
        AdamConfig::new().with_epsilon(1e-8).with_grad_clipping(Some(clipping)).init::<B, M>();
    let mut first = 0;
    if run.resume {
        (first, network, optimizer) = checkpoint::resume(&run.out, network, optimizer, device)?;
    }
    let mut batches = start(first)?;
    record.begin(run, options, first)?;
    let mut log = Log::open(&run.out, first, run.steps)?;
    for step in first..run.steps {
        let (loss, figures) = losses(&network, batches.next_batch());
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(learning_rate(run.learning_rate, step, run.steps), network, gradients);
        log.step(step, &figures)?;
        if (step + 1) % run.checkpoint_every == 0 || step + 1 == run.steps {
            checkpoint::save(&run.out, step + 1, &network, &optimizer)?;
        }
    }
    Ok(())
}
