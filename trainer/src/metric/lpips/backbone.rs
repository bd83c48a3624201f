//! The convolutions of torchvision's AlexNet and VGG-16, tapped where LPIPS compares them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::{
    Tensor,
    activation::relu,
    backend::Backend,
    module::{conv2d, max_pool2d},
    ops::ConvOptions,
};

use super::parameters::Parameters;

/// One convolution and its ReLU.
#[derive(Clone, Copy, Debug)]
struct Layer {
    /// Its place in torchvision's `features`.
    index: usize,
    stride: usize,
    padding: usize,
    /// The side of the max-pooling before it, with stride 2.
    pooling: Option<usize>,
    /// True if LPIPS compares its output.
    tapped: bool,
}

const fn layer(index: usize, stride: usize, padding: usize, pooling: Option<usize>, tapped: bool) -> Layer {
    Layer { index, stride, padding, pooling, tapped }
}

const ALEXNET: [Layer; 5] = [
    layer(0, 4, 2, None, true),
    layer(3, 1, 2, Some(3), true),
    layer(6, 1, 1, Some(3), true),
    layer(8, 1, 1, None, true),
    layer(10, 1, 1, None, true),
];

const VGG16: [Layer; 13] = [
    layer(0, 1, 1, None, false),
    layer(2, 1, 1, None, true),
    layer(5, 1, 1, Some(2), false),
    layer(7, 1, 1, None, true),
    layer(10, 1, 1, Some(2), false),
    layer(12, 1, 1, None, false),
    layer(14, 1, 1, None, true),
    layer(17, 1, 1, Some(2), false),
    layer(19, 1, 1, None, false),
    layer(21, 1, 1, None, true),
    layer(24, 1, 1, Some(2), false),
    layer(26, 1, 1, None, false),
    layer(28, 1, 1, None, true),
];

/// The backbone with its weights.
pub struct Backbone<B: Backend> {
    convolutions: Vec<Convolution<B>>,
}

struct Convolution<B: Backend> {
    layer: Layer,
    /// `[output, input, k, k]`.
    weight: Tensor<B, 4>,
    /// `[output]`.
    bias: Tensor<B, 1>,
}

impl<B: Backend> Backbone<B> {
    /// Reads torchvision's file of either network.
    pub fn read(file: &Path, device: &B::Device) -> Result<Self> {
        let parameters = Parameters::open(file)?;
        let layers = layers(&parameters).with_context(|| format!("{}", file.display()))?;
        let names = |layer: &Layer| ["weight", "bias"].map(|part| format!("features.{}.{part}", layer.index));
        parameters.require(&layers.iter().flat_map(names).collect::<Vec<_>>())?;
        let mut convolutions = Vec::new();
        for &layer in layers {
            let [weight, bias] = names(&layer);
            let weight = parameters.tensor(&weight, device)?;
            let bias = parameters.tensor(&bias, device)?;
            convolutions.push(Convolution { layer, weight, bias });
        }
        Ok(Self { convolutions })
    }

    /// The channels of each tap.
    pub fn taps(&self) -> Vec<usize> {
        let tapped = self.convolutions.iter().filter(|convolution| convolution.layer.tapped);
        tapped.map(|convolution| convolution.weight.dims()[0]).collect()
    }

    /// The taps of normalized images `[n, 3, h, w]`, each `[n, c, h', w']` after its ReLU.
    pub fn forward(&self, images: Tensor<B, 4>) -> Vec<Tensor<B, 4>> {
        let mut features = images;
        let mut taps = Vec::new();
        for convolution in &self.convolutions {
            features = convolution.forward(features);
            if convolution.layer.tapped {
                taps.push(features.clone());
            }
        }
        taps
    }
}

impl<B: Backend> Convolution<B> {
    /// Pooling, convolution and ReLU: `[n, input, h, w]` to `[n, output, h', w']`.
    fn forward(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let Layer { stride, padding, pooling, .. } = self.layer;
        let pooled = match pooling {
            Some(side) => max_pool2d(features, [side; 2], [2, 2], [0, 0], [1, 1], false), // [n, input, h / 2, w / 2]
            None => features,
        };
        let options = ConvOptions::new([stride; 2], [padding; 2], [1, 1], 1);
        relu(conv2d(pooled, self.weight.clone(), Some(self.bias.clone()), options)) // [n, output, h', w']
    }
}

/// The network that a file holds: AlexNet begins with a kernel of 11 pixels, VGG with one of 3; VGG-19 has a convolution
/// where VGG-16 has a pooling.
fn layers(parameters: &Parameters) -> Result<&'static [Layer]> {
    let first = parameters.shape("features.0.weight").unwrap_or_default();
    match first.as_slice() {
        [_, 3, 11, 11] => Ok(&ALEXNET),
        [_, 3, 3, 3] if parameters.shape("features.16.weight").is_none() => Ok(&VGG16),
        [_, 3, 3, 3] => bail!("LPIPS has linear layers for VGG-16; this is VGG-19"),
        _ => bail!("neither torchvision's AlexNet nor its VGG-16: no features.0.weight that fits"),
    }
}
