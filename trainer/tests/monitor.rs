//! The real program's output where there is no terminal, and the files in the run's folder.

mod pictures;

use std::{fs, path::Path, process::Command};

use pictures::prepare_data;
use tempfile::tempdir;

const STAGES: &str = "
preset = \"tiny\"
loaders = 1
losses.samples = 32
checkpoints = { every = 10, keep = 1 }
monitoring = { line_every = 4, sheet_every = 2 }

[[stages]]
kind = \"flow\"
epochs = 1
images = 1
side = 96
smallest_side = 64
crop = 64

[[stages]]
kind = \"colorizer\"
epochs = 1
images = 26
pairs = 0
side = 96
smallest_side = 64
crop = 64

[[stages]]
kind = \"joint\"
epochs = 1
pairs = 2
side = 96
smallest_side = 64
crop = 64
";

/// The size of a contact sheet in pixels.
fn sheet(folder: &Path, name: &str) -> [u32; 2] {
    let sheet = image::open(folder.join("sheets").join(name)).unwrap();
    [sheet.width(), sheet.height()]
}

#[test]
fn plain_lines_curves_and_sheets() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    prepare_data(folder.path(), true);
    fs::write(at("run.toml"), STAGES).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .arg("train")
        .arg(at("run.toml"))
        .args(["--data".as_ref(), at("set").as_os_str(), "--out".as_ref(), at("run").as_os_str()])
        .output()
        .unwrap();
    let message = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{message}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!message.contains('\u{1b}'), "escape codes in {message:?}");
    let lines: Vec<&str> = message.lines().filter(|line| line.starts_with("colorizer ")).collect();
    let steps: Vec<&str> = lines.iter().map(|line| line.split("  ").next().unwrap()).collect();
    // One every four steps, and one at each checkpoint.
    let expected = [4, 8, 10, 12, 16, 20, 24, 26].map(|step| format!("colorizer {step} of 26"));
    assert_eq!(steps, expected);
    for part in ["loss ", "learning_rate ", "images_a_second ", "waiting ", "memory_mib ", " left"] {
        assert!(lines.iter().all(|line| line.contains(part)), "{part} in {lines:#?}");
    }

    // What is held back is measured with every checkpoint, here of steps 10, 20 and 26.
    for part in ["held_back_loss ", "held_back_right ", "held_back_wrong "] {
        let measured: Vec<&str> =
            lines.iter().zip(&steps).filter(|(line, _)| line.contains(part)).map(|(_, step)| *step).collect();
        assert_eq!(measured, [10, 20, 26].map(|step| format!("colorizer {step} of 26")), "{part}");
    }

    let stage = at("run/2-colorizer");
    let table = fs::read_to_string(stage.join("curves.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + expected.len());
    assert!(fs::read_to_string(stage.join("curves.svg")).unwrap().ends_with("</svg>\n"));
    // Grey, four candidates, pick and truth of the one photo that is held back; at each second checkpoint and at the end.
    let names = fs::read_dir(stage.join("sheets")).unwrap().count();
    assert_eq!(names, 2);
    let photo = sheet(&stage, "step-0000020.png");
    assert_eq!(photo, sheet(&stage, "step-0000026.png"));
    assert_eq!(photo[0], 7 * (96 + 2));
    // The joint stage's has the refined frame too. No clip is held back: the one to train on is shown.
    let pair = sheet(&at("run/3-joint"), "step-0000002.png");
    assert_eq!(pair[0], 8 * (128 + 2));
    assert!(!at("run/1-flow/sheets").exists(), "flow colors nothing");
}
