//! The loop that all stages share.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use burn::{
    module::AutodiffModule,
    optim::{AdamWConfig, GradientsAccumulator, GradientsParams, Optimizer},
    tensor::{
        Tensor,
        backend::{AutodiffBackend, Backend},
    },
};

use super::{
    average::Average,
    clipping::clipped,
    ending::Ending,
    figures::{Figures, read},
    flat::gather,
    flat_optimizer::FlatAdamW,
    monitor::{Monitor, window::Step},
    peers::Peer,
    training::{StageRun, StepLoss, Trained, Training},
    validation::validate,
};
use crate::{
    config::OptimizerConfig,
    data::loader::{Loader, Order},
    run::checkpoint::{self, State, progress::Progress},
};

/// Adam's and AdamW's, as in TensorFlow and PyTorch.
const EPSILON: f32 = 1e-8;

/// The figure that says whether the training ends with this step.
const STOP: &str = "stop";

/// The figure that says which part of the time that the training was given is over.
const TIME: &str = "time";

/// How long a step and a checkpoint take before any was timed.
const FIRST_RESERVE: Duration = Duration::from_secs(2);

/// Trains a stage from its newest whole checkpoint, or from `network` where there is none, to its last step, or to that at
/// which the user, a signal or the time ends it. Of several peers the first shows the training and writes the checkpoints.
pub fn fit<B: AutodiffBackend, T: Training<B>>(
    stage: &StageRun,
    peer: &Peer,
    training: &T,
    network: T::Network,
    device: &B::Device,
) -> Result<()> {
    let optimizer = optimizer(&stage.optimizer);
    let folder = stage.folder();
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let network = peer.with_first_parameters(network)?;
    let average = (stage.optimizer.ema > 0.0).then(|| network.valid());
    let fresh = State { progress: Progress::default(), network, average, optimizer };
    let mut state = checkpoint::resume(&folder, fresh, device)?;
    let kept = state.average.take();
    let mut average = kept.map(|kept| Average::<B, T::Network>::new(kept, stage.optimizer.ema));
    let first = state.progress.step;
    let share = peer.share(stage.optimizer.accumulate)?;
    let mut batches = training.batches(Order { parts: share.clone(), ..stage.order(first) })?;
    if stage.run.monitoring.early_stopping > 0 {
        let held_back = training.held_back(stage.held_back_order());
        held_back
            .context("monitoring.early_stopping: the set holds nothing back that this stage trains on")?;
    }
    let mut monitor = peer.is_first().then(|| stage.monitor(first)).transpose()?;
    let (mut reserve, mut time) = (FIRST_RESERVE, 0.0);
    for step in first..stage.steps {
        let start = Instant::now();
        let (gradients, mut figures) = gradients(training, &state.network, &mut batches, share.len())?;
        let asked = monitor.as_ref().is_some_and(Monitor::stop_asked);
        figures.extend(end_figures(stage.ending, asked, reserve, device));
        let (gradients, mut figures) = peer.average(&state.network, gradients, figures)?;
        let (gradients, order) = gather(&state.network, gradients, &Vec::new()); // [p]
        let (gradients, norm) = limited(stage.optimizer.clip, gradients);
        figures.extend(norm);
        let learning_rate = stage.learning_rate_at(step, time);
        let weights; // [p]
        (state.network, weights) =
            state.optimizer.step_vector(learning_rate, state.network, gradients, &order);
        if let Some(average) = &mut average {
            average.follow(weights, &order, step);
        }
        let mut figures = read(figures);
        let loss = figures[0].1;
        ensure!(
            loss.is_finite(),
            "the loss of step {} is {loss}: try a lower learning rate, or optimizer.clip; the checkpoints are as they were",
            step + 1
        );
        state.progress.advance(loss);
        // Averaged like the rest, so that all peers go by the same time and end at the same step.
        time = taken(&mut figures, TIME);
        let end = taken(&mut figures, STOP) > 0.0 || step + 1 == stage.steps;
        if let Some(monitor) = &mut monitor {
            let (images, waited) = (stage.examples_a_step(), batches.take_waited());
            let done = Done { learning_rate, images, waited, figures, end };
            show(stage, training, monitor, &mut state, average.as_ref(), done)?;
        }
        reserve = reserve.max(start.elapsed());
        if end || is_stalled::<B::InnerBackend>(stage, peer, &state.progress, device)? {
            break;
        }
    }
    Ok(())
}

