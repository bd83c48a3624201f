//! g's first weights: it starts by handing the colored frame on, and training only has to learn corrections. From random
//! weights it first has to learn to copy, and until it has, the refinement loss rewards grey.

use burn::{
    nn::conv::Conv2d,
    tensor::{Tensor, TensorData, backend::Backend},
};
use chromaflow::model::refiner::Refiner;

/// Red, green and blue of the colored frame: g's first input channels, and its output's.
const CHANNELS: usize = 3;

/// The last convolution's other weights start this much weaker than random weights make them.
const QUIET: f64 = 0.1;

/// Lays a path for the colors through the finest level: in by the 1x1 convolution, over the skip, out by the last
/// convolution. Leaky ReLUs hand positive values on unchanged.
pub fn start<B: Backend>(mut network: Refiner<B>) -> Refiner<B> {
    let unet = &mut network.unet;
    let width = unet.output.weight.dims()[1];
    unet.output.weight = unet.output.weight.clone().map(|weight| trainable(weight.mul_scalar(QUIET)));
    hand_on(&mut network.head, 0, true);
    if let Some(finest) = unet.down.first_mut() {
        hand_on(&mut finest.first, 0, true);
        hand_on(&mut finest.second, 0, true);
    }
    if let Some(finest) = unet.up.last_mut() {
        // The skip's channels come behind the upsampled ones, of which there are as many.
        hand_on(&mut finest.pair.first, width, true);
        hand_on(&mut finest.pair.second, 0, true);
    }
    hand_on(&mut unet.output, 0, false);
    network
}

/// Makes the first output channels the input channels from `from` on; what they take from other channels is dropped if
/// `alone`, else kept.
fn hand_on<B: Backend>(convolution: &mut Conv2d<B>, from: usize, alone: bool) {
    let [outputs, inputs, height, width] = convolution.weight.dims();
    let device = convolution.weight.device();
    let mut kept = vec![1.0f32; outputs * inputs * height * width];
    let mut copied = vec![0.0f32; kept.len()];
    for output in 0..CHANNELS {
        let row = output * inputs * height * width;
        if alone {
            kept[row..row + inputs * height * width].fill(0.0);
        }
        copied[row + ((from + output) * height + height / 2) * width + width / 2] = 1.0;
    }
    let shape = [outputs, inputs, height, width];
    let [kept, copied] =
        [kept, copied].map(|values| Tensor::<B, 4>::from_data(TensorData::new(values, shape), &device));
    convolution.weight =
        convolution.weight.clone().map(|weight| trainable(weight * kept.clone() + copied.clone()));
    convolution.bias = convolution.bias.take().map(|bias| bias.map(|bias| trainable(bias.zeros_like())));
}

fn trainable<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Tensor<B, D> {
    tensor.detach().require_grad()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{backend::Flex, tensor::Distribution};
    use chromaflow::model::{preset::Preset, refiner::Neighbourhood};

    /// The other paths add a tenth of what random weights would.
    #[test]
    fn starts_near_the_frame_itself() {
        let device = Default::default();
        let network = start(Preset::Lite.config().refiner.init::<Flex>(&device));
        let plane =
            |channels| Tensor::random([1, channels, 32, 32], Distribution::Uniform(0.2, 0.8), &device);
        let frame: Tensor<Flex, 4> = plane(3);
        let input = Neighbourhood {
            frame: frame.clone(),
            warped: plane(3),
            color_confidence: plane(1),
            grey_confidence: plane(1),
        };
        let change = (network.forward(input) - frame).abs().mean().into_scalar();
        assert!(change < 0.3, "mean change {change}");
    }
}
