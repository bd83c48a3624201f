//! Named tensors of a PyTorch or safetensors file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, ensure};
use burn::tensor::{Tensor, backend::Backend};
use burn_store::{ModuleStore, PytorchStore, SafetensorsStore, TensorSnapshot};

/// The parameters of a network by their PyTorch names.
pub struct Parameters {
    file: PathBuf,
    tensors: BTreeMap<String, TensorSnapshot>,
}

impl Parameters {
    /// Opens a .safetensors file, or whatever else `torch.save` wrote.
    pub fn open(file: &Path) -> Result<Self> {
        ensure!(file.is_file(), "there is no file {}", file.display());
        let tensors = if file.extension().is_some_and(|extension| extension == "safetensors") {
            snapshots(SafetensorsStore::from_file(file))
        } else {
            snapshots(PytorchStore::from_file(file).map_indices_contiguous(false))
        };
        let tensors = tensors.with_context(|| format!("reading {}", file.display()))?;
        Ok(Self { file: file.to_owned(), tensors })
    }

    /// The shape of a parameter.
    pub fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.tensors.get(name)?.shape.to_vec())
    }

    /// Errs where some of `names` are missing; the message names them.
    pub fn require(&self, names: &[String]) -> Result<()> {
        let missing: Vec<&str> =
            names.iter().map(String::as_str).filter(|&name| !self.tensors.contains_key(name)).collect();
        ensure!(missing.is_empty(), "{} lacks {}", self.file.display(), missing.join(", "));
        Ok(())
    }

    /// A parameter on `device`.
    pub fn tensor<B: Backend, const D: usize>(&self, name: &str, device: &B::Device) -> Result<Tensor<B, D>> {
        let named = || format!("{name} of {}", self.file.display());
        let snapshot = self.tensors.get(name).with_context(named)?;
        let data = snapshot.to_data().map_err(|error| anyhow!("{error:?}")).with_context(named)?;
        ensure!(data.shape.len() == D, "{} has {} axes, not {D}", named(), data.shape.len());
        Ok(Tensor::from_data(data.convert::<f32>(), device))
    }
}

fn snapshots<S: ModuleStore>(mut store: S) -> Result<BTreeMap<String, TensorSnapshot>> {
    store.get_all_snapshots().cloned().map_err(|error| anyhow!("{error}"))
}
