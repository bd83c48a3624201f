//! Weights as the page loads them: `<preset>/<network>.bpk`, one burnpack file a network in half precision, and the
//! manifest that describes them.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use burn::{module::Module, tensor::backend::Backend};
use chromaflow::{
    model::preset::{NetworksConfig, Preset},
    weights::{Manifest, WeightFile, WeightSet, sha256, to_half_precision},
};
use serde_json::Value;

use crate::{
    networks::published::{self, FileState},
    run::record::Origin,
    whole_file::{self, Staged},
};

/// The options that name the run of each network of [`NewNetworks`].
const OPTIONS: [(&str, &str); 4] =
    [("trunk", "--colorizer"), ("colorizer", "--colorizer"), ("flow", "--flow"), ("refiner", "--refiner")];

/// A network that goes into a set.
pub struct NewNetwork {
    bytes: Vec<u8>,
    parameters: usize,
    origin: Origin,
}

/// The networks that go into a set; the others stay as the set has them.
#[derive(Default)]
pub struct NewNetworks {
    /// The trunk that f was trained with.
    pub trunk: Option<NewNetwork>,
    /// f.
    pub colorizer: Option<NewNetwork>,
    /// The flow network.
    pub flow: Option<NewNetwork>,
    /// g.
    pub refiner: Option<NewNetwork>,
    /// d of the new f.
    pub candidates: Option<usize>,
}

impl NewNetwork {
    /// A network's weights in half precision, and where they come from.
    pub fn new<B: Backend, M: Module<B>>(network: &M, origin: Origin) -> Result<Self> {
        Ok(Self { bytes: to_half_precision(network)?, parameters: network.num_params(), origin })
    }

    fn describe(&self, name: String) -> WeightFile {
        WeightFile {
            name,
            bytes: self.bytes.len() as u64,
            sha256: sha256(&self.bytes),
            dtype: "f16".to_owned(),
            parameters: self.parameters,
            command: self.origin.command.clone(),
            commit: self.origin.commit.clone(),
        }
    }
}

impl NewNetworks {
    /// True if no network is new.
    pub fn is_empty(&self) -> bool {
        self.all().iter().all(Option::is_none)
    }

    fn all(&self) -> [Option<&NewNetwork>; 4] {
        [&self.trunk, &self.colorizer, &self.flow, &self.refiner].map(Option::as_ref)
    }
}

/// Writes new networks and figures into a preset's set in `folder`, beside the other sets there. Networks that are not new
/// keep their files and origins. New networks without new figures drop the old ones: those were measured on other weights.
/// A flow network and a g that the set lacks are those of another set, if they are of the same sizes there; both sets then
/// share the file, and a new one replaces it for both.
///
/// Nothing is changed if the set would be incomplete, if a file that it keeps was altered, or if the disk is full. The
/// manifest is replaced last: an interruption just before leaves files that the page and this function refuse, until the
/// same networks are exported again.
pub fn export(folder: &Path, preset: Preset, new: &NewNetworks, figures: Option<Value>) -> Result<()> {
    let mut manifest = read_manifest(folder)?;
    let old = manifest.presets.remove(preset.name());
    let old_candidates = old.as_ref().map(|old| old.config.colorizer.candidates);
    let mut config = preset.config();
    config.colorizer.candidates = new.candidates.or(old_candidates).unwrap_or(config.colorizer.candidates);
    let files = plan(folder, preset, new, old.as_ref(), &manifest)?;
    let figures = figures.or_else(|| old.filter(|_| new.is_empty()).map(|old| old.figures));
    let mut staged = Vec::new();
    for (file, new) in files.iter().zip(new.all()) {
        staged.extend(new.map(|new| stage(folder, &file.name, &new.bytes)).transpose()?);
    }
    let [trunk, colorizer, flow, refiner] = files;
    let figures = figures.unwrap_or_default();
    let set = WeightSet { config, trunk, colorizer, flow, refiner, figures };
    manifest.presets.values_mut().for_each(|other| follow(other, &set));
    manifest.presets.insert(preset.name().to_owned(), set);
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    staged.push(whole_file::stage(&published::manifest_path(folder), text.as_bytes())?);
    staged.into_iter().try_for_each(Staged::place)
}

