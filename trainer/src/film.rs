//! A clip as a stream of planes, decoded and encoded by the `ffmpeg` and `ffprobe` commands.

use std::{
    io::{ErrorKind, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use chromaflow::color::{ChromaPlanes, LumaFrame, Matrix, Range};
use serde::Deserialize;

use crate::whole_file::{self, Staged};

/// What is known of a clip's video before it is decoded.
#[derive(Clone, Debug)]
pub struct Film {
    /// Pixels in a row, as the clip is shown (rotation applied).
    pub width: usize,
    /// Rows, as the clip is shown.
    pub height: usize,
    /// Frames a second, as ffmpeg writes a fraction.
    pub rate: String,
    /// Seconds.
    pub duration: f64,
    /// The matrix of its colours, guessed from the height where the clip does not say.
    pub matrix: Matrix,
    /// The range of its codes.
    pub range: Range,
}

#[derive(Deserialize)]
struct Probe {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    width: usize,
    height: usize,
    avg_frame_rate: String,
    color_space: Option<String>,
    color_range: Option<String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<i32>,
}

#[derive(Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

impl Film {
    /// Asks ffprobe about the first video track of a file.
    pub fn probe(path: &Path) -> Result<Self> {
        let output = Command::new("ffprobe")
            .args(["-v", "error", "-select_streams", "v:0", "-of", "json", "-show_format", "-show_streams"])
            .arg(path)
            .output()
            .context("running ffprobe (is ffmpeg installed?)")?;
        ensure!(
            output.status.success(),
            "{} is no clip: {}",
            path.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let probe: Probe = serde_json::from_slice(&output.stdout).context("reading ffprobe's answer")?;
        let stream = probe.streams.first().with_context(|| format!("{} has no video", path.display()))?;
        let duration = probe.format.duration.and_then(|seconds| seconds.parse().ok()).unwrap_or(0.0);
        Ok(stream.film(duration))
    }

    /// Decodes from `start` seconds on, at most `frames` frames where that is given.
    pub fn decode(&self, path: &Path, start: f64, frames: Option<usize>) -> Result<Decoder> {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-ss", &start.to_string(), "-i"]).arg(path);
        command.args([
            "-map",
            "0:v:0",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "gray",
            "-color_range",
            self.range_name(),
        ]);
        command.args(["-vf", "extractplanes=y"]);
        if let Some(frames) = frames {
            command.args(["-frames:v", &frames.to_string()]);
        }
        let mut child = command.arg("-").stdout(Stdio::piped()).spawn().context("running ffmpeg")?;
        let output = child.stdout.take().context("ffmpeg's output")?;
        Ok(Decoder { film: self.clone(), child, output })
    }

    /// Encodes frames of this film to `out`, with the sound of `original` copied. `out` is replaced when all is written, and not before.
    pub fn encode(&self, original: &Path, out: &Path) -> Result<Encoder> {
        let size = format!("{}x{}", self.width, self.height);
        let mut command = Command::new("ffmpeg");
        command.args([
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", &self.rate,
        ]);
        command.args(["-i", "-", "-i"]).arg(original).args(["-map", "0:v", "-map", "1:a?", "-c:a", "copy"]);
        command.args(["-colorspace", self.matrix_name(), "-color_range", self.range_name()]);
        match out.extension().and_then(|extension| extension.to_str()) {
            Some("webm") => command.args(["-c:v", "libvpx-vp9", "-crf", "20", "-b:v", "0", "-row-mt", "1"]),
            _ => command.args(["-c:v", "libx264", "-crf", "16", "-movflags", "+faststart"]),
        };
        let out = whole_file::beside(out);
        let mut child = command.arg(out.partial()).stdin(Stdio::piped()).spawn().context("running ffmpeg")?;
        let input = child.stdin.take().context("ffmpeg's input")?;
        Ok(Encoder { child, input, out })
    }

    /// Frames a second; 0 where the clip does not say.
    pub fn frames_a_second(&self) -> f64 {
        let (frames, seconds) = self.rate.split_once('/').unwrap_or((&self.rate, "1"));
        let rate = frames.parse::<f64>().unwrap_or(0.0) / seconds.parse().unwrap_or(1.0);
        if rate.is_finite() { rate } else { 0.0 }
    }

    fn matrix_name(&self) -> &'static str {
        match self.matrix {
            Matrix::Bt601 => "smpte170m",
            Matrix::Bt709 => "bt709",
            Matrix::Bt2020 => "bt2020nc",
        }
    }

    fn range_name(&self) -> &'static str {
        match self.range {
            Range::Limited => "tv",
            Range::Full => "pc",
        }
    }
}

impl Stream {
    fn film(&self, duration: f64) -> Film {
        let turned =
            self.side_data_list.iter().filter_map(|data| data.rotation).any(|angle| angle % 180 != 0);
        let (width, height) = if turned { (self.height, self.width) } else { (self.width, self.height) };
        let matrix = match self.color_space.as_deref() {
            Some("bt709") => Matrix::Bt709,
            Some("bt2020nc" | "bt2020c") => Matrix::Bt2020,
            Some("smpte170m" | "bt470bg") => Matrix::Bt601,
            _ if self.height < 720 => Matrix::Bt601,
            _ => Matrix::Bt709,
        };
        let range = if self.color_range.as_deref() == Some("pc") { Range::Full } else { Range::Limited };
        Film { width, height, rate: self.avg_frame_rate.clone(), duration, matrix, range }
    }
}

/// Luma frames, one by one.
pub struct Decoder {
    film: Film,
    child: Child,
    output: ChildStdout,
}

impl Decoder {
    /// The next frame; none at the end of the clip.
    pub fn next_frame(&mut self) -> Result<Option<LumaFrame>> {
        let Film { width, height, matrix, range, .. } = self.film;
        let mut luma = vec![0; width * height];
        match self.output.read_exact(&mut luma) {
            Ok(()) => Ok(Some(LumaFrame { width, height, luma, matrix, range })),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => self.end(),
            Err(error) => Err(error).context("reading ffmpeg's frames"),
        }
    }

    fn end(&mut self) -> Result<Option<LumaFrame>> {
        let status = self.child.wait()?;
        ensure!(status.success(), "ffmpeg could not decode the clip to its end");
        Ok(None)
    }
}

/// Writes finished frames.
pub struct Encoder {
    child: Child,
    input: ChildStdin,
    out: Staged,
}

impl Encoder {
    /// Appends a frame: its luma as it was decoded, and its new chroma.
    pub fn push(&mut self, luma: &[u8], chroma: &ChromaPlanes) -> Result<()> {
        for plane in [luma, &chroma.u, &chroma.v] {
            self.input.write_all(plane).context("ffmpeg stopped taking frames")?;
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> Result<()> {
        let Self { mut child, input, out } = self;
        drop(input);
        if !child.wait()?.success() {
            bail!("ffmpeg could not write the clip");
        }
        out.place()
    }
}
