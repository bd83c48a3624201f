//! A folder of weights and its manifest: what `export` writes, keeps and refuses, and what `info` says of it.

use std::{fs, path::Path};

use burn::{
    backend::Flex,
    tensor::{Tensor, Tolerance},
};
use chromaflow::{
    model::preset::{Networks, Preset},
    weights::WeightSet,
};
use serde_json::{Value, json};
use tempfile::tempdir;
use trainer::{
    export::weights::{NewNetwork, NewNetworks, export},
    networks::published,
    run::{info, record::Origin},
};

fn networks() -> Networks<Flex> {
    Preset::Tiny.config().init(&Default::default())
}

fn origin(command: &str) -> Origin {
    Origin { command: command.into(), commit: "0123".into() }
}

fn all(networks: &Networks<Flex>) -> NewNetworks {
    NewNetworks {
        trunk: Some(NewNetwork::new(&networks.trunk, origin("train f")).unwrap()),
        colorizer: Some(NewNetwork::new(&networks.colorizer, origin("train f")).unwrap()),
        flow: Some(NewNetwork::new(&networks.flow, origin("train flow")).unwrap()),
        refiner: Some(NewNetwork::new(&networks.refiner, origin("train g")).unwrap()),
        candidates: Some(networks.colorizer.candidates()),
    }
}

fn set(folder: &Path) -> WeightSet {
    published::manifest(folder).unwrap().set("tiny").unwrap().clone()
}

fn load(folder: &Path) -> Networks<Flex> {
    published::load(folder, "tiny", &Default::default()).unwrap()
}

fn painted(networks: &Networks<Flex>) -> burn::tensor::TensorData {
    let grey = Tensor::ones([1, 1, 32, 32], &Default::default()) * 0.4;
    networks.colorizer.forward(&networks.trunk, grey, None).into_data()
}

#[test]
fn a_set_comes_back_and_says_where_it_comes_from() {
    let folder = tempdir().unwrap();
    let ours = networks();
    export(folder.path(), Preset::Tiny, &all(&ours), Some(json!({ "psnr": 21.5 }))).unwrap();
    // Half precision rounds each weight by up to 1 / 2048 of itself; over twenty layers of random weights that moves outputs
    // by about a thousandth of the largest one.
    let expected = painted(&ours);
    let largest = expected.iter::<f32>().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let tolerance = Tolerance::absolute(1e-2 * largest);
    painted(&load(folder.path())).assert_approx_eq::<f32>(&expected, tolerance);
    let set = set(folder.path());
    assert_eq!(set.flow.name, "tiny/flow.bpk");
    assert_eq!((set.flow.command.as_str(), set.trunk.command.as_str()), ("train flow", "train f"));
    assert_eq!(set.flow.parameters, burn::module::Module::num_params(&ours.flow));
    let message = info::describe(folder.path()).unwrap().text;
    for line in ["preset tiny", "tiny/flow.bpk, as stated", "train flow", "0123", "\"psnr\": 21.5"] {
        assert!(message.contains(line), "{line} in {message}");
    }
}

#[test]
fn what_is_not_named_stays() {
    let folder = tempdir().unwrap();
    export(folder.path(), Preset::Tiny, &all(&networks()), Some(json!(1))).unwrap();
    let before = set(folder.path());

    export(folder.path(), Preset::Tiny, &NewNetworks::default(), Some(json!(2))).unwrap();
    let measured = set(folder.path());
    assert_eq!(measured.figures, json!(2));
    assert_eq!(measured.files(), before.files());

    let flow = NewNetwork::new(&networks().flow, origin("train another")).unwrap();
    let new = NewNetworks { flow: Some(flow), ..NewNetworks::default() };
    export(folder.path(), Preset::Tiny, &new, None).unwrap();
    let after = set(folder.path());
    assert_eq!(
        (&after.trunk, &after.colorizer, &after.refiner),
        (&before.trunk, &before.colorizer, &before.refiner)
    );
    assert_ne!(after.flow.sha256, before.flow.sha256);
    assert_eq!(after.flow.command, "train another");
    assert_eq!(after.figures, Value::Null, "the figures of other weights");
    load(folder.path());
}

