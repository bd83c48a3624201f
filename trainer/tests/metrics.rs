//! The measures against what scikit-image, SciPy, NumPy and PyTorch compute in double precision
//! (tests/fixtures/metrics/make.py). Ours are in single precision: sums of some thousand terms, and for SSIM differences of
//! nearly equal numbers, are good for 1e-4 of the value.

use std::path::PathBuf;

use burn::{
    backend::Flex,
    tensor::{Tensor, TensorData},
};
use serde_json::Value;
use trainer::metric::{
    candidate_distance::candidate_distance,
    cdc::cdc,
    colourfulness::colourfulness,
    hue::HueCounts,
    lpips::Lpips,
    psnr::psnr,
    ssim::ssim,
    warping_error::{chroma_warping_error, warping_error},
};

const TOLERANCE: f64 = 1e-4;

const HEIGHT: usize = 40;
const WIDTH: usize = 56;

/// `[1, c, h, w]` with `value(channel, y, x)`.
fn planes(channels: usize, value: impl Fn(usize, usize, usize) -> f64) -> Tensor<Flex, 4> {
    let at = |index: usize| value(index / (HEIGHT * WIDTH), index / WIDTH % HEIGHT, index % WIDTH);
    let values: Vec<f32> = (0..channels * HEIGHT * WIDTH).map(|index| at(index) as f32).collect();
    Tensor::from_data(TensorData::new(values, [1, channels, HEIGHT, WIDTH]), &Default::default())
}

/// A wave that moves, of another length in each channel.
fn image(time: f64) -> Tensor<Flex, 4> {
    planes(3, |channel, y, x| {
        let (channel, y, x) = (channel as f64, y as f64, x as f64);
        let wave = ((0.31 + 0.07 * channel) * x + 0.23 * y - 0.4 * time + channel).sin();
        f64::from((0.5 + 0.4 * wave + 0.02 * time) as f32).clamp(0.0, 1.0)
    })
}

/// The same with a pattern on it that leaves the range in places.
fn noisy(time: f64) -> Tensor<Flex, 4> {
    let pattern = |channel, y, x| 0.15 * (1.7 * ((channel * HEIGHT + y) * WIDTH + x) as f64).sin();
    let clean: Vec<f64> = image(time).into_data().iter().collect();
    planes(3, |channel, y, x| clean[(channel * HEIGHT + y) * WIDTH + x] + pattern(channel, y, x))
}

/// Mostly a shift; in part of the frame the two directions disagree, in part the shift varies.
fn flow(sign: f64) -> Tensor<Flex, 4> {
    planes(2, |axis, y, x| {
        let torn = if sign < 0.0 && x > 40 { 1.9 } else { 0.0 };
        let wavy = if y > 25 { 0.5 * (0.83 * y as f64).sin() } else { 0.0 };
        if axis == 0 { sign * (2.3 + 0.4 * (0.11 * x as f64).sin()) + torn } else { sign * (0.7 + wavy) }
    })
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/metrics").join(name)
}

fn expected(name: &str) -> Value {
    let all: Value =
        serde_json::from_str(include_str!("../../tests/fixtures/metrics/expected.json")).unwrap();
    all[name].clone()
}

fn assert_expected(ours: f64, name: &str) {
    let expected = expected(name).as_f64().unwrap();
    println!("{name}: {ours} where {expected} is expected");
    assert!((ours - expected).abs() <= TOLERANCE * expected.abs(), "{name}: {ours} is not {expected}");
}

#[test]
fn psnr_ssim_and_colorfulness_are_those_of_the_references() {
    assert_expected(psnr(noisy(0.0), image(0.0))[0], "psnr");
    assert_expected(ssim(noisy(0.0), image(0.0))[0], "ssim");
    assert_expected(colourfulness(noisy(0.0))[0], "colourfulness");
}

#[test]
fn candidate_distance_is_that_of_the_reference() {
    let candidates = Tensor::cat((0..3).map(|time| noisy(f64::from(time))).collect(), 0);
    let distance = candidate_distance(candidates).unwrap();
    assert_expected(distance.mean, "candidate_distance");
    assert_expected(distance.nearest, "nearest_candidates");
    let same = candidate_distance(image(0.0).repeat_dim(0, 2)).unwrap();
    assert_eq!([same.mean, same.nearest], [0.0; 2]);
    assert_eq!(candidate_distance(image(0.0)), None);
}

