//! A convolution as one tiled kernel. A workgroup computes a tile of pixels for some output channels: it loads the
//! inputs below the tile and the weights, a few input channels at a time, into workgroup memory, and each unit adds
//! products to a block of 4 or 8 channels by 4 or 8 pixels that it keeps in registers. Bias and activation are applied
//! when the block is written. Tensors may be stored in f16: they are turned to f32 as they are loaded, and what is added
//! up is f32.

use burn_cubecl::{CubeRuntime, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{
    finish::{Bounds, Finish, activated, bounds, offset},
    tile::{CHANNELS, PIXELS, Tile},
    window::Window,
};

/// A convolution as it is laid out on the GPU.
pub struct Cut {
    pub window: Window,
    pub tile: Tile,
    /// `[n, output, h', w']`.
    pub shape: [usize; 4],
}

/// What the shader is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Plan {
    window: Window,
    tile: Tile,
}

/// Writes the convolution of `inputs`, one behind the other along the channels, each `[n, c_i, h, w]`, with the contiguous
/// `weight` `[output, input, side, side]` to `output` `[n, output, h', w']`.
pub fn launch<R: CubeRuntime>(
    inputs: Vec<CubeTensor<R>>,
    weight: CubeTensor<R>,
    finish: Finish<R>,
    output: &CubeTensor<R>,
    Cut { window, tile, shape }: Cut,
) {
    let [tiles, blocks, images] = tile.workgroups(shape).map(|count| count as u32);
    let loaded = if inputs.iter().all(has_whole_vectors) { PIXELS } else { 1 };
    let written = if shape[3].is_multiple_of(PIXELS) { PIXELS } else { 1 };
    convolution_kernel::launch::<R>(
        &output.client,
        CubeCount::Static(tiles, blocks, images),
        CubeDim::new_3d(tile.lanes_x() as u32, tile.lanes_y() as u32, tile.lanes_out as u32),
        loaded,
        written,
        inputs.into_iter().map(CubeTensor::into_tensor_arg).collect(),
        weight.into_tensor_arg(),
        finish.bias.map(CubeTensor::into_tensor_arg).into(),
        output.clone().into_tensor_arg(),
        bounds(finish.activation),
        Plan { window, tile },
        output.dtype.into(),
    );
}

/// Whether rows can be read in vectors of [`PIXELS`] values.
pub fn has_whole_vectors<R: CubeRuntime>(tensor: &CubeTensor<R>) -> bool {
    let (strides, width) = (tensor.meta.strides(), tensor.meta.shape()[3]);
    let mut steps = strides[..3].iter().chain([&width]);
    strides[3] == 1 && steps.all(|step| step.is_multiple_of(PIXELS))
}

/// An input as a workgroup reads it.
#[derive(CubeType, Clone, Copy)]
struct Source {
    channels: usize,
    /// Of the workgroup's image.
    start: usize,
    channel_stride: usize,
    row_stride: usize,
    column_stride: usize,
}

/// Where a workgroup's tile begins in the output, and the inputs' size.
#[derive(CubeType, Clone, Copy)]
struct Corner {
    image: usize,
    /// In groups of [`CHANNELS`].
    group: usize,
    y: usize,
    x: usize,
    height: usize,
    width: usize,
}

