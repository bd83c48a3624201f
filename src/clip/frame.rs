//! One frame on its way through the networks, and its link to the frame before.

use std::rc::Rc;

use burn::tensor::{Tensor, TensorData, backend::Backend};

use super::link::Link;
use crate::{
    color::{ChromaPlanes, LumaFrame, Matrix, Range, with_luma},
    error::{Error, Result},
    guided::Guide,
    kernel::Kernels,
    model::{flow::FlowNet, preset::Networks},
    plane::Plane,
    readback::read,
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
    pub fn new(luma: LumaFrame, size: usize, device: &B::Device) -> Result<Self> {
        check_buffer(&luma)?;
        let (width, height) = processing_size(luma.width, luma.height, size);
        let plane = luma_plane(&luma);
        let small = plane.resized(width, height);
        let large = plane.resized(luma.width.div_ceil(2), luma.height.div_ceil(2));
        let data = TensorData::new(small.samples.clone(), [1, 1, height, width]);
        Ok(Self {
            matrix: luma.matrix,
            range: luma.range,
            guide: Guide::new(small, large),
            grey: Tensor::from_data(data, device),
            link: None,
        })
    }

    /// f's d candidates, on this frame's luma: `[d, 3, h, w]`.
    pub fn candidates(&self, networks: &Networks<B>) -> Tensor<B, 4> {
        let candidates = networks.colorizer.forward(&networks.trunk, self.grey.clone()); // [1, d, 3, h, w]
        with_luma(candidates.squeeze_dim(0), self.grey.clone()) // [d, 3, h, w]
    }

    /// Finds the flow to and from the frame before.
    pub fn link_to(&mut self, previous: &Self, network: &FlowNet<B>) {
        self.link = Some(Link::find(self.grey.clone(), previous.grey.clone(), network));
    }

    /// The chroma of each colour of `colors` `[n, 3, h, w]`, at the size of the clip's chroma planes and in its matrix and range.
    pub async fn chroma_planes(&self, colors: Tensor<B, 4>) -> Result<Vec<ChromaPlanes>> {
        let rgb = read(colors).await?;
        Ok(rgb.chunks_exact(3 * self.guide.small().samples.len()).map(|rgb| self.planes_of(rgb)).collect())
    }

    /// The chroma of one colour: its red, green and blue one behind the other.
    fn planes_of(&self, rgb: &[f32]) -> ChromaPlanes {
        let Plane { width, height, ref samples } = *self.guide.small();
        let area = samples.len();
        let chroma = (0..area).map(|i| self.matrix.chroma([rgb[i], rgb[area + i], rgb[2 * area + i]]));
        let (blueness, redness) = chroma.map(<(f32, f32)>::from).unzip();
        let codes = |samples: Vec<f32>| {
            let large = self.guide.upsample(&Plane { width, height, samples });
            large.samples.iter().map(|&chroma| self.range.chroma_code(chroma)).collect()
        };
        ChromaPlanes { u: codes(blueness), v: codes(redness) }
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

pub(super) fn luma_plane(luma: &LumaFrame) -> Plane {
    let codes: [f32; 256] = std::array::from_fn(|code| luma.range.luma(code as u8));
    let samples = luma.luma.iter().map(|&code| codes[usize::from(code)]).collect();
    Plane { width: luma.width, height: luma.height, samples }
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
