//! PWC-Net's flow decoder: a DenseNet block whose features predict the flow of one level.

use burn::{
    module::Module,
    nn::conv::{Conv2d, ConvTranspose2d, ConvTranspose2dConfig},
    tensor::{Tensor, backend::Backend},
};

use super::{ACTIVATION, Above, FINEST, FlowConfig, Step};
use crate::{
    kernel::{Activation, Kernels},
    model::convolution::conv3x3,
};

/// The decoder of one level.
#[derive(Module, Debug)]
pub struct Decoder<B: Backend> {
    /// Each convolution sees the outputs of all before it (`conv6_0` to `conv6_4` and so on).
    pub dense: Vec<Conv2d<B>>,
    /// Reads the flow from the features (`predict_flow6` and so on).
    pub predict: Conv2d<B>,
    /// Doubles the flow's resolution (`deconv6` and so on); absent at the finest level.
    pub upsample_flow: Option<ConvTranspose2d<B>>,
    /// Takes the features to two channels at twice the resolution (`upfeat6` and so on).
    pub upsample_features: Option<ConvTranspose2d<B>>,
}

impl<B: Backend> Decoder<B> {
    pub(super) fn init(config: &FlowConfig, level: usize, device: &B::Device) -> Self {
        let mut channels = config.decoder_input(level);
        let mut grow = |added: &usize| {
            let convolution = conv3x3(channels, *added, device);
            channels += added;
            convolution
        };
        let dense = config.decoder.iter().map(&mut grow).collect();
        let doubling = |input| {
            let transposed = ConvTranspose2dConfig::new([input, 2], [4, 4]);
            (level > FINEST).then(|| transposed.with_stride([2, 2]).with_padding([1, 1]).init(device))
        };
        Self {
            dense,
            predict: conv3x3(channels, 2, device),
            upsample_flow: doubling(2),
            upsample_features: doubling(channels),
        }
    }
}

impl<B: Kernels> Decoder<B> {
    pub(super) fn forward(&self, known: Tensor<B, 4>) -> Step<B> {
        let mut newest_first = vec![known];
        for convolution in &self.dense {
            let added = B::convolve_joined(convolution, newest_first.clone(), ACTIVATION);
            newest_first.insert(0, added); // [n, added, h, w]
        }
        let features = Tensor::cat(newest_first, 1); // [n, channels + all added, h, w]
        Step { flow: B::convolve(&self.predict, features.clone(), Activation::None), features }
    }

    /// What the next finer level starts from; none behind the finest.
    pub(super) fn to_finer(&self, flow: Tensor<B, 4>, features: Tensor<B, 4>) -> Option<Above<B>> {
        let (to_flow, to_features) = self.upsample_flow.as_ref().zip(self.upsample_features.as_ref())?;
        Some(Above {
            flow: to_flow.forward(flow),             // [n, 2, 2 h, 2 w]
            features: to_features.forward(features), // [n, 2, 2 h, 2 w]
        })
    }
}