/// Counts are whole numbers, and make.py sees to it that no pixel is so close to a threshold that single precision could move it
/// across: they are equal.
#[test]
fn right_by_hue_is_that_of_the_reference() {
    let faded = (noisy(4.0) - 0.5) * 0.15 + 0.5;
    let counts = HueCounts::of(faded.clone(), image(2.0));
    let ours: Vec<_> = counts.0.iter().map(|sector| [sector.pixels, sector.right, sector.wrong]).collect();
    assert_eq!(serde_json::to_value(ours).unwrap(), expected("right_by_hue"));

    // Two images add up pixel by pixel, and a sector without pixels is left out of the mean.
    let both = HueCounts::of(faded.repeat_dim(0, 2), image(2.0).repeat_dim(0, 2));
    assert_eq!(counts + counts, both);
    assert_eq!([both.right(), both.wrong()], [counts.right(), counts.wrong()]);
    let red = planes(3, |channel, _, _| if channel == 0 { 0.7 } else { 0.3 });
    assert_eq!(HueCounts::of(red.clone(), red.clone()).right(), Some(1.0));
    assert_eq!(HueCounts::of(1.0 - red.clone(), red.clone()).wrong(), Some(1.0));
    let grey = red.clone().mean_dim(1).repeat_dim(1, 3);
    assert_eq!(HueCounts::of(grey.clone(), red.clone()).wrong(), Some(0.0));
    assert_eq!(HueCounts::of(red, grey).right(), None);
}

#[test]
fn images_of_a_batch_are_measured_one_by_one() {
    let ours = Tensor::cat(vec![noisy(0.0), image(1.0), image(0.0)], 0);
    let truth = image(0.0).repeat_dim(0, 3);
    for metric in [psnr, ssim] {
        let all = metric(ours.clone(), truth.clone());
        let alone = [noisy(0.0), image(1.0), image(0.0)].map(|one| metric(one, image(0.0))[0]);
        assert!(all.iter().zip(alone).all(|(a, b)| a == &b || (a - b).abs() < 1e-5), "{all:?}, {alone:?}");
        assert!(all[0] < all[2] && all[1] < all[2], "{all:?}");
    }
}

#[test]
fn cdc_is_the_published_one() {
    let clip: Vec<_> = (0..7).map(|time| noisy(f64::from(time))).collect();
    assert_expected(cdc(&clip).unwrap(), "cdc");
    assert_eq!(cdc(&vec![image(0.0); 5]), Some(0.0));
    assert_eq!(cdc(&clip[..4]), None);
}

#[test]
fn warping_error_is_the_published_one() {
    let error = warping_error([noisy(0.0), noisy(1.0)], flow(1.0), flow(-1.0)).unwrap();
    assert_expected(error, "warping_error");
    let of_chroma = chroma_warping_error([noisy(0.0), noisy(1.0)], flow(1.0), flow(-1.0)).unwrap();
    assert_expected(of_chroma, "chroma_warping_error");
    let torn = planes(2, |_, _, _| 9.0); // there and not back
    assert_eq!(warping_error([noisy(0.0), noisy(1.0)], torn.clone(), torn), None);
}

#[test]
fn lpips_is_the_published_one_on_both_backbones() {
    for (name, ending) in [("alexnet", "pth"), ("vgg16", "safetensors")] {
        let [backbone, linear] = ["", "-linear"].map(|part| fixture(&format!("{name}{part}.{ending}")));
        let lpips = Lpips::<Flex>::read(&backbone, &linear, &Default::default()).unwrap();
        let distances =
            lpips.distances(Tensor::cat(vec![noisy(0.0), image(0.0)], 0), image(0.0).repeat_dim(0, 2));
        assert_expected(distances[0], &format!("lpips.{name}"));
        assert_eq!(distances[1], 0.0);
    }
}

#[test]
fn wrong_lpips_files_are_named() {
    let read = |backbone: &str, linear: &str| {
        let read = Lpips::<Flex>::read(&fixture(backbone), &fixture(linear), &Default::default());
        format!("{:#}", read.err().unwrap())
    };
    let [alexnet, linear] = ["alexnet.pth", "alexnet-linear.pth"];
    assert!(read("none.pth", linear).contains("none.pth"));
    assert!(read(linear, linear).contains("neither torchvision's AlexNet"));
    assert!(read(alexnet, alexnet).contains("lacks lin0.model.1.weight, lin1"));
    let unlike = read(alexnet, "vgg16-linear.safetensors");
    assert!(unlike.contains("lin0.model.1.weight is [1, 2, 1, 1], where the backbone has 4"), "{unlike}");
}
