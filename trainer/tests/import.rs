//! Published weights find their places: by name, against generated files, and by what comes out, against PyTorch
//! (`tests/fixtures/import`).

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use burn::{
    backend::{Autodiff, Flex},
    tensor::{Tensor, TensorData, Tolerance},
};
use burn_store::{ModuleSnapshot, ModuleStore, SafetensorsStore};
use chromaflow::model::{
    flow::{FlowConfig, FlowNet},
    preset::Preset,
    trunk::{Backbone, BackboneConfig},
    vgg::{Vgg, VggConfig},
};
use safetensors::{Dtype, tensor::TensorView};
use tempfile::tempdir;
use trainer::{
    networks::import::{self, NameTable},
    run::{checkpoint, folder::RunFolder, record::RunRecord},
};

type Files = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

fn trunk_config() -> VggConfig {
    VggConfig::new().with_widths([2, 3, 4, 4, 5])
}

fn flow_config() -> FlowConfig {
    Preset::Tiny.config().flow
}

/// Our names and shapes.
fn places(network: &impl ModuleSnapshot<Flex>) -> Vec<(String, Vec<usize>)> {
    let snapshots = network.collect(None, None, false);
    snapshots.iter().map(|place| (place.full_path(), place.shape.to_vec())).collect()
}

/// A published file for `network`: each parameter has values of its own, under the table's published name.
fn published(network: &impl ModuleSnapshot<Flex>, table: &NameTable) -> Files {
    let names: BTreeMap<_, _> = table.parameters().map(|[published, ours]| (ours, published)).collect();
    assert_eq!(names.len(), table.layers.len() * 2, "two layers have one place");
    let numbered = places(network).into_iter().enumerate();
    numbered
        .map(|(index, (ours, shape))| {
            let count = shape.iter().product::<usize>();
            let values = (0..count).map(|i| (index as f32 + i as f32 / count as f32) / 100.0).collect();
            (names[&ours].clone(), (shape, values))
        })
        .collect()
}

