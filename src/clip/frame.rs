//! One frame on its way through the networks, and its link to the frame before.

use std::{cell::OnceCell, rc::Rc};

use burn::tensor::{Tensor, TensorData, backend::Backend};

use super::link::{Link, Seen};
use crate::{
    color::{ChromaPlanes, LumaFrame, Matrix, Range, chroma, with_luma},
    error::{Error, Result},
    guided::Guide,
    hint::{Hint, Hints},
    kernel::Kernels,
    model::{colorizer::Proposal, flow::FlowNet, preset::Networks},
    plane::Plane,
    readback::Reading,
};

/// The smallest processing size.
pub const SMALLEST: usize = 16;

/// The largest processing size.
pub const LARGEST: usize = 2160;

/// Errs unless `size` is a processing size.
pub(super) fn check_size(size: usize) -> Result<()> {
    if (SMALLEST..=LARGEST).contains(&size) { Ok(()) } else { Err(Error::ProcessingSize(size)) }
}

/// A frame at the processing size, and its full luma.
pub(super) struct Frame<B: Backend> {
    matrix: Matrix,
    range: Range,
    guide: Guide,
    /// `[1, 1, h, w]` in [0, 1].
    pub grey: Tensor<B, 4>,
    /// The visitor's colors, where there are any.
    hints: Option<Hints<B>>,
    /// As the flow network sees it, once it was asked.
    seen: OnceCell<Seen<B>>,
    /// How this frame and the one before it in the shot lie to each other.
    pub link: Option<Link<B>>,
}

/// A frame with its colour at the processing size.
pub(super) struct Colored<B: Backend> {
    pub frame: Rc<Frame<B>>,
    /// `[1, 3, h, w]`.
    pub color: Tensor<B, 4>,
}

impl<B: Kernels> Frame<B> {
    /// Checks the frame's buffer and brings it to the processing size.
    pub fn new(luma: LumaFrame, size: usize, hints: &[Hint], device: &B::Device) -> Result<Self> {
        let plane = luma_plane(&luma)?;
        let small = shrunk(&plane, size);
        let large = plane.resized(luma.width.div_ceil(2), luma.height.div_ceil(2));
        Ok(Self {
            matrix: luma.matrix,
            range: luma.range,
            grey: grey(&small, device),
            hints: Hints::new(hints, small.width, small.height, device),
            guide: Guide::new(small, large),
            seen: OnceCell::new(),
            link: None,
        })
    }

    /// f's d candidates, on this frame's luma: `[d, 3, h, w]`.
    pub fn candidates(&self, networks: &Networks<B>) -> Tensor<B, 4> {
        let candidates = networks.colorizer.forward(&networks.trunk, self.grey.clone(), self.hints.clone()); // [1, d, 3, h, w]
        with_luma(candidates.squeeze_dim(0), self.grey.clone()) // [d, 3, h, w]
    }

    /// f's d candidates as [`candidates`](Self::candidates) has them, and the mean logarithm of their likelihood, `[d]`.
    pub fn proposal(&self, networks: &Networks<B>) -> (Tensor<B, 4>, Tensor<B, 1>) {
        let Proposal { candidates, log_likelihood } =
            networks.colorizer.propose(&networks.trunk, self.grey.clone(), self.hints.clone());
        (with_luma(candidates.squeeze_dim(0), self.grey.clone()), log_likelihood.squeeze_dim(0))
    }

    /// Finds the flow to and from the frame before.
    pub fn link_to(&mut self, previous: &Self, network: &FlowNet<B>) {
        self.link = Some(Link::between(self.seen(network), previous.seen(network), network));
    }

    fn seen(&self, network: &FlowNet<B>) -> &Seen<B> {
        self.seen.get_or_init(|| Seen::new(self.grey.clone(), network))
    }

    /// Asks for the chroma of the colours `[n, 3, h, w]`, in the clip's matrix.
    pub fn read_chroma(&self, colors: Tensor<B, 4>) -> Reading {
        Reading::begin(chroma(self.matrix, colors))
    }

    /// What [`read_chroma`](Self::read_chroma) asked for, at the size of the clip's chroma planes and in its range: one for each colour.
    pub fn chroma_planes(&self, chroma: &[f32]) -> Vec<ChromaPlanes> {
        let area = self.guide.small().samples.len();
        let colors = chroma.chunks_exact(2 * area).map(|color| color.split_at(area));
        colors.map(|(u, v)| self.codes(self.enlarged(u), self.enlarged(v))).collect()
    }

    /// A small plane of chroma at the large one's size.
    fn enlarged(&self, chroma: &[f32]) -> Plane {
        let Plane { width, height, .. } = *self.guide.small();
        self.guide.upsample(&Plane { width, height, samples: chroma.to_vec() })
    }

    /// Large planes of chroma as codes.
    fn codes(&self, u: Plane, v: Plane) -> ChromaPlanes {
        let chroma = u.samples.into_iter().zip(v.samples);
        let shown = chroma.zip(&self.guide.large().samples).map(|((u, v), &luma)| {
            self.matrix.within_gamut(luma, [u, v]).map(|chroma| self.range.chroma_code(chroma))
        });
        let (u, v) = shown.map(|[u, v]| (u, v)).unzip();
        ChromaPlanes { u, v }
    }
}

/// Width and height whose shorter side is `size`, or the frame's own where that is smaller.
pub(super) fn processing_size(width: usize, height: usize, size: usize) -> (usize, usize) {
    let shorter = width.min(height);
    if shorter <= size {
        return (width, height);
    }
    let scaled = |side: usize| (side * size + shorter / 2) / shorter;
    (scaled(width), scaled(height))
}

/// A frame's luma at the processing size.
pub(super) fn small_luma(luma: &LumaFrame, size: usize) -> Result<Plane> {
    Ok(shrunk(&luma_plane(luma)?, size))
}

/// A plane at the processing size.
fn shrunk(plane: &Plane, size: usize) -> Plane {
    let (width, height) = processing_size(plane.width, plane.height, size);
    plane.resized(width, height)
}

/// A plane as the networks take it, `[1, 1, h, w]`.
pub(super) fn grey<B: Backend>(plane: &Plane, device: &B::Device) -> Tensor<B, 4> {
    let data = TensorData::new(plane.samples.clone(), [1, 1, plane.height, plane.width]);
    Tensor::from_data(data, device)
}

fn luma_plane(luma: &LumaFrame) -> Result<Plane> {
    check_buffer(luma)?;
    let codes: [f32; 256] = std::array::from_fn(|code| luma.range.luma(code as u8));
    let samples = luma.luma.iter().map(|&code| codes[usize::from(code)]).collect();
    Ok(Plane { width: luma.width, height: luma.height, samples })
}

pub(super) fn check_buffer(luma: &LumaFrame) -> Result<()> {
    let reason = if luma.width == 0 || luma.height == 0 {
        "it has no pixels".to_owned()
    } else if luma.luma.len() != luma.width * luma.height {
        format!("its luma plane has {} samples", luma.luma.len())
    } else {
        return Ok(());
    };
    Err(Error::FrameSize { width: luma.width, height: luma.height, reason })
}
