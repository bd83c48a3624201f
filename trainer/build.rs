//! Tells the trainer which commit it is built from, for the records of its runs.

use std::{path::Path, process::Command};

fn main() {
    let commit = git(&["rev-parse", "HEAD"]);
    let changed = git(&["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"]);
    let commit = match (commit, changed.as_deref()) {
        (Some(commit), Some("")) => commit,
        (Some(commit), _) => commit + "-dirty",
        (None, _) => "unknown".to_owned(),
    };
    println!("cargo::rustc-env=CHROMAFLOW_COMMIT={commit}");
    // The sources say whether the tree was changed; git's own files say which commit is checked out.
    for path in ["build.rs", "Cargo.toml", "src", "../Cargo.toml", "../Cargo.lock", "../src"] {
        println!("cargo::rerun-if-changed={path}");
    }
    watch("HEAD");
    watch("logs/HEAD"); // grows with every commit
    watch("packed-refs");
    if let Some(branch) = git(&["symbolic-ref", "--quiet", "HEAD"]) {
        watch(&branch);
    }
}

/// Runs the script again when a file of git's changes. One that is not there would make it run every time.
fn watch(name: &str) {
    let path = git(&["rev-parse", "--git-path", name]);
    if let Some(path) = path.filter(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={path}");
    }
}

/// The output of git, without the last line break; none where it fails or is missing.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
