//! The engine's kernels beside Burn's own operations, and the networks on every device that is there. `BENCH_SIZES` (such as
//! `128x128,854x480`) and `BENCH_PRESET` choose what is measured; `Autodiff<Wgpu>` is the GPU without kernels of our own.

use std::env;

use burn::{
    backend::{
        Autodiff, Flex, Wgpu,
        wgpu::{
            WgpuRuntime,
            graphics::{AutoGraphicsApi, GraphicsApi},
        },
    },
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Distribution, Tensor},
};
use chromaflow::{
    kernel::{Activation, Kernels, Pair},
    model::{
        preset::{Networks, Preset},
        refiner::Neighbourhood,
    },
};
use cubecl::Runtime;
use divan::Bencher;

type Burns = Autodiff<Wgpu>;

fn main() {
    let adapters = WgpuRuntime::enumerate_all_devices(&AutoGraphicsApi::backend());
    println!("GPU adapters: {}", adapters.len());
    let divan = divan::Divan::from_args();
    if adapters.is_empty() { divan.skip_regex("Wgpu").main() } else { divan.main() }
}

/// Widths and heights of the frames.
fn sizes() -> Vec<[usize; 2]> {
    let sizes = env::var("BENCH_SIZES").unwrap_or_else(|_| "128x128".into());
    let side = |side: &str| side.parse().expect("BENCH_SIZES is like 128x128,854x480");
    let size = |size: &str| {
        let (width, height) = size.split_once('x').expect("BENCH_SIZES is like 128x128,854x480");
        [side(width), side(height)]
    };
    sizes.split(',').map(size).collect()
}

fn networks<B: Kernels>() -> Networks<B> {
    let preset = match env::var("BENCH_PRESET").as_deref() {
        Ok("paper") => Preset::Paper,
        Ok("tiny") => Preset::Tiny,
        _ => Preset::Lite,
    };
    preset.config().init(&Default::default())
}

fn noise<B: Kernels>(shape: [usize; 4]) -> Tensor<B, 4> {
    Tensor::random(shape, Distribution::Uniform(0.0, 1.0), &Default::default())
}

/// Times `work` and what it leaves on the device; its first run, which compiles the shaders, is not counted.
fn time<B: Kernels, T>(bencher: Bencher, work: impl Fn() -> T) {
    let run = || {
        let result = work();
        B::sync(&Default::default()).expect("the device answers");
        result
    };
    run();
    bencher.bench_local(run);
}

fn convolution<B: Kernels>(side: usize, [input, output]: [usize; 2]) -> Conv2d<B> {
    let padding = side / 2;
    Conv2dConfig::new([input, output], [side, side])
        .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
        .init(&Default::default())
}

/// A kernel for each channel; convolved with the padding 'SAME'.
fn depthwise<B: Kernels>(side: usize, stride: usize, channels: usize) -> Conv2d<B> {
    Conv2dConfig::new([channels, channels], [side, side])
        .with_stride([stride, stride])
        .with_groups(channels)
        .init(&Default::default())
}

/// 32 channels to 32 at the frame's size, as in the U-Net's first level.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn convolution_3x3<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (convolution, image) = (convolution::<B>(3, [32, 32]), noise([1, 32, height, width]));
    time::<B, _>(bencher, || B::convolve(&convolution, image.clone(), Activation::LeakyRelu(0.2)));
}

/// 64 channels to 32, as the hypercolumn's first tap is reduced.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn convolution_1x1<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (convolution, image) = (convolution::<B>(1, [64, 32]), noise([1, 64, height, width]));
    time::<B, _>(bencher, || B::convolve(&convolution, image.clone(), Activation::None));
}

/// 144 channels at a quarter of the frame's size, as in the trunk's second stage.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn depthwise_3x3<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (convolution, image) = (depthwise::<B>(3, 1, 144), noise([1, 144, height / 4, width / 4]));
    time::<B, _>(bencher, || B::convolve_same(&convolution, image.clone(), Activation::Relu6));
}

/// 672 channels at a sixteenth of the frame's size, as in its fifth stage.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn depthwise_5x5<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (convolution, image) = (depthwise::<B>(5, 1, 672), noise([1, 672, height / 16, width / 16]));
    time::<B, _>(bencher, || B::convolve_same(&convolution, image.clone(), Activation::Relu6));
}

/// 144 channels from a quarter of the frame's size to an eighth, as on the way to its third stage.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn depthwise_5x5_halving<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (convolution, image) = (depthwise::<B>(5, 2, 144), noise([1, 144, height / 8 * 2, width / 8 * 2]));
    time::<B, _>(bencher, || B::convolve_same(&convolution, image.clone(), Activation::Relu6));
}

/// 112 channels to 672 at a sixteenth of the frame's size, as a block of its fifth stage begins.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn expansion<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (convolution, image) = (convolution::<B>(1, [112, 672]), noise([1, 112, height / 16, width / 16]));
    time::<B, _>(bencher, || B::convolve(&convolution, image.clone(), Activation::Relu6));
}

/// 144 channels to 24 at a quarter of the frame's size, as a block of its second stage ends.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn projection<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (convolution, image) = (convolution::<B>(1, [144, 24]), noise([1, 144, height / 4, width / 4]));
    time::<B, _>(bencher, || B::convolve(&convolution, image.clone(), Activation::None));
}

#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn upsample<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let image = noise::<B>([1, 32, height / 2, width / 2]);
    time::<B, _>(bencher, || B::upsample(image.clone(), 2));
}

#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn max_pool<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let image = noise::<B>([1, 32, height, width]);
    time::<B, _>(bencher, || B::max_pool(image.clone()));
}

/// At a quarter of the frame's size, as at the finest level of the flow.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn cost_volume<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let features = || noise::<B>([1, 32, height / 4, width / 4]);
    let (ours, theirs) = (features(), features());
    time::<B, _>(bencher, || B::cost_volume(ours.clone(), theirs.clone(), 4));
}

#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn warp_trusted<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let image = |channels| noise::<B>([2, channels, height, width]);
    let pair = Pair { frame: image(3), neighbour: image(3), flow: image(2), visible: image(1) };
    time::<B, _>(bencher, || B::warp_trusted(pair.clone()));
}

/// f with its trunk.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn colorizer<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (networks, grey) = (networks::<B>(), noise([1, 1, height, width]));
    time::<B, _>(bencher, || networks.colorizer.forward(&networks.trunk, grey.clone(), None));
}

/// Between two frames, in both directions.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn flow<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let (network, greys) = (networks::<B>().flow, noise([2, 1, height, width]));
    time::<B, _>(bencher, || network.forward_grey(greys.clone(), greys.clone().flip([0])));
}

/// g on one frame with both its neighbours.
#[divan::bench(types = [Flex, Wgpu, Burns], args = sizes())]
fn refiner<B: Kernels>(bencher: Bencher, [width, height]: [usize; 2]) {
    let image = |channels| noise::<B>([2, channels, height, width]);
    let (network, input) = (
        networks::<B>().refiner,
        Neighbourhood {
            frame: image(3),
            warped: image(3),
            color_confidence: image(1),
            grey_confidence: image(1),
        },
    );
    time::<B, _>(bencher, || network.forward(input.clone()));
}
