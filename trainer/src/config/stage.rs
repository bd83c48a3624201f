//! One stage of a run: which networks learn, on what, and for how long.

use std::fmt;

use anyhow::{Result, ensure};
use chromaflow::model::{efficientnet::MULTIPLE, flow};
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::parameters::{Framing, Motion, Wear};

/// What a stage trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageKind {
    /// The trunk alone, on which colors are likely where.
    Trunk,
    /// The flow network, on synthetic motion.
    Flow,
    /// f and its trunk, with equations (2), (7) and, on pairs of frames, (3).
    Colorizer,
    /// g and f together, on pairs of frames, with equation (5) added; the flow network is frozen.
    Joint,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What it trains.
    pub kind: StageKind,
    /// How often an epoch is repeated.
    #[serde(default = "default::epochs")]
    pub epochs: usize,
    /// Images an epoch; a joint stage takes none.
    #[serde(default = "default::images")]
    pub images: usize,
    /// Pairs of neighbouring frames an epoch, for colorizer and joint.
    #[serde(default = "default::pairs")]
    pub pairs: usize,
    /// Shorter side in pixels that images are scaled to.
    #[serde(default = "default::side")]
    pub side: u32,
    /// If it is there, images are scaled to a random shorter side from this one on to `side`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_side: Option<u32>,
    /// Side in pixels of the random squares that are cut out; without it images are taken whole. Trunk and flow need it: the
    /// first a multiple of 32, the second of 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<u32>,
    /// Images, or pairs of frames, a batch; 1 where images are taken whole.
    #[serde(default = "default::batch")]
    pub batch: usize,
    /// Whether f learns in a joint stage, or g alone.
    #[serde(default = "default::colorizer_learns")]
    pub colorizer_learns: bool,
    /// Whether the trunk learns in a colorizer stage, or f alone, which takes half the time; in a trunk stage, whether its backbone learns,
    /// or the distribution alone.
    #[serde(default = "default::trunk_learns")]
    pub trunk_learns: bool,
    /// Whether a joint stage that trains g alone shows it the truth's own frames, given one style of color and a flicker of each
    /// frame's own, in place of f's candidates: g learns to keep the style and to take the flicker away.
    #[serde(default)]
    pub recolored: bool,
    /// How far things move in a flow stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motion: Option<Motion>,
    /// How worn the film is that trunk, f and g see; without it images are as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wear: Option<Wear>,
    /// Share of the images of a colorizer stage, 0 to 1, in which f is given some of the truth's colors as a hint.
    #[serde(default)]
    pub hints: f32,
    /// Fields of the run's optimiser that are others in this stage.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub optimiser: Table,
}

/// The paper's numbers.
mod default {
    pub fn epochs() -> usize {
        200
    }

    pub fn images() -> usize {
        5000
    }

    pub fn pairs() -> usize {
        1000
    }

    pub fn side() -> u32 {
        256
    }

    pub fn batch() -> usize {
        1
    }

    pub fn colorizer_learns() -> bool {
        true
    }

    pub fn trunk_learns() -> bool {
        true
    }
}

/// The paper's stages: f for 200 epochs, then g and f, first at 256 pixels and then at 480. The paper has a trained flow
/// network; here the first stage trains it. It does not give the epochs of the joint stages nor those at 480 pixels: 50,
/// and a tenth, are ours.
pub(super) fn papers() -> Vec<Stage> {
    let flow =
        Stage { crop: Some(256), batch: 8, optimiser: flow_optimiser(), ..Stage::new(StageKind::Flow) };
    let f = Stage::new(StageKind::Colorizer);
    let joint = Stage { epochs: 50, ..Stage::new(StageKind::Joint) };
    let finer = |stage: &Stage, epochs| Stage { side: 480, epochs, ..stage.clone() };
    vec![flow, f.clone(), joint.clone(), finer(&f, 20), finer(&joint, 5)]
}

/// From random weights the end-point loss has outliers.
fn flow_optimiser() -> Table {
    Table::from_iter([("clip".to_owned(), 100.0.into())])
}

