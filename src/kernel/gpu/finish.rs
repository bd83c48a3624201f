//! What a convolution's kernels do with a sum before they write it.

use burn_cubecl::{CubeRuntime, tensor::CubeTensor};
use cubecl::prelude::*;

use crate::kernel::Activation;

/// What is applied to each value.
pub struct Finish<R: CubeRuntime> {
    /// `[output]`.
    pub bias: Option<CubeTensor<R>>,
    pub activation: Activation,
}

/// An activation as the kernels apply it.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Bounds {
    /// What negative values are multiplied by.
    slope: f32,
    /// What larger values become.
    most: f32,
}

/// The activation as an argument of a kernel.
pub fn bounds<R: CubeRuntime>(activation: Activation) -> BoundsLaunch<R> {
    BoundsLaunch::new(activation.slope(), activation.most())
}

/// A channel's bias.
#[cube]
pub fn offset<E: Float>(bias: &ComptimeOption<Tensor<E>>, channel: usize) -> f32 {
    let offset: ComptimeOption<f32> = bias.map(|bias| f32::cast_from(bias[channel]));
    offset.unwrap_or_else(|| 0.0f32.runtime())
}

/// What follows the sum.
#[cube]
pub fn activated(sum: f32, bounds: Bounds) -> f32 {
    min(select(sum < 0.0, sum * bounds.slope, sum), bounds.most)
}
