//! Feature maps in f16 against Burn's operations in f32 on the CPU: the kernels add up in f32 and round what they write.

use std::{collections::BTreeMap, rc::Rc};

use burn::{
    backend::{Flex, Wgpu, wgpu::WgpuDevice},
    module::{Module, Param},
    nn::conv::{Conv2d, Conv2dConfig},
    tensor::{DType, FloatDType, Tensor, TensorData},
};
use chromaflow::{
    kernel::{Activation, Kernels},
    model::{
        preset::{Networks, Preset},
        refiner::Neighbourhood,
    },
    upsample::upsample,
    weights::{LoadedSet, WeightFile, WeightSet, sha256, to_half_precision},
};

use crate::{
    adapter::{noise, on_half_precision_adapter, rounded, upload},
    convolution::config,
    fixture::{assert_close, data, networks, tensor},
    same,
};

/// f16 keeps 11 bits: half a unit in the last place of values below 4 is 1e-3; those of the convolutions here are below.
const TOLERANCE: f32 = 1e-3;

/// The sum of some 54 products of values in [-1, 1], of which a few are larger than 4: up to 16 the rounding is 4e-3.
const CONVOLUTION_TOLERANCE: f32 = 4.1e-3;

fn halved<const D: usize>(values: &Tensor<Flex, D>, device: &WgpuDevice) -> Tensor<Wgpu, D> {
    upload(values, device).cast(FloatDType::F16)
}

fn both(config: &Conv2dConfig, device: &WgpuDevice) -> (Conv2d<Flex>, Conv2d<Wgpu>) {
    let (mut ours, mut theirs) = (config.init::<Wgpu>(device), config.init::<Flex>(&Default::default()));
    let (weight, bias) = (rounded(noise(theirs.weight.dims(), 1)), rounded(noise([config.channels[1]], 2)));
    ours.weight = Param::from_tensor(halved(&weight, device));
    ours.bias = Some(Param::from_tensor(halved(&bias, device)));
    theirs.weight = Param::from_tensor(weight);
    theirs.bias = Some(Param::from_tensor(bias));
    (theirs, ours)
}

#[test]
fn convolutions() {
    on_half_precision_adapter(|device| {
        for (side, stride, dilation) in [(3, 1, 1), (1, 1, 1), (3, 2, 1), (3, 1, 4)] {
            for shape in [[1, 6, 17, 37], [2, 6, 12, 40]] {
                let config = config([6, 10], side, stride, dilation);
                let (theirs, ours) = both(&config, device);
                let image = rounded(noise(shape, 3));
                let inputs = [image.clone().narrow(1, 0, 2), image.clone().narrow(1, 2, 4)];
                let inputs = inputs.iter().map(|input| halved(input, device)).collect();
                let actual = Wgpu::convolve_joined(&ours, inputs, Activation::LeakyRelu(0.2));
                assert_eq!(actual.dtype(), DType::F16);
                let expected = Activation::LeakyRelu(0.2).apply(theirs.forward(image)).into_data();
                assert_close(&config.to_string(), &actual.into_data(), &expected, CONVOLUTION_TOLERANCE);
            }
        }
    });
}

#[test]
fn convolutions_with_padding_same() {
    on_half_precision_adapter(|device| {
        for (side, stride, zeros) in same::WINDOWS {
            for (output, groups) in [(3, 3), (8, 1)] {
                for shape in [[2, 3, 6, 10], [1, 3, 32, 44]] {
                    let config = same::config([3, output], side, stride, groups);
                    let (theirs, ours) = both(&config, device);
                    let image = rounded(noise(shape, 3));
                    let actual = Wgpu::convolve_same(&ours, halved(&image, device), Activation::Relu6);
                    assert_eq!(actual.dtype(), DType::F16);
                    let expected = same::expected(&theirs, image, zeros).into_data();
                    assert_close(&config.to_string(), &actual.into_data(), &expected, CONVOLUTION_TOLERANCE);
                }
            }
        }
    });
}

