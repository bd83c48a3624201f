//! Hints on real clips by the published networks: places are followed, and their colors are kept to.

use std::{fs, path::Path, process::Command};

use anyhow::Result;
use burn::backend::Flex;
use chromaflow::{
    clip::{Photograph, Place, Tracker, hints_from},
    color::{LumaFrame, Matrix, Range},
    model::flow::FlowNet,
};
use pollster::block_on;
use tempfile::tempdir;
use trainer::{
    evaluation::flows::NamedFlow,
    film::Film,
    hints::{file, follow::follow},
    networks::published,
};

const SIDE: usize = 96;

fn flow() -> FlowNet<Flex> {
    NamedFlow::published(&Default::default()).unwrap().expect("the published weights").network
}

/// A textured square of 24 pixels on another texture; `None` where a plain wall hides it.
fn frame(square: Option<(f32, f32)>) -> LumaFrame {
    let texture = |x: f32, y: f32| (0.9 * x).sin() * (0.7 * y + 0.3 * x).cos();
    let code = |index: usize| {
        let (x, y) = ((index % SIDE) as f32, (index / SIDE) as f32);
        let ground = 90.0 + 25.0 * texture(0.5 * x, 0.5 * y);
        let on = square
            .filter(|(left, top)| (0.0..24.0).contains(&(x - left)) && (0.0..24.0).contains(&(y - top)));
        let shown = on.map_or(ground, |(left, top)| 170.0 + 40.0 * texture(x - left, y - top));
        if square.is_none() && (20.0..80.0).contains(&x) { 40.0 } else { shown }
    };
    let luma = (0..SIDE * SIDE).map(|index| code(index) as u8).collect();
    LumaFrame { width: SIDE, height: SIDE, luma, matrix: Matrix::Bt601, range: Range::Full }
}

/// The square goes right by 2 pixels a frame, is hidden for two frames, and is back where it stood.
#[test]
fn a_place_goes_with_what_moves_there_and_comes_back_with_it() {
    let flow = flow();
    let left = |index: usize| 20.0 + 2.0 * index.min(6) as f32;
    let hidden = |index: usize| (7..9).contains(&index);
    let mut tracker = Tracker::<Flex>::default();
    let share = |pixel: f32| (pixel + 0.5) / SIDE as f32;
    for index in 0..12 {
        let shown = frame((!hidden(index)).then(|| (left(index), 40.0)));
        let fresh =
            [Place { id: 3, x: share(32.0), y: share(52.0) }, Place { id: 5, x: share(8.0), y: share(10.0) }];
        let fresh = if index == 0 { &fresh[..] } else { &[] };
        let tracked = block_on(tracker.track(&shown, fresh, &flow, &Default::default())).unwrap();
        let [moving, still] = tracked[..] else { panic!("{tracked:?}") };
        assert_eq!((moving.id, still.id), (3, 5));
        assert_eq!((moving.visible, still.visible), (!hidden(index), true), "frame {index}");
        let apart = |place: f32, pixel: f32| (place - share(pixel)).abs() * SIDE as f32;
        if moving.visible {
            assert!(
                apart(moving.x, left(index) + 12.0) < 1.5 && apart(moving.y, 52.0) < 1.5,
                "frame {index}: {moving:?}"
            );
        }
        assert!(apart(still.x, 8.0) < 1.0 && apart(still.y, 10.0) < 1.0, "frame {index}: {still:?}");
    }
}

/// RGB of one frame of a file or of a source of ffmpeg's.
fn picture(input: &[&str], frame: usize) -> Photograph {
    let select = format!("select=eq(n\\,{frame}),scale=192:-2");
    let output = ["-vf", &select, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
    let read = Command::new("ffmpeg").args(["-v", "error"]).args(input).args(output).output().unwrap();
    let (width, height) = (192, read.stdout.len() / 3 / 192);
    Photograph { width, height, rgb: read.stdout }
}

fn grey(picture: &Photograph) -> LumaFrame {
    let of = |pixel: &[u8]| {
        (0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])) as u8
    };
    let luma = picture.rgb.chunks_exact(3).map(of).collect();
    LumaFrame {
        width: picture.width,
        height: picture.height,
        luma,
        matrix: Matrix::Bt601,
        range: Range::Full,
    }
}