#[test]
fn an_incomplete_or_altered_set_is_refused_and_nothing_changes() {
    let folder = tempdir().unwrap();
    let new = || NewNetworks { refiner: None, ..all(&networks()) };
    let message = export(folder.path(), Preset::Tiny, &new(), None).unwrap_err().to_string();
    assert!(message.contains("--refiner") && !message.contains("--flow"), "{message}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    export(folder.path(), Preset::Tiny, &all(&networks()), None).unwrap();
    let manifest = fs::read(published::manifest_path(folder.path())).unwrap();
    let refiner = folder.path().join("tiny/refiner.bpk");
    let mut bytes = fs::read(&refiner).unwrap();
    bytes[100] ^= 1;
    fs::write(&refiner, bytes).unwrap();
    let message = export(folder.path(), Preset::Tiny, &new(), None).unwrap_err().to_string();
    assert!(message.contains("tiny/refiner.bpk is altered"), "{message}");
    let described = info::describe(folder.path()).unwrap();
    assert!(described.text.contains("tiny/refiner.bpk, altered"));
    assert_eq!(described.altered, ["tiny/refiner.bpk"]);
    fs::remove_file(&refiner).unwrap();
    assert!(info::describe(folder.path()).unwrap().text.contains("tiny/refiner.bpk, missing"));
    assert_eq!(fs::read(published::manifest_path(folder.path())).unwrap(), manifest);
    export(folder.path(), Preset::Tiny, &all(&networks()), None).unwrap();
    load(folder.path());
}

/// The disk fills while the last of the new files is written: here a folder stands where it would be.
#[test]
fn a_failed_write_leaves_the_old_set() {
    let folder = tempdir().unwrap();
    export(folder.path(), Preset::Tiny, &all(&networks()), None).unwrap();
    let before = set(folder.path());
    fs::create_dir(folder.path().join("tiny/refiner.partial.bpk")).unwrap();
    assert!(export(folder.path(), Preset::Tiny, &all(&networks()), None).is_err());
    assert_eq!(set(folder.path()).files(), before.files());
    load(folder.path());
}

#[test]
fn other_sets_are_kept_and_other_folders_are_told() {
    let folder = tempdir().unwrap();
    let lite = Preset::Lite.config().init::<Flex>(&Default::default());
    export(folder.path(), Preset::Lite, &all(&lite), None).unwrap();
    export(folder.path(), Preset::Tiny, &all(&networks()), None).unwrap();
    let manifest = published::manifest(folder.path()).unwrap();
    assert_eq!(manifest.presets.keys().collect::<Vec<_>>(), ["lite", "tiny"]);
    fs::write(published::manifest_path(folder.path()), "{").unwrap();
    assert!(export(folder.path(), Preset::Tiny, &all(&networks()), None).is_err(), "an unreadable manifest");
    let empty = tempdir().unwrap();
    let message = info::describe(empty.path()).unwrap_err().to_string();
    assert!(message.contains("neither a run"), "{message}");
}

/// `large` has the flow network and g of `lite`.
#[test]
fn sets_share_a_flow_network_of_the_same_sizes() {
    let folder = tempdir().unwrap();
    let device = Default::default();
    let (lite, large) = (Preset::Lite.config(), Preset::Large.config());
    let flow = |command| Some(NewNetwork::new(&lite.flow.init::<Flex>(&device), origin(command)).unwrap());
    let new = NewNetworks {
        trunk: Some(NewNetwork::new(&lite.trunk.init::<Flex>(&device), origin("train f")).unwrap()),
        colorizer: Some(NewNetwork::new(&lite.colorizer.init::<Flex>(&device), origin("train f")).unwrap()),
        flow: flow("train flow"),
        refiner: Some(NewNetwork::new(&lite.refiner.init::<Flex>(&device), origin("train g")).unwrap()),
        candidates: Some(4),
    };
    export(folder.path(), Preset::Lite, &new, None).unwrap();
    let new = NewNetworks {
        trunk: Some(NewNetwork::new(&large.trunk.init::<Flex>(&device), origin("train f")).unwrap()),
        colorizer: Some(NewNetwork::new(&large.colorizer.init::<Flex>(&device), origin("train f")).unwrap()),
        candidates: Some(4),
        ..NewNetworks::default()
    };
    export(folder.path(), Preset::Large, &new, Some(json!({ "psnr": 21.5 }))).unwrap();
    let set = |name: &str| published::manifest(folder.path()).unwrap().set(name).unwrap().clone();
    assert_eq!(set("large").flow, set("lite").flow);
    assert_eq!(set("large").trunk.name, "large/trunk.bpk");
    published::load::<Flex>(folder.path(), "large", &device).unwrap();

    let new = NewNetworks { flow: flow("train flow again"), ..NewNetworks::default() };
    export(folder.path(), Preset::Lite, &new, None).unwrap();
    assert_eq!(set("large").flow.command, "train flow again");
    assert_eq!(set("large").figures, Value::Null);
    published::load::<Flex>(folder.path(), "large", &device).unwrap();
}
