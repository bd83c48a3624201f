//! The adapter, and data for both sides of a comparison.

use burn::{
    backend::{
        Flex, Wgpu,
        wgpu::{
            WgpuDevice, WgpuRuntime,
            graphics::{AutoGraphicsApi, GraphicsApi},
        },
    },
    tensor::{FloatDType, Tensor, TensorData},
};
use chromaflow::kernel::Kernels;
use cubecl::Runtime;

/// Runs `test` on the default adapter, if there is any.
pub fn on_adapter(test: impl FnOnce(&WgpuDevice)) {
    let found = !WgpuRuntime::enumerate_all_devices(&AutoGraphicsApi::backend()).is_empty();
    if found || skipped("wgpu finds no adapter") {
        test(&WgpuDevice::default());
    }
}

/// Runs `test` on the default adapter if it stores f16.
pub fn on_half_precision_adapter(test: impl FnOnce(&WgpuDevice)) {
    on_adapter(|device| {
        if <Wgpu as Kernels>::precision(device) == FloatDType::F16 || skipped("the adapter has no f16") {
            test(device);
        }
    });
}

/// Says that a test is skipped, or fails it where it may not be.
fn skipped(reason: &str) -> bool {
    let required = std::env::var("CHROMAFLOW_VULKAN").is_ok_and(|value| value == "required");
    assert!(!required, "CHROMAFLOW_VULKAN=required, and {reason}");
    eprintln!("skipped: {reason}");
    false
}

/// Values in [-1, 1] with no pattern in them, the same in every run; `seed` tells tensors apart.
pub fn noise<const D: usize>(shape: [usize; D], seed: usize) -> Tensor<Flex, D> {
    let value = |i: usize| {
        let mixed = ((i + 1) as u64 + ((seed as u64) << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed >> 40) as f32) / (1u64 << 23) as f32 - 1.0
    };
    let values = (0..shape.iter().product()).map(value).collect();
    Tensor::from_data(TensorData::new(values, shape), &Default::default())
}

/// The nearest values that f16 tells apart.
pub fn rounded<const D: usize>(tensor: Tensor<Flex, D>) -> Tensor<Flex, D> {
    tensor.cast(FloatDType::F16).cast(FloatDType::F32)
}

/// The same values on the adapter.
pub fn upload<const D: usize>(tensor: &Tensor<Flex, D>, device: &WgpuDevice) -> Tensor<Wgpu, D> {
    Tensor::from_data(tensor.to_data(), device)
}
