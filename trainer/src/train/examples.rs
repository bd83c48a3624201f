//! The examples of a stage's contact sheets: the same photos or clips at every checkpoint.

use anyhow::Result;
use burn::tensor::{Tensor, TensorData, backend::Backend};
use chromaflow::{
    clip::{Link, Passage},
    kernel::Kernels,
    warp::{confidence, warp},
};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::training::StageRun;
use crate::{
    data::prepared::{FrameMotion, Kind, PreparedItem, PreparedSet, Split},
    evaluation::{
        coloring::{ColouredClip, Painter},
        footage::Footage,
        sheet::Sheet,
    },
};

/// Rows of a contact sheet.
const ROWS: usize = 4;

/// Passes of g over a pair of frames.
const PASSES: usize = 1;

/// The examples of a stage.
pub struct Examples<B: Backend> {
    clips: Vec<Footage<B>>,
}

impl<B: Kernels> Examples<B> {
    /// Chooses photos, or clips that have flows and of each its first pair of frames, by the run's seed. They are held back from
    /// training if any are.
    pub fn choose(stage: &StageRun, kind: Kind, device: &B::Device) -> Result<Self> {
        let set = PreparedSet::open(&stage.run.data)?;
        let of = |split: Split| match kind {
            Kind::Photo => set.photos(split),
            Kind::Clip => set.clips_with_flows(split).unwrap_or_default(),
        };
        let mut items = of(Split::Validation);
        if items.is_empty() {
            items = of(Split::Training);
        }
        items.shuffle(&mut StdRng::seed_from_u64(stage.run.seed));
        let footage = |item: &PreparedItem| match kind {
            Kind::Photo => Ok(Footage::still(&item.frame(0)?, device)),
            Kind::Clip => pair(item, device),
        };
        Ok(Self { clips: items.iter().take(ROWS).map(footage).collect::<Result<_>>()? })
    }

    /// How they look in color; none without examples.
    pub fn sheet(&self, painter: &Painter<B>) -> Option<Sheet> {
        let mut sheet = Sheet::default();
        for footage in &self.clips {
            sheet.append(Sheet::of_coloring(footage, &ColouredClip::new(painter, footage, PASSES), 1));
        }
        (!self.clips.is_empty()).then_some(sheet)
    }
}

/// A clip's first two neighboring frames, with the flow that was prepared.
fn pair<B: Kernels>(item: &PreparedItem, device: &B::Device) -> Result<Footage<B>> {
    let first = item.pairs().first().copied().unwrap_or_default();
    let [earlier, later] = [first, first + 1];
    let mut footage = Footage::still(&item.frame(earlier)?, device);
    let next = Footage::still(&item.frame(later)?, device);
    let [before, after] = [&footage, &next].map(|still: &Footage<B>| still.grey[0].clone()); // 2 of [1, 1, h, w]
    footage.truth.extend(next.truth);
    footage.grey.extend(next.grey);
    footage.links.push(Some(Link {
        to_previous: passage(item.motion(later, earlier)?, after.clone(), before.clone()),
        to_next: passage(item.motion(earlier, later)?, before, after),
    }));
    Ok(footage)
}

/// How grey frame s lies to its neighbor t, both `[1, 1, h, w]`.
fn passage<B: Kernels>(motion: FrameMotion, s: Tensor<B, 4>, t: Tensor<B, 4>) -> Passage<B> {
    let device = s.device();
    let (height, width) = (motion.height, motion.width);
    let flow = Tensor::from_data(TensorData::new(motion.flow, [1, 2, height, width]), &device); // [1, 2, h, w]
    let visible: Vec<f32> = motion.visible.into_iter().map(|seen| f32::from(u8::from(seen))).collect();
    let visible: Tensor<B, 4> = Tensor::from_data(TensorData::new(visible, [1, 1, height, width]), &device);
    let grey_confidence = confidence(s, warp(t, Tensor::clone(&flow)), visible.clone()); // [1, 1, h, w]
    Passage { flow, visible, grey_confidence }
}
