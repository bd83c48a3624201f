//! The tiled convolution against Burn's own on the CPU.

use burn::{
    backend::{Flex, Wgpu, wgpu::WgpuDevice},
    module::Param,
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::Tensor,
};
use chromaflow::kernel::{Activation, Kernels};

use crate::{
    adapter::{noise, on_adapter, upload},
    fixture::assert_close,
};

/// Sums of up to 600 products in [-1, 1] in another order: each addition rounds by up to 6e-8 of a sum near 10.
pub const TOLERANCE: f32 = 1e-4;

const ACTIVATION: Activation = Activation::LeakyRelu(0.1);

/// A convolution that keeps the size at stride 1.
pub fn config(channels: [usize; 2], side: usize, stride: usize, dilation: usize) -> Conv2dConfig {
    let padding = dilation * (side / 2);
    Conv2dConfig::new(channels, [side, side])
        .with_stride([stride, stride])
        .with_dilation([dilation, dilation])
        .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
}

/// The same convolution on both devices.
pub fn both(config: &Conv2dConfig, device: &WgpuDevice) -> (Conv2d<Flex>, Conv2d<Wgpu>) {
    let (mut ours, mut theirs) = (config.init::<Wgpu>(device), config.init::<Flex>(&Default::default()));
    let weight = noise(theirs.weight.dims(), 1);
    ours.weight = Param::from_tensor(upload(&weight, device));
    theirs.weight = Param::from_tensor(weight);
    if config.bias {
        let bias = noise([config.channels[1]], 2);
        ours.bias = Some(Param::from_tensor(upload(&bias, device)));
        theirs.bias = Some(Param::from_tensor(bias));
    }
    (theirs, ours)
}

fn assert_equals_burns(config: &Conv2dConfig, inputs: &[Tensor<Flex, 4>], device: &WgpuDevice) {
    let (theirs, ours) = both(config, device);
    let uploaded = inputs.iter().map(|input| upload(input, device)).collect();
    let actual = Wgpu::convolve_joined(&ours, uploaded, ACTIVATION).into_data();
    let expected = ACTIVATION.apply(theirs.forward(Tensor::cat(inputs.to_vec(), 1))).into_data();
    assert_eq!(actual.shape, expected.shape);
    let sizes = inputs.iter().map(Tensor::dims).collect::<Vec<_>>();
    assert_close(&format!("{sizes:?}, {config}"), &actual, &expected, TOLERANCE);
}

#[test]
fn every_window_of_the_networks() {
    on_adapter(|device| {
        for (side, stride, dilation) in [(3, 1, 1), (1, 1, 1), (3, 2, 1), (3, 1, 2), (3, 1, 4), (3, 1, 16)] {
            // Rows of whole vectors and others; channels and pixels that leave a rest in every tile.
            assert_equals_burns(
                &config([6, 10], side, stride, dilation),
                &[noise([1, 6, 17, 37], 3)],
                device,
            );
            assert_equals_burns(&config([5, 3], side, stride, dilation), &[noise([2, 5, 12, 40], 3)], device);
        }
    });
}

#[test]
fn any_size_and_number_of_channels() {
    on_adapter(|device| {
        for [height, width] in [[1, 1], [1, 9], [5, 3], [33, 64]] {
            assert_equals_burns(&config([3, 8], 3, 1, 1), &[noise([1, 3, height, width], 3)], device);
        }
        for [input, output] in [[1, 1], [1, 32], [33, 2], [64, 13]] {
            assert_equals_burns(&config([input, output], 3, 1, 1), &[noise([1, input, 9, 13], 3)], device);
        }
        let unbiased = config([7, 12], 1, 1, 1).with_bias(false);
        assert_equals_burns(&unbiased, &[noise([1, 7, 9, 13], 3)], device);
    });
}

/// A large image has more workgroups than a small one, and so other tiles: of 32, 32, 16 and 8 channels.
#[test]
fn every_tile() {
    on_adapter(|device| {
        for (batch, output, height, width) in [(4, 33, 160, 256), (2, 33, 160, 256), (1, 33, 100, 250)] {
            assert_equals_burns(
                &config([3, output], 3, 1, 1),
                &[noise([batch, 3, height, width], 3)],
                device,
            );
        }
        assert_equals_burns(&config([3, 8], 3, 1, 1), &[noise([4, 3, 160, 256], 3)], device);
    });
}

/// More inputs than fit are joined first; the last ones have fewer channels than a workgroup loads at a time.
#[test]
fn joined_inputs() {
    on_adapter(|device| {
        for count in [2, 4, 6] {
            let inputs: Vec<_> = (0..count).map(|i| noise([2, i + 1, 9, 12], i)).collect();
            assert_equals_burns(&config([count * (count + 1) / 2, 5], 3, 1, 1), &inputs, device);
        }
    });
}

/// The sums of 60 products in [-1, 1] go beyond both of its ends.
#[test]
fn relu6_has_two_ends() {
    on_adapter(|device| {
        let (theirs, ours) = both(&config([60, 12], 1, 1, 1), device);
        let image = noise([1, 60, 9, 16], 3);
        let actual = Wgpu::convolve(&ours, upload(&image, device), Activation::Relu6).into_data();
        let sums = theirs.forward(image);
        let (least, most) = (sums.clone().min().into_scalar(), sums.clone().max().into_scalar());
        assert!(least < 0.0 && most > 6.0, "{least} to {most}");
        assert_close("ReLU6", &actual, &sums.clamp(0.0, 6.0).into_data(), TOLERANCE);
    });
}

/// Halves of a batch and turned images are views with strides of their own.
#[test]
fn reads_views() {
    on_adapter(|device| {
        let (theirs, ours) = both(&config([6, 5], 3, 1, 1), device);
        let image = noise([2, 6, 8, 12], 3);
        for (start, turned) in [(0, false), (1, false), (1, true)] {
            let half = image.clone().narrow(0, start, 1);
            let view = upload(&image, device).narrow(0, start, 1);
            let (half, view) =
                if turned { (half.swap_dims(2, 3), view.swap_dims(2, 3)) } else { (half, view) };
            let actual = Wgpu::convolve(&ours, view, Activation::Relu).into_data();
            let expected = Activation::Relu.apply(theirs.forward(half)).into_data();
            assert_close("view", &actual, &expected, TOLERANCE);
        }
    });
}

/// What the kernel does not cover is Burn's own.
#[test]
fn falls_back() {
    on_adapter(|device| {
        assert_equals_burns(&config([6, 8], 3, 1, 1).with_groups(2), &[noise([1, 6, 7, 9], 3)], device);
        let oblong = Conv2dConfig::new([3, 4], [1, 3]);
        assert_equals_burns(&oblong, &[noise([1, 3, 7, 9], 3)], device);
    });
}
