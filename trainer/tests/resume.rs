//! A run that is killed, or whose disk fills, goes on from its last whole checkpoint to where an unbroken run ends. All with the
//! program itself.

mod pictures;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    iter,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use burn::{
    backend::Flex,
    tensor::{Tensor, TensorData},
};
use pictures::prepare_data;
use serde_json::Value;
use tempfile::{TempDir, tempdir};
use trainer::run::folder::RunFolder;

/// Figures of the log that are another in each run.
const OF_THE_MACHINE: [&str; 3] = ["images_a_second", "waiting", "memory_mib"];

/// The stages' optimizers differ, so that all that an optimizer keeps is resumed.
const RUN: &str = r#"
preset = "tiny"
loaders = 2
losses.samples = 32
checkpoints = { every = 20, keep = 2 }

[optimizer]
learning_rate = 3e-3
schedule = "cosine"
warm_up_steps = 10

[[stages]]
kind = "flow"
epochs = 1
images = 40
batch = 2
side = 96
crop = 64
optimizer = { learning_rate = 1e-4, clip = 100.0 }

[[stages]]
kind = "colorizer"
epochs = 1
images = 60
pairs = 20
side = 96
smallest_side = 64
crop = 32
optimizer = { accumulate = 2, ema = 0.9 }

[[stages]]
kind = "joint"
epochs = 1
pairs = 40
side = 64
crop = 32
optimizer = { kind = "adamw", weight_decay = 1e-3 }
"#;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        prepare_data(folder.path(), true);
        fs::write(folder.path().join("run.toml"), RUN).unwrap();
        Self { folder }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `train` with one thread for sums, so that they are the same to the last digit.
    fn train(&self, out: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.arg("train").arg(self.folder.path().join("run.toml")).args(["--data"]);
        command.arg(self.folder.path().join("set")).arg("--out").arg(out).args(more);
        command.env("RAYON_NUM_THREADS", "1").stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn whole(&self) -> PathBuf {
        let out = self.out("whole");
        assert_success(&self.train(&out, &[]).output().unwrap());
        out
    }
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The lines of all stages' logs by stage and step, without what was measured of the machine.
fn logs(out: &Path) -> BTreeMap<(String, u64), Value> {
    let mut lines = BTreeMap::new();
    for stage in ["1-flow", "2-colorizer", "3-joint"] {
        let log = fs::read_to_string(out.join(stage).join("log.jsonl")).unwrap_or_default();
        for line in log.lines() {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line.as_object_mut().unwrap().retain(|name, _| !OF_THE_MACHINE.contains(&name.as_str()));
            let step = line["step"].as_u64().unwrap();
            assert!(lines.insert((stage.to_owned(), step), line).is_none(), "{stage} logs step {step} twice");
        }
    }
    lines
}

/// The smoothed loss of all of the last stage's steps, and what the last networks paint.
fn end(out: &Path) -> (Value, TensorData) {
    let list = fs::read(out.join("3-joint/step-0000040/checkpoint.json")).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    let device = Default::default();
    let coloring = RunFolder::open(out).unwrap().coloring::<Flex>(&device).unwrap().unwrap();
    let painted = coloring.candidates(Tensor::ones([1, 1, 32, 32], &device) * 0.4, None).into_data();
    (list["progress"].clone(), painted)
}

/// The same figures in all steps and the same weights at the end, to the last digit.
fn assert_same(ours: &Path, whole: &Path) {
    assert_eq!(logs(ours), logs(whole));
    assert_eq!(end(ours), end(whole));
}

/// Waits until the program has made `path`.
fn wait_for(path: &Path) {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_secs(300), "{} does not appear", path.display());
        std::hint::spin_loop();
    }
}

#[test]
fn a_killed_run_goes_on_as_if_nothing_had_been() {
    let place = Place::new();
    let whole = place.whole();
    assert_eq!(logs(&whole).len(), 1 + 2 + 2);
    let out = place.out("killed");
    // Before its first checkpoint, in the middle of a stage, while a checkpoint is written, and in the last stage.
    for sign in
        ["1-flow/log.jsonl", "2-colorizer/step-0000020", "2-colorizer/partial", "3-joint/step-0000020"]
    {
        let mut child = place.train(&out, &["--resume"]).stderr(Stdio::null()).spawn().unwrap();
        wait_for(&out.join(sign));
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        assert!(!out.join("3-joint/step-0000040").exists(), "killed too late to show anything");
    }
    assert_success(&place.train(&out, &["--resume"]).output().unwrap());
    assert_same(&out, &whole);
    let record: Value = serde_json::from_slice(&fs::read(out.join("run.json")).unwrap()).unwrap();
    assert!(record["sessions"].as_array().unwrap().len() == 5, "{record}");
}

/// As users and cluster schedulers end a training.
#[test]
fn a_signal_ends_a_run_with_a_checkpoint() {
    let place = Place::new();
    let (whole, out) = (place.whole(), place.out("signalled"));
    let child = place.train(&out, &[]).stdout(Stdio::piped()).spawn().unwrap();
    wait_for(&out.join("2-colorizer/log.jsonl"));
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_success(&output);
    let message = String::from_utf8_lossy(&output.stdout);
    assert!(message.contains("of stage 2; --resume goes on from there"), "{message}");
    assert_success(&place.train(&out, &["--resume"]).output().unwrap());
    assert_eq!(end(&out), end(&whole));
}

