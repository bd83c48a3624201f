//! From bytes to checked models: the manifest of the published weights, and the files that it names.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Bytes, DType, FloatDType, Tensor, backend::Backend},
};
use burn_store::{BurnpackStore, HalfPrecisionAdapter, ModuleSnapshot};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    model::preset::{Networks, NetworksConfig},
};

/// What `weights/manifest.json` says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The published sets by the name of their preset.
    pub presets: BTreeMap<String, WeightSet>,
}

/// The weights of all networks of one preset.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WeightSet {
    /// The networks' sizes.
    pub config: NetworksConfig,
    /// The trunk's file.
    pub trunk: WeightFile,
    /// f's file.
    pub colorizer: WeightFile,
    /// The flow network's file.
    pub flow: WeightFile,
    /// g's file.
    pub refiner: WeightFile,
    /// What was measured of this set, as the evaluation printed it.
    pub figures: serde_json::Value,
}

/// One network's weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightFile {
    /// Path beside the manifest.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// The SHA-256 of the file, in lower-case hexadecimal digits.
    pub sha256: String,
    /// How numbers are stored.
    pub dtype: String,
    /// How many numbers the network has.
    pub parameters: usize,
    /// The command that made it.
    pub command: String,
    /// The commit that the command ran on.
    pub commit: String,
}

impl Manifest {
    /// Reads the text of a manifest.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::WeightsUnreadable(format!("manifest: {error}")))
    }

    /// The set of a preset.
    pub fn set(&self, preset: &str) -> Result<&WeightSet> {
        let known = || self.presets.keys().cloned().collect::<Vec<_>>().join(", ");
        self.presets
            .get(preset)
            .ok_or_else(|| Error::WeightsMissing(format!("no set is named {preset}; there are: {}", known())))
    }
}

impl WeightSet {
    /// The files of the set.
    pub fn files(&self) -> [&WeightFile; 4] {
        [&self.trunk, &self.colorizer, &self.flow, &self.refiner]
    }

    /// What the candidates need, f and its trunk; the others are for a clip alone.
    pub fn files_for_preview(&self) -> [&WeightFile; 2] {
        [&self.trunk, &self.colorizer]
    }

    /// The networks with the weights of `files` (contents by name), each checked against its hash and complete, in f32.
    pub fn load<B: Backend>(
        &self,
        files: BTreeMap<String, Vec<u8>>,
        device: &B::Device,
    ) -> Result<Networks<B>> {
        let mut loaded = LoadedSet::new(self.clone(), FloatDType::F32, device);
        loaded.add(files)?;
        Ok(Rc::unwrap_or_clone(loaded.complete()?))
    }
}

/// A set's networks, as far as their weights have come.
pub struct LoadedSet<B: Backend> {
    set: WeightSet,
    /// Of all but flow.
    precision: FloatDType,
    /// Where no weights have come they are not drawn either, since Burn draws them when they are first used.
    networks: Rc<Networks<B>>,
    /// Names of the files that have come.
    names: BTreeSet<String>,
}

impl<B: Backend> LoadedSet<B> {
    /// None of a set's weights yet. All but flow's will be stored in `precision` ([`Kernels::precision`](crate::kernel::Kernels::precision)).
    pub fn new(set: WeightSet, precision: FloatDType, device: &B::Device) -> Self {
        let networks = Rc::new(set.config.init(device));
        Self { networks, set, precision, names: BTreeSet::new() }
    }

    /// The set.
    pub fn set(&self) -> &WeightSet {
        &self.set
    }

    /// How the weights and feature maps of all networks but flow are stored.
    pub fn precision(&self) -> FloatDType {
        self.precision
    }

    /// What the weights take on the device when all have come, in bytes.
    pub fn bytes(&self) -> u64 {
        let bytes = |file: &WeightFile| file.parameters * DType::from(self.precision_of(file)).size();
        self.set.files().into_iter().map(bytes).sum::<usize>() as u64
    }

    fn precision_of(&self, file: &WeightFile) -> FloatDType {
        if file == &self.set.flow { FloatDType::F32 } else { self.precision }
    }

