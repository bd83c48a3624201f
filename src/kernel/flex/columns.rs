//! Convolution of any kernel: the input pixels under each output pixel one below the other (im2col), times the weights. Only one
//! panel of pixels is laid out at a time.

use super::{
    layer::{Layer, Scratch, Target},
    product::{GROUP, PANEL, product},
};

/// Lays the weights out as `[groups][input * taps][GROUP]`.
#[inline(always)]
pub fn pack_weights(layer: &Layer, inputs: usize, packed: &mut Vec<f32>) {
    let depth = depth(layer, inputs);
    packed.clear();
    packed.resize(layer.output.div_ceil(GROUP) * depth * GROUP, 0.0);
    for (channel, row) in layer.weight.chunks_exact(depth).enumerate() {
        let group = &mut packed[channel / GROUP * depth * GROUP..][..depth * GROUP];
        for (at, weight) in row.iter().enumerate() {
            group[at * GROUP + channel % GROUP] = *weight;
        }
    }
}

/// Convolves one image, whose input channels are `planes`, with packed weights.
#[inline(always)]
pub fn convolve(layer: &Layer, planes: &[&[f32]], target: &mut Target, scratch: &mut Scratch) {
    let depth = depth(layer, planes.len());
    let area = target.height * target.width;
    scratch.values.clear();
    scratch.values.resize(depth * PANEL, 0.0);
    let (panel, _) = scratch.values.as_chunks_mut::<PANEL>();
    let (weights, _) = scratch.weights.as_chunks::<GROUP>();
    for first in (0..area).step_by(PANEL) {
        let count = PANEL.min(area - first);
        lay_out(layer, planes, first, target.width, count, panel);
        for (group, weights) in weights.chunks_exact(depth).enumerate() {
            let sums = product(weights, panel);
            for (channel, sums) in (group * GROUP..layer.output).zip(&sums) {
                let bias = layer.bias_of(channel);
                let pixels = &mut target.values[channel * area + first..][..count];
                for (pixel, sum) in pixels.iter_mut().zip(sums) {
                    *pixel = layer.activate(*sum + bias);
                }
            }
        }
    }
}

fn depth(layer: &Layer, inputs: usize) -> usize {
    inputs * layer.kernel[0] * layer.kernel[1]
}

/// The input under `count` output pixels from `first` on, a row of the panel for each channel and tap.
#[inline(always)]
fn lay_out(
    layer: &Layer,
    planes: &[&[f32]],
    first: usize,
    width: usize,
    count: usize,
    panel: &mut [[f32; PANEL]],
) {
    if layer.is_pointwise() && count == PANEL {
        for (values, plane) in panel.iter_mut().zip(planes) {
            values.copy_from_slice(&plane[first..first + PANEL]); // of a length that the compiler knows
        }
        return;
    }
    let [rows, columns] = layer.kernel;
    let taps = (0..rows).flat_map(|y| (0..columns).map(move |x| [y, x]));
    let under = planes.iter().flat_map(|plane| taps.clone().map(move |tap| (plane, tap)));
    for (values, (plane, tap)) in panel.iter_mut().zip(under) {
        take(layer, plane, tap, first, width, &mut values[..count]);
    }
}

/// The input under one tap of the kernel, for output pixels that may run over several rows.
#[inline(always)]
fn take(layer: &Layer, plane: &[f32], tap: [usize; 2], first: usize, width: usize, values: &mut [f32]) {
    let start =
        |axis: usize| (tap[axis] * layer.dilation[axis]) as isize - layer.frame.padding[axis] as isize;
    let (mut y, mut x, mut rest) = (first / width, first % width, values);
    while !rest.is_empty() {
        let (run, behind) = rest.split_at_mut((width - x).min(rest.len()));
        let row = (y * layer.stride[0]) as isize + start(0);
        let left = (x * layer.stride[1]) as isize + start(1);
        take_run(layer, plane, row, left, run);
        (y, x, rest) = (y + 1, 0, behind);
    }
}

/// The input from (`left`, `row`) on, zero outside the plane.
#[inline(always)]
fn take_run(layer: &Layer, plane: &[f32], row: isize, left: isize, values: &mut [f32]) {
    let [height, width] = layer.frame.size;
    if row < 0 || row >= height as isize {
        return values.fill(0.0);
    }
    let row = &plane[row as usize * width..][..width];
    if layer.stride[1] == 1 && left >= 0 && left as usize + values.len() <= width {
        return values.copy_from_slice(&row[left as usize..][..values.len()]);
    }
    for (i, value) in values.iter_mut().enumerate() {
        let x = usize::try_from(left + (i * layer.stride[1]) as isize);
        *value = x.ok().and_then(|x| row.get(x)).copied().unwrap_or(0.0);
    }
}
