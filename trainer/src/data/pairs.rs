//! Neighbouring frames of the training clips.

use std::path::Path;

use anyhow::{Result, ensure};
use image::RgbImage;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use super::{
    clips,
    crop::{Crop, Window},
    photos::{GREY_SATURATION, mean_saturation},
    split::{CLIP_FOLDERS, Split},
};
use crate::config::Framing;

/// All frames, with a shorter side of `side` pixels, of the clips that are coloured and not held back.
pub fn training_clips(data: &Path, side: u32) -> Result<Vec<Vec<RgbImage>>> {
    let clips = clips::load(&Split::read(data, &CLIP_FOLDERS)?.training, side, 1);
    let coloured =
        |frames: &Vec<RgbImage>| frames.len() > 1 && mean_saturation(&frames[0]) >= GREY_SATURATION;
    let clips: Vec<_> = clips.into_iter().filter(coloured).collect();
    println!("{} clips to train on", clips.len());
    ensure!(!clips.is_empty(), "no coloured clips under {}", data.display());
    Ok(clips)
}

/// The same window of a frame s and of the frame t before or behind it.
pub fn neighbouring_crops(clips: &[Vec<RgbImage>], framing: &Framing, random: &mut StdRng) -> [Crop; 2] {
    let frames = clips.choose(random).expect("there are clips");
    let earlier = random.random_range(0..frames.len() - 1);
    let mut pair = [&frames[earlier], &frames[earlier + 1]];
    if random.random() {
        pair.reverse();
    }
    let window = Window::random(pair[0].dimensions(), framing, random);
    pair.map(|frame| window.cut(frame))
}
