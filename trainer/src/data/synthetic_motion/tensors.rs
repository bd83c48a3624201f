//! Pairs of frames on a device.

use burn::tensor::{Tensor, TensorData, backend::Backend};

use super::MovingPair;

/// Pairs of frames as tensors.
pub struct PairTensors<B: Backend> {
    /// Luma of the first frames, `[n, 1, h, w]`.
    pub first: Tensor<B, 4>,
    /// Luma of the second frames, `[n, 1, h, w]`.
    pub second: Tensor<B, 4>,
    /// flow(first -> second) in pixels, `[n, 2, h, w]`.
    pub flow: Tensor<B, 4>,
    /// 1 where the first frame's pixel is seen in the second, `[n, 1, h, w]`.
    pub visible: Tensor<B, 4>,
}

impl<B: Backend> PairTensors<B> {
    /// Copies pairs of equal size to the device.
    pub fn stack(pairs: &[MovingPair], device: &B::Device) -> Self {
        let side = pairs[0].first.len().isqrt();
        let copy = |channels: usize, plane: fn(&MovingPair) -> &Vec<f32>| {
            let values: Vec<f32> = pairs.iter().flat_map(|pair| plane(pair).iter().copied()).collect();
            Tensor::from_data(TensorData::new(values, [pairs.len(), channels, side, side]), device)
        };
        Self {
            first: copy(1, |pair| &pair.first),
            second: copy(1, |pair| &pair.second),
            flow: copy(2, |pair| &pair.flow),
            visible: copy(1, |pair| &pair.visible),
        }
    }
}
