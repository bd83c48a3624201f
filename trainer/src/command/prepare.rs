//! `prepare`: photos and clips to a prepared set, which training reads.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use burn::backend::{Flex, Wgpu};
use chromaflow::kernel::Kernels;
use clap::Args;

use crate::{
    data::{
        prepared::record::{FORMAT, Parameters, SetParameters},
        sequence::SMALLEST,
    },
    device::Device,
    prepare::{
        Folders, Request,
        flows::{FindMotion, NetworkMotion},
        prepare,
        shards::ShardOptions,
    },
    run::flow_network,
};

/// Shown under the options.
const EXAMPLES: &str = "\
Inputs are searched with all that lies below them. An image (JPEG, PNG, WebP, TIFF, BMP, of a GIF the first picture) is a photo; a folder whose images are all named by evenly \
spaced numbers (00000.jpg, 00001.jpg, ...) is a clip, and so is a video file. Of DAVIS the frames of 480p are taken. \
Paths that a validation.txt at or above an input lists, one a line, are never trained on. Grey, tiny and unreadable \
sources are left out and named. A second call makes only what is missing, damaged or changed.

Examples:
  trainer prepare photos clips --out sets/256 --flow weights
  trainer prepare DAVIS --out sets/davis --frames 40 --flow runs/flow
  trainer prepare data --out sets/small --side 96 --limit-photos 500 --limit-clips 20 --frames 16";

/// Prepares photos and clips for training: frames at one size, and with --flow the flows and masks between the frames of
/// clips.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct PrepareCommand {
    /// Images, video files, and folders of either.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The set's folder.
    #[arg(long, value_name = "SET")]
    out: PathBuf,
    /// Shorter side in pixels that frames are shrunk to. Smaller ones stay as they are; below half of it they are left out.
    #[arg(long, default_value_t = 256)]
    side: u32,
    /// At most so many photos to train on, and a tenth as many of those that are held back.
    #[arg(long)]
    limit_photos: Option<usize>,
    /// At most so many clips to train on, and a tenth as many of those that are held back.
    #[arg(long)]
    limit_clips: Option<usize>,
    /// Of clips every so many frames one is taken.
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// Of each clip at most so many frames are taken, from its start.
    #[arg(long, value_parser = super::eval::frame_count)]
    frames: Option<usize>,
    /// Puts photos into tar shards of so many (1,000 if no number is given), as WebDataset has them, in place of a folder each.
    #[arg(long, value_name = "PHOTOS", num_args = 0..=1, default_missing_value = "1000", value_parser = count)]
    shards: Option<usize>,
    /// Makes one part of the shards, such as 3/16, so that many machines can share the work on one disk. The call that finds all others
    /// done finishes the set.
    #[arg(long, value_name = "K/N", value_parser = part, requires = "shards")]
    part: Option<[usize; 2]>,
    /// How folders of images are read.
    #[arg(long, value_enum, default_value_t = Folders::Auto)]
    folders: Folders,
    /// The flow network: a run's folder, or a folder of weights with its manifest.json. Without it no flows are found.
    #[arg(long)]
    flow: Option<PathBuf>,
    /// The set of weights in that folder.
    #[arg(long, default_value = "lite")]
    preset: String,
    /// The device that runs the flow network.
    #[arg(long, value_enum, default_value_t = Device::Flex)]
    device: Device,
    /// Seed of the choice under a limit.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl PrepareCommand {
    /// Prepares and prints what was done.
    pub fn run(self) -> Result<()> {
        ensure!(self.side >= SMALLEST, "--side {}: at least {SMALLEST} pixels can be trained on", self.side);
        ensure!(self.every > 0, "--every counts from 1");
        let finder = self.finder()?;
        print!("{}", prepare(&self.request(), finder.as_deref())?);
        Ok(())
    }

    fn request(&self) -> Request {
        let item = Parameters { format: FORMAT, side: self.side, every: self.every, frames: self.frames };
        let (limit_photos, limit_clips) = (self.limit_photos, self.limit_clips);
        Request {
            inputs: self.inputs.clone(),
            folders: self.folders,
            out: self.out.clone(),
            parameters: SetParameters { item, limit_photos, limit_clips, seed: self.seed },
            shards: self.shards.map(|photos| {
                let [part, parts] = self.part.unwrap_or([0, 1]);
                ShardOptions { photos, part, parts }
            }),
        }
    }

    fn finder(&self) -> Result<Option<Box<dyn FindMotion>>> {
        if self.flow.is_none() {
            return Ok(None);
        }
        self.device.check()?;
        match self.device {
            Device::Flex => self.finder_on::<Flex>(Default::default()),
            Device::Wgpu => self.finder_on::<Wgpu>(Default::default()),
            #[cfg(feature = "cuda")]
            Device::Cuda => self.finder_on::<burn::backend::Cuda>(Default::default()),
            #[cfg(feature = "libtorch")]
            Device::Libtorch => self.finder_on::<burn::backend::LibTorch>(Default::default()),
            #[cfg(feature = "libtorch")]
            Device::LibtorchCuda => {
                self.finder_on::<burn::backend::LibTorch>(burn::backend::libtorch::LibTorchDevice::Cuda(0))
            }
            #[allow(unreachable_patterns, reason = "a build with all features knows every device")]
            _ => unreachable!("the check above names what this build lacks"),
        }
    }

    fn finder_on<B: Kernels>(&self, device: B::Device) -> Result<Option<Box<dyn FindMotion>>> {
        let load = |folder| flow_network::load::<B>(folder, &self.preset, &device);
        let network = self.flow.as_deref().map(load).transpose()?;
        let finder = network.map(|network| NetworkMotion::new(network, device.clone()));
        Ok(finder.map(|finder| Box::new(finder) as Box<dyn FindMotion>))
    }
}

/// A number of photos, at least one.
fn count(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| format!("{text} is no number of photos: at least 1"))
}

/// "3/16" to the part, from 0, and the number of parts.
fn part(text: &str) -> Result<[usize; 2], String> {
    let numbers =
        text.split_once('/').and_then(|(part, parts)| Some([part.parse().ok()?, parts.parse().ok()?]));
    let valid = numbers.filter(|[part, parts]: &[usize; 2]| (1..=*parts).contains(part));
    valid.map(|[part, parts]| [part - 1, parts]).ok_or_else(|| format!("{text} is no part such as 3/16"))
}
