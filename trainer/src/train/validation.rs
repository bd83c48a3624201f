//! How a stage's network does on examples that are held back from its training, by which its best checkpoint is known.

use anyhow::Result;
use burn::{module::AutodiffModule, tensor::backend::AutodiffBackend};

use super::{
    figures::{Figures, read},
    training::{StageRun, Trained, Training},
};
use crate::metric::hue::HueCounts;

/// The loss on what is held back.
pub const LOSS: &str = "held_back_loss";

/// Means over the same `monitoring.held_back` batches every time: the loss, [`LOSS`], and where the stage colors, the shares of right
/// and of wrong hues. Empty where nothing is held back or no batches are asked for.
pub fn validate<B: AutodiffBackend, T: Training<B>>(
    stage: &StageRun,
    training: &T,
    network: &Trained<B, T::Network>,
) -> Result<Vec<(&'static str, f64)>> {
    let batches = stage.run.monitoring.held_back;
    let Some(mut loader) = (batches > 0).then(|| training.held_back(stage.held_back_order())).flatten()
    else {
        return Ok(Vec::new());
    };
    let with_losses = T::Network::from_inner(network.clone());
    let (mut losses, mut hues): (Figures<B::InnerBackend>, _) = (Vec::new(), HueCounts::default());
    for _ in 0..batches {
        let batch = loader.next_batch()?;
        hues = hues + training.hues(network, &batch);
        losses.push((LOSS, training.losses(&with_losses, batch).loss.inner()));
    }
    let sum: f64 = read(losses).iter().map(|(_, loss)| loss).sum();
    let shares = [("held_back_right", hues.right()), ("held_back_wrong", hues.wrong())];
    let shares = shares.into_iter().filter_map(|(name, share)| share.map(|share| (name, share)));
    Ok(std::iter::once((LOSS, sum / batches as f64)).chain(shares).collect())
}
