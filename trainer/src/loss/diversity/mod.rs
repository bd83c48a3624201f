//! The diversity loss, equation (7), on the perceptual distance of Chen and Koltun (ICCV 2017).

pub mod phi;
pub mod phi_start;

use burn::tensor::{Tensor, backend::Backend};

/// beta_i of equation (7), by the candidate's index: the first candidate is held closest to the truth.
pub const BETA: [f64; 4] = [0.16, 0.08, 0.04, 0.02];

/// Equation (7) of the distances `[n, d]`: the nearest candidate's, and all of them weighted by `beta`; the mean over
/// images, `[1]`.
pub fn diversity<B: Backend>(distances: Tensor<B, 2>, beta: &[f64]) -> Tensor<B, 1> {
    let nearest = distances.clone().min_dim(1).mean();
    beta.iter().enumerate().fold(nearest, |sum, (index, &beta)| {
        sum + distances.clone().narrow(1, index, 1).mean().mul_scalar(beta)
    })
}
