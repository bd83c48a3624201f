//! Checkpoints: a stage's network, the moving average of its weights, optimizer and progress, in full precision.

mod folder;
pub mod progress;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::{
    module::{AutodiffModule, Module, ModuleVisitor, Param},
    optim::Optimizer,
    prelude::ToElement,
    record::{FullPrecisionSettings, NamedMpkBytesRecorder, Record, Recorder},
    tensor::{
        Tensor,
        backend::{AutodiffBackend, Backend},
    },
};

use folder::Whole;
pub use folder::{best, go_back, steps};
use progress::Progress;

const NETWORK: &str = "network.mpk";
const AVERAGE: &str = "average.mpk";
/// "optimizer.mpk" held moments by tensor, until AdamW took all parameters as one vector: from such a checkpoint moments begin anew.
const OPTIMIZER: &str = "moments.mpk";

/// The state that training goes on from.
#[derive(Debug)]
pub struct State<M, A, O> {
    /// How far it is.
    pub progress: Progress,
    /// The network that learns.
    pub network: M,
    /// The moving average of its weights, if one is kept.
    pub average: Option<A>,
    /// The optimizer.
    pub optimizer: O,
}

impl<M, A, O> State<M, A, O> {
    /// The network as it is used: the average of its weights, where one is kept.
    pub fn used<B: AutodiffBackend>(&self) -> A
    where
        M: AutodiffModule<B, InnerModule = A>,
        A: Clone,
    {
        self.average.clone().unwrap_or_else(|| self.network.valid())
    }
}

/// Writes a checkpoint into the stage's folder, and removes what lies there but the `keep` newest and the best. The new one
/// appears under its name only when it is complete; an error, as for weights that are no numbers, leaves the others as they
/// are.
pub fn save<B: AutodiffBackend, M: AutodiffModule<B>, O: Optimizer<M, B>>(
    out: &Path,
    keep: usize,
    state: &State<M, M::InnerModule, O>,
) -> Result<()> {
    ensure!(
        is_finite(&state.network.valid()),
        "after step {} not all weights are finite numbers: try a lower learning rate, or optimizer.clip; the checkpoints are \
         as they were",
        state.progress.step
    );
    let mut files = vec![(NETWORK, bytes::<B, _>(state.network.clone().into_record())?)];
    if let Some(average) = &state.average {
        files.push((AVERAGE, bytes::<B::InnerBackend, _>(average.clone().into_record())?));
    }
    files.push((OPTIMIZER, bytes::<B, _>(state.optimizer.to_record())?));
    folder::write(out, state.progress, &files)?;
    folder::prune(out, keep)
}

/// Writes a network that was not trained here as step 0 of a stage. Training that resumes from it starts with a fresh
/// optimizer.
pub fn save_network<B: Backend, M: Module<B>>(out: &Path, network: &M) -> Result<()> {
    let network = bytes::<B, _>(network.clone().into_record())?;
    folder::write(out, Progress::default(), &[(NETWORK, network)])
}

/// Fills `fresh` from the newest whole checkpoint; gives it back as it is where there is none.
pub fn resume<B: AutodiffBackend, M: AutodiffModule<B>, O: Optimizer<M, B>>(
    out: &Path,
    mut fresh: State<M, M::InnerModule, O>,
    device: &B::Device,
) -> Result<State<M, M::InnerModule, O>> {
    let Some(mut whole) = folder::newest(out)? else { return Ok(fresh) };
    fresh.progress = whole.progress;
    fresh.network = fresh.network.load_record(record::<B, _>(&mut whole, NETWORK, device)?);
    if whole.has(AVERAGE) {
        let average = fresh.average.take().unwrap_or_else(|| fresh.network.valid());
        let record = record::<B::InnerBackend, _>(&mut whole, AVERAGE, device)?;
        fresh.average = Some(average.load_record(record));
    } else {
        // One that this start was the first to ask for.
        fresh.average = fresh.average.map(|_| fresh.network.valid());
    }
    if whole.has(OPTIMIZER) {
        fresh.optimizer = fresh.optimizer.load_record(record::<B, _>(&mut whole, OPTIMIZER, device)?);
    }
    Ok(fresh)
}

/// The newest whole checkpoint's step and network, for use without training: the moving average where one is kept.
pub fn load<B: Backend, M: Module<B>>(out: &Path, network: M, device: &B::Device) -> Result<(usize, M)> {
    let whole = folder::newest(out)?;
    let mut whole = whole.with_context(|| format!("no whole checkpoint in {}", out.display()))?;
    let file = if whole.has(AVERAGE) { AVERAGE } else { NETWORK };
    let record = record::<B, _>(&mut whole, file, device)?;
    Ok((whole.progress.step, network.load_record(record)))
}