#[test]
fn a_run_ends_with_its_time_and_the_learning_rate_with_it() {
    let place = Place::new();
    let out = place.out("timed");
    let more = ["--minutes", "0.1", "--set", "stages.flow.epochs=100000", "--set", "monitoring.line_every=1"];
    let output = place.train(&out, &more).stdout(Stdio::piped()).output().unwrap();
    assert_success(&output);
    let message = String::from_utf8_lossy(&output.stdout);
    assert!(message.contains("of stage 1; --resume goes on from there"), "{message}");
    let log = fs::read_to_string(out.join("1-flow/log.jsonl")).unwrap();
    let rates = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["learning_rate"].as_f64().unwrap());
    let rates: Vec<_> = rates.collect();
    // By its steps alone the stage would be at its beginning.
    let highest = rates.iter().copied().fold(0.0, f64::max);
    assert!(*rates.last().unwrap() < 0.3 * highest, "{rates:?}");
}

#[test]
fn a_folder_that_another_process_trains_in_is_left_alone() {
    let place = Place::new();
    let out = place.out("taken");
    fs::create_dir(&out).unwrap();
    let other = File::create(out.join("lock")).unwrap();
    other.lock().unwrap();
    let output = place.train(&out, &[]).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && message.contains("another training is under way"), "{message}");
    assert!(!out.join("run.json").exists());
    drop(other);
    assert_success(&place.train(&out, &[]).output().unwrap());
}

/// `trainer/kit/visit.sh` in a folder of its own.
fn visit(work: &Path, arguments: &[&str]) {
    fs::create_dir_all(work.join("weights")).unwrap();
    if !work.join("trainer").exists() {
        symlink(env!("CARGO_BIN_EXE_trainer"), work.join("trainer")).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/kit/visit.sh");
    let mut command = Command::new("bash");
    let output = command.arg(script).args(arguments).env("WORK", work).env("TORCH", "none").output().unwrap();
    assert_success(&output);
}

/// As the training kit carries a run from one machine to the next.
#[test]
fn a_run_that_was_brought_home_in_parts_goes_on_elsewhere() {
    let place = Place::new();
    let [whole, here, home, elsewhere] =
        [place.whole(), place.out("here"), place.out("home"), place.out("elsewhere")];
    let out = here.join("runs/tiny-f-run");
    let mut child = place.train(&out, &[]).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&out.join("2-colorizer/step-0000020"));
    child.kill().unwrap();
    child.wait().unwrap();
    let weights = here.join("runs/tiny-weights/tiny");
    fs::create_dir_all(&weights).unwrap();
    for file in ["trunk.bpk", "colorizer.bpk"] {
        fs::write(weights.join(file), "").unwrap();
    }
    fs::create_dir(&home).unwrap();
    visit(&here, &["bring_home", home.to_str().unwrap(), "tiny"]);
    fs::remove_dir_all(&here).unwrap();
    let parts: Vec<_> = fs::read_dir(&home).unwrap().map(|part| part.unwrap().path()).collect();
    let parts = parts.iter().map(|part| part.to_str().unwrap());
    visit(&elsewhere, &iter::once("join").chain(parts).collect::<Vec<_>>());
    let out = elsewhere.join("runs/tiny-f-run");
    assert_success(&place.train(&out, &["--resume"]).output().unwrap());
    assert_same(&out, &whole);
}

/// As after a learning rate that was too high: the steps behind the earlier checkpoint are made anew.
#[test]
fn a_run_goes_on_from_an_earlier_checkpoint() {
    let place = Place::new();
    let (whole, out) = (place.whole(), place.out("back"));
    assert_success(&place.train(&out, &[]).output().unwrap());
    let refused = place.train(&out, &["--resume", "--step", "7"]).output().unwrap();
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && message.contains("keeps no step 7; there are: 20, 40"), "{message}");
    assert_same(&out, &whole);
    let again = place.train(&out, &["--resume", "--step", "20"]).stdout(Stdio::piped()).output().unwrap();
    assert_success(&again);
    assert!(String::from_utf8_lossy(&again.stdout).contains("checkpoint of step 40"));
    assert_same(&out, &whole);
}

#[test]
fn a_damaged_checkpoint_is_noticed_and_the_one_before_is_taken() {
    let place = Place::new();
    let (whole, out) = (place.whole(), place.out("damaged"));
    assert_success(&place.train(&out, &[]).output().unwrap());
    let stage = out.join("3-joint");
    let network = stage.join("step-0000040/network.mpk");
    let bytes = fs::read(&network).unwrap();
    fs::write(&network, &bytes[..bytes.len() / 2]).unwrap();
    fs::create_dir(stage.join("partial")).unwrap();
    fs::write(stage.join("partial/network.mpk"), &bytes[..bytes.len() / 3]).unwrap();
    let output = place.train(&out, &["--resume"]).output().unwrap();
    assert_success(&output);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("step-0000040 is damaged"), "{message}");
    assert_same(&out, &whole);
    assert!(!stage.join("partial").exists());
}

/// No file may grow beyond what logs and records need: writes fail as they do on a full disk.
#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let place = Place::new();
    let (whole, out) = (place.whole(), place.out("full"));
    let mut child = place.train(&out, &[]).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&out.join("2-colorizer/step-0000020"));
    child.kill().unwrap();
    child.wait().unwrap();
    let train = place.train(&out, &["--resume"]);
    let limited = "trap '' XFSZ; ulimit -f 32; exec \"$@\""; // 32 blocks: 16 or 32 KiB
    let mut shell = Command::new("sh");
    shell.args(["-c", limited, "sh"]).arg(train.get_program()).args(train.get_args());
    shell.env("RAYON_NUM_THREADS", "1").stdout(File::create("/dev/null").unwrap());
    let output = shell.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it should have failed");
    assert!(
        message.contains("writing") && message.contains("the checkpoints before it are as they were"),
        "{message}"
    );
    assert!(!out.join("2-colorizer/partial").exists());
    assert_success(&place.train(&out, &["--resume"]).output().unwrap());
    assert_same(&out, &whole);
}
