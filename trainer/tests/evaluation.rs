//! `eval` on generated clips with untrained weights: what it measures, of what, and what it writes.

use std::{collections::BTreeMap, fs, path::Path};

use burn::{backend::Flex, module::Module, tensor::Tensor};
use chromaflow::{
    clip::{Link, Passage},
    model::preset::{NetworksConfig, Preset},
    pick::{PickRule, Standing},
    weights::{Manifest, WeightFile, WeightSet, sha256, to_half_precision},
};
use clap::Parser;
use image::{Rgb, RgbImage, imageops};
use serde_json::Value;
use tempfile::{TempDir, tempdir};
use trainer::{
    command::Command,
    evaluation::{footage::Footage, pick::Pick},
};

const FRAMES: usize = 6;
/// The frames that g refines.
const PICK: &str = "pick (likelihood)";
const METHODS: [&str; 12] = [
    "grey",
    "tint",
    "candidate 1",
    "candidate 2",
    "candidate 3",
    "candidate 4",
    "pick (likelihood)",
    "pick (saturation)",
    "pick (first)",
    "best",
    "refined",
    "truth",
];

/// A warm disc that moves over blue and green.
fn frame(time: u32) -> RgbImage {
    RgbImage::from_fn(64, 48, |x, y| {
        let shade = ((x * 3 + y * 5) % 40) as u8;
        match (x.abs_diff(20 + 2 * time).pow(2) + y.abs_diff(24).pow(2), y < 20) {
            (0..150, _) => Rgb([200, 140 - shade, 90]),
            (_, true) => Rgb([100, 150, 200 + shade]),
            (_, false) => Rgb([60, 110 + shade, 40]),
        }
    })
}

fn grey(frame: &RgbImage) -> RgbImage {
    let mut grey = frame.clone();
    for Rgb([red, green, blue]) in grey.pixels_mut() {
        let luma = 0.299 * f32::from(*red) + 0.587 * f32::from(*green) + 0.114 * f32::from(*blue);
        [*red, *green, *blue] = [luma.round() as u8; 3];
    }
    grey
}

fn write_clip(folder: &Path, change: impl Fn(&RgbImage) -> RgbImage) {
    fs::create_dir_all(folder).unwrap();
    for time in 0..FRAMES as u32 {
        change(&frame(time)).save(folder.join(format!("{time:03}.png"))).unwrap();
    }
}

/// Networks of these sizes without training, as the set `tiny` with its manifest.
fn write_weights(folder: &Path, config: NetworksConfig) {
    fn file<M: Module<Flex>>(folder: &Path, name: &str, network: &M) -> WeightFile {
        let bytes = to_half_precision(network).unwrap();
        fs::write(folder.join(name), &bytes).unwrap();
        WeightFile {
            name: name.into(),
            bytes: bytes.len() as u64,
            sha256: sha256(&bytes),
            dtype: "f16".into(),
            parameters: network.num_params(),
            command: String::new(),
            commit: String::new(),
        }
    }
    let networks = config.init::<Flex>(&Default::default());
    let set = WeightSet {
        trunk: file(folder, "trunk.bpk", &networks.trunk),
        colorizer: file(folder, "colorizer.bpk", &networks.colorizer),
        flow: file(folder, "flow.bpk", &networks.flow),
        refiner: file(folder, "refiner.bpk", &networks.refiner),
        config,
        figures: Value::Null,
    };
    let manifest = Manifest { presets: BTreeMap::from([("tiny".to_owned(), set)]) };
    fs::write(folder.join("manifest.json"), serde_json::to_string(&manifest).unwrap()).unwrap();
}

/// A folder with weights and a clip, `moving`.
fn workplace() -> TempDir {
    let folder = tempdir().unwrap();
    write_weights(folder.path(), Preset::Tiny.config());
    write_clip(&folder.path().join("moving"), RgbImage::clone);
    folder
}