/// Two frames of the film on the start page, a second apart, and a picture that has nothing to do with it.
#[test]
fn a_photograph_of_the_same_scene_gives_its_colors_and_another_one_none() {
    let networks =
        published::load::<Flex>(&published::default_folder(), "lite", &Default::default()).unwrap();
    let film = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/public/samples/trucks-colored.mp4");
    let (before, after) = (picture(&["-i", film], 0), picture(&["-i", film], 24));
    let hints = |photograph: &Photograph| {
        block_on(hints_from(&networks.trunk, photograph, &grey(&after), 96, &Default::default())).unwrap()
    };
    let found = hints(&before);
    assert!(found.len() >= 10, "{} hints", found.len());
    let apart = found.iter().map(|hint| {
        let pixel =
            (hint.y * after.height as f32) as usize * after.width + (hint.x * after.width as f32) as usize;
        let rgb = [0, 1, 2].map(|channel| f32::from(after.rgb[3 * pixel + channel]) / 255.0);
        let [blue, red] = Matrix::Bt601.chroma(rgb);
        (hint.color[0] - blue).hypot(hint.color[1] - red)
    });
    let apart = apart.sum::<f32>() / found.len() as f32;
    assert!(apart < 0.03, "chromas are {apart} apart");
    let other = hints(&picture(&["-f", "lavfi", "-i", "mandelbrot=s=192x144"], 0));
    assert!(
        other.len() * 5 < found.len(),
        "{} hints from another picture, {} from the same",
        other.len(),
        found.len()
    );
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Result<std::process::Output> {
    Ok(Command::new(program).args(arguments).current_dir(folder).output()?)
}

/// A clip of two shots of 6 frames; the mark lies in the fourth frame of the first one.
fn clip(folder: &Path) {
    let source = "testsrc2=s=96x96:r=12:d=0.5,format=gray";
    let other = "mandelbrot=s=96x96:r=12:end_pts=6,trim=duration=0.5,format=gray";
    let joined = "[0][1]concat=n=2,format=yuv420p";
    let made = run(
        "ffmpeg",
        folder,
        &[
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            source,
            "-f",
            "lavfi",
            "-i",
            other,
            "-filter_complex",
            joined,
            "film.mp4",
        ],
    );
    assert!(made.unwrap().status.success());
}

fn hint_file(folder: &Path, places: &str) {
    let mark = format!("{{\"time\": 0.25, \"color\": [-0.1, 0.3], \"strength\": 1, \"places\": {places}}}");
    let text = format!("{{\"format\": \"chromaflow-hints\", \"version\": 1, \"marks\": [{mark}]}}");
    fs::write(folder.join("film.hints.json"), text).unwrap();
}

#[test]
fn a_mark_holds_through_its_shot_in_both_directions_and_not_beyond() {
    let folder = tempdir().unwrap();
    clip(folder.path());
    hint_file(folder.path(), "[{\"x\": 0.05, \"y\": 0.95, \"radius\": 0.02}]");
    let marks = file::read(&folder.path().join("film.hints.json")).unwrap();
    let path = folder.path().join("film.mp4");
    let hints = follow(&Film::probe(&path).unwrap(), &path, &marks, &flow(), &Default::default()).unwrap();
    let mut frames: Vec<_> = hints.iter().filter(|(_, hints)| !hints.is_empty()).collect();
    frames.sort_by_key(|(frame, _)| **frame);
    let distances: Vec<_> =
        frames.iter().map(|(frame, hints)| (**frame, hints.len(), hints[0].distance)).collect();
    assert_eq!(distances, [(0, 1, 3.0), (1, 1, 2.0), (2, 1, 1.0), (3, 1, 0.0), (4, 1, 1.0), (5, 1, 2.0)]);
}

#[test]
fn colorize_takes_the_pages_file_and_refuses_another() {
    let folder = tempdir().unwrap();
    clip(folder.path());
    let trainer = |out: &str, hints: &[&str]| {
        let arguments = ["colorize", "film.mp4", out, "--size", "48", "--passes", "1", "--candidate", "1"];
        run(env!("CARGO_BIN_EXE_trainer"), folder.path(), &[&arguments, hints].concat()).unwrap()
    };
    hint_file(folder.path(), "[{\"x\": 0.5, \"y\": 0.5, \"radius\": 0.4}]");
    assert!(trainer("plain.mp4", &[]).status.success());
    let hinted = trainer("hinted.mp4", &["--hints", "film.hints.json"]);
    assert!(hinted.status.success(), "{}", String::from_utf8_lossy(&hinted.stderr));
    let red = |name: &str, frame: usize| {
        let select = format!("select=eq(n\\,{frame}),extractplanes=v,crop=12:12");
        let read =
            run("ffmpeg", folder.path(), &["-v", "error", "-i", name, "-vf", &select, "-f", "rawvideo", "-"]);
        let codes = read.unwrap().stdout;
        codes.iter().map(|&code| f64::from(code)).sum::<f64>() / codes.len() as f64
    };
    let gain = |frame| red("hinted.mp4", frame) - red("plain.mp4", frame);
    assert!(gain(3) > 10.0, "the marked frame is redder by {}", gain(3));
    assert!(gain(9).abs() < 3.0, "the next shot is redder by {}", gain(9));
    for (places, words) in
        [("[{\"x\": 1.5, \"y\": 0.5, \"radius\": 0}]", "must lie in the frame"), ("3", "no file of hints")]
    {
        hint_file(folder.path(), places);
        let refused = trainer("refused.mp4", &["--hints", "film.hints.json"]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains(words), "{told}");
    }
}
