//! The cost volume's kernel against slices.

use burn::{
    backend::{Flex, Wgpu, wgpu::WgpuDevice},
    tensor::{Distribution, Tensor, TensorData, backend::Backend},
};
use chromaflow::kernel::{Kernels, cost_volume_by_slices};

use crate::{
    adapter::{on_adapter, upload},
    fixture,
};

/// Kernel and slices sum the same products, up to 196 near 1, in another order; the mean divides what that rounds.
const TOLERANCE: f32 = 1e-5;

/// The kernel on `device` against slices on the CPU.
fn assert_kernel_equals_slices(device: &WgpuDevice, shape: [usize; 4], displacement: usize) {
    let random = || Tensor::<Flex, 4>::random(shape, Distribution::Uniform(0.5, 1.5), &Default::default());
    let (ours, theirs) = (random(), random());
    let kernel = Wgpu::cost_volume(upload(&ours, device), upload(&theirs, device), displacement);
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
        let kernel = volume_of_views(&upload(&both, device), Wgpu::cost_volume);
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
