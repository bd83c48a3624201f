//! The hypercolumn (paper, section 3.1; B. Hariharan et al., CVPR 2015) and the 1x1 convolution that reduces it.
//!
//! Literally, the taps are upsampled to the frame's size, concatenated with the grey frame and reduced by a 1x1
//! convolution: 1473 channels at full resolution. A 1x1 convolution commutes with bilinear upsampling, so the
//! kernel is split by tap here, each part is applied at its tap's own resolution, and only the few channels that come
//! out are upsampled and summed: the same function in about 1/46 of the memory.

use burn::{
    module::Module,
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};

use super::{
    convolution::{conv1x1, stored_for},
    vgg::{TAPS, VggConfig},
};
use crate::kernel::{Activation, Kernels};

/// The 1x1 convolution over grey frame and hypercolumn, split by input.
#[derive(Module, Debug)]
pub struct HypercolumnHead<B: Backend> {
    /// The kernel's part for the grey frame, and the bias of the whole.
    pub grey: Conv2d<B>,
    /// The kernel's part for each tap.
    pub taps: Vec<Conv2d<B>>,
}

impl<B: Backend> HypercolumnHead<B> {
    /// A head that reduces grey frame and taps to `output` channels.
    pub fn init(trunk: &VggConfig, output: usize, device: &B::Device) -> Self {
        Self {
            grey: conv1x1(1, output, true, device),
            taps: trunk.widths.iter().map(|&width| conv1x1(width, output, false, device)).collect(),
        }
    }
}

impl<B: Kernels> HypercolumnHead<B> {
    /// Grey `[n, 1, h, w]` and its taps, sides multiples of 16, to `[n, output, h, w]`.
    pub fn forward(&self, grey: Tensor<B, 4>, taps: [Tensor<B, 4>; TAPS]) -> Tensor<B, 4> {
        let reduce = |part, tap| B::convolve(part, tap, Activation::None); // [n, output, h / 2^level, w / 2^level]
        let parts = self.taps.iter().zip(taps).map(|(part, tap)| reduce(part, tap));
        let grey = stored_for(&self.grey, grey);
        B::add_upsampled(reduce(&self.grey, grey), parts.collect()) // [n, output, h, w]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upsample::upsample;
    use burn::{
        backend::Flex,
        module::Param,
        nn::conv::Conv2dConfig,
        tensor::{Distribution, Tolerance},
    };

    /// The split head against the literal one: upsample all taps, concatenate 1472 + 1 channels, one 1x1 convolution.
    /// The two sum 1473 products in another order, which f32 rounds apart by some 1e-6 of values near 1.
    #[test]
    fn equals_the_literal_hypercolumn() {
        let device = Default::default();
        let (trunk, output) = (VggConfig::new(), 32);
        let head = HypercolumnHead::<Flex>::init(&trunk, output, &device);
        let grey = Tensor::random([1, 1, 32, 48], Distribution::Default, &device);
        let taps: [Tensor<Flex, 4>; TAPS] = std::array::from_fn(|i| {
            Tensor::random([1, trunk.widths[i], 32 >> i, 48 >> i], Distribution::Default, &device)
        });

        let mut columns = vec![grey.clone()];
        columns.extend(taps.iter().enumerate().map(|(i, tap)| upsample(tap.clone(), 1 << i)));
        let kernels = std::iter::once(&head.grey).chain(&head.taps).map(|part| part.weight.val());
        let mut literal = Conv2dConfig::new([1473, output], [1, 1]).init::<Flex>(&device);
        literal.weight = Param::from_tensor(Tensor::cat(kernels.collect(), 1)); // [32, 1473, 1, 1]
        literal.bias = head.grey.bias.as_ref().map(|bias| Param::from_tensor(bias.val()));

        let expected = literal.forward(Tensor::cat(columns, 1)).into_data();
        let split = head.forward(grey, taps).into_data();
        split.assert_approx_eq::<f32>(&expected, Tolerance::absolute(2e-4));
    }
}
