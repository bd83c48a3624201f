//! Numbers that a step computes beside the loss, on the device until all are read at once.

use burn::tensor::{Tensor, backend::Backend};

/// A step's named figures for the log, each `[1]`.
pub type Figures<B> = Vec<(&'static str, Tensor<B, 1>)>;

/// Reads figures from the device, all at once.
pub fn read<B: Backend>(figures: Figures<B>) -> Vec<(&'static str, f64)> {
    let (names, values): (Vec<_>, Vec<_>) = figures.into_iter().unzip();
    let values = Tensor::cat(values, 0).into_data(); // [figures]
    names.into_iter().zip(values.iter::<f64>()).collect()
}
