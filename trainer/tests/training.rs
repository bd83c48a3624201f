//! Training on generated pictures: a few steps lower the loss, a resumed run ends where an unbroken one does, and its record
//! tells both starts.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
};

use burn::{
    backend::{Autodiff, Flex},
    tensor::{Tensor, Tolerance},
};
use chromaflow::model::{preset::Preset, vgg::Vgg};
use half::f16;
use image::{Rgb, RgbImage};
use safetensors::{Dtype, tensor::TensorView};
use serde_json::Value;
use tempfile::tempdir;
use trainer::{
    checkpoint, info,
    train::{
        RunOptions, colorizer,
        colorizer::Coloring,
        flow,
        run_record::{Contents, RunRecord},
        trunk,
        trunk::TrunkTask,
    },
};

/// Burn draws all first weights from one stream of random numbers a process: tests side by side would take each other's, and
/// a resumed run would not get the phi of the first.
fn alone() -> MutexGuard<'static, ()> {
    static RANDOM: Mutex<()> = Mutex::new(());
    RANDOM.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Blue above, green below, and a warm disc, differently placed.
fn write_photos(data: &Path) {
    fs::create_dir_all(data.join("photos-open")).unwrap();
    for folder in ["photos-research", "clips-open", "clips-research"] {
        fs::create_dir_all(data.join(folder)).unwrap();
    }
    for index in 0..8u32 {
        let horizon = 30 + 5 * index;
        let photo = RgbImage::from_fn(96, 96, |x, y| {
            let shade = (x * 3 + y * 5) % 40;
            match (x.abs_diff(48 + index).pow(2) + y.abs_diff(60).pow(2), y < horizon) {
                (0..200, _) => Rgb([200, 140 - shade as u8, 90]),
                (_, true) => Rgb([100, 150, 200 + shade as u8]),
                (_, false) => Rgb([60, 110 + shade as u8, 40]),
            }
        });
        photo.save(data.join(format!("photos-open/{index}.jpg"))).unwrap();
    }
    fs::write(data.join("validation.txt"), "photos-open/7.jpg\n").unwrap();
}

fn options(data: &Path, out: &Path, steps: usize) -> RunOptions {
    RunOptions {
        data: data.to_owned(),
        out: out.to_owned(),
        preset: Preset::Tiny,
        steps,
        batch: 2,
        crop: 64,
        learning_rate: 3e-3,
        checkpoint_every: 20,
        loaders: 1,
        seed: 1,
        resume: false,
    }
}

fn losses(out: &Path) -> Vec<f64> {
    let log = fs::read_to_string(out.join("log.jsonl")).unwrap();
    log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["loss"].as_f64().unwrap()).collect()
}

fn color_options() -> colorizer::ColorizerOptions {
    colorizer::ColorizerOptions {
        smallest_side: 64,
        largest_side: 96,
        samples: 32,
        bilateral_weight: 1.0,
        diversity_weight: 1.0,
        beta: vec![0.16, 0.08, 0.04, 0.02],
        trunk: None,
        flow: None,
        temporal_weight: 1.0,
        pairs_every: 6,
    }
}

#[test]
fn colorizer_learns_resumes_and_keeps_its_record() {
    let _alone = alone();
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    write_photos(data.path());
    let device = Default::default();
    let train = |resume| {
        let run = RunOptions { resume, ..options(data.path(), out.path(), 60) };
        colorizer::train::<Autodiff<Flex>>(&run, &color_options(), &device).unwrap();
        let fresh = Coloring::<Flex>::init(&Preset::Tiny.config(), &device);
        checkpoint::load(out.path(), fresh, &device).unwrap().1
    };
    let ours = train(false);
    let losses = losses(out.path());
    assert!(losses[2] < 0.9 * losses[0], "{losses:?}");

    fs::remove_dir_all(out.path().join("step-0000060")).unwrap();
    let resumed = train(true); // from step 40
    let paint = |network: &Coloring<Flex>| {
        network.candidates(Tensor::ones([1, 1, 32, 32], &device) * 0.4).into_data()
    };
    // The same batches in the same order; sums over threads may differ in their last digits, which Adam spreads.
    paint(&resumed).assert_approx_eq::<f32>(&paint(&ours), Tolerance::absolute(1e-3));

    // The record tells both starts, where the weights then come from, and what they learned on.
    let record = RunRecord::read(out.path()).unwrap().unwrap();
    assert_eq!((record.contents, record.preset), (Contents::Colorizer, Preset::Tiny));
    let starts: Vec<_> = record.sessions.iter().map(|session| session.first_step).collect();
    assert_eq!(starts, [0, 40]);
    assert_eq!(record.sessions[1].options["resume"], true);
    assert_eq!(record.sessions[1].options["samples"], 32);
    assert_eq!(record.sessions[0].data.files, 9);
    assert!(record.origin().command.starts_with("trainer"));
    let told = info::describe(out.path()).unwrap();
    assert!(told.contains("step       60 (kept: 40, 60)") && told.contains("preset     tiny"), "{told}");
    let flow = flow::FlowOptions { shift: 8.0, occluders: 1 };
    let run = RunOptions { resume: true, ..options(data.path(), out.path(), 70) };
    let told = flow::train::<Autodiff<Flex>>(&run, &flow, &device).unwrap_err().to_string();
    assert!(told.contains("is a run of Colorizer"), "{told}");
}

