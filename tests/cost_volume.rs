//! The cost volume's CubeCL kernel equals the plain tensor operations, on any adapter that wgpu finds. A machine
//! without one skips these tests and says so, unless CHROMAFLOW_VULKAN=required.
#![cfg(feature = "wgpu")]

#[path = "parity/fixture.rs"]
mod fixture;

use burn::{
    backend::{
        Flex, Wgpu,
        wgpu::{
            WgpuDevice, WgpuRuntime,
            graphics::{AutoGraphicsApi, GraphicsApi},
        },
    },
    tensor::{Distribution, Tensor, TensorData, backend::Backend},
};
use chromaflow::kernel::{Kernels, cost_volume_by_slices};
use cubecl::Runtime;

/// Kernel and slices sum the same products, up to 196 near 1, in another order; the mean divides what that rounds.
const TOLERANCE: f32 = 1e-5;

/// Runs `test` on the default adapter, if there is any.
fn on_adapter(test: impl FnOnce(&WgpuDevice)) {
    let found = !WgpuRuntime::enumerate_all_devices(&AutoGraphicsApi::backend()).is_empty();
    let required = std::env::var("CHROMAFLOW_VULKAN").is_ok_and(|value| value == "required");
    assert!(found || !required, "CHROMAFLOW_VULKAN=required, and wgpu finds no adapter");
    if found {
        test(&WgpuDevice::default());
    } else {
        eprintln!("skipped: wgpu finds no adapter");
    }
}

/// The kernel on `device` against slices on the CPU.
fn assert_kernel_equals_slices(device: &WgpuDevice, shape: [usize; 4], displacement: usize) {
    let random = || Tensor::<Flex, 4>::random(shape, Distribution::Uniform(0.5, 1.5), &Default::default());
    let (ours, theirs) = (random(), random());
    let upload = |features: &Tensor<Flex, 4>| Tensor::<Wgpu, 4>::from_data(features.to_data(), device);
    let kernel = Wgpu::cost_volume(upload(&ours), upload(&theirs), displacement);
    let slices = cost_volume_by_slices(ours, theirs, displacement);
    fixture::assert_close(&format!("{shape:?}"), &kernel.into_data(), &slices.into_data(), TOLERANCE);
}

#[test]
fn kernel_equals_slices() {
    on_adapter(|device| {
        for channels in [1, 2, 16, 37, 196] {
            assert_kernel_equals_slices(device, [2, channels, 7, 13], 4);
        }
        for [height, width] in [[1, 1], [1, 9], [5, 3], [33, 17]] {
            assert_kernel_equals_slices(device, [2, 3, height, width], 4);
        }
        assert_kernel_equals_slices(device, [1, 3, 6, 5], 2);
    });
}

/// Halves of a batch are views with strides of their own.
#[test]
fn kernel_reads_views() {
    on_adapter(|device| {
        let both = Tensor::<Flex, 4>::random([2, 5, 9, 7], Distribution::Default, &Default::default());
        let slices = volume_of_views(&both, cost_volume_by_slices);
        let kernel =
            volume_of_views(&Tensor::<Wgpu, 4>::from_data(both.into_data(), device), Wgpu::cost_volume);
        fixture::assert_close("views", &kernel, &slices, TOLERANCE);
    });
}

/// The cost volume of the transposed halves of `both`.
fn volume_of_views<B: Backend>(
    both: &Tensor<B, 4>,
    cost_volume: impl Fn(Tensor<B, 4>, Tensor<B, 4>, usize) -> Tensor<B, 4>,
) -> TensorData {
    let half = |start| both.clone().narrow(0, start, 1).swap_dims(2, 3);
    cost_volume(half(0), half(1), 4).into_data()
}

/// The whole flow network on the adapter gives what PyTorch gives, as it does on the CPU.
#[test]
fn flow_network() {
    on_adapter(|device| {
        let network = fixture::networks::<Wgpu>(device).flow;
        let [first, second] =
            ["first", "second"].map(|name| fixture::tensor(&format!("input.flow.{name}"), device));
        fixture::assert_expected("flow", &network.forward(first, second).into_data());
    });
}
