//! Depthwise convolution, a kernel for each channel. A plane is first laid out with the zeros around it, and its columns in
//! an order in which the pixels under neighbouring outputs are neighbours: those that a stride of 2 leaves out come behind
//! the others.

use super::{
    layer::{Layer, Scratch, Target},
    product::multiply_add,
};

/// Neighbouring pixels that are computed together.
const WIDTH: usize = 16;

/// Rows of them: their sums fill half of the processor's registers.
const ROWS: usize = if cfg!(target_arch = "wasm32") { 2 } else { 4 };

/// Convolves one image, whose channels are `planes`.
#[inline(always)]
pub fn convolve(layer: &Layer, planes: &[&[f32]], target: &mut Target, scratch: &mut Scratch) {
    let Target { height, width, .. } = *target;
    let [down, across] = layer.stride;
    let [rows, columns] = layer.kernel;
    let pitch = width.next_multiple_of(WIDTH) + (columns - 1) / across;
    // From the first pixel under a kernel to those under its other weights.
    let offset = |tap: usize| {
        let (y, x) = (tap / columns, tap % columns);
        (y * across + x % across) * pitch + x / across
    };
    let offsets: Vec<usize> = (0..rows * columns).map(offset).collect();
    let rows = (height.next_multiple_of(ROWS) - 1) * down + rows;
    scratch.values.clear();
    scratch.values.resize(rows * across * pitch, 0.0);
    let kernels = layer.weight.chunks_exact(offsets.len());
    let outputs = target.values.chunks_exact_mut(height * width);
    for (channel, ((plane, weights), output)) in planes.iter().zip(kernels).zip(outputs).enumerate() {
        lay_out(layer, plane, pitch, &mut scratch.values);
        let bias = layer.bias_of(channel);
        for top in (0..height).step_by(ROWS) {
            for left in (0..width).step_by(WIDTH) {
                let stride = down * across * pitch;
                let sums = block(weights, &offsets, &scratch.values[top * stride + left..], stride);
                for (y, sums) in (top..height).zip(&sums) {
                    let pixels = &mut output[y * width + left..(y + 1) * width];
                    for (pixel, sum) in pixels.iter_mut().zip(sums) {
                        *pixel = layer.activate(*sum + bias);
                    }
                }
            }
        }
    }
}

/// Copies a plane to its place between the zeros: `[row][phase][pitch]`, where column x is of phase x modulo the stride.
#[inline(always)]
fn lay_out(layer: &Layer, plane: &[f32], pitch: usize, values: &mut [f32]) {
    let [above, before] = layer.frame.padding;
    let stride = layer.stride[1];
    let rows = values.chunks_exact_mut(stride * pitch).skip(above);
    for (row, values) in plane.chunks_exact(layer.frame.size[1]).zip(rows) {
        for (phase, values) in values.chunks_exact_mut(pitch).enumerate() {
            let first = (phase + stride - before % stride) % stride;
            let values = &mut values[(first + before) / stride..];
            let row = row.get(first..).unwrap_or_default();
            match stride {
                1 => {
                    let count = row.len().min(values.len());
                    values[..count].copy_from_slice(&row[..count]);
                }
                2 => spread(row, 2, values), // which the compiler then knows
                _ => spread(row, stride, values),
            }
        }
    }
}

/// Copies the pixels that lie a stride apart, as many as there is place for.
#[inline(always)]
fn spread(row: &[f32], stride: usize, values: &mut [f32]) {
    for (value, pixel) in values.iter_mut().zip(row.iter().step_by(stride)) {
        *value = *pixel;
    }
}

/// The sums of [`ROWS`] rows of [`WIDTH`] pixels each; `stride` leads from the input of a row to that of the next.
///
/// The loop over the weights is not unrolled: the compiler would no longer keep the sums in vectors.
#[inline(always)]
fn block(weights: &[f32], offsets: &[usize], values: &[f32], stride: usize) -> [[f32; WIDTH]; ROWS] {
    let mut sums = [[0.0; WIDTH]; ROWS];
    for (&weight, &offset) in weights.iter().zip(offsets) {
        for (row, sums) in sums.iter_mut().enumerate() {
            let values = &values[offset + row * stride..][..WIDTH];
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum = multiply_add(weight, value, *sum);
            }
        }
    }
    sums
}