fn write(files: &Files, path: &Path) {
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let stored: Vec<_> =
        files.iter().map(|(name, (shape, values))| (name.clone(), shape.clone(), bytes(values))).collect();
    let views = stored
        .iter()
        .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

fn values(network: &impl ModuleSnapshot<Flex>) -> BTreeMap<String, Vec<f32>> {
    let values = |data: TensorData| data.iter::<f32>().collect::<Vec<_>>();
    let snapshots = network.collect(None, None, false);
    snapshots.iter().map(|place| (place.full_path(), values(place.to_data().unwrap()))).collect()
}

/// Every parameter holds what stood under its published name.
fn assert_in_place(found: &BTreeMap<String, Vec<f32>>, table: &NameTable, files: &Files, turned: &str) {
    assert_eq!(found.len(), table.layers.len() * 2);
    for [published, ours] in table.parameters() {
        let (shape, expected) = &files[&published];
        if ours == turned {
            let plane = shape[2] * shape[3];
            let filter = |filter: &[f32]| {
                [2, 1, 0].map(|channel| filter[channel * plane..][..plane].to_vec()).concat()
            };
            let expected: Vec<f32> = expected.chunks(3 * plane).flat_map(filter).collect();
            assert_eq!(found[&ours], expected, "{published} in {ours}, blue and red exchanged");
        } else {
            assert_eq!(&found[&ours], expected, "{published} in {ours}");
        }
    }
}

#[test]
fn vgg_lands_where_the_published_list_of_layers_says() {
    let table = NameTable::vgg(&trunk_config());
    let name = |layer: usize| table.layers[layer].clone();
    // Counted by hand in torchvision's vgg19: conv1_2, conv3_4, conv5_1, conv5_2.
    assert_eq!(name(1), ["features.2", "blocks.0.convolutions.1"]);
    assert_eq!(name(7), ["features.16", "blocks.2.convolutions.3"]);
    assert_eq!(name(12), ["features.28", "blocks.4.convolutions.0"]);
    assert_eq!(name(13), ["features.30", "blocks.4.convolutions.1"]);
    let (folder, device) = (tempdir().unwrap(), Default::default());
    let file = folder.path().join("vgg.safetensors");
    let mut files = published(&trunk_config().init::<Flex>(&device), &table);
    files.insert("features.34.weight".into(), (vec![1], vec![0.0]));
    files.insert("classifier.6.bias".into(), (vec![1], vec![0.0]));
    write(&files, &file);
    let network = import::vgg::<Flex>(&file, &trunk_config(), &device).unwrap();
    assert_in_place(&values(&network), &table, &files, "");
}

#[test]
fn flow_lands_in_its_places_under_each_of_the_names() {
    let (folder, device) = (tempdir().unwrap(), Default::default());
    let file = folder.path().join("flow.safetensors");
    let authors = NameTable::flow_of_the_authors();
    let [old, new] = ["module", "net"].map(NameTable::flow_reimplemented);
    let fresh = flow_config().init::<Flex>(&device);
    for table in [&authors, &old, &new] {
        let files = published(&fresh, table);
        write(&files, &file);
        let network = import::flow::<Flex>(&file, &flow_config(), &device).unwrap();
        assert_in_place(&values(&network), table, &files, "pyramid.levels.0.0.weight");
    }
    let ours = |table: &NameTable, published: &str| {
        let layer = table.layers.iter().find(|[name, _]| name == published).unwrap();
        layer[1].clone()
    };
    // From the two published definitions, by hand.
    assert_eq!(ours(&authors, "conv5aa.0"), "pyramid.levels.4.1");
    assert_eq!(ours(&authors, "conv6aa.0"), "pyramid.levels.5.0");
    assert_eq!(ours(&authors, "conv6a.0"), "pyramid.levels.5.1");
    assert_eq!(ours(&authors, "conv2_4.0"), "decoders.4.dense.4");
    assert_eq!(ours(&authors, "upfeat3"), "decoders.3.upsample_features");
    assert_eq!(ours(&authors, "dc_conv7"), "context.convolutions.6");
    assert_eq!(ours(&old, "moduleExtractor.moduleSix.2"), "pyramid.levels.5.1");
    assert_eq!(ours(&old, "moduleFiv.moduleUpflow"), "decoders.0.upsample_flow");
    assert_eq!(ours(&new, "netTwo.netSix.0"), "decoders.4.predict");
    assert_eq!(ours(&new, "netRefiner.netMain.12"), "context.convolutions.6");
}

#[test]
fn a_wrong_or_partial_file_is_told_by_names() {
    let (folder, device) = (tempdir().unwrap(), Default::default());
    let file = folder.path().join("vgg.safetensors");
    let table = NameTable::vgg(&trunk_config());
    let whole = published(&trunk_config().init::<Flex>(&device), &table);
    let error = |files: &Files| {
        write(files, &file);
        format!("{:#}", import::vgg::<Flex>(&file, &trunk_config(), &device).unwrap_err())
    };
    let mut partial = whole.clone();
    partial.remove("features.30.bias");
    partial.remove("features.5.weight");
    let message = error(&partial);
    assert!(message.contains("2 of 28 parameters missing: features.5.weight, features.30.bias"), "{message}");

    let mut other = whole.clone();
    other.insert("features.1.running_mean".into(), (vec![1], vec![0.0]));
    other.insert("features.0.weight".into(), (vec![2, 1, 3, 3], vec![0.0; 18]));
    let message = error(&other);
    assert!(
        message.contains("1 of another shape: features.0.weight [2, 1, 3, 3] instead of [2, 3, 3, 3]"),
        "{message}"
    );
    assert!(message.contains("1 not expected: features.1.running_mean"), "{message}");

    let mut broken = whole.clone();
    broken.get_mut("features.7.bias").unwrap().1[0] = f32::NAN;
    assert!(error(&broken).contains("features.7.bias"), "{}", error(&broken));

    write(&whole, &file);
    let message = import::flow::<Flex>(&file, &flow_config(), &device).unwrap_err();
    let message = format!("{message:#}");
    assert!(
        message.contains("missing: conv6aa.0.weight") && message.contains("28 not expected"),
        "{message}"
    );
    let message = import::vgg::<Flex>(&folder.path().join("none.pth"), &trunk_config(), &device).unwrap_err();
    assert!(message.to_string().contains("there is no file"), "{message}");
    let cut = folder.path().join("cut.pth");
    fs::write(&cut, &fs::read(fixture("vgg19.pth")).unwrap()[..5000]).unwrap();
    let message = format!("{:#}", import::vgg::<Flex>(&cut, &trunk_config(), &device).unwrap_err());
    assert!(message.contains("can't be read"), "{message}");
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/import").join(name)
}

fn case(name: &str) -> Tensor<Flex, 4> {
    let mut store = SafetensorsStore::from_file(fixture("cases.safetensors"));
    let case = store.get_snapshot(name).unwrap().unwrap_or_else(|| panic!("there is no case {name}"));
    Tensor::from_data(case.to_data().unwrap().convert::<f32>(), &Default::default())
}

/// Sums in another order than PyTorch's, which computed in double precision; single precision keeps seven digits of each
/// layer's values, and flows reach tens of pixels.
fn assert_expected(found: Tensor<Flex, 4>, name: &str) {
    let expected = case(name);
    let spread = expected.clone().var_mean(3).0.mean().into_scalar();
    assert!(spread > 1e-4, "{name} hardly varies");
    let largest = expected.clone().abs().max().into_scalar();
    let tolerance = Tolerance::absolute(1e-4 * largest.max(1.0));
    found.into_data().assert_approx_eq::<f32>(&expected.into_data(), tolerance);
}

#[test]
fn vgg_from_a_pytorch_file_gives_pytorchs_taps() {
    let network: Vgg<Flex> =
        import::vgg(&fixture("vgg19.pth"), &trunk_config(), &Default::default()).unwrap();
    for (index, tap) in network.forward(case("input.vgg")).into_iter().enumerate() {
        assert_expected(tap, &format!("expected.vgg.{index}"));
    }
    let means = import::trunk_check(&Backbone::Vgg(network), &Default::default()).unwrap();
    assert_eq!(means.len(), 5);
}

#[test]
fn efficientnet_from_an_old_pytorch_file_gives_pytorchs_taps() {
    let BackboneConfig::EfficientNet(config) = Preset::Tiny.config().trunk.backbone else {
        panic!("the tiny backbone is an EfficientNet");
    };
    let network = import::efficientnet::<Flex>(&fixture("efficientnet.pth"), &config, &Default::default());
    for (index, tap) in network.unwrap().forward(case("input.efficientnet")).into_iter().enumerate() {
        assert_expected(tap, &format!("expected.efficientnet.{index}"));
    }
    let other = import::efficientnet::<Flex>(&fixture("vgg19.pth"), &config, &Default::default());
    let message = format!("{:#}", other.unwrap_err());
    assert!(message.contains("_conv_stem.weight is missing"), "{message}");
}

#[test]
fn flow_from_an_old_pytorch_file_gives_pytorchs_flow() {
    let network: FlowNet<Flex> =
        import::flow(&fixture("pwc_net.pth.tar"), &flow_config(), &Default::default()).unwrap();
    assert_expected(network.forward(case("input.flow.first"), case("input.flow.second")), "expected.flow");
    let check = import::flow_check(&network, &Default::default()).unwrap();
    // Five pixels to the right, three up; random weights find nothing of it.
    assert!((check.zero - 34f32.sqrt()).abs() < 1e-3, "{check:?}");
    assert!(check.error > 1.0, "{check:?}");
}

/// A network whose every flow is the picture's motion passes the check; its direction is that of `flow(first -> second)`.
#[test]
fn the_flow_check_sees_a_right_flow() {
    let device = Default::default();
    let mut network: FlowNet<Flex> = flow_config().init(&device);
    for decoder in &mut network.decoders {
        decoder.predict.weight = decoder.predict.weight.clone().map(|weight| weight.zeros_like());
    }
    let last = network.context.convolutions.last_mut().unwrap();
    last.weight = last.weight.clone().map(|weight| weight.zeros_like());
    last.bias = last
        .bias
        .take()
        .map(|bias| bias.map(|bias| bias.zeros_like() + Tensor::from_data([0.25, -0.15], &device)));
    let check = import::flow_check(&network, &device).unwrap();
    assert!(check.error < 1e-3, "{check:?}");
}

/// An imported network is a stage's step 0: it is loaded for use, and training resumes from it with a fresh optimizer.
#[test]
fn an_imported_network_is_a_checkpoint() {
    use burn::{module::AutodiffModule, optim::AdamConfig};
    use checkpoint::{State, progress::Progress};
    let (run, device) = (tempdir().unwrap(), Default::default());
    let stage = run.path().join("1-backbone");
    let config = Preset::Tiny.config().trunk;
    let trunk = config.backbone.init::<Flex>(&device);
    // Weights are drawn when they are first read.
    let drawn = values(&trunk);
    fs::create_dir(&stage).unwrap();
    checkpoint::save_network(&stage, &trunk).unwrap();
    RunRecord { preset: Preset::Tiny, candidates: 4, sessions: Vec::new() }.write(run.path()).unwrap();
    let folder = RunFolder::open(run.path()).unwrap();
    let loaded = folder.backbone::<Flex>(&device).unwrap().unwrap();
    assert_eq!(values(&loaded), drawn);
    let BackboneConfig::EfficientNet(sizes) = config.backbone.clone() else {
        panic!("the tiny backbone is an EfficientNet");
    };
    let wider = BackboneConfig::EfficientNet(sizes.with_widths([2, 3, 4, 4, 5, 5, 7])).init::<Flex>(&device);
    let message = checkpoint::load_checked(&stage, wider, &device).unwrap_err();
    assert!(message.to_string().contains("preset"), "{message}");

    type Learning = Autodiff<Flex>;
    let optimizer = AdamConfig::new().init::<Learning, Backbone<Learning>>();
    let network = config.backbone.init::<Learning>(&device);
    let fresh = State { progress: Progress::default(), network, average: None, optimizer };
    let resumed = checkpoint::resume(&stage, fresh, &device).unwrap();
    assert_eq!((resumed.progress.step, values(&resumed.network.valid())), (0, values(&trunk)));
}
