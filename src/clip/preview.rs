//! The d candidates for a sampled frame, for the visitor to choose from.

use super::frame::{Frame, check_size, processing_size};
use crate::{
    color::{ChromaPlanes, LumaFrame, Matrix, Range, chroma, mean_saturation},
    error::Result,
    kernel::Kernels,
    model::preset::Networks,
    readback::Reading,
};

/// One colouring of a frame.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its chroma, at the size of the clip's chroma planes.
    pub planes: ChromaPlanes,
    /// Its mean HSV saturation, in [0, 1].
    pub saturation: f32,
}

/// All candidates for one frame at the processing size `size`.
pub async fn preview<B: Kernels>(
    networks: &Networks<B>,
    luma: LumaFrame,
    size: usize,
    device: &B::Device,
) -> Result<Vec<Candidate>> {
    check_size(size)?;
    let frame = Frame::new(luma, size, device)?;
    let colors = frame.candidates(networks); // [d, 3, h, w]
    let saturations = Reading::begin(mean_saturation(colors.clone()));
    let chroma = frame.read_chroma(colors).finish().await;
    let (saturations, chroma) = (saturations.finish().await?, chroma?);
    let planes = frame.chroma_planes(&chroma).into_iter();
    Ok(planes.zip(saturations).map(|(planes, saturation)| Candidate { planes, saturation }).collect())
}

/// Has the device make its programs for frames of a size ready, by the candidates for a black frame that nobody sees.
pub fn warm_up<B: Kernels>(
    networks: &Networks<B>,
    (width, height): (usize, usize),
    size: usize,
    device: &B::Device,
) -> Result<()> {
    check_size(size)?;
    // No larger than it will be seen: it is black anyway.
    let (width, height) = processing_size(width, height, size);
    let luma = vec![0; width * height];
    let black = LumaFrame { width, height, luma, matrix: Matrix::Bt709, range: Range::Full };
    let colors = Frame::new(black, size, device)?.candidates(networks); // [d, 3, h, w]
    mean_saturation(colors.clone());
    chroma(Matrix::Bt709, colors);
    Ok(())
}

/// The candidate that is chosen unless the visitor chooses: the one of the highest mean saturation over the sampled
/// frames. `saturations` has one row a frame. None without frames or candidates.
pub fn most_saturated(saturations: &[Vec<f32>]) -> Option<usize> {
    let candidates = saturations.iter().map(Vec::len).min()?;
    let total = |candidate: usize| saturations.iter().map(|frame| frame[candidate]).sum::<f32>();
    (0..candidates).max_by(|&a, &b| total(a).total_cmp(&total(b)))
}
