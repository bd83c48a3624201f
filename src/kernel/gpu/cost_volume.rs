//! The cost volume as one kernel: each unit computes one value of the result and reads both features where they lie,
//! instead of 81 slices, products and means that each pass over memory.

use burn_cubecl::{CubeRuntime, tensor::CubeTensor};
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::place::place;

/// Writes [`Kernels::cost_volume`](crate::kernel::Kernels::cost_volume) to `output`.
pub(super) fn launch<R: CubeRuntime>(
    ours: CubeTensor<R>,
    theirs: CubeTensor<R>,
    output: &CubeTensor<R>,
    displacement: usize,
) {
    let client = output.client.clone();
    let values = output.meta.num_elements();
    let cube_dim = CubeDim::new(&client, values);
    let cube_count = calculate_cube_count_elemwise(&client, values, cube_dim);
    cost_volume_kernel::launch::<f32, R>(
        &client,
        cube_count,
        cube_dim,
        ours.into_tensor_arg(),
        theirs.into_tensor_arg(),
        output.clone().into_tensor_arg(),
        displacement,
    );
}

/// Writes the gradient of `ours`, or with `theirs_learn` that of `theirs`, to `output` `[n, c, h, w]`, from the other's features and from the
/// cost volume's gradient.
#[cfg(feature = "autodiff")]
pub(super) fn launch_gradient<R: CubeRuntime>(
    other: CubeTensor<R>,
    gradient: CubeTensor<R>,
    output: &CubeTensor<R>,
    displacement: usize,
    theirs_learn: bool,
) {
    let client = output.client.clone();
    let values = output.meta.num_elements();
    let cube_dim = CubeDim::new(&client, values);
    gradient_kernel::launch::<R>(
        &client,
        calculate_cube_count_elemwise(&client, values, cube_dim),
        cube_dim,
        other.into_tensor_arg(),
        gradient.into_tensor_arg(),
        output.clone().into_tensor_arg(),
        displacement,
        theirs_learn,
    );
}

#[cube(launch)]
fn cost_volume_kernel<F: Float>(
    ours: &Tensor<F>,
    theirs: &Tensor<F>,
    output: &mut Tensor<F>,
    #[comptime] displacement: usize,
) {
    let side = comptime!(2 * displacement + 1);
    let height = output.shape(2);
    let width = output.shape(3);
    if ABSOLUTE_POS >= output.shape(0) * output.shape(1) * height * width {
        terminate!();
    }
    let (n, k, y, x) = place(ABSOLUTE_POS, output.shape(1), height, width);

    // Positions in the other frame, shifted by the displacement so that they stay unsigned.
    let their_y = y + k / side;
    let their_x = x + k % side;
    let inside = their_y >= displacement
        && their_y < height + displacement
        && their_x >= displacement
        && their_x < width + displacement;

    let mut sum = F::new(0.0);
    if inside {
        let mut at = n * ours.stride(0) + y * ours.stride(2) + x * ours.stride(3);
        let mut their_at = n * theirs.stride(0)
            + (their_y - displacement) * theirs.stride(2)
            + (their_x - displacement) * theirs.stride(3);
        for _ in 0..ours.shape(1) {
            sum += ours[at] * theirs[their_at];
            at += ours.stride(1);
            their_at += theirs.stride(1);
        }
        sum /= F::cast_from(ours.shape(1));
    }
    let out = n * output.stride(0) + k * output.stride(1) + y * output.stride(2) + x * output.stride(3);
    output[out] = sum;
}

/// A unit sums over the displacements that lead from its pixel, or to it, what the other frame's pixel there gave to the volume.
#[cfg(feature = "autodiff")]
#[cube(launch)]
fn gradient_kernel(
    other: &Tensor<f32>,
    gradient: &Tensor<f32>,
    output: &mut Tensor<f32>,
    #[comptime] displacement: usize,
    #[comptime] theirs_learn: bool,
) {
    let side = comptime!(2 * displacement + 1);
    let channels = output.shape(1);
    let height = output.shape(2);
    let width = output.shape(3);
    if ABSOLUTE_POS >= output.shape(0) * channels * height * width {
        terminate!();
    }
    let (n, c, y, x) = place(ABSOLUTE_POS, channels, height, width);
    let plane = n * other.stride(0) + c * other.stride(1);
    let mut sum = 0.0f32;
    for k in 0..side * side {
        // Shifted by the displacement so that they stay unsigned.
        let shift_y = if comptime!(theirs_learn) { side - 1 - k / side } else { k / side };
        let shift_x = if comptime!(theirs_learn) { side - 1 - k % side } else { k % side };
        let other_y = y + shift_y;
        let other_x = x + shift_x;
        let inside = other_y >= displacement
            && other_y < height + displacement
            && other_x >= displacement
            && other_x < width + displacement;
        if inside {
            let other_y = other_y - displacement;
            let other_x = other_x - displacement;
            // The volume's pixels are those of our frame.
            let our_y = if comptime!(theirs_learn) { other_y } else { y };
            let our_x = if comptime!(theirs_learn) { other_x } else { x };
            let at = n * gradient.stride(0)
                + k * gradient.stride(1)
                + our_y * gradient.stride(2)
                + our_x * gradient.stride(3);
            sum += gradient[at] * other[plane + other_y * other.stride(2) + other_x * other.stride(3)];
        }
    }
    let out = n * output.stride(0) + c * output.stride(1) + y * output.stride(2) + x * output.stride(3);
    output[out] = sum / f32::cast_from(channels);
}
