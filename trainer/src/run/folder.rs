//! A run's folder: its record, and a folder for each of its stages, from which other stages and commands take networks.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use burn::{module::Module, tensor::backend::Backend};
use chromaflow::model::{
    flow::FlowNet,
    refiner::Refiner,
    trunk::{Backbone, Trunk},
};
use serde_json::Value;

use super::{checkpoint, record::RunRecord};
use crate::{
    config::{RunConfig, StageKind},
    networks::{coloring::Coloring, joint::Joint},
};

/// The networks in a stage's checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// The networks that a stage of this kind trains.
    Trained(StageKind),
    /// The trunk's backbone, of `import`.
    Backbone,
}

/// A run on disk.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// The folder.
    pub path: PathBuf,
    /// Its `run.json`.
    pub record: RunRecord,
    /// Its stages, in their order.
    pub stages: Vec<StageFolder>,
}

/// A stage's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageFolder {
    /// The stage's number, from 1.
    pub number: usize,
    /// The networks in its checkpoints.
    pub contents: Contents,
    /// The folder.
    pub path: PathBuf,
}

impl RunFolder {
    /// Reads the record and lists the stages.
    pub fn open(path: &Path) -> Result<Self> {
        let record = RunRecord::read(path)?;
        let record = record.with_context(|| format!("{} is no run: it has no run.json", path.display()))?;
        Ok(Self { path: path.to_owned(), record, stages: stages(path)? })
    }

    /// The run as it was before this stage.
    pub fn before(mut self, number: usize) -> Self {
        self.stages.retain(|stage| stage.number < number);
        self
    }

    /// f and its trunk, of the newest stage that trained them; none where none did.
    pub fn coloring<B: Backend>(&self, device: &B::Device) -> Result<Option<Coloring<B>>> {
        let config = self.record.networks();
        let Some(stage) = self.newest(&[StageKind::Colorizer, StageKind::Joint]) else { return Ok(None) };
        Ok(Some(match stage.contents {
            Contents::Trained(StageKind::Joint) => stage.load(Joint::init(&config, device), device)?.coloring,
            _ => stage.load(Coloring::init(&config, device), device)?,
        }))
    }

    /// The flow network.
    pub fn flow<B: Backend>(&self, device: &B::Device) -> Result<Option<FlowNet<B>>> {
        let stage = self.newest(&[StageKind::Flow]);
        stage.map(|stage| stage.load(self.record.networks().flow.init(device), device)).transpose()
    }

    /// g.
    pub fn refiner<B: Backend>(&self, device: &B::Device) -> Result<Option<Refiner<B>>> {
        let stage = self.newest(&[StageKind::Joint]);
        let joint = stage
            .map(|stage| stage.load(Joint::init(&self.record.networks(), device), device))
            .transpose()?;
        Ok(joint.map(|joint| joint.refiner))
    }

    /// The trunk of f, else that of a trunk stage, else one around the imported backbone.
    pub fn trunk<B: Backend>(&self, device: &B::Device) -> Result<Option<Trunk<B>>> {
        if let Some(trained) = self.trained_trunk(device)? {
            return Ok(Some(trained));
        }
        let around = |backbone| self.record.networks().trunk.around(backbone, device);
        Ok(self.backbone(device)?.map(around))
    }

    /// The trunk of f, else that of a trunk stage.
    pub fn trained_trunk<B: Backend>(&self, device: &B::Device) -> Result<Option<Trunk<B>>> {
        if let Some(coloring) = self.coloring(device)? {
            return Ok(Some(coloring.trunk));
        }
        let stage = self.newest(&[StageKind::Trunk]);
        stage.map(|stage| stage.load(self.record.networks().trunk.init(device), device)).transpose()
    }

    /// The backbone as `import` wrote it.
    pub fn backbone<B: Backend>(&self, device: &B::Device) -> Result<Option<Backbone<B>>> {
        let stage = self.stages.iter().find(|stage| stage.contents == Contents::Backbone);
        let backbone = || self.record.networks().trunk.backbone.init(device);
        stage.map(|stage| stage.load(backbone(), device)).transpose()
    }

