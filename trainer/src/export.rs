//! Weights as the page loads them: one burnpack file a network, in half precision.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use burn::tensor::backend::Backend;
use burn_store::{BurnpackStore, HalfPrecisionAdapter, ModuleSnapshot};
use chromaflow::model::preset::Networks;

/// Writes a network's weights in half precision. The file appears under its name only when it is complete.
pub fn write<B: Backend>(network: &impl ModuleSnapshot<B>, file: &Path) -> Result<()> {
    let partial = file.with_extension("partial");
    let mut store = BurnpackStore::from_file(&partial)
        .auto_extension(false)
        .overwrite(true)
        .with_to_adapter(HalfPrecisionAdapter::new());
    network.save_into(&mut store).with_context(|| format!("writing {}", partial.display()))?;
    fs::rename(&partial, file).with_context(|| format!("writing {}", file.display()))
}

/// Reads what [`write()`] wrote into a network of the same sizes.
pub fn read<B: Backend>(network: &mut impl ModuleSnapshot<B>, file: &Path) -> Result<()> {
    let mut store =
        BurnpackStore::from_file(file).auto_extension(false).with_from_adapter(HalfPrecisionAdapter::new());
    let result = network.load_from(&mut store).with_context(|| format!("reading {}", file.display()))?;
    ensure!(result.is_success(), "{} does not fit the network: {result}", file.display());
    Ok(())
}

/// Reads the four files of a folder of weights.
pub fn read_all<B: Backend>(networks: &mut Networks<B>, folder: &Path) -> Result<()> {
    read(&mut networks.trunk, &folder.join("trunk.bpk"))?;
    read(&mut networks.colorizer, &folder.join("colorizer.bpk"))?;
    read(&mut networks.flow, &folder.join("flow.bpk"))?;
    read(&mut networks.refiner, &folder.join("refiner.bpk"))
}
