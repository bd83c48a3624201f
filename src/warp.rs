//! Backward warping and what may be trusted of it.
//!
//! The pixel convention: `flow` is in pixels, `[n, 2, h, w]`, x first. `flow(s -> t)` at pixel p of frame s says where p
//! is in frame t. Warping frame t to frame s (the paper's omega) samples frame t at p + flow(s -> t)(p).

use burn::tensor::{
    Tensor,
    backend::Backend,
    ops::{GridSampleOptions, GridSamplePaddingMode, InterpolateMode},
};

/// alpha of equation (4).
pub const CONFIDENCE_SLOPE: f64 = 15.0;

/// Forward and backward flow disagree where ||F + B'||^2 > RELATIVE (||F||^2 + ||B'||^2) + ABSOLUTE
/// (N. Sundaram et al., ECCV 2010).
pub(crate) const CONSISTENCY_RELATIVE: f64 = 0.01;
pub(crate) const CONSISTENCY_ABSOLUTE: f64 = 0.5;

/// Samples `image` `[n, c, h, w]` at p + flow(p), bilinear, its border repeated.
pub fn warp<B: Backend>(image: Tensor<B, 4>, flow: Tensor<B, 4>) -> Tensor<B, 4> {
    let options = GridSampleOptions::new(InterpolateMode::Bilinear)
        .with_padding_mode(GridSamplePaddingMode::Border)
        .with_align_corners(true);
    image.grid_sample_2d(sampling_grid(flow), options) // [n, c, h, w]
}

/// 1 where p + flow(p) lies inside the frame, else 0: `[n, 1, h, w]`.
pub fn inside<B: Backend>(flow: Tensor<B, 4>) -> Tensor<B, 4> {
    let [_, _, height, width] = flow.dims();
    let [x, y] = targets(flow);
    let within = |position: Tensor<B, 4>, length: usize| {
        position.clone().greater_equal_elem(0.0).float()
            * position.lower_equal_elem((length - 1) as f32).float()
    };
    within(x, width) * within(y, height) // [n, 1, h, w]
}

/// M_{t -> s} of the paper: 1 where the flows `forward` (s -> t) and `backward` (t -> s) agree and the sample lies
/// inside the frame, else 0: `[n, 1, h, w]`. No gradient passes through it.
pub fn visibility<B: Backend>(forward: Tensor<B, 4>, backward: Tensor<B, 4>) -> Tensor<B, 4> {
    let returned = warp(backward, forward.clone()); // [n, 2, h, w]
    let square = |flow: Tensor<B, 4>| flow.powi_scalar(2).sum_dim(1); // [n, 1, h, w]
    let tolerance = (square(forward.clone()) + square(returned.clone()))
        .mul_scalar(CONSISTENCY_RELATIVE)
        .add_scalar(CONSISTENCY_ABSOLUTE);
    let consistent = square(forward.clone() + returned).lower_equal(tolerance).float();
    consistent * inside(forward)
}

/// Equation (4): W_{t -> s} = max(1 - alpha |A_s - warp(A_t)|, 0) M_{t -> s}, |.| the mean over channels:
/// `[n, 1, h, w]`. The paper prints the mask inside the maximum, which would trust hidden pixels fully.
pub fn confidence<B: Backend>(
    frame: Tensor<B, 4>,
    warped: Tensor<B, 4>,
    visible: Tensor<B, 4>,
) -> Tensor<B, 4> {
    let difference = (frame - warped).abs().mean_dim(1); // [n, 1, h, w]
    difference.mul_scalar(-CONFIDENCE_SLOPE).add_scalar(1.0).clamp_min(0.0) * visible
}

/// The absolute positions p + flow(p), x and y, each `[n, 1, h, w]`.
fn targets<B: Backend>(flow: Tensor<B, 4>) -> [Tensor<B, 4>; 2] {
    let [_, _, height, width] = flow.dims();
    let device = flow.device();
    let ramp = |length: usize| Tensor::arange(0..length as i64, &device).float();
    let columns = ramp(width).reshape([1, 1, 1, width]);
    let rows = ramp(height).reshape([1, 1, height, 1]);
    [flow.clone().narrow(1, 0, 1) + columns, flow.narrow(1, 1, 1) + rows] // 2 of [n, 1, h, w]
}

/// Positions scaled to [-1, 1] with the outer pixels' centres at the ends, as `grid_sample_2d` takes them.
fn sampling_grid<B: Backend>(flow: Tensor<B, 4>) -> Tensor<B, 4> {
    let [batch, _, height, width] = flow.dims();
    let [x, y] = targets(flow);
    let scale = |position: Tensor<B, 4>, length: usize| {
        let span = (length.max(2) - 1) as f64;
        position.mul_scalar(2.0 / span).sub_scalar(1.0).reshape([batch, height, width, 1])
    };
    Tensor::cat(vec![scale(x, width), scale(y, height)], 3) // [n, h, w, 2]
}
