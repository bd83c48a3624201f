//! The only place that waits for the device and brings its numbers back.

use burn::tensor::{Tensor, backend::Backend};

use crate::error::{Error, Result};

/// All values of a tensor, in row-major order. Errs where the device was lost.
pub async fn read<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|error| Error::DeviceLost(error.to_string()))?;
    data.convert::<f32>().into_vec().map_err(|error| Error::DeviceLost(format!("{error:?}")))
}
