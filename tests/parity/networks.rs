//! The trunk, f, the flow network and g, on inputs whose sides are no multiple of anything that they need.

use burn::{backend::Flex, tensor::Tensor};
use burn_store::{HalfPrecisionAdapter, ModuleStore};
use chromaflow::{
    kernel::cost_volume_by_slices,
    model::{
        preset::Networks,
        refiner::Neighbourhood,
        vgg::{Vgg, VggConfig},
    },
};

use crate::fixture::{assert_expected, networks, open, tensor};

fn on_cpu() -> Networks<Flex> {
    networks(&Default::default())
}

fn input(name: &str) -> Tensor<Flex, 4> {
    tensor(&format!("input.{name}"), &Default::default())
}

/// The paper's backbone with the committed weights, all of which are used.
fn vgg_of_the_fixture() -> Vgg<Flex> {
    let mut network = VggConfig::new().with_widths([2, 3, 4, 4, 5]).init(&Default::default());
    let mut store =
        open("vgg").with_from_adapter(HalfPrecisionAdapter::new()).with_key_remapping("^vgg\\.", "");
    let result = store.apply_to(&mut network).expect("the weights load");
    assert!(result.is_success() && result.missing.is_empty() && result.unused.is_empty(), "{result}");
    network
}

#[test]
fn vgg() {
    let network = vgg_of_the_fixture();
    for (index, tap) in network.forward(input("vgg")).into_iter().enumerate() {
        assert_expected(&format!("vgg.{index}"), &tap.into_data());
    }
}

#[test]
fn efficientnet() {
    let taps = on_cpu().trunk.backbone.forward(input("efficientnet"));
    for (index, tap) in taps.into_iter().enumerate() {
        assert_expected(&format!("efficientnet.{index}"), &tap.into_data());
    }
}

#[test]
fn colorizer() {
    let networks = on_cpu();
    let candidates = networks.colorizer.forward(&networks.trunk, input("colorizer"), None);
    assert_expected("colorizer", &candidates.into_data());
}

#[test]
fn colorizer_with_a_hint() {
    let networks = on_cpu();
    let hint = Some(input("colorizer.hint").into());
    let candidates = networks.colorizer.forward(&networks.trunk, input("colorizer"), hint);
    assert_expected("colorizer.hinted", &candidates.into_data());
}

#[test]
fn proposal() {
    let networks = on_cpu();
    let proposal = networks.colorizer.propose(&networks.trunk, input("colorizer"), None);
    assert_expected("colorizer", &proposal.candidates.into_data());
    assert_expected("colorizer.log_likelihood", &proposal.log_likelihood.into_data());
}

#[test]
fn flow() {
    let flow = on_cpu().flow.forward(input("flow.first"), input("flow.second"));
    assert_expected("flow", &flow.into_data());
}

#[test]
fn flow_of_every_level() {
    let levels = on_cpu().flow.forward_levels(input("flow.first"), input("flow.second"));
    for (level, flow) in (2..).zip(levels) {
        assert_expected(&format!("flow.level.{level}"), &flow.into_data());
    }
}

#[test]
fn cost_volume() {
    let volume = cost_volume_by_slices(input("cost_volume.ours"), input("cost_volume.theirs"), 4);
    assert_expected("cost_volume", &volume.into_data());
}

#[test]
fn refiner() {
    let refined = on_cpu().refiner.forward(Neighbourhood {
        frame: input("refiner.0"),
        warped: input("refiner.1"),
        color_confidence: input("refiner.2"),
        grey_confidence: input("refiner.3"),
    });
    assert_expected("refiner", &refined.into_data());
}
