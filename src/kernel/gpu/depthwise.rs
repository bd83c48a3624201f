//! A depthwise convolution: each unit computes a block of neighbouring pixels of one channel in registers, and loads the
//! input below the block once. What is added up is f32, also where f16 is stored.

use burn_cubecl::{CubeRuntime, tensor::CubeTensor};
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::{
    convolution::has_whole_vectors,
    finish::{Bounds, Finish, activated, bounds, offset},
    tile::PIXELS,
    window::Window,
};

/// Rows of a block; along a row it has [`PIXELS`].
const ROWS: usize = 2;

/// Writes the convolution of `input` `[n, c, h, w]` with the contiguous `weight` `[c, 1, side, side]` to `output`
/// `[n, c, h', w']`.
pub fn launch<R: CubeRuntime>(
    input: CubeTensor<R>,
    weight: CubeTensor<R>,
    finish: Finish<R>,
    output: &CubeTensor<R>,
    window: Window,
) {
    let [batch, channels, height, width] = output.meta.shape().dims();
    let blocks = batch * channels * height.div_ceil(ROWS) * width.div_ceil(PIXELS);
    let cube_dim = CubeDim::new(&output.client, blocks);
    depthwise_kernel::launch::<R>(
        &output.client,
        calculate_cube_count_elemwise(&output.client, blocks, cube_dim),
        cube_dim,
        if has_whole_vectors(&input) { PIXELS } else { 1 },
        if width.is_multiple_of(PIXELS) { PIXELS } else { 1 },
        input.into_tensor_arg(),
        weight.into_tensor_arg(),
        finish.bias.map(CubeTensor::into_tensor_arg).into(),
        output.clone().into_tensor_arg(),
        bounds(finish.activation),
        window,
        output.dtype.into(),
    );
}

/// The first pixel of a unit's block.
#[derive(CubeType, Clone, Copy)]
struct Corner {
    n: usize,
    c: usize,
    y: usize,
    x: usize,
}

#[cube(launch)]
fn depthwise_kernel<E: Float, I: Size, O: Size>(
    input: &Tensor<Vector<E, I>>,
    weight: &Tensor<E>,
    bias: &ComptimeOption<Tensor<E>>,
    output: &mut Tensor<Vector<E, O>>,
    bounds: Bounds,
    #[comptime] window: Window,
    #[define(E)] _stored: StorageType,
) {
    let across = output.shape(3).div_ceil(PIXELS);
    let down = output.shape(2).div_ceil(ROWS);
    let channels = output.shape(1);
    if ABSOLUTE_POS < output.shape(0) * channels * down * across {
        let corner = Corner {
            n: ABSOLUTE_POS / (across * down * channels),
            c: (ABSOLUTE_POS / (across * down)) % channels,
            y: (ABSOLUTE_POS / across) % down * ROWS,
            x: ABSOLUTE_POS % across * PIXELS,
        };
        let taps = comptime!(window.taps());
        let mut weights = Sequence::<f32>::new();
        #[unroll]
        for tap in 0..taps {
            weights.push(f32::cast_from(weight[corner.c * taps + tap]));
        }
        let mut sums = Array::<f32>::new(comptime!(ROWS * PIXELS));
        let bias = offset::<E>(bias, corner.c);
        #[unroll]
        for i in 0..comptime!(ROWS * PIXELS) {
            sums[i] = bias;
        }
        #[unroll]
        for row in 0..comptime!(window.reach(ROWS)) {
            let values = load_row::<E, I>(input, corner, row, window);
            add_products(&weights, &values, &mut sums, row, window);
        }
        write::<E, O>(&sums, output, bounds, corner);
    }
}

/// The input below a block, of its row `row`, zero outside the image.
#[cube]
fn load_row<E: Float, I: Size>(
    input: &Tensor<Vector<E, I>>,
    corner: Corner,
    #[comptime] row: usize,
    #[comptime] window: Window,
) -> Sequence<f32> {
    let vector = I::value();
    let columns = comptime!(window.reach(PIXELS));
    // Vectors begin at whole multiples of their length: the first one may begin before the block.
    let margin = comptime!(window.padding.next_multiple_of(vector));
    let before = comptime!(margin - window.padding);
    // Shifted by the padding so that they stay unsigned.
    let y = corner.y * window.stride + row;
    let start = corner.n * input.stride(0) + corner.c * input.stride(1);
    let mut values = Sequence::<f32>::new();
    #[unroll]
    for i in 0..comptime!((before + columns).div_ceil(vector)) {
        let x = corner.x * window.stride + comptime!(i * vector);
        let inside = y >= window.padding
            && y < input.shape(2) + window.padding
            && x >= margin
            && x < input.shape(3) + margin;
        let mut loaded = Vector::<E, I>::new(E::from_int(0));
        if inside {
            let at = start + (y - window.padding) * input.stride(2) + (x - margin) * input.stride(3);
            loaded = input[at / vector];
        }
        #[unroll]
        for j in 0..vector {
            let column = comptime!(i * vector + j);
            if comptime!(column >= before && column < before + columns) {
                values.push(f32::cast_from(loaded[j]));
            }
        }
    }
    values
}

/// Adds the products of a row of the input to the sums of the rows that it lies below.
#[cube]
fn add_products(
    weights: &Sequence<f32>,
    values: &Sequence<f32>,
    sums: &mut Array<f32>,
    #[comptime] row: usize,
    #[comptime] window: Window,
) {
    #[unroll]
    for r in 0..ROWS {
        let first = comptime!(r * window.stride);
        if comptime!(row >= first && row < first + window.side) {
            #[unroll]
            for column in 0..window.side {
                let weight = *weights.index(comptime!((row - first) * window.side + column));
                #[unroll]
                for p in 0..PIXELS {
                    sums[comptime!(r * PIXELS + p)] +=
                        weight * *values.index(comptime!(p * window.stride + column));
                }
            }
        }
    }
}

/// Writes the block.
#[cube]
fn write<E: Float, O: Size>(
    sums: &Array<f32>,
    output: &mut Tensor<Vector<E, O>>,
    bounds: Bounds,
    corner: Corner,
) {
    let vector = O::value();
    let start = corner.n * output.stride(0) + corner.c * output.stride(1);
    #[unroll]
    for r in 0..ROWS {
        let y = corner.y + r;
        #[unroll]
        for p in 0..comptime!(PIXELS / vector) {
            let x = corner.x + comptime!(p * vector);
            if y < output.shape(2) && x < output.shape(3) {
                let mut values = Vector::<E, O>::empty();
                #[unroll]
                for j in 0..vector {
                    let sum = sums[comptime!(r * PIXELS + p * vector + j)];
                    values[j] = E::cast_from(activated(sum, bounds));
                }
                output[(start + y * output.stride(2) + x) / vector] = values;
            }
        }
    }
}
