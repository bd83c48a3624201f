//! Imports within the trainer go one way: no file imports itself through others, and no layer imports one above it.

mod sources;

use std::path::Path;

use sources::Sources;

/// The layers, lowest first: each holds folders and files of `src`, which do not import each other.
const LAYERS: [&[&str]; 11] = [
    &["parameters", "device", "whole_file"],
    &["loss", "film"],
    &["networks", "hints"],
    &["metric"],
    &["data"],
    &["config"],
    &["run"],
    &["prepare", "evaluation", "export"],
    &["train"],
    &["command"],
    &["lib", "main"],
];

#[test]
fn no_files_import_each_other() {
    let sources = Sources::read();
    let (longest, lines) = sources.lines.iter().max_by_key(|(_, lines)| **lines).unwrap();
    let circles = sources.circles();
    println!(
        "{} files, {} lines, the longest {} with {lines}; {} circles, the largest of {} files",
        sources.files.len(),
        sources.lines.values().sum::<usize>(),
        longest.display(),
        circles.len(),
        circles.first().map_or(0, Vec::len)
    );
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn no_layer_imports_one_above_it() {
    let sources = Sources::read();
    let top = |file: &Path| {
        let top = file.iter().next().unwrap().to_str().unwrap();
        top.strip_suffix(".rs").unwrap_or(top).to_owned()
    };
    let layer = |top: &str| {
        LAYERS.iter().position(|layer| layer.contains(&top)).unwrap_or_else(|| panic!("{top} is in no layer"))
    };
    for (file, others) in &sources.imports {
        for other in others {
            let [ours, theirs] = [top(file), top(other)];
            let down = ours == theirs || layer(&theirs) < layer(&ours);
            assert!(down, "{} imports {}", file.display(), other.display());
        }
    }
}
