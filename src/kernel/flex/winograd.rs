//! 3x3 convolution by Winograd's F(4x4, 3x3) (A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks",
//! CVPR 2016): 36 products make 16 pixels, where the plain sum takes 144.
//!
//! A tile is 4x4 pixels of the output, made of 6x6 of the input. Four tiles side by side are a quad: they are transformed
//! together, one in each lane. A block of quads goes through input transform, products and output transform while it is in
//! the cache. Over random input the result is within 1e-5 of the plain sum, relative to the largest value.

use super::{
    layer::{Layer, Scratch, Target},
    product::{GROUP, PANEL, product},
    transform::{LANES, Lanes, PATCH, TILE, of_input, of_products, of_weights},
};

/// Products of a tile.
const PRODUCTS: usize = PATCH * PATCH;

/// Weights of a kernel.
const TAPS: usize = 9;

/// Pixels of a quad's row, of the output and of the input.
const WIDTH: usize = TILE * LANES;
const SPAN: usize = WIDTH + 2;

/// Quads of a panel.
const QUADS: usize = PANEL / LANES;

/// Floats of a block: they should stay in the second-level cache.
const CACHE: usize = 96 << 10;

/// Floats between the products' rows: where rows lie powers of two apart, all fall into the same few cache lines.
const STAGGER: usize = 16;

/// Kernels that are transformed before any is written: the 36 rows lie far apart, and a visit to each should pay.
const AT_ONCE: usize = 16;

/// Fewer pixels than this don't pay for the weights' transform, fewer channels not for the pixels'.
const PAYING_AREA: usize = 128;
const PAYING_INPUTS: usize = 8;

/// Where a quad's output begins.
#[derive(Clone, Copy)]
struct Quad {
    x: usize,
    y: usize,
}

/// Whether this is the way to compute a layer.
pub fn pays(layer: &Layer, inputs: usize) -> bool {
    let [height, width] = layer.frame.target;
    let plain = (layer.kernel, layer.stride, layer.dilation) == ([3, 3], [1, 1], [1, 1]);
    plain && inputs >= PAYING_INPUTS && height * width >= PAYING_AREA
}

/// G w G^T of each kernel w: `[36][groups][input][GROUP]`, the 36 rows a little apart.
#[inline(always)]
pub fn transform_weights(layer: &Layer, inputs: usize, transformed: &mut Vec<f32>) {
    let groups = layer.output.div_ceil(GROUP);
    let stride = groups * inputs * GROUP + STAGGER;
    transformed.resize(PRODUCTS * stride, 0.0);
    for group in 0..groups {
        let members: [_; GROUP] = std::array::from_fn(|member| {
            // What the last group has too many is never written.
            let channel = (group * GROUP + member).min(layer.output - 1);
            layer.weight[channel * inputs * TAPS..][..inputs * TAPS].as_chunks::<TAPS>().0
        });
        let kernels = |input: usize| -> [Lanes; TAPS] {
            std::array::from_fn(|tap| std::array::from_fn(|member| members[member][input][tap]))
        };
        for first in (0..inputs).step_by(AT_ONCE) {
            let count = AT_ONCE.min(inputs - first);
            let mut rows = [[[0.0; GROUP]; AT_ONCE]; PRODUCTS];
            for (i, kernel) in (first..first + count).map(kernels).enumerate() {
                let columns: [_; 3] =
                    std::array::from_fn(|x| of_weights([kernel[x], kernel[3 + x], kernel[6 + x]]));
                for y in 0..PATCH {
                    for (x, lanes) in of_weights(columns.map(|column| column[y])).into_iter().enumerate() {
                        rows[y * PATCH + x][i] = lanes;
                    }
                }
            }
            for (row, target) in rows.iter().zip(transformed.chunks_exact_mut(stride)) {
                let at = (group * inputs + first) * GROUP;
                target[at..at + count * GROUP].copy_from_slice(row[..count].as_flattened());
            }
        }
    }
}

/// Convolves one image, whose input channels are `planes`, with transformed weights.
#[inline(always)]
pub fn convolve(layer: &Layer, planes: &[&[f32]], target: &mut Target, scratch: &mut Scratch) {
    let (inputs, outputs) = (planes.len(), layer.output.next_multiple_of(GROUP));
    let across = target.width.div_ceil(WIDTH);
    let quads = across * target.height.div_ceil(TILE);
    let quad = |i: usize| Quad { x: i % across * WIDTH, y: i / across * TILE };
    let block = CACHE / (PRODUCTS * LANES * (inputs + outputs));
    let block = block.clamp(8, 64).min(quads).next_multiple_of(QUADS);
    let stride = block * LANES * inputs + STAGGER;
    scratch.values.resize(PRODUCTS * (stride + block * LANES * outputs), 0.0);
    let (values, products) = scratch.values.split_at_mut(PRODUCTS * stride);
    for first in (0..quads).step_by(block) {
        let count = block.min(quads - first);
        for (channel, plane) in planes.iter().enumerate() {
            for i in 0..count {
                let at = (i / QUADS * inputs + channel) * PANEL + i % QUADS * LANES;
                read_quad(layer, plane, quad(first + i), &mut values[at..], stride);
            }
        }
        multiply(&scratch.weights, values, inputs, block, count, products);
        for channel in 0..layer.output {
            for i in 0..count {
                let at = (channel * block + i) * PRODUCTS * LANES;
                let (products, _) = products[at..at + PRODUCTS * LANES].as_chunks();
                write_quad(layer, channel, quad(first + i), products, target);
            }
        }
    }
}

