//! The whole networks on the adapter give what PyTorch gives, as they do on the CPU.

use burn::{
    backend::{Flex, Wgpu},
    tensor::{Tensor, TensorData},
};
use chromaflow::{
    hint::{Hint, Hints},
    kernel::Kernels,
    model::refiner::Neighbourhood,
};

use crate::{
    adapter::on_adapter,
    fixture::{assert_close, assert_expected, networks, tensor},
};

#[test]
fn colorizer() {
    on_adapter(|device| {
        let networks = networks::<Wgpu>(device);
        let candidates = networks.colorizer.forward(&networks.trunk, tensor("input.colorizer", device), None);
        assert_expected("colorizer", &candidates.into_data());
    });
}

/// A visitor's colors: the candidates are those of the processor.
#[test]
fn colorizer_with_hints() {
    let hint = |x, y, color| Hint { x, y, radius: 0.1, color, strength: 1.0, distance: 2.0 };
    let given = [hint(0.2, 0.3, [0.2, -0.1]), hint(0.8, 0.6, [-0.2, 0.1])];
    fn candidates<B: Kernels>(given: &[Hint], device: &B::Device) -> TensorData {
        let networks = networks::<B>(device);
        let grey: Tensor<B, 4> = tensor("input.colorizer", device);
        let grey = grey.narrow(0, 0, 1); // [1, 1, h, w]
        let [.., height, width] = grey.dims();
        let hints = Hints::new(given, width, height, device);
        networks.colorizer.forward(&networks.trunk, grey, hints).into_data()
    }
    let expected = candidates::<Flex>(&given, &Default::default());
    assert!(expected != candidates::<Flex>(&[], &Default::default()), "the hints change nothing");
    on_adapter(|device| {
        assert_close("colorizer with hints", &candidates::<Wgpu>(&given, device), &expected, 1e-4);
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
