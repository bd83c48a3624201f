//! The CPU's own operations against Burn's, over odd sizes and channel counts.

use burn::{
    backend::Flex,
    nn::{PaddingConfig2d, conv::Conv2dConfig},
    tensor::{Distribution, Tensor, Tolerance, module::max_pool2d},
};
use chromaflow::{
    kernel::{Activation, Kernels},
    upsample::upsample,
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
    case(&[7, 13], 12, [50, 19], Activation::None),
    case(&[64, 64], 63, [14, 41], LEAKY),
    case(&[8], 4, [200, 3], LEAKY),
    case(&[8], 4, [1, 130], Activation::None),
    case(&[3], 7, [40, 37], Activation::Relu),
    case(&[20], 6, [7, 9], LEAKY),
    case(&[5], 3, [1, 1], Activation::None),
    Case { kernel: 1, ..case(&[21], 10, [13, 37], Activation::None) },
    Case { stride: 2, ..case(&[6], 9, [31, 18], LEAKY) },
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
    for factor in [1, 2, 4, 8, 16] {
        let image = random([2, 3, 5, 7]);
        let expected = upsample(image.clone(), factor);
        let ours = Flex::upsample(image, factor).into_data();
        ours.assert_approx_eq::<f32>(&expected.into_data(), Tolerance::absolute(1e-6));
    }
    let (base, coarser) =
        (random([1, 2, 8, 16]), vec![random([1, 2, 8, 16]), random([1, 2, 4, 8]), random([1, 2, 1, 2])]);
    let factors = [1, 2, 8];
    let sum = coarser
        .iter()
        .zip(factors)
        .fold(base.clone(), |sum, (image, factor)| sum + upsample(image.clone(), factor));
    let ours = Flex::add_upsampled(base, coarser).into_data();
    ours.assert_approx_eq::<f32>(&sum.into_data(), Tolerance::absolute(1e-5));
}
