//! The fields that stages of all kinds have, in one view.

use anyhow::{Result, ensure};
use toml::Table;

use crate::parameters::Framing;

/// The smallest side in pixels of an image that is trained on.
const SMALLEST: u32 = 16;

/// A stage's length, sizes and optimizer, whatever its kind.
#[derive(Clone, Copy, Debug)]
pub struct Basics<'a> {
    /// How often an epoch is repeated.
    pub epochs: usize,
    /// Images, and pairs of neighboring frames, an epoch.
    pub examples: [usize; 2],
    /// Shorter side in pixels that images are scaled to.
    pub side: u32,
    /// The smallest of the random shorter sides; `side` for all without it.
    pub smallest_side: Option<u32>,
    /// Side in pixels of the random squares; none where images are taken whole.
    pub crop: Option<u32>,
    /// Images, or pairs of frames, a batch.
    pub batch: usize,
    /// Fields of the run's optimizer that are others in this stage.
    pub optimizer: &'a Table,
}

impl Basics<'_> {
    /// Images and pairs of frames that an epoch counts.
    pub fn examples_an_epoch(&self) -> usize {
        self.examples.iter().sum()
    }

    /// How images are scaled and cropped.
    pub fn framing(&self) -> Framing {
        Framing { short_sides: self.smallest()..=self.side, crop: self.crop }
    }

    /// An error that names the first field whose value can't be.
    pub(super) fn check(&self) -> Result<()> {
        let (side, smallest) = (self.side, self.smallest());
        ensure!(
            (SMALLEST..=side).contains(&smallest),
            "smallest_side must be from {SMALLEST} to side ({side})"
        );
        ensure!(
            (SMALLEST..=smallest).contains(&self.crop.unwrap_or(smallest)),
            "crop must be from {SMALLEST} to the smallest side ({smallest})"
        );
        ensure!(self.batch > 0, "batch must be at least 1");
        ensure!(
            self.crop.is_some() || self.batch == 1,
            "batch must be 1 where images are taken whole: name a crop, or accumulate"
        );
        let examples = self.examples_an_epoch() * self.epochs;
        ensure!(examples > 0, "there is nothing to train on: epochs, images and pairs");
        Ok(())
    }

    fn smallest(&self) -> u32 {
        self.smallest_side.unwrap_or(self.side)
    }
}

/// An error unless a crop is a multiple of what its network halves to the end.
pub(super) fn check_multiple(crop: u32, multiple: usize) -> Result<()> {
    ensure!(crop > 0 && crop.is_multiple_of(multiple as u32), "crop must be a multiple of {multiple}");
    Ok(())
}