#[cube(launch)]
fn convolution_kernel<E: Float, I: Size, O: Size>(
    inputs: &Sequence<Tensor<Vector<E, I>>>,
    weight: &Tensor<E>,
    bias: &ComptimeOption<Tensor<E>>,
    output: &mut Tensor<Vector<E, O>>,
    bounds: Bounds,
    #[comptime] plan: Plan,
    #[define(E)] _stored: StorageType,
) {
    let tile = comptime!(plan.tile);
    let tiles_x = output.shape(3).div_ceil(comptime!(tile.width()));
    let corner = Corner {
        image: CUBE_POS_Z as usize,
        group: CUBE_POS_Y as usize * comptime!(tile.groups_out()),
        y: CUBE_POS_X as usize / tiles_x * comptime!(tile.height()),
        x: CUBE_POS_X as usize % tiles_x * comptime!(tile.width()),
        height: inputs.index(0usize).shape(2),
        width: inputs.index(0usize).shape(3),
    };
    let mut sources = Sequence::<Source>::new();
    #[unroll]
    for i in 0..inputs.len() {
        let input = inputs.index(i);
        sources.push(Source {
            channels: input.shape(1),
            start: corner.image * input.stride(0),
            channel_stride: input.stride(1),
            row_stride: input.stride(2),
            column_stride: input.stride(3),
        });
    }
    let mut pixels = SharedMemory::<f32>::new(comptime!(tile.input_values(&plan.window)));
    let mut weights =
        SharedMemory::<Vector<f32, Const<CHANNELS>>>::new(comptime!(tile.weight_vectors(&plan.window)));
    let blocks = comptime!(tile.groups * tile.rows * PIXELS);
    let mut sums = Array::<Vector<f32, Const<CHANNELS>>>::new(blocks);
    #[unroll]
    for i in 0..blocks {
        sums[i] = Vector::new(0.0);
    }
    for first in range_stepped(0, weight.shape(1), comptime!(tile.depth)) {
        sync_cube();
        load_pixels::<E, I>(inputs, &sources, &mut pixels, corner, first, plan);
        load_weights::<E>(weight, &mut weights, corner, first, plan);
        sync_cube();
        for channel in 0..comptime!(tile.depth) {
            for row in 0..comptime!(plan.window.side) {
                add_products(&pixels, &weights, &mut sums, channel, row, plan);
            }
        }
    }
    write::<E, O>(&sums, bias, output, bounds, corner, plan);
}

/// Loads the inputs below the tile, zero outside the image, from channel `first` on.
#[cube]
fn load_pixels<E: Float, I: Size>(
    inputs: &Sequence<Tensor<Vector<E, I>>>,
    sources: &Sequence<Source>,
    pixels: &mut SharedMemory<f32>,
    corner: Corner,
    first: usize,
    #[comptime] plan: Plan,
) {
    let vector = I::value();
    let window = comptime!(plan.window);
    let rows = comptime!(window.reach(plan.tile.height()));
    let columns = comptime!(window.reach(plan.tile.width()));
    // Vectors begin at whole multiples of their length: the first one may begin before the tile.
    let margin = comptime!(window.padding.next_multiple_of(vector));
    let before = comptime!(margin - window.padding);
    let vectors = comptime!((before + columns).div_ceil(vector));
    let total = comptime!(plan.tile.depth * rows * vectors);

    for i in range_stepped(UNIT_POS as usize, total, comptime!(plan.tile.units())) {
        let channel = i / comptime!(rows * vectors);
        let row = i / vectors % rows;
        let column = i % vectors * vector;
        // Shifted by the padding so that they stay unsigned.
        let y = corner.y * comptime!(window.stride) + row;
        let x = corner.x * comptime!(window.stride) + column;
        let above = comptime!(window.padding);
        let inside = y >= above && y < corner.height + above && x >= margin && x < corner.width + margin;
        let mut values = Vector::<E, I>::new(E::from_int(0));
        if inside {
            values = load::<E, I>(inputs, sources, first + channel, y - above, x - margin);
        }
        let at = (channel * rows + row) * comptime!(plan.tile.pitch(&window));
        #[unroll]
        for j in 0..vector {
            let column = column + j;
            if column >= before && column < before + columns {
                pixels[at + column - before] = f32::cast_from(values[j]);
            }
        }
    }
}

/// The vector of the joined inputs at a place inside the image, zero behind the last channel.
#[cube]
fn load<E: Float, I: Size>(
    inputs: &Sequence<Tensor<Vector<E, I>>>,
    sources: &Sequence<Source>,
    channel: usize,
    y: usize,
    x: usize,
) -> Vector<E, I> {
    let mut values = Vector::<E, I>::new(E::from_int(0));
    let mut behind = channel;
    #[unroll]
    for i in 0..inputs.len() {
        let source = sources.index(i);
        if behind < source.channels {
            let at = source.start
                + behind * source.channel_stride
                + y * source.row_stride
                + x * source.column_stride;
            values = inputs.index(i)[at / I::value()];
        }
        // Behind the input that has the channel this wraps around, and so is in none of the others.
        behind -= source.channels;
    }
    values
}

