//! Generated pictures and clips to train on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use burn::backend::Flex;
use chromaflow::model::preset::Preset;
use image::{Rgb, RgbImage};
use trainer::{
    data::prepared::record::{FORMAT, Parameters, SetParameters},
    prepare::{
        Folders, Request,
        flows::{FindMotion, NetworkMotion},
        prepare,
    },
};

/// A prepared set of eight photos, of which one is held back, and one clip; with the flows of an untrained network or without.
pub fn prepare_data(folder: &Path, flows: bool) -> PathBuf {
    let (raw, out) = (folder.join("raw"), folder.join(if flows { "set" } else { "flowless" }));
    write_data(&raw);
    let network = || Preset::Tiny.config().flow.init::<Flex>(&Default::default());
    let finder = flows.then(|| NetworkMotion::new(network(), Default::default()));
    let item = Parameters { format: FORMAT, side: 96, every: 1, frames: None };
    let request = Request {
        inputs: vec![raw],
        folders: Folders::Photos,
        out: out.clone(),
        parameters: SetParameters { item, limit_photos: None, limit_clips: None, seed: 1 },
        shards: None,
    };
    prepare(&request, finder.as_ref().map(|finder| finder as &dyn FindMotion)).unwrap();
    out
}

fn write_data(data: &Path) {
    for folder in ["photos-open", "photos-research", "clips-open", "clips-research"] {
        fs::create_dir_all(data.join(folder)).unwrap();
    }
    for index in 0..8 {
        photo(index).save(data.join(format!("photos-open/{index}.jpg"))).unwrap();
    }
    fs::write(data.join("validation.txt"), "photos-open/7.jpg\n").unwrap();
    write_clip(&data.join("clips-open/moving.mp4"));
}

/// Blue above, green below, and a warm disc, differently placed.
fn photo(index: u32) -> RgbImage {
    let horizon = 30 + 5 * index;
    RgbImage::from_fn(96, 96, |x, y| {
        let shade = (x * 3 + y * 5) % 40;
        match (x.abs_diff(48 + index).pow(2) + y.abs_diff(60).pow(2), y < horizon) {
            (0..200, _) => Rgb([200, 140 - shade as u8, 90]),
            (_, true) => Rgb([100, 150, 200 + shade as u8]),
            (_, false) => Rgb([60, 110 + shade as u8, 40]),
        }
    })
}

/// Ten frames of ffmpeg's moving test picture.
fn write_clip(file: &Path) {
    let picture = "testsrc2=size=128x96:rate=10:duration=1";
    let arguments = ["-v", "error", "-y", "-f", "lavfi", "-i", picture, "-c:v", "mpeg4", "-q:v", "3"];
    assert!(Command::new("ffmpeg").args(arguments).arg(file).status().unwrap().success());
}
