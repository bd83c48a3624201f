//! The only place that waits for the device and brings its numbers back.

use std::{
    future::{Future, ready},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use burn::tensor::{Tensor, backend::Backend};

use crate::error::{Error, Result};

/// A tensor's values on their way from the device. It has to be [finished](Self::finish): the buffer of a copy that nobody
/// waits for would be used again while it is still mapped.
#[must_use]
pub struct Reading(Pin<Box<dyn Future<Output = Result<Vec<f32>>>>>);

impl Reading {
    /// Asks the device for all values of a tensor. The copy waits in the device's queue behind the work that was asked for
    /// before, and goes on while nobody waits for it.
    pub fn begin<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Self {
        let mut reading = Box::pin(values(tensor));
        // Burn 0.21 asks the device when the read is first polled, and not before.
        match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(values) => Self(Box::pin(ready(values))),
            Poll::Pending => Self(reading),
        }
    }

    /// The values in row-major order. Errs where the device was lost.
    pub async fn finish(self) -> Result<Vec<f32>> {
        self.0.await
    }
}

/// All values of a tensor, in row-major order. Errs where the device was lost.
pub async fn read<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Result<Vec<f32>> {
    Reading::begin(tensor).finish().await
}

async fn values<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|error| Error::DeviceLost(error.to_string()))?;
    data.convert::<f32>().into_vec().map_err(|error| Error::DeviceLost(format!("{error:?}")))
}
