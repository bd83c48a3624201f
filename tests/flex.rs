//! The CPU's own operations against Burn's, over odd sizes and channel counts.

use burn::{
    backend::Flex,
    nn::{PaddingConfig2d, conv::Conv2dConfig},
    tensor::{
        Distribution, Tensor, Tolerance,
        module::{conv2d, max_pool2d},
        ops::PaddedConvOptions,
    },
};
use chromaflow::{
    kernel::{Activation, Kernels},
    upsample::upsample,
    variational::{Step, window_mean},
};

struct Case {
    inputs: &'static [usize],
    output: usize,
    size: [usize; 2],
    kernel: usize,
    stride: usize,
    dilation: usize,
    activation: Activation,
}

const LEAKY: Activation = Activation::LeakyRelu(0.2);

const fn case(inputs: &'static [usize], output: usize, size: [usize; 2], activation: Activation) -> Case {
    Case { inputs, output, size, kernel: 3, stride: 1, dilation: 1, activation }
}

/// Through Winograd and past it: many and few channels, sides that no tile divides, planes narrower than a tile, one pixel.
const CASES: &[Case] = &[
    case(&[16], 16, [33, 47], LEAKY),
    case(&[9], 5, [16, 17], Activation::Relu),
    case(&[9], 5, [16, 17], Activation::Relu6),
    case(&[7, 13], 12, [50, 19], Activation::None),
    case(&[64, 64], 63, [14, 41], LEAKY),
    case(&[8], 4, [200, 3], LEAKY),
    case(&[8], 4, [1, 130], Activation::None),
    case(&[3], 7, [40, 37], Activation::Relu),
    case(&[20], 6, [7, 9], LEAKY),
    case(&[5], 3, [1, 1], Activation::None),
    Case { kernel: 1, ..case(&[21], 10, [13, 37], Activation::None) },
    Case { stride: 2, ..case(&[6], 9, [31, 18], LEAKY) },
    Case { kernel: 1, ..case(&[96], 17, [16, 28], Activation::Relu6) },
    Case { dilation: 4, ..case(&[6, 3], 9, [31, 18], LEAKY) },
    Case { dilation: 16, ..case(&[6], 2, [9, 5], LEAKY) },
    Case { kernel: 5, ..case(&[2], 2, [9, 15], LEAKY) },
];

/// Winograd's transforms multiply by up to 8 and add what cancels, in f32: up to 1e-5 of the largest value, which is near 10 here.
#[test]
fn convolutions_equal_burns_own() {
    let device = Default::default();
    for Case { inputs, output, size: [height, width], kernel, stride, dilation, activation } in CASES {
        let margin = dilation * (kernel - 1) / 2;
        let convolution = Conv2dConfig::new([inputs.iter().sum(), *output], [*kernel, *kernel])
            .with_stride([*stride, *stride])
            .with_dilation([*dilation, *dilation])
            .with_padding(PaddingConfig2d::Explicit(margin, margin, margin, margin))
            .init::<Flex>(&device);
        let inputs: Vec<_> = inputs
            .iter()
            .map(|&channels| {
                let image = [2, channels, *height, *width];
                Tensor::<Flex, 4>::random(image, Distribution::Normal(0.0, 1.0), &device)
            })
            .collect();
        let expected = activation.apply(convolution.forward(Tensor::cat(inputs.clone(), 1)));
        let ours = Flex::convolve_joined(&convolution, inputs, *activation);
        ours.into_data().assert_approx_eq::<f32>(&expected.into_data(), Tolerance::absolute(1e-4));
    }
}

/// Sums of up to 27 products of values near 1 in another order: each addition rounds by up to 6e-8 of a sum near 10.
#[test]
fn same_padding_equals_burns_own() {
    let device = Default::default();
    let zeros = [(3, 1, [1, 1]), (3, 2, [0, 1]), (5, 1, [2, 2]), (5, 2, [1, 2])];
    for (kernel, stride, [before, behind]) in zeros {
        for ([height, width], channels) in [([6, 10], 5), ([32, 44], 3), ([2, 2], 1), ([18, 34], 2)] {
            for (output, groups, bias) in
                [(channels, channels, true), (channels, channels, false), (4, 1, true)]
            {
                let convolution = Conv2dConfig::new([channels, output], [kernel, kernel])
                    .with_stride([stride, stride])
                    .with_groups(groups)
                    .with_bias(bias)
                    .init::<Flex>(&device);
                let image = Tensor::<Flex, 4>::random(
                    [2, channels, height, width],
                    Distribution::Normal(0.0, 3.0),
                    &device,
                );
                let options =
                    PaddedConvOptions::asymmetric([stride; 2], [before; 2], [behind; 2], [1; 2], groups);
                let bias = convolution.bias.as_ref().map(|bias| bias.val());
                let sums = conv2d(image.clone(), convolution.weight.val(), bias, options);
                let ours = Flex::convolve_same(&convolution, image, Activation::Relu6);
                assert_eq!(ours.dims(), [2, output, height / stride, width / stride]);
                let expected = Activation::Relu6.apply(sums).into_data();
                ours.into_data().assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-5));
            }
        }
    }
}

