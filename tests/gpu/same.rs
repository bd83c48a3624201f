//! Convolutions with the padding 'SAME', depthwise and full, against Burn's own on the CPU.

use burn::{
    backend::{Flex, Wgpu, wgpu::WgpuDevice},
    nn::conv::{Conv2d, Conv2dConfig},
    tensor::{Tensor, module::conv2d, ops::PaddedConvOptions},
};
use chromaflow::kernel::{Activation, Kernels};

use crate::{
    adapter::{noise, on_adapter, upload},
    convolution::{TOLERANCE, both},
    fixture::assert_close,
};

/// Side and stride of a kernel, and the zeros before and behind the image.
pub const WINDOWS: [(usize, usize, [usize; 2]); 4] =
    [(3, 1, [1, 1]), (3, 2, [0, 1]), (5, 1, [2, 2]), (5, 2, [1, 2])];

pub fn config(channels: [usize; 2], side: usize, stride: usize, groups: usize) -> Conv2dConfig {
    Conv2dConfig::new(channels, [side, side]).with_stride([stride, stride]).with_groups(groups)
}

/// Burn's own convolution of `image` with these zeros.
pub fn expected(
    convolution: &Conv2d<Flex>,
    image: Tensor<Flex, 4>,
    [before, behind]: [usize; 2],
) -> Tensor<Flex, 4> {
    let options = PaddedConvOptions::asymmetric(
        convolution.stride,
        [before; 2],
        [behind; 2],
        [1; 2],
        convolution.groups,
    );
    let bias = convolution.bias.as_ref().map(|bias| bias.val());
    Activation::Relu6.apply(conv2d(image, convolution.weight.val(), bias, options))
}

fn assert_equals_burns(
    config: &Conv2dConfig,
    image: Tensor<Flex, 4>,
    zeros: [usize; 2],
    device: &WgpuDevice,
) {
    let (theirs, ours) = both(config, device);
    let actual = Wgpu::convolve_same(&ours, upload(&image, device), Activation::Relu6).into_data();
    let name = format!("{:?}, {config}", image.dims());
    let expected = expected(&theirs, image, zeros).into_data();
    assert_eq!(actual.shape, expected.shape);
    assert_close(&name, &actual, &expected, TOLERANCE);
}

/// Rows of whole vectors and others, blocks with a rest along both sides, a single pixel.
#[test]
fn depthwise() {
    on_adapter(|device| {
        for (side, stride, zeros) in WINDOWS {
            for shape in [[2, 5, 6, 10], [1, 3, 32, 44], [1, 7, 14, 28], [3, 2, 2, 2]] {
                let config = config([shape[1]; 2], side, stride, shape[1]);
                assert_equals_burns(&config, noise(shape, 3), zeros, device);
            }
            let unbiased = config([3, 3], side, stride, 3).with_bias(false);
            assert_equals_burns(&unbiased, noise([1, 3, 6, 10], 3), zeros, device);
        }
    });
}

/// The stem is one of these.
#[test]
fn full() {
    on_adapter(|device| {
        for (side, stride, zeros) in WINDOWS {
            for shape in [[2, 3, 6, 10], [1, 3, 32, 44]] {
                assert_equals_burns(&config([3, 10], side, stride, 1), noise(shape, 3), zeros, device);
            }
        }
    });
}

/// Halves of a batch and turned images are views with strides of their own.
#[test]
fn depthwise_reads_views() {
    on_adapter(|device| {
        for (side, stride, zeros) in WINDOWS {
            let (theirs, ours) = both(&config([6, 6], side, stride, 6), device);
            let image = noise([2, 6, 8, 12], 3);
            for turned in [false, true] {
                let half = image.clone().narrow(0, 1, 1);
                let view = upload(&image, device).narrow(0, 1, 1);
                let (half, view) =
                    if turned { (half.swap_dims(2, 3), view.swap_dims(2, 3)) } else { (half, view) };
                let actual = Wgpu::convolve_same(&ours, view, Activation::Relu6).into_data();
                assert_close("view", &actual, &expected(&theirs, half, zeros).into_data(), TOLERANCE);
            }
        }
    });
}
