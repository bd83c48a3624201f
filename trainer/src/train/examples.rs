//! What a stage's contact sheets show: the same photos or clips at every checkpoint.

use anyhow::Result;
use burn::tensor::backend::Backend;
use chromaflow::model::flow::{CostVolume, FlowNet};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::training::StageRun;
use crate::{
    data::{
        photos,
        sequence::Sequence,
        split::{CLIP_FOLDERS, PHOTO_FOLDERS, Split},
    },
    evaluation::{
        colouring::{ColouredClip, Painter},
        footage::Footage,
        sheet::Sheet,
    },
};

/// Rows of a contact sheet.
const ROWS: usize = 4;

/// Longest shorter side of the pictures in pixels.
const SIDE: u32 = 256;

/// Passes of g over a pair of frames.
const PASSES: usize = 1;

/// The examples of a stage.
pub struct Examples<B: Backend> {
    clips: Vec<Footage<B>>,
}

impl<B: CostVolume> Examples<B> {
    /// Chooses examples by the run's seed: pairs of frames if there is `flow` to link them, else photos. They are held back
    /// from training if any are. What can't be read is not chosen.
    pub fn choose(stage: &StageRun, flow: Option<&FlowNet<B>>, device: &B::Device) -> Result<Self> {
        let side = SIDE.min(stage.stage.side);
        let folders = if flow.is_some() { &CLIP_FOLDERS } else { &PHOTO_FOLDERS };
        let split = Split::read(&stage.run.data, folders)?;
        let mut files = if split.validation.is_empty() { split.training } else { split.validation };
        files.shuffle(&mut StdRng::seed_from_u64(stage.run.seed));
        let clips = files.iter().filter_map(|file| match flow {
            Some(flow) => {
                let pair = Sequence::read(file, side, Some(2)).ok()?;
                Some(Footage::new(&pair.frames, flow, device))
            }
            None => Some(Footage::still(&photos::load(file, side).ok()?, device)),
        });
        Ok(Self { clips: clips.take(ROWS).collect() })
    }

    /// How they look in colour; none without examples.
    pub fn sheet(&self, painter: &Painter<B>) -> Option<Sheet> {
        let mut sheet = Sheet::default();
        for footage in &self.clips {
            sheet.append(Sheet::of_colouring(footage, &ColouredClip::new(painter, footage, PASSES), 1));
        }
        (!self.clips.is_empty()).then_some(sheet)
    }
}