/// Runs `eval` in a folder made by [`workplace`]; gives what it wrote as JSON.
fn eval(folder: &Path, arguments: &[&str]) -> anyhow::Result<Value> {
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let named = |argument: &&str| argument.strip_prefix('@').map_or_else(|| (*argument).to_owned(), at);
    let (weights, json) = (at(""), at("figures.json"));
    let fixed =
        ["trainer", "eval", "--preset", "tiny", "--size", "48", "--weights", &weights, "--json", &json];
    let arguments = fixed.iter().map(|&argument| argument.to_owned()).chain(arguments.iter().map(named));
    Command::try_parse_from(arguments)?.run()?;
    Ok(serde_json::from_str(&fs::read_to_string(json)?)?)
}

fn method<'a>(clip: &'a Value, name: &str) -> &'a Value {
    let methods = clip["methods"].as_array().unwrap();
    methods.iter().find(|method| method["method"] == name).unwrap()
}

/// A method's figures without its name.
fn figures(clip: &Value, name: &str) -> Value {
    let mut figures = method(clip, name).clone();
    figures.as_object_mut().unwrap().remove("method");
    figures
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_held_back_list_is_measured() {
    let folder = workplace();
    let at = |name: &str| folder.path().join(name);
    for name in ["data/photos-open", "data/photos-research", "data/clips-research"] {
        fs::create_dir_all(at(name)).unwrap();
    }
    write_clip(&at("data/clips-open/moving"), RgbImage::clone);
    frame(0).save(at("data/photos-open/held.png")).unwrap();
    frame(1).save(at("data/photos-open/trained-on.png")).unwrap();
    fs::write(at("data/validation.txt"), "photos-open/held.png\nclips-open/moving\n").unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/metrics");
    let [backbone, linear] =
        ["alexnet.pth", "alexnet-linear.pth"].map(|name| fixtures.join(name).to_string_lossy().into_owned());
    let report = eval(
        folder.path(),
        &[
            "--data",
            "@data",
            "--pairs",
            "1",
            "--backbone",
            &backbone,
            "--linear",
            &linear,
            "--markdown",
            "@figures.md",
            "--sheets",
            "@sheets",
        ],
    )
    .unwrap();

    assert!(number(&report["flow"]["zero_flow"]) > 0.0 && number(&report["flow"]["endpoint_error"]) > 0.0);
    assert_eq!(report["photos"]["each"].as_array().unwrap().len(), 1);
    assert_eq!(report["photos"]["each"][0]["name"], "held");
    let clip = &report["clips"]["each"][0];
    let names: Vec<_> = clip["methods"].as_array().unwrap().iter().map(|row| &row["method"]).collect();
    assert_eq!(names, METHODS);
    assert!(method(clip, "grey")["lpips"].as_f64().is_some_and(|distance| distance > 0.0));
    let sheet = image::open(at("sheets/moving.png")).unwrap();
    // A row of titles, then four frames.
    assert_eq!([sheet.width(), sheet.height()], [8 * (64 + 2), 12 + 4 * (48 + 2)]);
    let dark = sheet.to_luma8().enumerate_pixels().filter(|(_, y, shade)| *y < 12 && shade.0[0] == 0).count();
    assert!(dark > 100, "titles of {dark} pixels");
    assert_eq!(image::open(at("sheets/photos.png")).unwrap().height(), 12 + 48 + 2);
    let markdown = fs::read_to_string(at("figures.md")).unwrap();
    let widths: Vec<_> = markdown.lines().filter(|line| line.starts_with("| ")).map(str::len).collect();
    // The photos' figures, the clip's and the clips'; twice right by hue, which the truth has not; twice the flows: none, ours and the published one.
    assert_eq!(widths.len(), 3 * (METHODS.len() + 1) + 2 * METHODS.len() + 2 * 4, "{markdown}");
    assert!(markdown.contains("## moving, 6 frames: candidate"), "{markdown}");
    assert!(markdown.contains("is picked by likelihood"), "{markdown}");
}

#[test]
fn the_pick_is_a_candidate_and_the_best_has_the_highest_psnr() {
    let folder = workplace();
    let report = eval(folder.path(), &["@moving"]).unwrap();
    let clip = &report["clips"]["each"][0];
    let picked = &clip["picked"][0]["candidates"];
    assert_eq!(picked.as_array().unwrap().len(), 1, "one shot");
    for (name, index) in [(PICK, &picked[0]), ("best", &clip["best"])] {
        assert_eq!(figures(clip, name), figures(clip, &format!("candidate {index}")));
    }
    let psnr = |name: &str| number(&method(clip, name)["psnr"]);
    assert_eq!((1..5).map(|n| psnr(&format!("candidate {n}"))).fold(0.0, f64::max), psnr("best"));
    // Means of differences, and a difference of means.
    assert!((number(&method(clip, PICK)["psnr_over_grey"]) - (psnr(PICK) - psnr("grey"))).abs() < 1e-9);
    assert_ne!(figures(clip, "refined"), figures(clip, PICK));
    assert!(number(&method(clip, "grey")["colourfulness"]) < 0.01);
    assert!(number(&method(clip, "truth")["colourfulness"]) > 10.0);
    assert!(method(clip, "truth")["psnr"].is_null() && method(clip, "truth")["cdc"].is_number());
    assert!(method(clip, "grey")["lpips"].is_null());
    let unrefined = eval(folder.path(), &["@moving", "--passes", "0"]).unwrap();
    let clip = &unrefined["clips"]["each"][0];
    assert_eq!(figures(clip, "refined"), figures(clip, PICK));
    assert_eq!(unrefined["clips"]["refinement"]["colorfulness_kept"], 1.0);
}

/// The disc is orange, what lies behind it blue and green.
#[test]
fn the_tint_is_right_by_hue_in_its_own_sectors_alone() {
    let folder = workplace();
    let report = eval(folder.path(), &["@moving"]).unwrap();
    let hue = |name: &str| method(&report["clips"]["each"][0], name)["hue"].clone();
    let tint = hue("tint");
    for sector in tint["sectors"].as_array().unwrap() {
        match sector["sector"].as_str().unwrap() {
            "orange" => assert_eq!(sector["right"], 1.0),
            "green" | "blue" => assert_eq!(sector["right"], 0.0),
            _ => assert_eq!([&sector["pixels"], &sector["right"]], [&Value::from(0), &Value::Null]),
        }
    }
    assert!((number(&tint["right"]) - 1.0 / 3.0).abs() < 1e-9, "{tint}");
    assert!(number(&tint["wrong"]) > 0.5, "{tint}");
    assert_eq!(number(&hue("grey")["right"]), 0.0);
    assert!(hue("truth").is_null());
}

/// The larger clip weighs as much as it has pixels.
#[test]
fn pixels_of_the_right_hue_are_counted_over_all_clips_together() {
    let folder = workplace();
    let at = |name: &str| folder.path().join(name);
    write_clip(&at("small"), |frame| imageops::thumbnail(frame, 44, 33));
    write_clip(&at("predicted/moving"), RgbImage::clone);
    write_clip(&at("predicted/small"), |frame| grey(&imageops::thumbnail(frame, 44, 33)));
    let report = eval(folder.path(), &["@moving", "@small", "--predictions", "@predicted"]).unwrap();
    let hue = |clip: &Value| method(clip, "prediction")["hue"].clone();
    let all = serde_json::json!({ "methods": report["clips"]["mean"] });
    let [moving, small] = [0, 1].map(|index| hue(&report["clips"]["each"][index]));
    assert_eq!([number(&moving["right"]), number(&small["right"])], [1.0, 0.0]);
    for index in 0..6 {
        let sector = |hue: &Value| hue["sectors"][index].clone();
        let [all, moving, small] = [sector(&hue(&all)), sector(&moving), sector(&small)];
        let pixels = |sector: &Value| sector["pixels"].as_u64().unwrap();
        assert_eq!(pixels(&all), pixels(&moving) + pixels(&small));
        if pixels(&all) > 0 {
            assert_eq!(number(&all["right"]), pixels(&moving) as f64 / pixels(&all) as f64);
        }
    }
}

/// Two sets of weights are measured along one motion, and each refines along its own.
#[test]
fn warping_errors_are_measured_along_the_flow_that_is_named() {
    let folder = workplace();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    write_weights(&other, Preset::Tiny.config());
    let [alone, named] =
        [vec!["@moving"], vec!["@moving", "--flow", "@other"]].map(|a| eval(folder.path(), &a).unwrap());
    let measuring = [&alone, &named].map(|report| report["measuring_flow"].as_str().unwrap().to_owned());
    let [published, theirs] = &measuring;
    assert!(
        published.contains("weights/lite/flow.bpk (") && theirs.contains("other"),
        "{published}, {theirs}"
    );
    let rows = |report: &Value| -> Vec<String> {
        let flows = report["clips"]["flows"].as_array().unwrap();
        flows.iter().map(|row| row["flow"].as_str().unwrap().to_owned()).collect()
    };
    let own = &rows(&alone)[1];
    assert!(own.contains("flow.bpk (") && !measuring.contains(own), "{own}");
    assert_eq!(rows(&alone), ["none", own, published]);
    assert_eq!(rows(&named), ["none", own, theirs]);
    for (row, visible) in named["clips"]["flows"].as_array().unwrap().iter().zip([false, true, true]) {
        assert!(number(&row["grey_difference"]) > 0.0);
        assert_eq!(
            row["visible"].as_f64().is_some_and(|share| (0.0..=1.0).contains(&share)),
            visible,
            "{row}"
        );
    }
    let clip = |report: &Value| report["clips"]["each"][0].clone();
    assert_eq!(method(&clip(&alone), "refined")["psnr"], method(&clip(&named), "refined")["psnr"]);
    let by_other =
        eval(&other, &[&folder.path().join("moving").to_string_lossy(), "--flow", &other.to_string_lossy()])
            .unwrap();
    for figure in ["warping_error", "chroma_warping_error"] {
        let truth = |report: &Value| method(&clip(report), "truth")[figure].clone();
        assert_eq!(truth(&named), truth(&by_other), "{figure}");
    }
}

/// g's motion stands still, the measured one goes there and not back: then no pixel is seen in both frames.
#[test]
fn the_motion_that_is_measured_along_need_not_be_that_of_g() {
    let still = |frame: &RgbImage| Footage::<Flex>::still(frame, &Default::default());
    let link = |shift: f32| {
        let plane = |channels: usize, value| Tensor::full([1, channels, 48, 64], value, &Default::default());
        let flow = plane(2, shift);
        let passage = Passage { flow, visible: plane(1, 1.0), grey_confidence: plane(1, 1.0) };
        vec![None, Some(Link { to_previous: passage.clone(), to_next: passage })]
    };
    let (first, second) = (still(&frame(0)), still(&frame(1)));
    let join = |a: Vec<Tensor<Flex, 4>>, b: Vec<Tensor<Flex, 4>>| a.into_iter().chain(b).collect();
    let (truth, grey) = (join(first.truth, second.truth), join(first.grey, second.grey));
    let mut footage = Footage { truth, grey, links: link(0.0), measuring: None };
    let of_truth = |footage: &Footage<Flex>| {
        let figures = footage.measure_alone(&footage.truth);
        [figures.warping_error, figures.chroma_warping_error].map(|error| error.is_some())
    };
    assert_eq!(of_truth(&footage), [true, true]);
    footage.measuring = Some(link(9.0));
    assert_eq!(of_truth(&footage), [false, false]);
}

#[test]
fn a_rule_picks_once_a_shot() {
    let device = Default::default();
    let flow = Preset::Tiny.config().flow.init::<Flex>(&device);
    let frames = [frame(0), frame(1), imageops::rotate180(&frame(0))];
    let footage = Footage::new(&frames, &flow, &device);
    assert_eq!(footage.shots(), [0..2, 2..3]);
    // Candidate n of frame t is painted with n + t / 10; the second shot's second candidate is the more saturated one.
    let candidate = |n: usize, t: usize| Tensor::full([1, 3, 48, 64], n as f32 + 0.1 * t as f32, &device);
    let candidates = [0, 1, 2].map(|t| Tensor::cat(vec![candidate(0, t), candidate(1, t)], 0));
    let standing = |saturation: f32| Standing { log_likelihood: -saturation, saturation };
    let standings = [[0.5, 0.1], [0.2, 0.4], [0.1, 0.3]].map(|frame| frame.map(standing).to_vec());
    let [likely, saturated] = [PickRule::Likelihood, PickRule::Saturation]
        .map(|rule| Pick::new(rule, &footage, &candidates, &standings));
    assert_eq!((saturated.row().as_str(), saturated.only()), ("pick (saturation)", None));
    assert_eq!([likely.shots, saturated.shots], [[1, 0], [0, 1]]);
    let painted: Vec<f32> = saturated.frames.iter().map(|frame| frame.clone().min().into_scalar()).collect();
    assert_eq!(painted, [0.0, 0.1, 1.2]);
}

#[test]
fn worn_film_is_measured_against_its_own_truth() {
    let folder = workplace();
    let measured = |arguments: &[&str]| eval(folder.path(), arguments).unwrap();
    let (new, worn) = (measured(&["@moving"]), measured(&["@moving", "--worn"]));
    assert_eq!([&new["worn"], &worn["worn"]], [false, true]);
    let truth = |report: &Value| figures(&report["clips"]["each"][0], "truth");
    assert_ne!(truth(&new)["warping_error"], truth(&worn)["warping_error"], "grain is new in each frame");
    let close = number(&truth(&worn)["colourfulness"]) / number(&truth(&new)["colourfulness"]);
    assert!((0.8..1.25).contains(&close), "chroma stays, up to gamut and tones: {close}");
    assert_eq!(worn, measured(&["@moving", "--worn"]), "the same film each time");
    assert!(eval(folder.path(), &["@moving", "--worn", "--predictions", "@"]).is_err());
}

#[test]
fn predictions_are_measured_by_the_same_code() {
    let folder = workplace();
    let at = |name: &str| folder.path().join(name);
    write_clip(&at("grey/moving"), grey);
    let report = eval(folder.path(), &["@moving", "--predictions", "@grey"]).unwrap();
    let clip = &report["clips"]["each"][0];
    // The frames of a file are rounded to 8 bits, the grey input is not.
    for (figure, tolerance) in [("psnr", 0.02), ("ssim", 1e-3), ("colourfulness", 0.01), ("cdc", 1e-9)] {
        let [ours, theirs] = ["grey", "prediction"].map(|name| number(&method(clip, name)[figure]));
        assert!((ours - theirs).abs() < tolerance, "{figure}: {ours}, {theirs}");
    }
    write_clip(&at("perfect/moving"), RgbImage::clone);
    let report = eval(folder.path(), &["@moving", "--predictions", "@perfect"]).unwrap();
    let clip = &report["clips"]["each"][0];
    assert!((number(&method(clip, "prediction")["ssim"]) - 1.0).abs() < 1e-6);
    for figure in ["colourfulness", "cdc", "warping_error"] {
        assert_eq!(method(clip, "prediction")[figure], method(clip, "truth")[figure]);
    }
}

#[test]
fn clips_that_can_not_be_measured_are_named() {
    let folder = workplace();
    let at = |name: &str| folder.path().join(name);
    write_clip(&at("cut/moving"), RgbImage::clone);
    fs::remove_file(at("cut/moving/003.png")).unwrap();
    assert!(eval(folder.path(), &["@moving", "--predictions", "@cut"]).is_err());
    let report: Value = serde_json::from_str(&fs::read_to_string(at("figures.json")).unwrap()).unwrap();
    assert!(
        report["left_out"][0].as_str().unwrap().contains("6 frames of 64x48, its prediction 5 frames"),
        "{report}"
    );

    write_clip(&at("small"), |frame| imageops::thumbnail(frame, 40, 30));
    fs::create_dir(at("empty")).unwrap();
    fs::write(at("text.mp4"), "no clip").unwrap();
    let report = eval(folder.path(), &["@moving", "@small", "@empty", "@text.mp4"]).unwrap();
    assert_eq!(report["clips"]["each"].as_array().unwrap().len(), 1);
    for (reason, name) in report["left_out"].as_array().unwrap().iter().zip(["small", "empty", "text.mp4"]) {
        assert!(reason.as_str().unwrap().contains(name), "{reason}");
    }
    assert!(eval(folder.path(), &["@moving", "@grey/moving"]).is_err(), "two clips of one name");
    assert!(eval(folder.path(), &["@moving", "--backbone", "alexnet.pth"]).is_err(), "no linear layers");
}

#[test]
fn nothing_is_compared_across_a_cut() {
    let frames = [frame(0), imageops::rotate180(&frame(0))];
    let flow = Preset::Tiny.config().flow.init::<Flex>(&Default::default());
    let cut = Footage::new(&frames, &flow, &Default::default());
    assert!(cut.links.iter().all(Option::is_none));
    assert_eq!(cut.measure_alone(&cut.truth).warping_error, None);
    let shot = Footage::new(&[frame(0), frame(1)], &flow, &Default::default());
    assert!(shot.links[0].is_none() && shot.links[1].is_some());
}

/// The variant without diversity has one candidate only.
#[test]
fn an_ablation_sets_the_whole_method_beside_its_variants() {
    let folder = workplace();
    let variant = folder.path().join("one-candidate");
    fs::create_dir(&variant).unwrap();
    let mut config = Preset::Tiny.config();
    config.colorizer.candidates = 1;
    write_weights(&variant, config);
    let ours = eval(folder.path(), &["@moving"]).unwrap();
    let named = |name: &str, folder: &Path| format!("{name}={}", folder.display());
    let (full, one) = (named("full", folder.path()), named("no-diversity", &variant));
    let arguments = ["@moving", "--ablation", &full, "--ablation", &one, "--markdown", "@figures.md"];
    let report = eval(folder.path(), &arguments).unwrap();

    let (ours, clip) = (&ours["clips"]["each"][0], &report["clips"]["each"][0]);
    let names: Vec<_> = clip["methods"].as_array().unwrap().iter().map(|row| &row["method"]).collect();
    assert_eq!(names, ["grey", "full", "no-refinement", "no-diversity", "truth"]);
    for (row, same) in [("full", "refined"), ("no-refinement", PICK), ("grey", "grey"), ("truth", "truth")] {
        assert_eq!(figures(clip, row), figures(ours, same));
    }
    assert_ne!(figures(clip, "no-diversity"), figures(clip, "full"));

    let preference = &report["preference"];
    assert_eq!(preference["full"], "full");
    let minus = preference["minus"].as_array().unwrap();
    assert_eq!(minus.len(), 2);
    for row in minus {
        let variant = method(clip, row["method"].as_str().unwrap());
        for figure in ["psnr", "ssim", "colourfulness", "cdc", "warping_error"] {
            let [whole, part] = [method(clip, "full"), variant].map(|of| of[figure].as_f64());
            // An untrained flow may leave no pixel that is seen in both frames: then nothing is warped, in any row.
            let difference = whole.zip(part).map(|(whole, part)| whole - part);
            assert!(difference.is_some() || figure == "warping_error", "{figure} of {row}");
            let stated = row[figure].as_f64();
            assert_eq!(stated.is_some(), difference.is_some(), "{figure} of {row}");
            assert!(stated.zip(difference).is_none_or(|(a, b)| (a - b).abs() < 1e-12), "{figure} of {row}");
        }
    }
    let markdown = fs::read_to_string(folder.path().join("figures.md")).unwrap();
    assert!(markdown.contains("## full minus each variant"), "{markdown}");

    let twice = ["@moving", "--ablation", &full, "--ablation", &full];
    assert!(eval(folder.path(), &twice).unwrap_err().to_string().contains("of this name"));
    for wrong in ["full", "=runs"] {
        assert!(eval(folder.path(), &["@moving", "--ablation", wrong]).is_err());
    }
}