/// The sweep over each channel also takes a convolution's own padding, and other kernels.
#[test]
fn depthwise_convolutions_keep_their_own_padding() {
    let device = Default::default();
    for (kernel, stride, padding) in [(3, 1, 0), (3, 2, 1), (5, 1, 1), (7, 3, 2)] {
        let convolution = Conv2dConfig::new([6, 6], [kernel, kernel])
            .with_stride([stride, stride])
            .with_groups(6)
            .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
            .init::<Flex>(&device);
        let image = Tensor::<Flex, 4>::random([2, 6, 19, 37], Distribution::Normal(0.0, 1.0), &device);
        let expected = convolution.forward(image.clone()).into_data();
        let ours = Flex::convolve(&convolution, image, Activation::None).into_data();
        ours.assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-5));
    }
}

/// A batch that was permuted or cut out of another is laid out anew first.
#[test]
fn views_are_convolved_as_their_copies() {
    let device = Default::default();
    let convolution = Conv2dConfig::new([8, 8], [3, 3]).init::<Flex>(&device);
    let image = Tensor::<Flex, 4>::random([3, 9, 30, 20], Distribution::Default, &device);
    let view = image.slice([1..3, 1..9, 2..28, 0..20]).swap_dims(2, 3); // [2, 8, 20, 26]
    let ours = Flex::convolve(&convolution, view.clone(), Activation::None);
    ours.into_data()
        .assert_approx_eq::<f32>(&convolution.forward(view).into_data(), Tolerance::absolute(1e-4));
}

#[test]
fn pooling_is_burns_own() {
    for [height, width] in [[2, 2], [7, 9], [34, 17]] {
        let image =
            Tensor::<Flex, 4>::random([2, 3, height, width], Distribution::Default, &Default::default());
        let expected = max_pool2d(image.clone(), [2, 2], [2, 2], [0, 0], [1, 1], false);
        assert_eq!(Flex::max_pool(image).into_data(), expected.into_data());
    }
}

/// The two multiply the same weights in another order: f32 rounds them apart in the last bits of values in [0, 1].
#[test]
fn upsampling_equals_slices_and_sums() {
    let device = Default::default();
    let random = |image: [usize; 4]| Tensor::<Flex, 4>::random(image, Distribution::Default, &device);
    for factor in [1, 2, 3, 4, 8, 16, 32] {
        let image = random([2, 3, 5, 7]);
        let expected = upsample(image.clone(), factor);
        let ours = Flex::upsample(image, factor).into_data();
        ours.assert_approx_eq::<f32>(&expected.into_data(), Tolerance::absolute(1e-6));
    }
    let factors = [1, 2, 8, 32];
    let coarser: Vec<_> = factors.iter().map(|factor| random([1, 2, 32 / factor, 64 / factor])).collect();
    let base = random([1, 2, 32, 64]);
    let sum = coarser
        .iter()
        .zip(factors)
        .fold(base.clone(), |sum, (image, factor)| sum + upsample(image.clone(), factor));
    let ours = Flex::add_upsampled(base, coarser).into_data();
    ours.assert_approx_eq::<f32>(&sum.into_data(), Tolerance::absolute(1e-5));
}

/// Planes narrower than a window among them. Sums of up to 25 values near 1, in another order; each sweep multiplies by about 1.
#[test]
fn windows_and_sweeps_equal_burns_own() {
    let device = Default::default();
    for [height, width] in [[1, 1], [2, 3], [5, 1], [4, 9], [31, 18]] {
        let random = |channels| {
            Tensor::<Flex, 4>::random([2, channels, height, width], Distribution::Uniform(-0.5, 0.5), &device)
        };
        let image = random(3);
        let means = Flex::window_mean(image.clone()).into_data();
        means.assert_approx_eq::<f32>(&window_mean(image).into_data(), Tolerance::absolute(1e-6));
        let (step, flow) = (Step { own: random(2), cross: random(1), constant: random(2) }, random(2));
        let relaxed = Flex::relax(&step, flow.clone()).into_data();
        relaxed.assert_approx_eq::<f32>(&step.relax(flow).into_data(), Tolerance::absolute(1e-5));
    }
}