/// The products of a block, summed over the input channels: `[output][block][36][LANES]`.
#[inline(always)]
fn multiply(
    weights: &[f32],
    values: &[f32],
    inputs: usize,
    block: usize,
    count: usize,
    products: &mut [f32],
) {
    let rows =
        weights.chunks_exact(weights.len() / PRODUCTS).zip(values.chunks_exact(values.len() / PRODUCTS));
    for (index, (weights, values)) in rows.enumerate() {
        let (weights, values) = (weights.as_chunks().0, values.as_chunks().0);
        for (group, weights) in weights.chunks_exact(inputs).enumerate() {
            for (panel, values) in values.chunks_exact(inputs).take(count.div_ceil(QUADS)).enumerate() {
                for (member, sums) in product(weights, values).iter().enumerate() {
                    for (i, lanes) in sums.as_chunks::<LANES>().0.iter().enumerate() {
                        let quad = (group * GROUP + member) * block + panel * QUADS + i;
                        let at = (quad * PRODUCTS + index) * LANES;
                        products[at..at + LANES].copy_from_slice(lanes);
                    }
                }
            }
        }
    }
}

/// B^T d B of a quad's patches; the four lanes of a product every `stride` values.
#[inline(always)]
fn read_quad(layer: &Layer, plane: &[f32], quad: Quad, values: &mut [f32], stride: usize) {
    let [height, width] = layer.frame.size;
    let (top, left) =
        (quad.y.checked_sub(layer.frame.padding[0]), quad.x.checked_sub(layer.frame.padding[1]));
    match (top, left) {
        (Some(top), Some(left)) if top + PATCH <= height && left + SPAN <= width => {
            transform_patch(&plane[top * width + left..], width, values, stride);
        }
        _ => transform_patch(edge(layer, plane, quad).as_flattened(), SPAN, values, stride),
    }
}

/// The input of a quad that leaves the plane, zero outside.
#[inline(never)]
fn edge(layer: &Layer, plane: &[f32], quad: Quad) -> [[f32; SPAN]; PATCH] {
    let mut patch = [[0.0; SPAN]; PATCH];
    let [height, width] = layer.frame.size;
    let [above, before] = layer.frame.padding;
    for (y, row) in (quad.y..).zip(&mut patch) {
        for (x, value) in (quad.x..).zip(row) {
            if (above..above + height).contains(&y) && (before..before + width).contains(&x) {
                *value = plane[(y - above) * width + x - before];
            }
        }
    }
    patch
}

#[inline(always)]
fn transform_patch(patch: &[f32], width: usize, values: &mut [f32], stride: usize) {
    let mut columns = [[[0.0; LANES]; PATCH]; PATCH];
    for y in 0..PATCH {
        let row = &patch[y * width..][..SPAN];
        let row = of_input(std::array::from_fn(|x| std::array::from_fn(|lane| row[TILE * lane + x])));
        for (column, lanes) in columns.iter_mut().zip(row) {
            column[y] = lanes;
        }
    }
    for (x, column) in columns.into_iter().enumerate() {
        for (y, lanes) in of_input(column).iter().enumerate() {
            values[(y * PATCH + x) * stride..][..LANES].copy_from_slice(lanes);
        }
    }
}

/// A^T m A of a quad's products m, with bias and activation, to its place.
#[inline(always)]
fn write_quad(layer: &Layer, channel: usize, quad: Quad, products: &[Lanes], target: &mut Target) {
    let mut rows = [[[0.0; LANES]; PATCH]; TILE];
    for x in 0..PATCH {
        let column = of_products(std::array::from_fn(|y| products[y * PATCH + x]));
        for (row, lanes) in rows.iter_mut().zip(column) {
            row[x] = lanes;
        }
    }
    let bias = layer.bias_of(channel);
    let width = WIDTH.min(target.width - quad.x);
    for (y, row) in (quad.y..target.height).zip(rows) {
        let row = of_products(row);
        let pixels: [f32; WIDTH] = std::array::from_fn(|x| layer.activate(row[x % TILE][x / TILE] + bias));
        let at = (channel * target.height + y) * target.width + quad.x;
        if width == WIDTH {
            target.values[at..at + WIDTH].copy_from_slice(&pixels); // of a length that the compiler knows
        } else {
            target.values[at..at + width].copy_from_slice(&pixels[..width]);
        }
    }
}
