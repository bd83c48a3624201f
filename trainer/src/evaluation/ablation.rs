//! The paper's table 2: the whole method beside its variants, each of which lacks one part.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use burn::tensor::backend::Backend;
use chromaflow::model::flow::FlowNet;
use serde::Serialize;

use super::{
    coloring::Painter,
    figures::{Figures, Measured},
    flows::{self, NamedFlow},
    group::Group,
};
use crate::{networks::published, run::folder::RunFolder};

/// The row of the whole method's pick before refinement, which needs no weights of its own.
pub const NO_REFINEMENT: &str = "no-refinement";

/// A variant of the method, trained without one of its parts; the first one of several is the whole method.
pub struct Variant<B: Backend> {
    /// Its name.
    pub name: String,
    /// Its networks.
    pub painter: Painter<B>,
}

/// How the whole method does beside its variants, over all clips: the paper asks people which they prefer, here stand the
/// figures.
#[derive(Debug, Serialize)]
pub struct Preference {
    /// The whole method's name.
    pub full: String,
    /// Its figures minus those of each variant, in the mean over clips.
    pub minus: Vec<Measured>,
}

impl Preference {
    /// Compares the means of `clips`, on which these variants were measured.
    pub fn of<B: Backend>(clips: &Group, variants: &[Variant<B>]) -> Option<Self> {
        let (full, others) = variants.split_first()?;
        let row = |name: &str| clips.mean.iter().find(|row| row.method == name);
        let whole = &row(&full.name)?.figures;
        let others = [NO_REFINEMENT].into_iter().chain(others.iter().map(|variant| variant.name.as_str()));
        let minus = others.filter_map(row).map(|row| Measured::new(&row.method, whole.minus(&row.figures)));
        Some(Self { full: full.name.clone(), minus: minus.collect() })
    }
}

/// Reads the variants, each from a run or from the set `preset` in a folder of weights, and the first one's flow network.
pub fn read<B: Backend>(
    named: &[(String, PathBuf)],
    preset: &str,
    device: &B::Device,
) -> Result<(Vec<Variant<B>>, NamedFlow<B>)> {
    let mut names: HashSet<&str> = HashSet::from(["grey", NO_REFINEMENT, "truth"]);
    let (mut variants, mut motion) = (Vec::new(), None);
    for (name, folder) in named {
        ensure!(names.insert(name), "--ablation {name}: there is a row of this name already");
        let (painter, flow) = painter(folder, preset, device).with_context(|| format!("variant {name}"))?;
        variants.push(Variant { name: name.clone(), painter });
        if let (None, Some(network)) = (&motion, flow) {
            motion = Some(NamedFlow { name: flows::name(folder, preset)?, network });
        }
    }
    let missing = "no variant has a flow network, which finds the motion: name one by start.flow in the run's configuration";
    Ok((variants, motion.context(missing)?))
}

/// The networks of a run or of a folder of weights, and its flow network if there is one.
fn painter<B: Backend>(
    folder: &Path,
    preset: &str,
    device: &B::Device,
) -> Result<(Painter<B>, Option<FlowNet<B>>)> {
    if published::manifest_path(folder).exists() {
        let (painter, flow) = Painter::of(published::load(folder, preset, device)?);
        return Ok((painter, Some(flow)));
    }
    let run = RunFolder::open(folder)?;
    let coloring = run.coloring(device)?;
    let coloring = coloring.with_context(|| format!("{} has trained no f", folder.display()))?;
    let painter = Painter { coloring, refiner: run.refiner(device)? };
    let flow = match (run.flow(device)?, run.config()?.start.flow) {
        (None, Some(start)) => RunFolder::open(&start)?.flow(device)?,
        (flow, _) => flow,
    };
    Ok((painter, flow))
}

impl Figures {
    /// The differences of the figures that both have.
    fn minus(&self, other: &Self) -> Self {
        let (ours, theirs) = (self.values(), other.values());
        Self::from_values(std::array::from_fn(|index| Some(ours[index]? - theirs[index]?)))
    }
}