impl Stage {
    /// A stage with the paper's numbers.
    pub fn new(kind: StageKind) -> Self {
        Self {
            kind,
            epochs: default::epochs(),
            images: default::images(),
            pairs: default::pairs(),
            side: default::side(),
            smallest_side: None,
            crop: None,
            batch: default::batch(),
            colorizer_learns: default::colorizer_learns(),
            trunk_learns: default::trunk_learns(),
            recolored: false,
            motion: None,
            wear: None,
            hints: 0.0,
            optimiser: Table::new(),
        }
    }

    /// Images and pairs of frames that an epoch counts.
    pub fn examples_an_epoch(&self) -> usize {
        let [images, pairs] = self.examples();
        images + pairs
    }

    /// Images and pairs of frames an epoch, as this kind of stage takes them.
    pub fn examples(&self) -> [usize; 2] {
        match self.kind {
            StageKind::Trunk | StageKind::Flow => [self.images, 0],
            StageKind::Colorizer => [self.images, self.pairs],
            StageKind::Joint => [0, self.pairs],
        }
    }

    /// The name of the stage's folder in the run's: `2-colorizer`.
    pub fn folder_name(&self, number: usize) -> String {
        format!("{number}-{}", self.kind)
    }

    /// How images are scaled and cut.
    pub fn framing(&self) -> Framing {
        Framing { short_sides: self.smallest_side.unwrap_or(self.side)..=self.side, crop: self.crop }
    }

    pub(super) fn check(&self) -> Result<()> {
        let multiple = match self.kind {
            StageKind::Trunk => Some(MULTIPLE as u32),
            StageKind::Flow => Some(flow::MULTIPLE as u32),
            StageKind::Colorizer | StageKind::Joint => None,
        };
        if let Some(multiple) = multiple {
            let crop = self.crop.is_some_and(|crop| crop > 0 && crop.is_multiple_of(multiple));
            ensure!(crop, "crop must be there, a multiple of {multiple}");
        }
        let smallest = self.smallest_side.unwrap_or(self.side);
        ensure!(
            (16..=self.side).contains(&smallest),
            "smallest_side must be from 16 to side ({})",
            self.side
        );
        let crop = self.crop.unwrap_or(smallest);
        ensure!((16..=smallest).contains(&crop), "crop must be from 16 to the smallest side ({smallest})");
        ensure!(self.batch > 0, "batch must be at least 1");
        let whole = self.crop.is_none();
        ensure!(
            !whole || self.batch == 1,
            "batch must be 1 where images are taken whole: name a crop, or accumulate"
        );
        ensure!(self.motion.is_none() || self.kind == StageKind::Flow, "motion is for flow stages");
        if let Some(motion) = self.motion {
            motion.check()?;
        }
        if let Some(wear) = self.wear {
            ensure!(self.kind != StageKind::Flow, "wear is for trunk, colorizer and joint stages");
            wear.check()?;
        }
        ensure!((0.0..=1.0).contains(&self.hints), "hints must be in [0, 1]");
        ensure!(self.hints == 0.0 || self.kind == StageKind::Colorizer, "hints are for colorizer stages");
        let joint = self.kind == StageKind::Joint;
        ensure!(self.colorizer_learns || joint, "colorizer_learns is for joint stages");
        ensure!(
            self.trunk_learns || matches!(self.kind, StageKind::Trunk | StageKind::Colorizer),
            "trunk_learns is for trunk and colorizer stages"
        );
        ensure!(
            !self.recolored || (joint && !self.colorizer_learns),
            "recolored is for joint stages whose colorizer_learns is false"
        );
        ensure!(
            self.examples_an_epoch() * self.epochs > 0,
            "there is nothing to train on: epochs, images and pairs"
        );
        Ok(())
    }
}

impl fmt::Display for StageKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Trunk => "trunk",
            Self::Flow => "flow",
            Self::Colorizer => "colorizer",
            Self::Joint => "joint",
        })
    }
}
