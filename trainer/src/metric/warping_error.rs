//! Warping error: how much colors change along the motion (W.-S. Lai et al., "Learning Blind Video Temporal
//! Consistency", ECCV 2018). A grey video wins: never rank by it alone.

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    color::{Matrix, chroma},
    warp::warp,
};

/// Occluded where ||B' + F||^2 > RELATIVE (||B'||^2 + ||F||^2) + ABSOLUTE.
const RELATIVE: f64 = 0.01;
const ABSOLUTE: f64 = 0.5;

/// On a motion boundary where ||grad u||^2 + ||grad v||^2 > BOUNDARY_RELATIVE ||F||^2 + BOUNDARY_ABSOLUTE.
const BOUNDARY_RELATIVE: f64 = 0.01;
const BOUNDARY_ABSOLUTE: f64 = 0.002;

/// The warping error of a frame and the next one, both `[1, 3, h, w]`: the mean over the pixels that are seen in both, and
/// over channels, of (warp(next) - frame)^2, values in [0, 1]. `forward` is flow(frame -> next), `backward` the reverse,
/// both `[1, 2, h, w]` in pixels. None where no pixel is seen in both.
pub fn warping_error<B: Backend>(
    pair: [Tensor<B, 4>; 2],
    forward: Tensor<B, 4>,
    backward: Tensor<B, 4>,
) -> Option<f64> {
    mean_change(pair.map(|rgb| rgb.clamp(0.0, 1.0)), forward, backward)
}

/// The same of the chroma alone: (Cb, Cr) of BT.601, each in [-0.5, 0.5], so that neither the brightness, which no method
/// changes, nor its grain counts.
pub fn chroma_warping_error<B: Backend>(
    pair: [Tensor<B, 4>; 2],
    forward: Tensor<B, 4>,
    backward: Tensor<B, 4>,
) -> Option<f64> {
    mean_change(pair.map(|rgb| chroma(Matrix::Bt601, rgb.clamp(0.0, 1.0))), forward, backward)
}

/// The mean of (warp(next) - frame)^2, both `[1, c, h, w]`, over channels and the pixels that are seen in both.
fn mean_change<B: Backend>(
    [frame, next]: [Tensor<B, 4>; 2],
    forward: Tensor<B, 4>,
    backward: Tensor<B, 4>,
) -> Option<f64> {
    let seen = seen(forward.clone(), backward); // [1, 1, h, w]
    let count: f64 = seen.to_data().iter::<f64>().sum();
    let squares = (warp(next, forward) - frame).powi_scalar(2).mean_dim(1) * seen; // [1, 1, h, w]
    let sum: f64 = squares.into_data().iter::<f64>().sum();
    (count > 0.0).then_some(sum / count)
}

/// 1 where a pixel is neither occluded nor on a motion boundary, else 0: `[1, 1, h, w]`.
fn seen<B: Backend>(forward: Tensor<B, 4>, backward: Tensor<B, 4>) -> Tensor<B, 4> {
    let square = |flow: Tensor<B, 4>| flow.powi_scalar(2).sum_dim(1); // [1, 1, h, w]
    let returned = warp(backward, forward.clone()); // [1, 2, h, w]
    let length = square(forward.clone());
    let tolerance = (square(returned.clone()) + length.clone()) * RELATIVE + ABSOLUTE;
    let consistent = square(returned + forward.clone()).lower_equal(tolerance).float();
    let smooth = squared_gradient(forward).lower_equal(length * BOUNDARY_RELATIVE + BOUNDARY_ABSOLUTE);
    consistent * smooth.float()
}

/// ||grad u||^2 + ||grad v||^2 by differences to the right and lower neighbor, 0 at the last column and row: `[1, 1, h, w]`.
fn squared_gradient<B: Backend>(flow: Tensor<B, 4>) -> Tensor<B, 4> {
    let [_, _, height, width] = flow.dims();
    let along = |axis: usize, length: usize| {
        let last = flow.clone().narrow(axis, length - 1, 1);
        let next = Tensor::cat(vec![flow.clone().narrow(axis, 1, length - 1), last], axis); // [1, 2, h, w]
        (next - flow.clone()).powi_scalar(2)
    };
    (along(2, height) + along(3, width)).sum_dim(1) // [1, 1, h, w]
}
