//! The operations on the GPU as CubeCL kernels, one a file.

mod cost_volume;

use burn::tensor::{DType, Shape, Tensor, TensorPrimitive, ops::FloatTensorOps};
use burn_cubecl::CubeBackend;

use super::Kernels;

/// Burn's backend on a CubeCL runtime, whose truth values are stored as `$bool`.
macro_rules! kernels_on {
    ($runtime:ty, $bool:ty) => {
        impl Kernels for CubeBackend<$runtime, f32, i32, $bool> {
            fn cost_volume(
                ours: Tensor<Self, 4>,
                theirs: Tensor<Self, 4>,
                displacement: usize,
            ) -> Tensor<Self, 4> {
                let [batch, _, height, width] = ours.dims();
                let side = 2 * displacement + 1;
                let shape = Shape::new([batch, side * side, height, width]);
                let output = Self::float_empty(shape, &ours.device(), DType::F32.into());
                let [ours, theirs] = [ours, theirs].map(|features| features.into_primitive().tensor());
                cost_volume::launch(ours, theirs, &output, displacement);
                Tensor::from_primitive(TensorPrimitive::Float(output))
            }
        }
    };
}

kernels_on!(cubecl::wgpu::WgpuRuntime, u32);
#[cfg(feature = "cuda")]
kernels_on!(cubecl::cuda::CudaRuntime, u8);
