//! The CubeCL kernels equal Burn's own operations, and the networks on them what PyTorch computed, on any adapter that wgpu
//! finds. A machine without one skips these tests and says so, unless CHROMAFLOW_VULKAN=required.
#![cfg(feature = "wgpu")]

mod adapter;
mod convolution;
mod cost_volume;
#[path = "../parity/fixture.rs"]
mod fixture;
#[cfg(feature = "autodiff")]
mod gradients;
mod half_precision;
mod images;
mod networks;
mod same;