    /// Takes any of the set's files (contents by name), each checked against its hash and complete. Where one is not, all stays
    /// as it was.
    pub fn add(&mut self, files: BTreeMap<String, Vec<u8>>) -> Result<()> {
        let mut networks = Networks::clone(&self.networks);
        let names: Vec<_> = files.keys().cloned().collect();
        for (name, bytes) in files {
            let set = &self.set;
            let file = set.files().into_iter().find(|file| file.name == name);
            let file = file.ok_or_else(|| Error::WeightsUnreadable(format!("{name} is not of this set")))?;
            file.check(&bytes)?;
            let precision = self.precision_of(file);
            match file {
                file if file == &set.trunk => networks.trunk = fill(networks.trunk, file, bytes, precision)?,
                file if file == &set.colorizer => {
                    networks.colorizer = fill(networks.colorizer, file, bytes, precision)?;
                }
                file if file == &set.flow => networks.flow = fill(networks.flow, file, bytes, precision)?,
                file => networks.refiner = fill(networks.refiner, file, bytes, precision)?,
            }
        }
        self.names.extend(names);
        self.networks = Rc::new(networks);
        Ok(())
    }

    /// The networks, of which only f and its trunk may be used. Errs where a file of theirs has not come.
    pub fn for_preview(&self) -> Result<Rc<Networks<B>>> {
        self.with(&self.set.files_for_preview())
    }

    /// All networks. Errs where a file has not come.
    pub fn complete(&self) -> Result<Rc<Networks<B>>> {
        self.with(&self.set.files())
    }

    fn with(&self, files: &[&WeightFile]) -> Result<Rc<Networks<B>>> {
        match files.iter().find(|file| !self.names.contains(&file.name)) {
            Some(missing) => Err(Error::WeightsMissing(missing.name.clone())),
            None => Ok(self.networks.clone()),
        }
    }
}

impl WeightFile {
    fn check(&self, bytes: &[u8]) -> Result<()> {
        let found = sha256(bytes);
        if found == self.sha256 {
            return Ok(());
        }
        Err(Error::WeightsAltered { name: self.name.clone(), expected: self.sha256.clone(), found })
    }
}

/// The SHA-256 of some bytes, in lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A network's weights as the page loads them: Burn's own format, in half precision.
pub fn to_half_precision<B: Backend, M: Module<B>>(network: &M) -> Result<Vec<u8>> {
    let unreadable = |error: &dyn std::fmt::Display| Error::WeightsUnreadable(error.to_string());
    let mut store = BurnpackStore::from_bytes(None).with_to_adapter(HalfPrecisionAdapter::new());
    network.save_into(&mut store).map_err(|error| unreadable(&error))?;
    let bytes = store.get_bytes().map_err(|error| unreadable(&error))?;
    Ok(bytes.to_vec())
}

/// Burn applies what it finds; here every parameter must be found, and nothing be left over.
fn fill<B: Backend, M: Module<B>>(
    mut network: M,
    file: &WeightFile,
    bytes: Vec<u8>,
    precision: FloatDType,
) -> Result<M> {
    let unreadable = |reason: String| Error::WeightsUnreadable(format!("{}: {reason}", file.name));
    let mut store = BurnpackStore::from_bytes(Some(Bytes::from_bytes_vec(bytes)))
        .with_from_adapter(HalfPrecisionAdapter::new());
    let applied = network.load_from(&mut store).map_err(|error| unreadable(error.to_string()))?;
    if applied.unused.is_empty() {
        Ok(network.map(&mut Stored(precision)))
    } else {
        Err(unreadable(format!("{} tensors have no place in the network", applied.unused.len())))
    }
}

/// Stores every weight of a module in another precision.
struct Stored(FloatDType);

