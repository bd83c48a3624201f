//! The tensors of a published file, and how they get into a network.

use std::{collections::BTreeMap, fmt::Display, path::Path};

use anyhow::{Context, Result, anyhow, bail, ensure};
use burn::{module::ParamId, tensor::backend::Backend};
use burn_store::{ModuleSnapshot, ModuleStore, PytorchStore, SafetensorsStore, TensorSnapshot};

use super::names::NameTable;

/// Tensors by their published names. Their values are read when they are asked for.
pub type Tensors = BTreeMap<String, TensorSnapshot>;

/// How many names a message lists.
const NAMED: usize = 5;

/// Reads the names and shapes in a `.safetensors` file, or in a file of PyTorch's whatever its name ends in.
pub fn read(file: &Path) -> Result<Tensors> {
    ensure!(file.is_file(), "there is no file {}", file.display());
    let unreadable = |error: &dyn Display| anyhow!("{} can't be read: {error}", file.display());
    let tensors = if file.extension().is_some_and(|extension| extension == "safetensors") {
        let mut store = SafetensorsStore::from_file(file);
        store.get_all_snapshots().map_err(|error| unreadable(&error))?.clone()
    } else {
        let mut store = PytorchStore::from_file(file).map_indices_contiguous(false);
        store.get_all_snapshots().map_err(|error| unreadable(&error))?.clone()
    };
    ensure!(!tensors.is_empty(), "{} holds no tensors", file.display());
    Ok(unwrapped(unwrapped(tensors, "state_dict."), "module."))
}

/// The tensors under `prefix`, if there are any: checkpoints of trainings keep their weights beside an optimizer's, and
/// several GPUs' wrap each name.
fn unwrapped(tensors: Tensors, prefix: &str) -> Tensors {
    let inner = |(name, tensor): (&String, &TensorSnapshot)| {
        name.strip_prefix(prefix).map(|name| (name.to_owned(), tensor.clone()))
    };
    let found: Tensors = tensors.iter().filter_map(inner).collect();
    if found.is_empty() { tensors } else { found }
}

/// Puts the tensors into their places. An error if a parameter of the network gets none, if one has another shape or is not
/// finite, or if a tensor has no place.
pub fn fill<B: Backend, M: ModuleSnapshot<B>>(
    mut network: M,
    tensors: &Tensors,
    table: &NameTable,
) -> Result<M> {
    compare(&shapes(&network), tensors, table)?;
    let renamed = table.parameters().map(|[published, ours]| {
        let values = tensors[&published].to_data().map_err(|error| anyhow!("{published}: {error:?}"))?;
        let values = values.convert::<f32>();
        ensure!(values.iter::<f32>().all(f32::is_finite), "{published} has values that are no numbers");
        let path = ours.split('.').map(str::to_owned).collect();
        Ok(TensorSnapshot::from_data(values, path, Vec::new(), ParamId::new()))
    });
    let result = network.apply(renamed.collect::<Result<_>>()?, None, None, false);
    let complete = result.is_success() && result.missing.is_empty() && result.unused.is_empty();
    ensure!(complete, "{result}");
    Ok(network)
}

/// The shapes of a network's parameters by our names.
fn shapes<B: Backend, M: ModuleSnapshot<B>>(network: &M) -> BTreeMap<String, Vec<usize>> {
    let parameters = network.collect(None, None, false);
    parameters.iter().map(|parameter| (parameter.full_path(), parameter.shape.to_vec())).collect()
}

fn compare(shapes: &BTreeMap<String, Vec<usize>>, tensors: &Tensors, table: &NameTable) -> Result<()> {
    let (mut missing, mut misshapen, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for [published, ours] in table.parameters() {
        let expected = shapes.get(&ours).with_context(|| format!("the network has no parameter {ours}"))?;
        match tensors.get(&published).map(|tensor| tensor.shape.to_vec()) {
            None => missing.push(published.clone()),
            Some(found) if found != *expected => {
                misshapen.push(format!("{published} {found:?} instead of {expected:?}"));
            }
            Some(_) => {}
        }
        known.push(published);
    }
    let unused = |name: &String| table.unused.iter().any(|beginning| name.starts_with(beginning));
    let unexpected: Vec<_> =
        tensors.keys().filter(|&name| !known.contains(name) && !unused(name)).cloned().collect();
    let lines: Vec<_> = [
        (format!("of {} parameters missing", known.len()), missing),
        ("of another shape".to_owned(), misshapen),
        ("not expected".to_owned(), unexpected),
    ]
    .into_iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(what, names)| format!("{} {what}: {}", names.len(), listed(&names)))
    .collect();
    if lines.is_empty() { Ok(()) } else { bail!(lines.join("\n")) }
}

fn listed(names: &[String]) -> String {
    let more = if names.len() > NAMED { ", ..." } else { "" };
    names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ") + more
}
