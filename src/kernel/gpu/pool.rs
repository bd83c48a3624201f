//! The 2x2 max-pool, read and written where the images lie: Burn's own turns them channels-last and back.

use burn_cubecl::{CubeRuntime, tensor::CubeTensor};
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::place::place;

/// Writes the largest of each 2x2 pixels of `input` `[n, c, h, w]` to `output` `[n, c, h / 2, w / 2]`.
pub fn launch<R: CubeRuntime>(input: CubeTensor<R>, output: &CubeTensor<R>) {
    let units = output.meta.num_elements();
    let cube_dim = CubeDim::new(&output.client, units);
    pool_kernel::launch::<R>(
        &output.client,
        calculate_cube_count_elemwise(&output.client, units, cube_dim),
        cube_dim,
        input.into_tensor_arg(),
        output.clone().into_tensor_arg(),
        output.dtype.into(),
    );
}

#[cube(launch)]
fn pool_kernel<E: Float>(input: &Tensor<E>, output: &mut Tensor<E>, #[define(E)] _stored: StorageType) {
    let height = output.shape(2);
    let width = output.shape(3);
    if ABSOLUTE_POS < output.shape(0) * output.shape(1) * height * width {
        let (n, c, y, x) = place(ABSOLUTE_POS, output.shape(1), height, width);
        let (down, right) = (input.stride(2), input.stride(3));
        let at = n * input.stride(0) + c * input.stride(1) + 2 * y * down + 2 * x * right;
        let above = max(input[at], input[at + right]);
        let below = max(input[at + down], input[at + down + right]);
        let out = n * output.stride(0) + c * output.stride(1) + y * output.stride(2) + x;
        output[out] = max(above, below);
    }
}
