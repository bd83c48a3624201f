//! Frames of clips, decoded by the `ffmpeg` command.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result, bail, ensure};
use image::RgbImage;

/// A clip's frames, one by one: as many as are read are in memory.
pub struct Frames {
    clip: PathBuf,
    child: Child,
    output: BufReader<ChildStdout>,
    errors: Option<JoinHandle<String>>,
}

/// Every `every`-th frame of a clip, at most `count` of them where that is given, shrunk to a shorter side of at most
/// `side` pixels.
pub fn shrunk_frames(clip: &Path, side: u32, every: usize, count: Option<usize>) -> Result<Frames> {
    let filter = format!(
        "select=not(mod(n\\,{every})),\
         scale='if(gt(iw,ih),-2,min({side},iw))':'if(gt(iw,ih),min({side},ih),-2)':flags=bicubic"
    );
    decode(clip, &["-vf", &filter], count)
}

/// The first frames of a clip at its own size: at most `count`, or all.
pub fn first_frames(clip: &Path, count: Option<usize>) -> Result<Vec<RgbImage>> {
    decode(clip, &[], count)?.collect()
}

/// A clip's video, decoded by ffmpeg with some more options.
fn decode(clip: &Path, options: &[&str], count: Option<usize>) -> Result<Frames> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(clip).args(options);
    if let Some(count) = count {
        command.args(["-frames:v", &count.to_string()]);
    }
    command.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-threads", "1"]);
    command.args(["-f", "image2pipe", "-c:v", "ppm", "-"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("running ffmpeg (is it installed?)")?;
    let output = BufReader::new(child.stdout.take().context("ffmpeg's output")?);
    let mut errors = child.stderr.take().context("ffmpeg's messages")?;
    let collect = move || {
        let mut text = Vec::new();
        // Without its messages the exit status still tells.
        let _ = errors.read_to_end(&mut text);
        String::from_utf8_lossy(&text).trim().to_owned()
    };
    Ok(Frames { clip: clip.to_owned(), child, output, errors: Some(thread::spawn(collect)) })
}

impl Frames {
    fn read(&mut self) -> Result<Option<RgbImage>> {
        match read_ppm(&mut self.output)? {
            Some(frame) => Ok(Some(frame)),
            None => self.end(),
        }
    }

    /// ffmpeg closed its output: at the clip's end, or where it gave up.
    fn end(&mut self) -> Result<Option<RgbImage>> {
        let status = self.child.wait().context("waiting for ffmpeg")?;
        let messages = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        if !status.success() {
            bail!("{messages}");
        }
        if let Some(first) = messages.lines().next() {
            eprintln!(
                "{} is damaged or ends early, and was read as far as it goes: {first}",
                self.clip.display()
            );
        }
        Ok(None)
    }
}

impl Iterator for Frames {
    type Item = Result<RgbImage>;

    fn next(&mut self) -> Option<Self::Item> {
        let context = format!("decoding {}", self.clip.display());
        self.read().context(context).transpose()
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        // Of a clip that was read to its end the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next binary PPM image, as ffmpeg writes it; none at the end.
fn read_ppm(stream: &mut impl BufRead) -> Result<Option<RgbImage>> {
    let mut line = || -> Result<String> {
        let mut text = Vec::new();
        stream.read_until(b'\n', &mut text)?;
        Ok(String::from_utf8(text).context("PPM header")?.trim_end().to_owned())
    };
    let kind = line()?;
    if kind.is_empty() {
        return Ok(None);
    }
    ensure!(kind == "P6", "not a PPM image");
    let size = line()?;
    ensure!(line()? == "255", "not an 8-bit PPM image");
    let (width, height) = size.split_once(' ').context("PPM size")?;
    let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
    let mut body = vec![0; 3 * width as usize * height as usize];
    stream.read_exact(&mut body).context("PPM image cut short")?;
    Ok(Some(RgbImage::from_raw(width, height, body).context("PPM body")?))
}
