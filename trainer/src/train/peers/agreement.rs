//! The values that all machines of a run must agree on.

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    config::RunConfig,
    run::{commit::COMMIT, file_list::FileList},
};

/// Fields of the configuration that each machine may have its own of.
const OWN: [&str; 3] = ["data", "out", "loaders"];

/// The trainer's commit, the data's files, the configuration, and the step of each stage's newest checkpoint.
pub fn agreement(run: &RunConfig, data: &FileList, steps: &[usize]) -> Result<Value> {
    let mut config = serde_json::to_value(run)?;
    if let Value::Object(fields) = &mut config {
        fields.retain(|name, _| !OWN.contains(&name.as_str()));
    }
    Ok(json!({ "commit": COMMIT, "data": data, "steps": steps, "config": config }))
}

/// The first entry in which two JSON values differ, and both of its values.
pub fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    differing(ours, theirs, "").map(|(name, ours, theirs)| format!("{name}: {theirs} there, {ours} here"))
}

fn differing<'a>(ours: &'a Value, theirs: &'a Value, name: &str) -> Option<(String, &'a Value, &'a Value)> {
    let below = |entry: &str| if name.is_empty() { entry.to_owned() } else { format!("{name}.{entry}") };
    match (ours, theirs) {
        _ if ours == theirs => None,
        (Value::Object(mine), Value::Object(other)) => {
            let differing = |entry: &'a String| {
                let [mine, other] = [mine, other].map(|object| object.get(entry).unwrap_or(&Value::Null));
                differing(mine, other, &below(entry))
            };
            mine.keys().chain(other.keys()).find_map(differing)
        }
        (Value::Array(mine), Value::Array(other)) if mine.len() == other.len() => (1..)
            .zip(mine.iter().zip(other))
            .find_map(|(number, (mine, other))| differing(mine, other, &below(&number.to_string()))),
        _ => Some((name.to_owned(), ours, theirs)),
    }
}
