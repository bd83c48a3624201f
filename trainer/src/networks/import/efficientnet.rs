//! EfficientNet-lite as its PyTorch ports save it: convolutions without bias, each followed by batch normalization, which goes
//! into weights and biases here.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, anyhow, ensure};
use burn::{
    module::Param,
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};
use chromaflow::{model::efficientnet::EfficientNet, weights::sha256};

use super::state::Tensors;

/// Added to a variance by the published networks.
const EPSILON: f32 = 1e-3;

/// The beginnings of the names of what the trunk does without: the classifier, and counters of training steps.
const UNUSED: [&str; 3] = ["_conv_head.", "_bn1.", "_fc."];

/// SHA-256 of PyPI's files of lite0 and lite2, whose kernels lie transposed as TensorFlow has them, behind strides that Burn 0.21's reader
/// does not see: they would come out scrambled, with the right shapes. The check can go once Burn reads strides.
const TRANSPOSED: [&str; 2] = [
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
];

/// An error if a file is known to lie in a layout that can't be read.
pub fn check_layout(file: &Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    ensure!(
        !TRANSPOSED.contains(&sha256(&bytes).as_str()),
        "{} has its kernels transposed: write it anew with `python trainer/reference/contiguous.py {} trunk.safetensors`, \
         and import that",
        file.display(),
        file.display()
    );
    Ok(())
}

/// Puts the tensors into `network`. An error if one is missing, has another shape or is not finite, or has no place.
pub fn fill<B: Backend>(mut network: EfficientNet<B>, tensors: &Tensors) -> Result<EfficientNet<B>> {
    let mut reader = Reader { tensors, read: BTreeSet::new() };
    reader.layer("_conv_stem", "_bn0", &mut network.stem)?;
    for (index, block) in network.blocks.iter_mut().enumerate() {
        let name = |part: &str| format!("_blocks.{index}.{part}");
        if let Some(expand) = &mut block.expand {
            reader.layer(&name("_expand_conv"), &name("_bn0"), expand)?;
        }
        reader.layer(&name("_depthwise_conv"), &name("_bn1"), &mut block.depthwise)?;
        reader.layer(&name("_project_conv"), &name("_bn2"), &mut block.project)?;
    }
    reader.finish()?;
    Ok(network)
}

/// Reads tensors and keeps their names.
struct Reader<'a> {
    tensors: &'a Tensors,
    read: BTreeSet<String>,
}

impl Reader<'_> {
    /// gamma (w x - mean) / sqrt(variance + epsilon) + beta, as one convolution.
    fn layer<B: Backend>(&mut self, convolution: &str, norm: &str, layer: &mut Conv2d<B>) -> Result<()> {
        let shape @ [outputs, inputs, height, width] = layer.weight.dims();
        let weight = self.values(&format!("{convolution}.weight"), &shape)?;
        let [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"]
            .map(|part| self.values(&format!("{norm}.{part}"), &[outputs]));
        let (gamma, beta, mean, variance) = (gamma?, beta?, mean?, variance?);
        let scale: Vec<f32> = gamma
            .iter()
            .zip(&variance)
            .map(|(gamma, variance)| gamma / (variance + EPSILON).sqrt())
            .collect();
        let bias: Vec<f32> = (0..outputs).map(|output| beta[output] - mean[output] * scale[output]).collect();
        let each = inputs * height * width;
        let folded: Vec<f32> = weight
            .chunks_exact(each)
            .zip(&scale)
            .flat_map(|(kernel, scale)| kernel.iter().map(move |value| value * scale))
            .collect();
        let device = layer.weight.device();
        let folded = Tensor::<B, 1>::from_floats(folded.as_slice(), &device).reshape(shape);
        layer.weight = Param::from_tensor(folded);
        layer.bias = Some(Param::from_tensor(Tensor::from_floats(bias.as_slice(), &device)));
        Ok(())
    }

    fn values(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.tensors.get(name).with_context(|| format!("{name} is missing"))?;
        let found = tensor.shape.to_vec();
        ensure!(found == shape, "{name} is {found:?}, not {shape:?}");
        let values = tensor.to_data().map_err(|error| anyhow!("{name}: {error:?}"))?.convert::<f32>();
        let values: Vec<f32> = values.iter::<f32>().collect();
        ensure!(values.iter().all(|value| value.is_finite()), "{name} has values that are no numbers");
        self.read.insert(name.to_owned());
        Ok(values)
    }

    fn finish(self) -> Result<()> {
        let known = |name: &String| {
            self.read.contains(name)
                || name.ends_with(".num_batches_tracked")
                || UNUSED.iter().any(|beginning| name.starts_with(beginning))
        };
        match self.tensors.keys().find(|&name| !known(name)) {
            Some(name) => Err(anyhow!("{name} has no place in the network")),
            None => Ok(()),
        }
    }
}
