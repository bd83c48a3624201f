//! LPIPS: how unlike two images look to a network trained on photographs (R. Zhang et al., "The Unreasonable
//! Effectiveness of Deep Features as a Perceptual Metric", CVPR 2018), version 0.1.

mod backbone;
mod parameters;

use std::path::Path;

use anyhow::{Result, ensure};
use burn::tensor::{Tensor, backend::Backend};

use backbone::Backbone;
use parameters::Parameters;

/// The backbone's input is normalized by these, with images in [-1, 1].
const SHIFT: [f64; 3] = [-0.030, -0.088, -0.188];
const SCALE: [f64; 3] = [0.458, 0.448, 0.450];

/// Keeps features that are all zero from being divided by their length.
const LEAST_LENGTH: f64 = 1e-10;

/// The metric with its weights.
pub struct Lpips<B: Backend> {
    backbone: Backbone<B>,
    /// One weight a channel for each tap, `[1, c, 1, 1]`.
    weights: Vec<Tensor<B, 4>>,
}

impl<B: Backend> Lpips<B> {
    /// Reads torchvision's AlexNet or VGG-16, and the linear layers that LPIPS publishes for it (`alex.pth`, `vgg.pth`), both as
    /// .pth or .safetensors. Which network it is shows in the file.
    pub fn read(backbone: &Path, linear: &Path, device: &B::Device) -> Result<Self> {
        let backbone = Backbone::read(backbone, device)?;
        let parameters = Parameters::open(linear)?;
        let names: Vec<_> =
            (0..backbone.taps().len()).map(|tap| format!("lin{tap}.model.1.weight")).collect();
        parameters.require(&names)?;
        let mut weights = Vec::new();
        for (name, channels) in names.iter().zip(backbone.taps()) {
            let weight = parameters.tensor::<B, 4>(name, device)?;
            let shape = weight.dims();
            ensure!(
                shape == [1, channels, 1, 1],
                "{}: {name} is {shape:?}, where the backbone has {channels} channels",
                linear.display()
            );
            weights.push(weight);
        }
        Ok(Self { backbone, weights })
    }

    /// The distance of each image of `ours` to `truth`, both `[n, 3, h, w]` in [0, 1] with sides of at least 32: 0 for equal
    /// ones.
    pub fn distances(&self, ours: Tensor<B, 4>, truth: Tensor<B, 4>) -> Vec<f64> {
        let [ours, truth] = [ours, truth].map(|images| self.backbone.forward(normalize(images)));
        let taps = ours.into_iter().zip(truth).zip(&self.weights);
        let distances = taps.map(|((ours, truth), weights)| tap_distance(ours, truth, weights.clone()));
        let sum = distances.reduce(|sum, distance| sum + distance);
        sum.into_iter().flat_map(|sum| sum.into_data().iter::<f64>().collect::<Vec<_>>()).collect()
    }
}

/// Images in [0, 1] as the backbone expects them.
fn normalize<B: Backend>(images: Tensor<B, 4>) -> Tensor<B, 4> {
    let device = images.device();
    let row = |values: [f64; 3]| Tensor::<B, 1>::from_data(values, &device).reshape([1, 3, 1, 1]);
    (images.clamp(0.0, 1.0) * 2.0 - 1.0 - row(SHIFT)) / row(SCALE)
}

/// The weighted squared difference of features `[n, c, h, w]` of unit length, mean over places: `[n, 1]`.
fn tap_distance<B: Backend>(ours: Tensor<B, 4>, truth: Tensor<B, 4>, weights: Tensor<B, 4>) -> Tensor<B, 2> {
    let [images, ..] = ours.dims();
    let unit = |features: Tensor<B, 4>| {
        let length = features.clone().powi_scalar(2).sum_dim(1).sqrt(); // [n, 1, h, w]
        features / (length + LEAST_LENGTH)
    };
    let difference = (unit(ours) - unit(truth)).powi_scalar(2);
    let weighted = (difference * weights).sum_dim(1); // [n, 1, h, w]
    weighted.reshape([images as i32, -1]).mean_dim(1) // [n, 1]
}
