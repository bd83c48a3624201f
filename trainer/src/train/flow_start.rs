//! The flow network's first weights. From random ones it takes thousands of steps before the cost volume says anything;
//! these make it a crude block matcher from the first step on, which training then improves.

use burn::{
    module::Param,
    nn::conv::{Conv2d, ConvTranspose2d},
    tensor::{Tensor, TensorData, activation::leaky_relu, backend::Backend},
};
use chromaflow::model::flow::{FINEST, FlowConfig, FlowNet, PIXELS_PER_UNIT};

/// Slope of the network's leaky ReLUs.
const SLOPE: f64 = 0.1;

/// Predictions but for the matched displacement start this much weaker than random weights make them.
const QUIET: f64 = 0.1;

/// By level, finest first: cells of displacement for each unit of the cost volume's first moment (least squares on shifted
/// photos with the pyramid's first weights; the coarse levels saw nothing).
const GAINS: [f64; 5] = [0.05, 0.025, 0.006, 0.0, 0.0];

/// Sets the first weights. `frames` `[n, 3, h, w]` are some that the network will see.
pub fn start<B: Backend>(mut network: FlowNet<B>, config: &FlowConfig, frames: Tensor<B, 4>) -> FlowNet<B> {
    let normalized = frames.sub_scalar(config.mean).div_scalar(config.deviation);
    scale_to_unit_variance(network.pyramid.levels.iter_mut().flatten(), normalized);
    let added: usize = config.decoder.iter().sum();
    for (decoder, level) in network.decoders.iter_mut().rev().zip(FINEST..) {
        predict_matches(&mut decoder.predict, level, added, config);
        if let Some(upsample) = &mut decoder.upsample_flow {
            upsample_bilinearly(upsample);
        }
    }
    if let Some(last) = network.context.convolutions.last_mut() {
        last.weight = last.weight.clone().map(|weight| trainable(weight.mul_scalar(QUIET)));
    }
    network
}

/// Gives every channel of every convolution zero mean and unit variance on `frames` (D. Mishkin and J. Matas, "All you
/// need is a good init", ICLR 2016): a channel that follows brightness would match everywhere.
fn scale_to_unit_variance<'a, B: Backend>(
    convolutions: impl Iterator<Item = &'a mut Conv2d<B>>,
    frames: Tensor<B, 4>,
) {
    let mut features = frames;
    for convolution in convolutions {
        let channels = convolution.weight.dims()[0];
        let output = convolution.forward(features.clone()); // [n, c, h, w]
        let values = output.swap_dims(0, 1).reshape([channels as i32, -1]); // [c, n h w]
        let (variance, mean) = values.var_mean_bias(1); // 2 of [c, 1]
        let deviation = variance.sqrt().clamp_min(1e-6);
        let scale = deviation.clone().reshape([channels, 1, 1, 1]);
        convolution.weight = convolution.weight.clone().map(|weight| trainable(weight / scale.clone()));
        let offset = (mean / deviation).reshape([channels]);
        convolution.bias = convolution.bias.take().map(|bias| {
            let scale = scale.clone().reshape([channels]);
            bias.map(|bias| trainable(bias / scale.clone() - offset.clone()))
        });
        features = leaky_relu(convolution.forward(features), SLOPE);
    }
}

/// The prediction starts as the flow from above plus the first moment of the cost volume.
fn predict_matches<B: Backend>(predict: &mut Conv2d<B>, level: usize, added: usize, config: &FlowConfig) {
    let radius = config.displacement as i64;
    let side = 2 * radius + 1;
    let unit = GAINS[level - FINEST] * (1 << level) as f64 / PIXELS_PER_UNIT;
    let [_, channels, ..] = predict.weight.dims();
    let mut known = vec![0.0f32; 2 * channels * 9];
    let mut set =
        |axis: usize, channel: usize, value: f64| known[(axis * channels + channel) * 9 + 4] = value as f32;
    for place in 0..side * side {
        let displacement = [place % side - radius, place / side - radius];
        for (axis, cells) in displacement.into_iter().enumerate() {
            set(axis, added + place as usize, unit * cells as f64);
        }
    }
    // Behind the cost volume come the frame's features, then two channels of flow and two of features from above.
    if level < config.pyramid.len() {
        (0..2).for_each(|axis| set(axis, channels - 4 + axis, 1.0));
    }
    let device = predict.weight.device();
    let known = Tensor::<B, 4>::from_data(TensorData::new(known, [2, channels, 3, 3]), &device);
    predict.weight = predict.weight.clone().map(|weight| trainable(weight.mul_scalar(QUIET) + known.clone()));
}

/// The transposed convolution that doubles the flow starts as bilinear upsampling.
fn upsample_bilinearly<B: Backend>(upsample: &mut ConvTranspose2d<B>) {
    const RAMP: [f32; 4] = [0.25, 0.75, 0.75, 0.25];
    let kernel = |same: bool| {
        let value = move |row: f32, column: f32| if same { row * column } else { 0.0 };
        RAMP.iter().flat_map(move |&row| RAMP.iter().map(move |&column| value(row, column)))
    };
    let values: Vec<f32> = [true, false, false, true].into_iter().flat_map(kernel).collect();
    let device = upsample.weight.device();
    let weight = Tensor::from_data(TensorData::new(values, [2, 2, 4, 4]), &device);
    upsample.weight = Param::from_tensor(weight);
    upsample.bias = upsample.bias.take().map(|bias| bias.map(|bias| trainable(bias.zeros_like())));
}

fn trainable<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Tensor<B, D> {
    tensor.detach().require_grad()
}