/// The manifest of a folder that may have none yet.
fn read_manifest(folder: &Path) -> Result<Manifest> {
    if published::manifest_path(folder).exists() {
        return published::manifest(folder);
    }
    Ok(Manifest { presets: Default::default() })
}

fn stage(folder: &Path, name: &str, bytes: &[u8]) -> Result<Staged> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
    }
    whole_file::stage(&path, bytes)
}

/// The manifest's entries of the four networks. An error that names every network which is neither new nor kept.
fn plan(
    folder: &Path,
    preset: Preset,
    new: &NewNetworks,
    old: Option<&WeightSet>,
    others: &Manifest,
) -> Result<[WeightFile; 4]> {
    if let Some(old) = old {
        let mut config = preset.config();
        config.colorizer.candidates = old.config.colorizer.candidates;
        let changed = changed(&old.config, &config, new)?;
        ensure!(
            changed.is_empty(),
            "the sizes of {} in preset {} have changed: name their runs",
            changed.join(" and "),
            preset.name()
        );
    }
    let old = match old {
        Some(old) => old.files().map(Some),
        None => shared(preset, others)?,
    };
    let new = new.all();
    let files: [Result<WeightFile>; 4] = std::array::from_fn(|index| {
        let (network, option) = OPTIONS[index];
        match new[index] {
            Some(new) => Ok(new.describe(format!("{}/{network}.bpk", preset.name()))),
            None => keep(folder, network, old[index]).with_context(|| format!("name its run with {option}")),
        }
    });
    let problems: Vec<_> =
        files.iter().filter_map(|file| file.as_ref().err()).map(|error| format!("{error:#}")).collect();
    if !problems.is_empty() {
        bail!("the set {} would not be whole:\n{}", preset.name(), problems.join("\n"));
    }
    let [trunk, colorizer, flow, refiner] = files;
    Ok([trunk?, colorizer?, flow?, refiner?])
}

/// The flow network and g of other sets, where they are of this preset's sizes: both serve any f.
fn shared(preset: Preset, others: &Manifest) -> Result<[Option<&WeightFile>; 4]> {
    let ours = preset.config();
    let (flow, refiner) = (serde_json::to_value(&ours.flow)?, serde_json::to_value(&ours.refiner)?);
    let mut found = [None; 4];
    for other in others.presets.values() {
        if serde_json::to_value(&other.config.flow)? == flow {
            found[2] = Some(&other.flow);
        }
        if serde_json::to_value(&other.config.refiner)? == refiner {
            found[3] = Some(&other.refiner);
        }
    }
    Ok(found)
}

/// Takes over what a set that was written says of files that another one shares with it. Figures of other weights are dropped.
fn follow(other: &mut WeightSet, written: &WeightSet) {
    let pairs = [(&mut other.flow, &written.flow), (&mut other.refiner, &written.refiner)];
    for (theirs, new) in pairs {
        if theirs.name == new.name && theirs != new {
            *theirs = new.clone();
            other.figures = Value::default();
        }
    }
}

/// The networks that are kept though their sizes have changed.
fn changed(old: &NetworksConfig, now: &NetworksConfig, new: &NewNetworks) -> Result<Vec<&'static str>> {
    let (old, now) = (serde_json::to_value(old)?, serde_json::to_value(now)?);
    let kept = OPTIONS.iter().zip(new.all()).filter(|(_, new)| new.is_none());
    Ok(kept.map(|((network, _), _)| *network).filter(|&network| old[network] != now[network]).collect())
}

/// The manifest's entry of a network that stays, if its file is as stated.
fn keep(folder: &Path, network: &str, old: Option<&WeightFile>) -> Result<WeightFile> {
    let old = old.with_context(|| format!("there is no {network} yet"))?;
    let state = published::check(folder, old)?;
    ensure!(state == FileState::AsStated, "{} is {state}", old.name);
    Ok(old.clone())
}
