//! Depthwise convolution, a kernel for each channel. A plane is first laid out with the zeros around it, and its columns in
//! an order in which the pixels under neighbouring outputs are neighbours: those that a stride of 2 leaves out come behind
//! the others.

use super::{
    layer::{Layer, Scratch, Target},
    product::{PANEL, multiply_add},
};

/// Rows that are computed together: the sums of their panels fill half of the processor's registers.
const ROWS: usize = 4;

/// The part of the layer that the sweep is compiled for, rows and columns.
#[derive(Clone, Copy)]
struct Shape {
    kernel: [usize; 2],
    stride: [usize; 2],
}

/// Convolves one image, whose channels are `planes`.
#[inline(always)]
pub fn convolve(layer: &Layer, planes: &[&[f32]], target: &mut Target, scratch: &mut Scratch) {
    match (layer.kernel, layer.stride) {
        ([3, 3], [1, 1]) => sweep(layer, Shape { kernel: [3; 2], stride: [1; 2] }, planes, target, scratch),
        ([3, 3], [2, 2]) => sweep(layer, Shape { kernel: [3; 2], stride: [2; 2] }, planes, target, scratch),
        ([5, 5], [1, 1]) => sweep(layer, Shape { kernel: [5; 2], stride: [1; 2] }, planes, target, scratch),
        ([5, 5], [2, 2]) => sweep(layer, Shape { kernel: [5; 2], stride: [2; 2] }, planes, target, scratch),
        (kernel, stride) => sweep(layer, Shape { kernel, stride }, planes, target, scratch),
    }
}

#[inline(always)]
fn sweep(layer: &Layer, shape: Shape, planes: &[&[f32]], target: &mut Target, scratch: &mut Scratch) {
    let Target { height, width, .. } = *target;
    let taps = shape.kernel[0] * shape.kernel[1];
    let pitch = width.next_multiple_of(PANEL) + (shape.kernel[1] - 1) / shape.stride[1];
    let rows = (height.next_multiple_of(ROWS) - 1) * shape.stride[0] + shape.kernel[0];
    scratch.values.clear();
    scratch.values.resize(rows * shape.stride[1] * pitch, 0.0);
    let outputs = target.values.chunks_exact_mut(height * width);
    for (channel, (plane, output)) in planes.iter().zip(outputs).enumerate() {
        lay_out(layer, shape, plane, pitch, &mut scratch.values);
        let weights = &layer.weight[channel * taps..][..taps];
        let bias = layer.bias_of(channel);
        for top in (0..height).step_by(ROWS) {
            for left in (0..width).step_by(PANEL) {
                let sums = block(shape, weights, &scratch.values, pitch, [top, left]);
                for (y, sums) in (top..height).zip(sums) {
                    let pixels =
                        &mut output[y * width + left..(y * width + left + PANEL).min((y + 1) * width)];
                    for (pixel, sum) in pixels.iter_mut().zip(sums) {
                        *pixel = layer.activate(sum + bias);
                    }
                }
            }
        }
    }
}

/// Copies a plane to its place between the zeros: `[row][phase][pitch]`, where column x is of phase x modulo the stride.
#[inline(always)]
fn lay_out(layer: &Layer, shape: Shape, plane: &[f32], pitch: usize, values: &mut [f32]) {
    let [above, before] = layer.frame.padding;
    let stride = shape.stride[1];
    let rows = values.chunks_exact_mut(stride * pitch).skip(above);
    for (row, values) in plane.chunks_exact(layer.frame.size[1]).zip(rows) {
        for (phase, values) in values.chunks_exact_mut(pitch).enumerate() {
            let first = (phase + stride - before % stride) % stride;
            let values = &mut values[(first + before) / stride..];
            let row = row.get(first..).unwrap_or_default();
            let count = row.len().div_ceil(stride).min(values.len());
            for (i, value) in values[..count].iter_mut().enumerate() {
                *value = row[i * stride];
            }
        }
    }
}

/// The sums of [`ROWS`] rows of [`PANEL`] pixels each, from an output pixel on.
#[inline(always)]
fn block(
    shape: Shape,
    weights: &[f32],
    values: &[f32],
    pitch: usize,
    [top, left]: [usize; 2],
) -> [[f32; PANEL]; ROWS] {
    let ([rows, columns], [down, across]) = (shape.kernel, shape.stride);
    let mut sums = [[0.0; PANEL]; ROWS];
    for y in 0..rows {
        for x in 0..columns {
            let weight = weights[y * columns + x];
            for (r, sums) in sums.iter_mut().enumerate() {
                let row = ((top + r) * down + y) * across + x % across;
                let values = &values[row * pitch + left + x / across..][..PANEL];
                for (sum, &value) in sums.iter_mut().zip(values) {
                    *sum = multiply_add(weight, value, *sum);
                }
            }
        }
    }
    sums
}
