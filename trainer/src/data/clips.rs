//! Frames of clips, decoded by the `ffmpeg` command.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use image::RgbImage;
use rayon::prelude::*;

/// Every `every`-th frame of a clip, scaled to a shorter side of `side` pixels.
pub fn frames(clip: &Path, side: u32, every: usize) -> Result<Vec<RgbImage>> {
    let filter = format!(
        "select=not(mod(n\\,{every})),scale='if(gt(iw,ih),-2,{side})':'if(gt(iw,ih),{side},-2)':flags=bicubic"
    );
    decode(clip, &["-vf", &filter])
}

/// The first frames of a clip at its own size: at most `count`, or all.
pub fn first_frames(clip: &Path, count: Option<usize>) -> Result<Vec<RgbImage>> {
    match count {
        Some(count) => decode(clip, &["-frames:v", &count.to_string()]),
        None => decode(clip, &[]),
    }
}

/// What ffmpeg makes of a clip's video with some more options.
fn decode(clip: &Path, options: &[&str]) -> Result<Vec<RgbImage>> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(clip)
        .args(options)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-threads", "1"])
        .args(["-f", "image2pipe", "-c:v", "ppm", "-"])
        .output()
        .context("running ffmpeg (is it installed?)")?;
    if !output.status.success() {
        bail!("decoding {}: {}", clip.display(), String::from_utf8_lossy(&output.stderr));
    }
    let mut rest = output.stdout.as_slice();
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let (frame, after) = read_ppm(rest).with_context(|| format!("frame of {}", clip.display()))?;
        frames.push(frame);
        rest = after;
    }
    Ok(frames)
}

/// The frames of many clips. Clips that can't be decoded are reported and left out.
pub fn load(clips: &[PathBuf], side: u32, every: usize) -> Vec<Vec<RgbImage>> {
    let decode =
        |clip: &PathBuf| frames(clip, side, every).inspect_err(|error| eprintln!("left out: {error:#}")).ok();
    clips.par_iter().filter_map(decode).collect()
}

/// One binary PPM image, as ffmpeg writes it, and the bytes behind it.
fn read_ppm(bytes: &[u8]) -> Result<(RgbImage, &[u8])> {
    let mut lines = bytes.splitn(4, |&byte| byte == b'\n');
    let mut line = || std::str::from_utf8(lines.next().unwrap_or_default()).context("PPM header");
    ensure!(line()? == "P6", "not a PPM image");
    let size = line()?.to_owned();
    ensure!(line()? == "255", "not an 8-bit PPM image");
    let (width, height) = size.split_once(' ').context("PPM size")?;
    let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
    let body = lines.next().unwrap_or_default();
    let length = 3 * width as usize * height as usize;
    ensure!(body.len() >= length, "PPM image cut short");
    let image = RgbImage::from_raw(width, height, body[..length].to_vec()).context("PPM body")?;
    Ok((image, &body[length..]))
}