/// A step that is done.
struct Done {
    learning_rate: f64,
    images: usize,
    waited: Duration,
    figures: Vec<(&'static str, f64)>,
    end: bool,
}

/// Logs a step and, where they are due, measures and writes its checkpoint and draws its contact sheet.
fn show<B: AutodiffBackend, T: Training<B>, O: Optimizer<T::Network, B>>(
    stage: &StageRun,
    training: &T,
    monitor: &mut Monitor,
    state: &mut State<T::Network, Trained<B, T::Network>, O>,
    average: Option<&Average<B, T::Network>>,
    Done { learning_rate, images, waited, mut figures, end }: Done,
) -> Result<()> {
    let step = state.progress.step;
    let (due, sheet_due) = (stage.checkpoint_due(step, end), stage.sheet_due(step, end));
    if due || sheet_due {
        state.average = average.map(|average| average.network(&state.network));
    }
    if due {
        let held_back = validate(stage, training, &state.used())?;
        state.progress.measure(held_back.first().map(|(_, loss)| *loss as f32));
        figures.extend(held_back);
    }
    monitor.step(&Step { step: step - 1, learning_rate, images, waited, figures: &figures })?;
    if due {
        monitor.end_line()?;
        checkpoint::save(&stage.folder(), stage.run.checkpoints.keep, state)?;
        monitor.checkpoint()?;
    }
    if sheet_due {
        training.sheet(&state.used()).map_or(Ok(()), |sheet| monitor.sheet(&sheet))?;
    }
    state.average = None; // The vector goes on, and this would hold on to the memory of a network.
    Ok(())
}

/// True if checkpoints have stopped getting better on held-back examples, which the first peer alone measures.
fn is_stalled<B: Backend>(
    stage: &StageRun,
    peer: &Peer,
    progress: &Progress,
    device: &B::Device,
) -> Result<bool> {
    let checkpoints = stage.run.monitoring.early_stopping;
    if checkpoints == 0 || !stage.checkpoint_due(progress.step, false) {
        return Ok(false);
    }
    peer.any::<B>(progress.is_stalled(checkpoints), device)
}

/// Says if this peer ends the training with the current step, and how much of the time is over.
fn end_figures<B: Backend>(
    ending: &Ending,
    asked: bool,
    reserve: Duration,
    device: &B::Device,
) -> Figures<B> {
    let part = ending.part(reserve);
    let stop = f32::from(u8::from(asked || ending.asked() || part == 1.0));
    [(STOP, stop), (TIME, part as f32)]
        .map(|(name, value)| (name, Tensor::from_floats([value], device)))
        .into()
}

/// The figure of this name, which is for the loop alone.
fn taken(figures: &mut Vec<(&'static str, f64)>, name: &str) -> f64 {
    let place = figures.iter().position(|(other, _)| *other == name);
    place.map_or(0.0, |place| figures.remove(place).1)
}

/// Clips gradients to `limit`, where there is one, and says what norm they had.
fn limited<B: Backend>(limit: f64, gradients: Tensor<B, 1>) -> (Tensor<B, 1>, Figures<B>) {
    if limit == 0.0 {
        return (gradients, Vec::new());
    }
    let (gradients, norm) = clipped(gradients, limit);
    (gradients, vec![("gradient_norm", norm)])
}

/// Adam is AdamW without decay, step for step.
fn optimizer<B: AutodiffBackend>(optimizer: &OptimizerConfig) -> FlatAdamW<B> {
    let config = AdamWConfig::new().with_epsilon(EPSILON).with_weight_decay(optimizer.weight_decay as f32);
    FlatAdamW::new(&config)
}

/// The gradients of a step, the mean over its batches, and its figures, the loss first.
fn gradients<B: AutodiffBackend, T: Training<B>>(
    training: &T,
    network: &T::Network,
    batches: &mut Loader<T::Batch>,
    parts: usize,
) -> Result<(GradientsParams, Figures<B::InnerBackend>)> {
    let mut sum = GradientsAccumulator::new();
    let mut means: Figures<B::InnerBackend> = Vec::new();
    for _ in 0..parts {
        let StepLoss { loss, figures } = training.losses(network, batches.next_batch()?);
        let loss = loss.div_scalar(parts as f64);
        let named = figures.into_iter().map(|(name, figure)| (name, figure.div_scalar(parts as f64)));
        let figures: Vec<_> = std::iter::once(("loss", loss.clone().inner())).chain(named).collect();
        means = match means.is_empty() {
            true => figures,
            false => {
                means.into_iter().zip(figures).map(|((name, sum), (_, one))| (name, sum + one)).collect()
            }
        };
        sum.accumulate::<B>(network, GradientsParams::from_grads(loss.backward(), network));
    }
    Ok((sum.grads(), means))
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        backend::{Autodiff, Flex},
        module::Module,
        nn::{Linear, LinearConfig},
        tensor::Tolerance,
    };
    use rand::Rng;

    use crate::data::loader::Order;

    type Learning = Autodiff<Flex>;

    /// Fits a linear map to random points.
    struct Points(usize);

    impl Training<Learning> for Points {
        type Network = Linear<Learning>;
        type Batch = Vec<[f32; 2]>;

        fn batches(&self, order: Order) -> Result<Loader<Self::Batch>> {
            let count = self.0;
            Ok(Loader::start(order, move |draw| {
                Ok(draw.of_examples(count).map(|mut random| [random.random(), random.random()]).collect())
            }))
        }

        fn losses(&self, network: &Linear<Learning>, batch: Vec<[f32; 2]>) -> StepLoss<Learning> {
            let device = Default::default();
            let rows: Vec<_> =
                batch.into_iter().map(|row| Tensor::<Learning, 1>::from_floats(row, &device)).collect();
            let error = network.forward(Tensor::stack::<2>(rows, 0)).sub_scalar(1.0).powi_scalar(2); // [n, 1]
            let mean = error.clone().inner().mean();
            StepLoss { loss: error.mean(), figures: vec![("error", mean)] }
        }
    }

    /// Sums in another order: f32 keeps seven digits.
    #[test]
    fn two_halves_have_the_gradients_of_the_whole_batch() {
        let network = LinearConfig::new(2, 1).init::<Learning>(&Default::default()).fork(&Default::default());
        let of = |batch: usize, parts: usize| {
            let training = Points(batch);
            let order = Order { workers: 2, seed: 1, first: 4, parts: 0..parts, all_parts: parts };
            let mut batches = training.batches(order).unwrap();
            let (mut gradients, figures) = gradients(&training, &network, &mut batches, parts).unwrap();
            let weight = gradients.remove::<Flex, 2>(network.weight.id).unwrap().into_data();
            (weight, read(figures))
        };
        let (whole, figures) = of(8, 1);
        let (halves, same) = of(4, 2);
        halves.assert_approx_eq::<f32>(&whole, Tolerance::absolute(1e-6));
        for ((name, whole), (_, halves)) in figures.into_iter().zip(same) {
            assert!((whole - halves).abs() < 1e-6, "{name}: {whole}, {halves}");
        }
    }
}
