//! The real program's errors: their words, and that existing files survive them.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::tempdir;

/// Runs the program in an empty folder.
fn trainer(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trainer")).args(arguments).current_dir(folder).output().unwrap()
}

#[track_caller]
fn refused(folder: &Path, arguments: &[&str], words: &str) {
    let output = trainer(folder, arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{arguments:?} went through");
    assert!(message.contains(words), "{arguments:?}: {message}");
}

#[test]
fn values_that_can_not_be_are_named() {
    let folder = tempdir().unwrap();
    let with = |set: &str, words: &str| refused(folder.path(), &["train", "--dry-run", "--set", set], words);
    with("losses.bilateral=-1", "losses.bilateral must be a number of at least 0, not -1");
    with("losses.beta=[0.1,-0.2,0.1,0.1]", "losses.beta must be a number of at least 0, not -0.2");
    with("optimizer.learning_rate=nan", "optimizer.learning_rate must be a number of at least 0, not NaN");
    with("optimizer.weight_decay=-0.1", "optimizer.weight_decay must be a number of at least 0, not -0.1");
    with("monitoring={early_stopping=2,held_back=0}", "monitoring.early_stopping needs monitoring.held_back");
    with("scale=inf", "scale must be a number above 0, not inf");
    refused(folder.path(), &["eval", "clip.mp4", "--frames", "0"], "0 is no number of frames");
    refused(folder.path(), &["prepare", "data", "--frames", "0", "--out", "set"], "0 is no number of frames");
    refused(folder.path(), &["train", "--resume", "--out", "nosuch"], "there is no run to go on with");
}

#[test]
fn the_dry_run_says_what_phi_is() {
    let folder = tempdir().unwrap();
    let output = trainer(folder.path(), &["train", "--dry-run"]);
    let message = String::from_utf8_lossy(&output.stdout);
    assert!(message.contains("# phi of equation (7): random filters"), "{message}");
    let output = trainer(folder.path(), &["train", "--dry-run", "--set", "start.trunk=runs/vgg"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("the backbone in runs/vgg"));
}

/// The weights are found from any folder, since the program lies in the project's own.
#[test]
fn a_clip_is_replaced_only_by_a_whole_one() {
    let folder = tempdir().unwrap();
    let clip = |name: &str| folder.path().join(name);
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=0.4", "-pix_fmt", "yuv420p"])
        .arg(clip("film.mp4"))
        .status();
    assert!(made.unwrap().success());
    fs::write(clip("out.mp4"), "an earlier result").unwrap();
    let colorize = |candidate| ["colorize", "film.mp4", "out.mp4", "--size", "64", "--candidate", candidate];
    refused(folder.path(), &colorize("5"), "--candidate 5: there are 1 to 4");
    refused(folder.path(), &colorize("0"), "--candidate 0: there are 1 to 4");
    assert_eq!(fs::read(clip("out.mp4")).unwrap(), b"an earlier result");
    let output = trainer(folder.path(), &colorize("1"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::metadata(clip("out.mp4")).unwrap().len() > 500);
    // The film and its coloring, and nothing half written.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn altered_weights_are_an_error_behind_the_description() {
    let folder = tempdir().unwrap();
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("../weights");
    fs::create_dir(folder.path().join("lite")).unwrap();
    fs::copy(weights.join("manifest.json"), folder.path().join("manifest.json")).unwrap();
    for name in ["trunk", "colorizer", "flow", "refiner"].map(|name| format!("lite/{name}.bpk")) {
        fs::copy(weights.join(&name), folder.path().join(&name)).unwrap();
    }
    assert!(trainer(folder.path(), &["info", "."]).status.success());
    fs::write(folder.path().join("lite/flow.bpk"), "other").unwrap();
    refused(folder.path(), &["info", "."], "not as the manifest states: lite/flow.bpk");
}