impl<B: Backend> ModuleMapper<B> for Stored {
    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        weight.map(|weight| weight.cast(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{flow::FlowNet, preset::Preset};
    use burn::{backend::Flex, tensor::Tensor};

    fn published() -> (WeightSet, BTreeMap<String, Vec<u8>>, Networks<Flex>) {
        let config = Preset::Tiny.config();
        let networks = config.init::<Flex>(&Default::default());
        let mut files = BTreeMap::new();
        let mut publish = |name: &str, bytes: Vec<u8>| {
            let file = WeightFile {
                name: name.into(),
                bytes: bytes.len() as u64,
                sha256: sha256(&bytes),
                dtype: "f16".into(),
                parameters: 0,
                command: String::new(),
                commit: String::new(),
            };
            files.insert(name.into(), bytes);
            file
        };
        let set = WeightSet {
            trunk: publish("trunk", to_half_precision(&networks.trunk).unwrap()),
            colorizer: publish("colorizer", to_half_precision(&networks.colorizer).unwrap()),
            flow: publish("flow", to_half_precision(&networks.flow).unwrap()),
            refiner: publish("refiner", to_half_precision(&networks.refiner).unwrap()),
            config,
            figures: serde_json::Value::Null,
        };
        (set, files, networks)
    }

    /// Half precision keeps 11 bits of each weight. Over some twenty layers of random weights that moves outputs by about a
    /// thousandth of the largest one; a weight in the wrong place moves them by as much as the largest.
    #[test]
    fn weights_survive_the_round_trip() {
        let (set, files, networks) = published();
        let loaded = set.load::<Flex>(files, &Default::default()).unwrap();
        let grey = Tensor::random([1, 1, 32, 32], burn::tensor::Distribution::Default, &Default::default());
        let expected = networks.colorizer.forward(&networks.trunk, grey.clone(), None);
        let found = loaded.colorizer.forward(&loaded.trunk, grey, None);
        let largest = expected.clone().abs().max().into_scalar();
        let difference = (found - expected).abs().max().into_scalar();
        assert!(difference < 1e-2 * largest, "{difference} of {largest}");
    }

    /// The page shows candidates while the rest is on its way.
    #[test]
    fn f_and_its_trunk_come_before_the_others() {
        let (set, files, networks) = published();
        let of = |names: &[&str]| names.iter().map(|&name| (name.to_owned(), files[name].clone())).collect();
        let mut loaded = LoadedSet::<Flex>::new(set, FloatDType::F32, &Default::default());
        loaded.add(of(&["trunk"])).unwrap();
        assert_eq!(loaded.for_preview().unwrap_err().code(), "weights-missing");
        loaded.add(of(&["colorizer"])).unwrap();
        loaded.for_preview().unwrap();
        assert_eq!(loaded.complete().unwrap_err().code(), "weights-missing");
        let altered = BTreeMap::from([("flow".to_owned(), vec![7; 500])]);
        assert_eq!(loaded.add(altered).unwrap_err().code(), "weights-altered");
        let foreign = BTreeMap::from([("other".to_owned(), vec![7; 500])]);
        assert_eq!(loaded.add(foreign).unwrap_err().code(), "weights-unreadable");
        loaded.add(of(&["flow", "refiner"])).unwrap();
        let weights = |flow: &FlowNet<Flex>| flow.context.convolutions[0].weight.val();
        let difference = weights(&loaded.complete().unwrap().flow) - weights(&networks.flow);
        assert!(difference.abs().max().into_scalar() < 1e-3); // of weights near 1, in half precision
    }

    #[test]
    fn altered_cut_and_missing_files_are_named() {
        let (set, files, _) = published();
        let load = |files| set.load::<Flex>(files, &Default::default()).unwrap_err().code();
        let mut altered = files.clone();
        altered.get_mut("flow").unwrap()[100] ^= 1;
        assert_eq!(load(altered), "weights-altered");
        let mut cut = files.clone();
        cut.get_mut("trunk").unwrap().truncate(1000);
        assert_eq!(load(cut), "weights-altered");
        let mut missing = files;
        missing.remove("refiner");
        assert_eq!(load(missing), "weights-missing");
    }

    #[test]
    fn a_file_of_another_network_is_unreadable() {
        let (mut set, files, _) = published();
        set.flow = set.trunk.clone();
        let swapped = files.clone();
        let error = set.load::<Flex>(swapped, &Default::default()).unwrap_err();
        assert!(matches!(error.code(), "weights-unreadable" | "weights-missing"), "{error}");
        let mut garbage = files;
        garbage.insert("trunk".into(), vec![7; 500]);
        set.trunk.sha256 = sha256(&[7; 500]);
        assert_eq!(set.load::<Flex>(garbage, &Default::default()).unwrap_err().code(), "weights-unreadable");
    }
}
