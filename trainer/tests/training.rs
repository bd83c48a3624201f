//! Training on generated pictures: a few steps of each stage lower its loss, stages hand on what they trained, and each part of
//! the method can be left out.

mod pictures;

use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use burn::{
    backend::{Autodiff, Flex},
    tensor::{Tensor, TensorData},
};
use chromaflow::model::preset::{Networks, Preset};
use clap::Parser;
use pictures::prepare_data;
use serde_json::Value;
use tempfile::{TempDir, tempdir};
use trainer::{
    command::{Command, pipeline::PipelineArguments},
    config::{RunConfig, parse},
    networks::{coloring::Coloring, published},
    run::{checkpoint, folder::RunFolder, info},
    train::stages,
};

/// Burn draws all first weights from one stream of random numbers a process: tests side by side would take each other's.
fn alone() -> MutexGuard<'static, ()> {
    static RANDOM: Mutex<()> = Mutex::new(());
    RANDOM.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Data to train on, and a folder for runs.
struct Place {
    data: TempDir,
    set: PathBuf,
    runs: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Place {
    fn new() -> Self {
        let (alone, data) = (alone(), tempdir().unwrap());
        Self { set: prepare_data(data.path(), true), data, runs: tempdir().unwrap(), _alone: alone }
    }

    fn config(&self, name: &str, text: &str) -> RunConfig {
        let start = "preset = \"tiny\"\nloaders = 1\nlosses.samples = 32\noptimizer.learning_rate = 3e-3\n";
        let mut config = parse(&format!("{start}{text}"), &[]).unwrap();
        (config.data, config.out) = (self.set.clone(), self.runs.path().join(name));
        config
    }

    fn train(&self, name: &str, text: &str) -> RunFolder {
        let config = self.config(name, text);
        stages::train::<Autodiff<Flex>>(&config, false, &Default::default()).unwrap();
        RunFolder::open(&config.out).unwrap()
    }
}

/// A stage of so many steps, one image or pair each, on the smallest squares that show something.
fn stage(kind: &str, steps: usize, more: &str) -> String {
    let crop = if kind == "flow" { 64 } else { 32 };
    let examples = match kind {
        "colorizer" => format!("images = {}\npairs = {}", steps - steps / 2, steps / 2),
        "joint" => format!("pairs = {steps}"),
        _ => format!("images = {steps}"),
    };
    format!(
        "[[stages]]\nkind = \"{kind}\"\nepochs = 1\n{examples}\nside = 96\nsmallest_side = 64\ncrop = {crop}\n{more}\n"
    )
}

/// The means over 20 steps of a figure of a stage; the lines that lack it are left out.
fn figures(run: &RunFolder, stage: &str, name: &str) -> Vec<f64> {
    let log = fs::read_to_string(run.path.join(stage).join("log.jsonl")).unwrap();
    log.lines().filter_map(|line| serde_json::from_str::<Value>(line).unwrap()[name].as_f64()).collect()
}

fn painted(coloring: &Coloring<Flex>) -> TensorData {
    coloring.candidates(Tensor::ones([1, 1, 32, 32], &Default::default()) * 0.4, None).into_data()
}

#[test]
fn every_stage_learns_in_one_folder() {
    let place = Place::new();
    let motion = "batch = 2\nmotion = { shift = 8.0, occluders = 1 }\noptimizer = { clip = 100.0, warm_up_steps = 30 }";
    let text = [
        stage("trunk", 160, "batch = 2\nwear = { worn = 0.5 }"),
        stage("flow", 160, motion),
        stage("colorizer", 200, "batch = 2\nhints = 0.5\noptimizer.ema = 0.9"),
        stage(
            "joint",
            40,
            "wear = { worn = 0.5 }\noptimizer.kind = \"adamw\"\noptimizer.weight_decay = 1e-4",
        ),
    ];
    let run = place.train("all", &text.concat());
    let names: Vec<_> = run.stages.iter().map(|stage| stage.path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["1-trunk", "2-flow", "3-colorizer", "4-joint"]);
    for (stage, part) in [("1-trunk", 0.9), ("2-flow", 1.0), ("3-colorizer", 0.9)] {
        let losses = figures(&run, stage, "loss");
        assert!(losses[losses.len() - 1] < part * losses[0], "{stage}: {losses:?}");
    }
    assert!(figures(&run, "3-colorizer", "temporal")[0] > 0.0);
    let [refined, unrefined] = ["refinement", "unrefined"].map(|name| figures(&run, "4-joint", name)[1]);
    assert!(refined < unrefined, "g brings frames nearer to the truth: {refined}, {unrefined}");
    let message = info::describe(&run.path).unwrap().text;
    for line in
        ["preset     tiny", "stage 4    joint", "step     40 (kept", "refiner    ", "from stage 1, step 0"]
    {
        assert!(message.contains(line), "{line} in {message}");
    }
    let (device, record) = (Default::default(), &run.record);
    assert!(run.flow::<Flex>(&device).unwrap().is_some() && run.refiner::<Flex>(&device).unwrap().is_some());
    assert_eq!((record.sessions.len(), record.sessions[0].data.files), (1, 9));
    let weights = export(&run).unwrap();
    let exported = published::load::<Flex>(weights.path(), "tiny", &device).unwrap();
    assert_eq!(exported.colorizer.candidates(), 4);
    // What lies there is never overwritten.
    let again = stages::train::<Autodiff<Flex>>(&run.config().unwrap(), false, &device).unwrap_err();
    assert!(again.to_string().contains("--resume"), "{again}");
}

/// All networks of a run as the page loads them.
fn export(run: &RunFolder) -> anyhow::Result<TempDir> {
    let weights = tempdir().unwrap();
    let [run, out] = [run.path.to_str(), weights.path().to_str()].map(Option::unwrap);
    Command::parse_from(["trainer", "export", run, "--out", out]).run()?;
    Ok(weights)
}

/// The networks of a run as `eval` and `colorize` take them.
fn networks(run: &RunFolder, passes: usize) -> anyhow::Result<Networks<Flex>> {
    let (weights, preset, run) = ("weights".into(), "lite".into(), Some(run.path.clone()));
    PipelineArguments { weights, preset, run, size: 32, passes }.networks(&Default::default())
}

/// A stage without a learning rate changes nothing: what it holds is what it was handed.
#[test]
fn networks_go_from_run_to_run() {
    let place = Place::new();
    let flow = stage("flow", 1, "");
    let trunk = place.train("trunk", &format!("{flow}{}", stage("trunk", 2, "batch = 2")));
    let handed = |name: &str, start: &str, stages: &str| {
        let start = format!("start = {{ {start} }}\noptimizer.learning_rate = 0.0\n");
        let text = format!("preset = \"tiny\"\nlosses.samples = 32\n{start}{stages}");
        let mut config = parse(&text, &[]).unwrap();
        (config.data, config.out) = (place.set.clone(), place.runs.path().join(name));
        stages::train::<Autodiff<Flex>>(&config, false, &Default::default())?;
        RunFolder::open(&config.out)
    };
    let path = trunk.path.display();
    let start = format!("trunk = \"{path}\", flow = \"{path}\"");
    let f = handed("f", &start, &stage("colorizer", 2, "")).unwrap();
    let device = Default::default();
    let described = |run: &RunFolder| {
        let network = run.trunk::<Flex>(&device).unwrap().unwrap();
        network.forward(Tensor::ones([1, 1, 32, 32], &device) * 0.4).colors.into_data()
    };
    assert_eq!(described(&f), described(&trunk));

    // A trunk stage with its backbone at rest moves the distribution alone, and its trunk takes the place of f's own.
    let path_f = f.path.display();
    let other = place.train("other", &stage("trunk", 2, "batch = 2\ntrunk_learns = false"));
    let start = format!("colorizer = \"{path_f}\", trunk = \"{}\", flow = \"{path}\"", other.path.display());
    let replaced = handed("replaced", &start, &stage("colorizer", 2, "trunk_learns = false")).unwrap();
    assert_eq!(described(&replaced), described(&other));
    assert_ne!(described(&replaced), described(&f));

    let start = format!("trunk = \"{path}\", flow = \"{path}\"");
    let rested = handed(
        "rested",
        &start,
        &stage("trunk", 2, "batch = 2\ntrunk_learns = false\noptimizer.learning_rate = 0.01"),
    )
    .unwrap();
    let backbone = |run: &RunFolder| {
        let network = run.trunk::<Flex>(&device).unwrap().unwrap();
        let [first, ..] = &network.backbone.forward(Tensor::ones([1, 3, 32, 32], &device) * 0.4)[..] else {
            panic!("there are taps");
        };
        first.to_data()
    };
    assert_eq!(backbone(&rested), backbone(&trunk));
    assert_ne!(described(&rested), described(&trunk));

    let start = format!("colorizer = \"{}\", flow = \"{path}\"", f.path.display());
    let joint = handed("joint", &start, &stage("joint", 1, "")).unwrap();
    let coloring = |run: &RunFolder| painted(&run.coloring::<Flex>(&device).unwrap().unwrap());
    assert_eq!(coloring(&joint), coloring(&f));

    for (start, message) in [
        (format!("colorizer = \"{path}\", flow = \"{path}\""), "it holds no such network"),
        ("refiner = \"nowhere\"".to_owned(), "no run.json"),
    ] {
        let name = message.replace(' ', "-");
        let error = format!("{:#}", handed(&name, &start, &stage("joint", 1, "")).unwrap_err());
        assert!(error.contains(message), "{error}");
    }
}

/// Published weights are a start too; export rounds them to half precision, and what is handed on are those.
#[test]
fn a_run_goes_on_from_published_weights() {
    let place = Place::new();
    let stages = [stage("flow", 1, ""), stage("colorizer", 2, ""), stage("joint", 2, "")].concat();
    let weights = export(&place.train("base", &stages)).unwrap();
    let path = weights.path().display();
    let start = format!("start = {{ colorizer = \"{path}\", flow = \"{path}\", refiner = \"{path}\" }}\n");
    let fields = "preset = \"tiny\"\nlosses.samples = 32\noptimizer.learning_rate = 0.0\n";
    let mut config = parse(&format!("{fields}{start}{}", stage("joint", 1, "")), &[]).unwrap();
    (config.data, config.out) = (place.set.clone(), place.runs.path().join("next"));
    stages::train::<Autodiff<Flex>>(&config, false, &Default::default()).unwrap();
    let next = RunFolder::open(&config.out).unwrap();
    let device = Default::default();
    let published = published::load::<Flex>(weights.path(), "tiny", &device).unwrap();
    let theirs = Coloring { trunk: published.trunk, colorizer: published.colorizer };
    assert_eq!(painted(&next.coloring::<Flex>(&device).unwrap().unwrap()), painted(&theirs));
    let [ours, theirs] = [next.refiner::<Flex>(&device).unwrap().unwrap(), published.refiner]
        .map(|refiner| refiner.unet.output.weight.val().into_data());
    assert_eq!(ours, theirs);

    config.preset = Preset::Lite;
    config.out = place.runs.path().join("other-preset");
    let error = stages::train::<Autodiff<Flex>>(&config, false, &device).unwrap_err();
    assert!(format!("{error:#}").contains("no set is named lite"), "{error:#}");
}

/// Where nothing but equation (3) on refined frames counts, they come to agree.
#[test]
fn refined_frames_learn_to_agree() {
    let place = Place::new();
    let base = place.train("base", &format!("{}{}", stage("flow", 1, ""), stage("colorizer", 20, "")));
    let path = base.path.display();
    let start = format!("start = {{ colorizer = \"{path}\", flow = \"{path}\" }}\n");
    let losses = "losses.refinement = 0.0\nlosses.refined_temporal = 5.0\n";
    let more = "colorizer_learns = false\nbatch = 2";
    let run = place.train("steady", &format!("{losses}{start}{}", stage("joint", 240, more)));
    let flicker = figures(&run, "1-joint", "refined_temporal");
    assert!(flicker[flicker.len() - 1] < 0.95 * flicker[0], "{flicker:?}");
    let plain = place.train("plain", &format!("{start}{}", stage("joint", 20, more)));
    assert!(figures(&plain, "1-joint", "refined_temporal").is_empty());
}

/// With all other losses at 0, f changes if and only if equation (5) reaches it.
#[test]
fn refinement_reaches_f_where_it_should() {
    let place = Place::new();
    let base = place.train("base", &format!("{}{}", stage("flow", 1, ""), stage("colorizer", 2, "")));
    let path = base.path.display();
    let start = format!("start = {{ colorizer = \"{path}\", flow = \"{path}\" }}\n");
    let f = |run: &RunFolder| painted(&run.coloring::<Flex>(&Default::default()).unwrap().unwrap());
    for (name, ablation, more, changes) in [
        ("both", "", "", true),
        ("frozen", "", "colorizer_learns = false", false),
        ("unregularized", "ablation.self_regularization = false\n", "", false),
    ] {
        let weights = "losses.diversity = 0.0\nlosses.bilateral = 0.0\nlosses.temporal = 0.0\n";
        let run = place.train(name, &format!("{weights}{ablation}{start}{}", stage("joint", 20, more)));
        assert_eq!(f(&run) != f(&base), changes, "{name}");
        assert_eq!(figures(&run, "1-joint", "refinement").len(), 1);
    }
}

#[test]
fn the_ablation_leaves_out_what_it_says() {
    let place = Place::new();
    let stages = [stage("flow", 1, ""), stage("colorizer", 20, ""), stage("joint", 20, "")].concat();
    let plain = place.train("unregularized", &format!("ablation.self_regularization = false\n{stages}"));
    for name in ["bilateral", "temporal"] {
        assert!(figures(&plain, "2-colorizer", name).is_empty(), "{name}");
        assert!(figures(&plain, "3-joint", name).is_empty(), "{name}");
    }
    assert_eq!(figures(&plain, "3-joint", "refinement").len(), 1);

    let single = place.train("single", &format!("ablation.diversity = false\n{stages}"));
    let device = Default::default();
    let coloring = single.coloring::<Flex>(&device).unwrap().unwrap();
    assert_eq!((single.record.candidates, coloring.colorizer.candidates()), (1, 1));
    assert_eq!(painted(&coloring).shape, [1, 1, 3, 32, 32].into());
    let [loss, nearest] = ["loss", "nearest"].map(|name| figures(&single, "2-colorizer", name)[0]);
    assert!(loss > nearest, "(2) and (3) are added: {loss}, {nearest}");

    assert_eq!(networks(&single, 1).unwrap().colorizer.candidates(), 1);
    let weights = export(&single).unwrap();
    let exported = published::load::<Flex>(weights.path(), "tiny", &device).unwrap();
    assert_eq!(exported.colorizer.candidates(), 1);

    let unrefined = place.train("unrefined", &format!("ablation.refinement = false\n{stages}"));
    let names: Vec<_> = unrefined.stages.iter().map(|stage| stage.contents.to_string()).collect();
    assert_eq!(names, ["flow", "colorizer"]);
    assert!(unrefined.refiner::<Flex>(&device).unwrap().is_none());
    let message = format!("{:#}", networks(&unrefined, 1).unwrap_err());
    assert!(message.contains("--passes 0"), "{message}");
    networks(&unrefined, 0).unwrap();
    let message = export(&unrefined).unwrap_err().to_string();
    assert!(message.contains("there is no refiner yet"), "{message}");
}

/// Without a learning rate the held-back loss stays what it is: a stage ends with the second checkpoint that brings nothing, and is done.
#[test]
fn a_stage_stops_where_its_held_back_loss_does() {
    let place = Place::new();
    let fields =
        "checkpoints = { every = 5, keep = 9 }\nmonitoring = { early_stopping = 2, sheet_every = 0 }\n";
    let stages = [stage("trunk", 40, "optimizer.learning_rate = 0.0"), stage("trunk", 5, "")].concat();
    let run = place.train("stalled", &format!("{fields}{stages}"));
    let steps = |stage: usize| checkpoint::steps(&run.stages[stage].path).unwrap();
    assert_eq!((steps(0), steps(1)), (vec![5, 10, 15], vec![5]));
    stages::train::<Autodiff<Flex>>(&run.config().unwrap(), true, &Default::default()).unwrap();
    assert_eq!(steps(0), [5, 10, 15], "a stage that stopped is not taken up again");
    let names = fs::read_dir(&run.stages[0].path).unwrap().map(|entry| entry.unwrap().file_name());
    let events = names.filter(|name| name.to_string_lossy().starts_with("events.out.tfevents."));
    assert_eq!(events.count(), 1);

    let mut config = place.config("paired", &format!("{fields}{}", stage("colorizer", 10, "")));
    config.losses.temporal = 0.0;
    let error = stages::train::<Autodiff<Flex>>(&config, false, &Default::default()).unwrap_err();
    assert!(format!("{error:#}").contains("holds nothing back"), "{error:#}");
}

/// Whole frames of unlike sizes, and every pixel's neighborhood, as the paper has them.
#[test]
fn whole_images_train() {
    let place = Place::new();
    let whole = |kind: &str, steps| stage(kind, steps, "").replace("crop = 32\n", "");
    let stages = [stage("flow", 1, ""), whole("colorizer", 20), whole("joint", 20)].concat();
    let run = place.train("whole", &stages.replace("side = 96", "side = 64"));
    assert!(figures(&run, "2-colorizer", "bilateral")[0] > 0.0);
    assert!(figures(&run, "3-joint", "refinement")[0] > 0.0);
}

/// A set that lacks what a stage needs is refused before the first step, with the command that mends it.
#[test]
fn an_unsuited_set_is_refused() {
    let place = Place::new();
    let message = |set: PathBuf, stages: &str| {
        let mut config = place.config("refused", stages);
        config.data = set;
        let error = stages::train::<Autodiff<Flex>>(&config, false, &Default::default()).unwrap_err();
        format!("{error:#}")
    };
    let flowless = prepare_data(place.data.path(), false);
    for kind in ["colorizer", "joint"] {
        let message = message(flowless.clone(), &stage(kind, 2, ""));
        assert!(message.contains("has no flows") && message.contains("trainer prepare"), "{message}");
    }
    let larger = message(place.set.clone(), &stage("colorizer", 2, "").replace("side = 96", "side = 128"));
    assert!(larger.contains("--side 128"), "{larger}");
    let missing = message(place.data.path().join("raw"), &stage("colorizer", 2, ""));
    assert!(missing.contains("is no prepared set"), "{missing}");
    assert!(!place.runs.path().join("refused").exists());
}