    /// The configuration that the run was last started with.
    pub fn config(&self) -> Result<RunConfig> {
        let last = self.record.sessions.last().context("the run was never started")?;
        let config = without_ignored(last.config.clone());
        serde_json::from_value(config).context("run.json has no configuration of a training")
    }

    /// The last stage of one of these kinds that has a checkpoint.
    fn newest(&self, kinds: &[StageKind]) -> Option<&StageFolder> {
        let holds =
            |stage: &&StageFolder| matches!(stage.contents, Contents::Trained(kind) if kinds.contains(&kind));
        let has_checkpoint =
            |stage: &&StageFolder| checkpoint::steps(&stage.path).is_ok_and(|steps| !steps.is_empty());
        self.stages.iter().rev().filter(holds).find(has_checkpoint)
    }
}

impl StageFolder {
    /// The newest checkpoint's network; an error if it is of other sizes than `network`.
    fn load<B: Backend, M: Module<B>>(&self, network: M, device: &B::Device) -> Result<M> {
        Ok(checkpoint::load_checked(&self.path, network, device)?.1)
    }
}

/// A record's configuration without the fields that its stages ignored: earlier trainers wrote all fields for every kind of stage.
fn without_ignored(mut config: Value) -> Value {
    for stage in config.get_mut("stages").and_then(Value::as_array_mut).into_iter().flatten() {
        let ignored: &[&str] = match stage.get("kind").and_then(Value::as_str) {
            Some("trunk") => &["pairs", "colorizer_learns", "recolored", "hints"],
            Some("flow") => &["pairs", "colorizer_learns", "trunk_learns", "recolored", "hints"],
            Some("colorizer") => &["colorizer_learns", "recolored"],
            Some("joint") => &["images", "trunk_learns", "hints"],
            _ => &[],
        };
        if let Some(fields) = stage.as_object_mut() {
            fields.retain(|name, _| !ignored.contains(&name.as_str()));
        }
    }
    config
}

/// The folders in a run's that are named like stages, in the order of their numbers.
fn stages(run: &Path) -> Result<Vec<StageFolder>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(run).with_context(|| format!("reading {}", run.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let parts = name
            .split_once('-')
            .and_then(|(number, contents)| Some((number.parse().ok()?, Contents::named(contents)?)));
        found.extend(parts.map(|(number, contents)| StageFolder { number, contents, path }));
    }
    found.sort_by_key(|stage| stage.number);
    Ok(found)
}

impl Contents {
    const ALL: [Self; 5] = [
        Self::Trained(StageKind::Trunk),
        Self::Trained(StageKind::Flow),
        Self::Trained(StageKind::Colorizer),
        Self::Trained(StageKind::Joint),
        Self::Backbone,
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|contents| contents.to_string() == name)
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trained(kind) => kind.fmt(formatter),
            Self::Backbone => formatter.write_str("backbone"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Stage};
    use serde_json::json;

    /// A stage as the records of earlier trainers have it, for each kind.
    #[test]
    fn a_record_that_names_fields_its_stages_ignore_is_read() {
        let stage = |kind: &str| {
            json!({
                "kind": kind, "epochs": 1, "images": 7, "pairs": 3, "side": 96, "crop": 64, "batch": 2, "colorizer_learns": true,
                "trunk_learns": true, "recolored": false, "hints": 0.0
            })
        };
        let mut old = serde_json::to_value(config::parse("", &[]).unwrap()).unwrap();
        old["stages"] = json!(["trunk", "flow", "colorizer", "joint"].map(stage));
        let read: RunConfig = serde_json::from_value(without_ignored(old.clone())).unwrap();
        let examples = read.stages.iter().map(|stage: &Stage| stage.basics().examples).collect::<Vec<_>>();
        assert_eq!(examples, [[7, 0], [7, 0], [7, 3], [0, 3]]);
        old["stages"][0]["bach"] = json!(1);
        assert!(serde_json::from_value::<RunConfig>(without_ignored(old)).is_err());
    }
}
