//! The inner product that every convolution on the CPU ends in: groups of output channels times panels of pixels.

/// Output channels that are computed together.
pub const GROUP: usize = 4;

/// Pixels that are computed together: the sums of a group fill half of the processor's registers.
pub const PANEL: usize = if cfg!(target_arch = "wasm32") { 8 } else { 16 };

/// The sums over k of `weights[k][g] * values[k][p]`.
#[inline(always)]
pub fn product(weights: &[[f32; GROUP]], values: &[[f32; PANEL]]) -> [[f32; PANEL]; GROUP] {
    let mut sums = [[0.0; PANEL]; GROUP];
    for (weights, values) in weights.iter().zip(values) {
        for (sums, &weight) in sums.iter_mut().zip(weights) {
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum = multiply_add(weight, value, *sum);
            }
        }
    }
    sums
}

/// a b + c, rounded once where the processor can: WebAssembly can't, and would call a slow function for it.
#[inline(always)]
pub fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_arch = "wasm32") { a * b + c } else { a.mul_add(b, c) }
}
