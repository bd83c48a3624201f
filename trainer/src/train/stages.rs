//! Runs the stages of a configuration, one after the other, in one folder.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    slice,
};

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::backend::AutodiffBackend;
use chromaflow::kernel::Kernels;

use super::{
    colorizer,
    ending::Ending,
    flow, joint,
    peers::{Group, agreement, nodes::NodeOptions},
    training::StageRun,
    trunk,
};
use crate::{
    config::{RunConfig, Stage},
    data::prepared::{PreparedSet, Split},
    run::{
        checkpoint,
        file_list::FileList,
        record::{RunRecord, Session},
    },
};

/// Trains a run to its end on one device: from its start, or with `resume` from its newest whole checkpoint, if it has any. A
/// run that lies there is never overwritten.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    run: &RunConfig,
    resume: bool,
    device: &B::Device,
) -> Result<()> {
    train_on::<B>(run, resume, slice::from_ref(device), None)
}

/// As [`train`], on several devices of this machine, and of other machines if there are `nodes`. These must see the run's
/// folder: the first writes the checkpoints that all go on from.
pub fn train_on<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    run: &RunConfig,
    resume: bool,
    devices: &[B::Device],
    nodes: Option<NodeOptions>,
) -> Result<()> {
    let ending = Ending::watch(run.minutes)?;
    let stages = run.stages().map(|(number, stage)| StageRun::new(run, number, stage, &ending));
    let stages = stages.collect::<Result<Vec<_>>>()?;
    let set = suited(run)?;
    let mut record = open(run, resume)?;
    let progress = stages
        .iter()
        .map(|stage| checkpoint::newest_progress(&stage.folder()))
        .collect::<Result<Vec<_>>>()?;
    let steps: Vec<usize> = progress.iter().map(|progress| progress.step).collect();
    let data = FileList { files: set.items().len(), sha256: set.sha256().to_owned() };
    let group = Group::<B>::join(devices, nodes, &agreement(run, &data, &steps)?)?;
    let Some(first) = stages.iter().zip(&progress).position(|(stage, progress)| !stage.is_done(progress))
    else {
        println!("{} is trained to its end", run.out.display());
        return Ok(());
    };
    for stage in &stages[first..] {
        group.leader().share(stage.optimizer.accumulate).with_context(|| named(stage))?;
    }
    record.sessions.push(Session::now(
        [stages[first].number, steps[first]],
        serde_json::to_value(run)?,
        data,
    ));
    let _lock = group.leader().is_first().then(|| lock(&run.out)).transpose()?;
    write(&record, run, &group)?;
    for stage in &stages[first..] {
        println!("stage {}: {}, {} steps", stage.number, stage.stage.kind(), stage.steps);
        match stage.stage {
            Stage::Trunk(own) => trunk::train(stage, own, &group),
            Stage::Flow(own) => flow::train(stage, own, &group),
            Stage::Colorizer(own) => colorizer::train(stage, own, &group),
            Stage::Joint(own) => joint::train(stage, own, &group),
        }
        .with_context(|| named(stage))?;
        let progress = checkpoint::newest_progress(&stage.folder())?;
        if !stage.is_done(&progress) {
            println!(
                "ended at step {} of stage {}; --resume goes on from there",
                progress.step, stage.number
            );
            break;
        }
        if progress.step < stage.steps {
            let (number, step, checkpoints) =
                (stage.number, progress.step, progress.checkpoints_since_lowest);
            println!(
                "stage {number} stopped at step {step}: {checkpoints} checkpoints brought no lower held-back loss"
            );
        }
    }
    Ok(())
}

/// Drops what a run has trained behind a checkpoint of its newest stage, so that it goes on from there.
pub fn go_back(run: &RunConfig, step: usize) -> Result<()> {
    let mut newest = None;
    for (number, stage) in run.stages() {
        let folder = run.out.join(stage.folder_name(number));
        newest = if checkpoint::steps(&folder)?.is_empty() { newest } else { Some(folder) };
    }
    let newest = newest.with_context(|| format!("{} has no checkpoints yet", run.out.display()))?;
    let _lock = lock(&run.out)?;
    checkpoint::go_back(&newest, step)
}

/// The prepared set, if it has all that the stages need.
fn suited(run: &RunConfig) -> Result<PreparedSet> {
    let set = PreparedSet::open(&run.data)?;
    for (number, stage) in run.stages() {
        let context = || format!("stage {number} ({})", stage.kind());
        let side = stage.basics().side;
        if side > set.side() {
            bail!(
                "{} has images of {} pixels, and {} trains on {}: prepare them with `--side {}`",
                run.data.display(),
                set.side(),
                context(),
                side,
                side
            );
        }
        if run.needs_flows(stage) {
            set.clips_with_flows(Split::Training).with_context(context)?;
        }
    }
    Ok(set)
}

fn named(stage: &StageRun) -> String {
    format!("stage {} ({})", stage.number, stage.stage.kind())
}

/// Keeps other processes from training in the same folder until the file is closed. A disk that knows no locks goes without.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| format!("writing {}", path.display()))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => bail!("another training is under way in {}", folder.display()),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The first machine writes the record, and the others look whether they see it.
fn write<B: AutodiffBackend>(record: &RunRecord, run: &RunConfig, group: &Group<B>) -> Result<()> {
    if group.leader().is_first() {
        record.write(&run.out)?;
    }
    group.barrier()?;
    let seen = RunRecord::read(&run.out)?.map_or(0, |seen| seen.sessions.len());
    ensure!(
        seen == record.sessions.len(),
        "{} does not show what the first machine wrote: the run's folder must be on a disk that all machines share",
        run.out.display()
    );
    Ok(())
}

/// The record that a run goes on with: the folder's own if it resumes, else a new one.
fn open(run: &RunConfig, resume: bool) -> Result<RunRecord> {
    fs::create_dir_all(&run.out).with_context(|| format!("making {}", run.out.display()))?;
    let candidates = run.networks().colorizer.candidates;
    let Some(old) = RunRecord::read(&run.out)? else {
        return Ok(RunRecord { preset: run.preset, candidates, sessions: Vec::new() });
    };
    let folder = run.out.display();
    ensure!(
        resume,
        "{folder} holds a run already: go on with it by --resume, or name another folder by --out"
    );
    ensure!(
        (old.preset, old.candidates) == (run.preset, candidates),
        "{folder} is a run of preset {} with {} candidates, not of preset {} with {candidates}",
        old.preset.name(),
        old.candidates,
        run.preset.name(),
    );
    Ok(old)
}