/// Loads the weights of the tile's output channels and of the inputs from `first` on, zero where there is none.
#[cube]
fn load_weights<E: Float>(
    weight: &Tensor<E>,
    weights: &mut SharedMemory<Vector<f32, Const<CHANNELS>>>,
    corner: Corner,
    first: usize,
    #[comptime] plan: Plan,
) {
    let taps = comptime!(plan.window.taps());
    let step = comptime!(plan.tile.depth * taps);
    let total = comptime!(plan.tile.weight_vectors(&plan.window));
    let row = weight.shape(1) * taps;
    for i in range_stepped(UNIT_POS as usize, total, comptime!(plan.tile.units())) {
        let channel = (corner.group + i / step) * CHANNELS;
        let along = first * taps + i % step;
        let mut values = Vector::<f32, Const<CHANNELS>>::new(0.0);
        #[unroll]
        for j in 0..CHANNELS {
            if channel + j < weight.shape(0) && along < row {
                values[j] = f32::cast_from(weight[(channel + j) * row + along]);
            }
        }
        weights[i] = values;
    }
}

/// Adds the products of one row of the kernel and one input channel to the unit's sums.
#[cube]
fn add_products(
    pixels: &SharedMemory<f32>,
    weights: &SharedMemory<Vector<f32, Const<CHANNELS>>>,
    sums: &mut Array<Vector<f32, Const<CHANNELS>>>,
    channel: usize,
    row: usize,
    #[comptime] plan: Plan,
) {
    let (window, tile) = comptime!((plan.window, plan.tile));
    let reach = comptime!(window.reach(PIXELS));
    let above = comptime!(window.reach(tile.height()));
    let pitch = comptime!(tile.pitch(&window));
    let mut values = Sequence::<f32>::new();
    #[unroll]
    for r in 0..tile.rows {
        let y = (UNIT_POS_Y as usize + comptime!(r * tile.lanes_y())) * window.stride + row * window.dilation;
        let at = (channel * above + y) * pitch + UNIT_POS_X as usize * comptime!(PIXELS * window.stride);
        #[unroll]
        for i in 0..reach {
            values.push(pixels[at + i]);
        }
    }
    #[unroll]
    for column in 0..window.side {
        #[unroll]
        for group in 0..tile.groups {
            let of_group = UNIT_POS_Z as usize * tile.groups + group;
            let weight = weights
                [(of_group * tile.depth + channel) * comptime!(window.taps()) + row * window.side + column];
            #[unroll]
            for r in 0..tile.rows {
                #[unroll]
                for p in 0..PIXELS {
                    let value =
                        *values.index(comptime!(r * reach + p * window.stride + column * window.dilation));
                    sums[comptime!((group * tile.rows + r) * PIXELS + p)] += weight * Vector::new(value);
                }
            }
        }
    }
}

/// Writes the unit's block.
#[cube]
fn write<E: Float, O: Size>(
    sums: &Array<Vector<f32, Const<CHANNELS>>>,
    bias: &ComptimeOption<Tensor<E>>,
    output: &mut Tensor<Vector<E, O>>,
    bounds: Bounds,
    corner: Corner,
    #[comptime] plan: Plan,
) {
    let tile = comptime!(plan.tile);
    let vector = O::value();
    let group = corner.group + UNIT_POS_Z as usize * tile.groups;
    let left = corner.x + UNIT_POS_X as usize * PIXELS;
    #[unroll]
    for c in 0..comptime!(tile.groups * CHANNELS) {
        let channel = group * CHANNELS + c;
        if channel < output.shape(1) {
            let offset = offset::<E>(bias, channel);
            #[unroll]
            for r in 0..tile.rows {
                let y = corner.y + UNIT_POS_Y as usize + comptime!(r * tile.lanes_y());
                #[unroll]
                for p in 0..comptime!(PIXELS / vector) {
                    let x = left + p * vector;
                    if y < output.shape(2) && x < output.shape(3) {
                        let mut values = Vector::<E, O>::empty();
                        #[unroll]
                        for j in 0..vector {
                            let of = comptime!((c / CHANNELS * tile.rows + r) * PIXELS + p * vector + j);
                            let sum = sums[of][comptime!(c % CHANNELS)] + offset;
                            values[j] = E::cast_from(activated(sum, bounds));
                        }
                        let at = corner.image * output.stride(0)
                            + channel * output.stride(1)
                            + y * output.stride(2)
                            + x;
                        output[at / vector] = values;
                    }
                }
            }
        }
    }
}
