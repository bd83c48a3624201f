//! Runs the stages of a configuration, one after the other, in one folder.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::backend::AutodiffBackend;
use chromaflow::model::flow::CostVolume;

use super::{
    colorizer, flow, joint,
    run_record::{FileList, RunRecord, Session},
    training::StageRun,
    trunk,
};
use crate::{
    checkpoint,
    config::{RunConfig, StageKind},
    prepared::{PreparedSet, Split},
};

/// Trains a run to its end: from its start, or with `resume` from its newest whole checkpoint, if it has any. A run that lies
/// there is never overwritten.
pub fn train<B: AutodiffBackend<InnerBackend: CostVolume> + CostVolume>(
    run: &RunConfig,
    resume: bool,
    device: &B::Device,
) -> Result<()> {
    let stages = run.stages().map(|(number, stage)| StageRun::new(run, number, stage));
    let stages = stages.collect::<Result<Vec<_>>>()?;
    let set = suited(run)?;
    let mut record = open(run, resume)?;
    let mut steps = Vec::new();
    for stage in &stages {
        steps.push(checkpoint::newest_step(&stage.folder())?);
    }
    let Some(first) = stages.iter().zip(&steps).position(|(stage, &step)| step < stage.steps) else {
        println!("{} is trained to its end", run.out.display());
        return Ok(());
    };
    let data = FileList { files: set.items().len(), sha256: set.sha256().to_owned() };
    record.sessions.push(Session::now(
        [stages[first].number, steps[first]],
        serde_json::to_value(run)?,
        data,
    ));
    record.write(&run.out)?;
    for stage in &stages[first..] {
        println!("stage {}: {}, {} steps", stage.number, stage.stage.kind, stage.steps);
        match stage.stage.kind {
            StageKind::Trunk => trunk::train::<B>(stage, device),
            StageKind::Flow => flow::train::<B>(stage, device),
            StageKind::Colorizer => colorizer::train::<B>(stage, device),
            StageKind::Joint => joint::train::<B>(stage, device),
        }
        .with_context(|| format!("stage {} ({})", stage.number, stage.stage.kind))?;
        let step = checkpoint::newest_step(&stage.folder())?;
        if step < stage.steps {
            println!("ended at step {step} of stage {}; --resume goes on from there", stage.number);
            break;
        }
    }
    Ok(())
}

/// The prepared set, if it has all that the stages need.
fn suited(run: &RunConfig) -> Result<PreparedSet> {
    let set = PreparedSet::open(&run.data)?;
    for (number, stage) in run.stages() {
        let context = || format!("stage {number} ({})", stage.kind);
        if stage.side > set.side() {
            bail!(
                "{} has images of {} pixels, and {} trains on {}: prepare them with `--side {}`",
                run.data.display(),
                set.side(),
                context(),
                stage.side,
                stage.side
            );
        }
        if run.needs_flows(stage) {
            set.clips_with_flows(Split::Training).with_context(context)?;
        }
    }
    Ok(set)
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
