//! Generated pictures and clips to train on.

use std::{fs, path::Path, process::Command};

use image::{Rgb, RgbImage};

/// A folder of data: eight photos, of which one is held back, and one clip.
pub fn write_data(data: &Path) {
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
    let arguments = ["-v", "error", "-f", "lavfi", "-i", picture, "-c:v", "mpeg4", "-q:v", "3"];
    assert!(Command::new("ffmpeg").args(arguments).arg(file).status().unwrap().success());
}