/// As [`load`], and an error if the checkpoint's parameters are not as many as those of `network`, which is of the sizes that
/// are expected.
pub fn load_checked<B: Backend, M: Module<B>>(
    out: &Path,
    network: M,
    device: &B::Device,
) -> Result<(usize, M)> {
    let expected = network.num_params();
    let (step, network) = load(out, network, device)?;
    let found = network.num_params();
    ensure!(
        found == expected,
        "{} holds a network of {found} parameters, not of {expected}: is the preset right?",
        out.display()
    );
    Ok((step, network))
}

/// How far the newest whole checkpoint is; at the start where there is none.
pub fn newest_progress(out: &Path) -> Result<Progress> {
    Ok(folder::newest(out)?.map_or_else(Progress::default, |whole| whole.progress))
}

/// True if all weights are finite.
fn is_finite<B: Backend>(network: &impl Module<B>) -> bool {
    let mut finite = Finite(true);
    network.visit(&mut finite);
    finite.0
}

struct Finite(bool);

impl<B: Backend> ModuleVisitor<B> for Finite {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<B, D>>) {
        self.0 = self.0 && parameter.val().is_finite().all().into_scalar().to_bool();
    }
}

fn bytes<B: Backend, R: Record<B>>(record: R) -> Result<Vec<u8>> {
    Ok(Recorder::<B>::record(&recorder(), record, ())?)
}

fn record<B: Backend, R: Record<B>>(whole: &mut Whole, file: &str, device: &B::Device) -> Result<R> {
    let bytes = whole.take(file)?;
    let path = whole.path.join(file);
    Recorder::<B>::load(&recorder(), bytes, device)
        .with_context(|| format!("{} is not what this stage keeps", path.display()))
}

fn recorder() -> NamedMpkBytesRecorder<FullPrecisionSettings> {
    NamedMpkBytesRecorder::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        backend::{Autodiff, Flex},
        nn::{Linear, LinearConfig},
        optim::AdamConfig,
    };
    use tempfile::tempdir;

    type Learning = Autodiff<Flex>;

    fn network() -> Linear<Learning> {
        LinearConfig::new(2, 2).init::<Learning>(&Default::default()).fork(&Default::default())
    }

    fn state(
        step: usize,
        network: Linear<Learning>,
    ) -> State<Linear<Learning>, Linear<Flex>, impl Optimizer<Linear<Learning>, Learning>> {
        let progress = Progress { step, ..Progress::default() };
        State { progress, network, average: None, optimizer: AdamConfig::new().init() }
    }

    #[test]
    fn weights_that_are_no_numbers_replace_nothing() {
        let out = tempdir().unwrap();
        save(out.path(), 1, &state(1, network())).unwrap();
        let mut spoiled = network();
        spoiled.weight = spoiled.weight.map(|weight| weight.div_scalar(0.0).detach().require_grad());
        let error = save(out.path(), 1, &state(2, spoiled)).unwrap_err().to_string();
        assert!(error.contains("not all weights are finite"), "{error}");
        assert_eq!(steps(out.path()).unwrap(), [1]);
    }

    #[test]
    fn what_is_held_back_tells_the_best_and_the_smoothed_loss_where_nothing_is() {
        let out = tempdir().unwrap();
        let write = |step, smoothed_loss, held_back_loss| {
            let progress = Progress { step, smoothed_loss, held_back_loss, ..Progress::default() };
            save(out.path(), 1, &State { progress, ..state(step, network()) }).unwrap();
        };
        write(1, 3.0, None);
        write(2, 2.0, None);
        assert_eq!(best(out.path()).unwrap(), Some(2));
        write(3, 1.0, Some(0.5));
        write(4, 0.5, Some(0.75));
        assert_eq!(best(out.path()).unwrap(), Some(3));
        write(5, 0.25, Some(1.0));
        assert_eq!(steps(out.path()).unwrap(), [3, 5]);
    }

    #[test]
    fn an_average_asked_for_later_starts_from_the_weights_that_are_there() {
        let out = tempdir().unwrap();
        let trained = network();
        save(out.path(), 1, &state(1, trained.clone())).unwrap();
        let mut fresh = state(0, network());
        fresh.average = Some(fresh.network.valid());
        let resumed = resume(out.path(), fresh, &Default::default()).unwrap();
        let weights = |linear: &Linear<Flex>| linear.weight.val().into_data();
        assert_eq!(weights(&resumed.average.unwrap()), weights(&trained.valid()));
    }
}