/// With a flow network some steps take neighbouring frames, and their candidates are compared.
#[test]
fn colorizer_learns_from_neighbouring_frames() {
    let _alone = alone();
    let (data, flow_run, out) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    write_photos(data.path());
    write_clip(&data.path().join("clips-open/moving.mp4"));
    let motion = flow::FlowOptions { shift: 4.0, occluders: 1 };
    let device = Default::default();
    flow::train::<Autodiff<Flex>>(&options(data.path(), flow_run.path(), 80), &motion, &device).unwrap();
    let flow = Some(flow_run.path().to_owned());
    let colour = colorizer::ColorizerOptions { flow, pairs_every: 2, ..color_options() };
    colorizer::train::<Autodiff<Flex>>(&options(data.path(), out.path(), 20), &colour, &device).unwrap();
    let log = fs::read_to_string(out.path().join("log.jsonl")).unwrap();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert!(line["temporal"].as_f64().unwrap() > 0.0, "{line}");
}

/// Ten frames of ffmpeg's moving test picture.
fn write_clip(file: &Path) {
    let picture = "testsrc2=size=128x96:rate=10:duration=1";
    let arguments = ["-v", "error", "-f", "lavfi", "-i", picture, "-c:v", "mpeg4", "-q:v", "3"];
    assert!(Command::new("ffmpeg").args(arguments).arg(file).status().unwrap().success());
}

/// The trunk learns colours, and a teacher's features, which here say how far down the photo a place is; f starts from it.
#[test]
fn trunk_learns_and_hands_on() {
    let _alone = alone();
    let (data, out, next) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    write_photos(data.path());
    let teacher = data.path().join("teacher.safetensors");
    write_teacher(&teacher);
    let device = Default::default();
    let school = trunk::TrunkOptions {
        smallest_side: 64,
        largest_side: 96,
        teacher: Some(teacher),
        teacher_weight: 2.0,
    };
    trunk::train::<Autodiff<Flex>>(&options(data.path(), out.path(), 100), &school, &device).unwrap();
    let losses = losses(out.path());
    assert!(losses[4] < 0.9 * losses[0], "{losses:?}");

    let run = RunOptions { learning_rate: 0.0, ..options(data.path(), next.path(), 1) };
    let colour = colorizer::ColorizerOptions { trunk: Some(out.path().to_owned()), ..color_options() };
    colorizer::train::<Autodiff<Flex>>(&run, &colour, &device).unwrap();
    let config = Preset::Tiny.config();
    let schooled =
        checkpoint::load(out.path(), TrunkTask::<Flex>::init(&config.trunk, 1, &device), &device).unwrap();
    let colouring = checkpoint::load(next.path(), Coloring::<Flex>::init(&config, &device), &device).unwrap();
    let last_tap =
        |trunk: &Vgg<Flex>| trunk.forward_grey(Tensor::ones([1, 1, 32, 32], &device) * 0.4)[4].to_data();
    assert_eq!(last_tap(&schooled.1.schooled()), last_tap(&colouring.1.trunk));
}

/// One feature on a grid of 7 x 7: 0 in the top row to 1.5 in the last.
fn write_teacher(file: &Path) {
    let map: Vec<u8> =
        (0..49).flat_map(|cell| f16::from_f32((cell / 7) as f32 / 4.0).to_le_bytes()).collect();
    let map = TensorView::new(Dtype::F16, vec![1, 7, 7], &map).unwrap();
    let maps = (0..8).map(|index| (format!("photos-open/{index}.jpg"), map.clone()));
    fs::write(file, safetensors::serialize(maps, None).unwrap()).unwrap();
}

#[test]
fn flow_learns() {
    let _alone = alone();
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    write_photos(data.path());
    let run = options(data.path(), out.path(), 80);
    let motion = flow::FlowOptions { shift: 8.0, occluders: 1 };
    flow::train::<Autodiff<Flex>>(&run, &motion, &Default::default()).unwrap();
    let losses = losses(out.path());
    assert!(losses[3] < losses[0], "{losses:?}");
}
