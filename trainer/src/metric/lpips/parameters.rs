//! Named tensors of a PyTorch or safetensors file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use burn::tensor::{Tensor, backend::Backend};

use crate::networks::import::{self, Tensors};

/// The parameters of a network by their PyTorch names.
pub struct Parameters {
    file: PathBuf,
    tensors: Tensors,
}

impl Parameters {
    /// Opens a .safetensors file, or whatever else `torch.save` wrote.
    pub fn open(file: &Path) -> Result<Self> {
        let tensors = import::read(file)?;
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
