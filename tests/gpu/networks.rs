//! The whole networks on the adapter give what PyTorch gives, as they do on the CPU.

use burn::{backend::Wgpu, tensor::Tensor};
use chromaflow::model::refiner::Neighbourhood;

use crate::{
    adapter::on_adapter,
    fixture::{assert_expected, networks, tensor},
};

#[test]
fn colorizer() {
    on_adapter(|device| {
        let networks = networks::<Wgpu>(device);
        let candidates = networks.colorizer.forward(&networks.trunk, tensor("input.colorizer", device), None);
        assert_expected("colorizer", &candidates.into_data());
    });
}

#[test]
fn flow() {
    on_adapter(|device| {
        let input = |name: &str| -> Tensor<Wgpu, 4> { tensor(&format!("input.flow.{name}"), device) };
        let flow = networks::<Wgpu>(device).flow.forward(input("first"), input("second"));
        assert_expected("flow", &flow.into_data());
    });
}

#[test]
fn refiner() {
    on_adapter(|device| {
        let input = |index: usize| -> Tensor<Wgpu, 4> { tensor(&format!("input.refiner.{index}"), device) };
        let refined = networks::<Wgpu>(device).refiner.forward(Neighbourhood {
            frame: input(0),
            warped: input(1),
            color_confidence: input(2),
            grey_confidence: input(3),
        });
        assert_expected("refiner", &refined.into_data());
    });
}
