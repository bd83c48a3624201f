//! The hypercolumn (paper, section 3.1; B. Hariharan et al., CVPR 2015) and the 1x1 convolution that reduces it.
//!
//! Literally, the taps are upsampled to the frame's size, concatenated with the grey frame and reduced by a 1x1
//! convolution: over a thousand channels at full resolution. A 1x1 convolution commutes with bilinear upsampling, so the
//! kernel is split by input here, each part is applied at its tap's own resolution, and only the few channels that come
//! out are upsampled and summed: the same function in about 1/46 of the memory.

use burn::{
    module::Module,
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};

use super::{
    convolution::{conv1x1, scaled, stored_for},
    trunk::{Description, TrunkConfig},
};
use crate::{
    hint::HINT,
    kernel::{Activation, Kernels},
};

/// The 1x1 convolution over grey frame, hint and hypercolumn, split by input.
#[derive(Module, Debug)]
pub struct HypercolumnHead<B: Backend> {
    /// The kernel's part for the grey frame, and the bias of the whole.
    pub grey: Conv2d<B>,
    /// The kernel's part for a hint: two chroma planes and a mask.
    pub hint: Conv2d<B>,
    /// The kernel's part for each tap of the backbone, and for the distribution's features.
    pub taps: Vec<Conv2d<B>>,
}

impl<B: Backend> HypercolumnHead<B> {
    /// A head that reduces grey frame, hint and taps to `output` channels, to which each tap gives as much at first. Chroma is some
    /// tenths: its first weights are as much larger.
    pub fn init(trunk: &TrunkConfig, output: usize, device: &B::Device) -> Self {
        let widths = trunk.backbone.tap_widths().into_iter().chain([trunk.distribution.width]);
        let deviations = trunk.backbone.tap_deviations().into_iter().chain([1.0]);
        let tap = |(width, deviation)| scaled(conv1x1(width, output, false, device), 0.5 / deviation);
        Self {
            grey: conv1x1(1, output, true, device),
            hint: scaled(conv1x1(HINT, output, false, device), 10.0),
            taps: widths.zip(deviations).map(tap).collect(),
        }
    }
}

impl<B: Kernels> HypercolumnHead<B> {
    /// Grey `[n, 1, h, w]`, a hint `[n, 3, h, w]` and the grey frame's description, to `[n, output, h, w]`.
    pub fn forward(
        &self,
        grey: Tensor<B, 4>,
        hint: Tensor<B, 4>,
        description: Description<B>,
    ) -> Tensor<B, 4> {
        let reduce = |part, tap| B::convolve(part, tap, Activation::None); // [n, output, h / factor, w / factor]
        let taps = description.taps.into_iter().chain([description.colors]);
        let parts = self.taps.iter().zip(taps).map(|(part, tap)| reduce(part, tap));
        let parts = parts.fold(Vec::new(), added_by_size);
        let base = reduce(&self.grey, stored_for(&self.grey, grey));
        let base = base + reduce(&self.hint, stored_for(&self.hint, hint));
        B::add_upsampled(base, parts) // [n, output, h, w]
    }
}

/// Adds `image` to that of `images` which has its size, so that both are enlarged at once: a GPU's kernel takes five images.
fn added_by_size<B: Backend>(mut images: Vec<Tensor<B, 4>>, image: Tensor<B, 4>) -> Vec<Tensor<B, 4>> {
    match images.iter().position(|other| other.dims() == image.dims()) {
        Some(index) => {
            let sum = images.swap_remove(index) + image;
            images.push(sum);
        }
        None => images.push(image),
    }
    images
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            distribution::{CELL, DistributionConfig},
            trunk::BackboneConfig,
            vgg::VggConfig,
        },
        upsample::upsample,
    };
    use burn::{
        backend::Flex,
        module::Param,
        nn::conv::Conv2dConfig,
        tensor::{Distribution, Tolerance},
    };

    /// The split head against the literal one: upsample all taps, concatenate 1472 + 4 + 128 channels, one 1x1 convolution.
    /// The two sum 1604 products in another order, which f32 rounds apart by some 1e-6 of values near 1.
    #[test]
    fn equals_the_literal_hypercolumn() {
        let device = Default::default();
        let backbone = BackboneConfig::Vgg(VggConfig::new());
        let (trunk, output) = (TrunkConfig::new(backbone, DistributionConfig::new()), 32);
        let head = HypercolumnHead::<Flex>::init(&trunk, output, &device);
        let random = |channels: usize, factor: usize| {
            Tensor::<Flex, 4>::random([1, channels, 32 / factor, 48 / factor], Distribution::Default, &device)
        };
        let (grey, hint) = (random(1, 1), random(HINT, 1));
        let widths = trunk.backbone.tap_widths();
        let taps: Vec<_> = widths.into_iter().enumerate().map(|(i, width)| random(width, 1 << i)).collect();
        let colors = random(trunk.distribution.width, CELL);

        let mut columns = vec![grey.clone(), hint.clone()];
        columns.extend(taps.iter().enumerate().map(|(i, tap)| upsample(tap.clone(), 1 << i)));
        columns.push(upsample(colors.clone(), CELL));
        let kernels = [&head.grey, &head.hint].into_iter().chain(&head.taps).map(|part| part.weight.val());
        let mut literal = Conv2dConfig::new([1472 + 4 + 128, output], [1, 1]).init::<Flex>(&device);
        literal.weight = Param::from_tensor(Tensor::cat(kernels.collect(), 1)); // [32, 1604, 1, 1]
        literal.bias = head.grey.bias.as_ref().map(|bias| Param::from_tensor(bias.val()));

        let expected = literal.forward(Tensor::cat(columns, 1)).into_data();
        let split = head.forward(grey, hint, Description { taps, colors }).into_data();
        split.assert_approx_eq::<f32>(&expected, Tolerance::absolute(2e-4));
    }
}