#[test]
fn pooled_and_upsampled() {
    on_half_precision_adapter(|device| {
        for [height, width] in [[16, 48], [32, 16]] {
            let image = rounded(noise([2, 3, height, width], 1));
            let actual = Wgpu::max_pool(halved(&image, device)).into_data();
            assert_close("max_pool", &actual, &Flex::max_pool(image.clone()).into_data(), TOLERANCE);
            let actual = Wgpu::upsample(halved(&image, device), 2).into_data();
            assert_close("upsample", &actual, &upsample(image.clone(), 2).into_data(), TOLERANCE);
            let coarser = rounded(noise([2, 3, height / 4, width / 4], 2));
            let actual = Wgpu::add_upsampled(halved(&image, device), vec![halved(&coarser, device)]);
            assert_close(
                "add_upsampled",
                &actual.into_data(),
                &(image + upsample(coarser, 4)).into_data(),
                TOLERANCE,
            );
        }
    });
}

/// The networks with the fixtures' weights, loaded as the page loads them.
fn loaded(device: &WgpuDevice) -> Rc<Networks<Wgpu>> {
    let networks = networks::<Flex>(&Default::default());
    let mut files = BTreeMap::new();
    let set = WeightSet {
        config: Preset::Tiny.config(),
        trunk: file("trunk", &networks.trunk, &mut files),
        colorizer: file("colorizer", &networks.colorizer, &mut files),
        flow: file("flow", &networks.flow, &mut files),
        refiner: file("refiner", &networks.refiner, &mut files),
        figures: serde_json::Value::Null,
    };
    let mut loaded = LoadedSet::new(set, <Wgpu as Kernels>::precision(device), device);
    loaded.add(files).expect("the weights load");
    loaded.complete().expect("all weights have come")
}

fn file<M: Module<Flex>>(name: &str, network: &M, files: &mut BTreeMap<String, Vec<u8>>) -> WeightFile {
    let bytes = to_half_precision(network).expect("the weights can be stored");
    let file = WeightFile {
        name: name.into(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
        dtype: "f16".into(),
        parameters: network.num_params(),
        command: String::new(),
        commit: String::new(),
    };
    files.insert(name.into(), bytes);
    file
}

/// Some twenty layers, each of which rounds its values by up to 5e-4 of them, which adds up like a random walk: to 2e-3.
fn assert_near(name: &str, actual: Tensor<Wgpu, 1>) {
    assert_eq!(actual.dtype(), DType::F32, "what leaves a network is f32");
    let expected = data(name);
    let expected = TensorData::new(expected.to_vec::<f32>().expect("it is f32"), [expected.num_elements()]);
    let expected = Tensor::<Flex, 1>::from_data(expected, &Default::default());
    let largest = expected.clone().abs().max().into_scalar();
    let difference = Tensor::<Flex, 1>::from_data(actual.into_data(), &Default::default()) - expected;
    let difference = difference.abs().max().into_scalar();
    println!("{name}: differs by at most {difference:.1e} of {largest:.1e}");
    assert!(difference < 5e-3 * largest, "{name}: {difference} of {largest}");
}

#[test]
fn the_networks_give_what_pytorch_gives() {
    on_half_precision_adapter(|device| {
        let networks = loaded(device);
        let stored = |convolution: &Conv2d<Wgpu>| convolution.weight.val().dtype();
        assert_eq!(stored(&networks.trunk.distribution.blocks[0].first), DType::F16);
        assert_eq!(stored(&networks.colorizer.unet.output), DType::F16);
        assert_eq!(stored(&networks.flow.context.convolutions[0]), DType::F32);
        let candidates = networks.colorizer.forward(&networks.trunk, tensor("input.colorizer", device), None);
        assert_near("expected.colorizer", candidates.flatten(0, 4));
        let input = |index: usize| -> Tensor<Wgpu, 4> { tensor(&format!("input.refiner.{index}"), device) };
        let refined = networks.refiner.forward(Neighbourhood {
            frame: input(0),
            warped: input(1),
            color_confidence: input(2),
            grey_confidence: input(3),
        });
        assert_near("expected.refiner", refined.flatten(0, 3));
    });
}
