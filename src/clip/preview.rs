//! The d candidates for a sampled frame, for the visitor to choose from.

use burn::tensor::Tensor;

use super::frame::{Frame, check_size, grey, processing_size, small_luma};
use crate::{
    color::{ChromaPlanes, LumaFrame, Matrix, Range, chroma, mean_saturation},
    error::Result,
    hint::Hint,
    kernel::Kernels,
    likely,
    model::{distribution::CELL, preset::Networks, size::mirror_to_multiple},
    pick::Standing,
    readback::{Reading, read},
};

/// One colouring of a frame.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its chroma, at the size of the clip's chroma planes.
    pub planes: ChromaPlanes,
    /// How it stands among the others.
    pub standing: Standing,
}

/// All candidates for one frame at the processing size `size`, with `hints` that lie in it.
pub async fn preview<B: Kernels>(
    networks: &Networks<B>,
    luma: LumaFrame,
    size: usize,
    hints: &[Hint],
    device: &B::Device,
) -> Result<Vec<Candidate>> {
    check_size(size)?;
    let frame = Frame::new(luma, size, hints, device)?;
    let (colors, log_likelihood) = frame.proposal(networks); // [d, 3, h, w] and [d]
    let standings = Reading::begin(Tensor::cat(vec![mean_saturation(colors.clone()), log_likelihood], 0)); // [2 d]
    let chroma = frame.read_chroma(colors).finish().await;
    let (standings, chroma) = (standings.finish().await?, chroma?);
    let (saturations, likelihoods) = standings.split_at(standings.len() / 2);
    let standings = saturations
        .iter()
        .zip(likelihoods)
        .map(|(&saturation, &log_likelihood)| Standing { log_likelihood, saturation });
    let planes = frame.chroma_planes(&chroma).into_iter();
    Ok(planes.zip(standings).map(|(planes, standing)| Candidate { planes, standing }).collect())
}

/// The chromas, blue and red difference of BT.601, that the trunk finds likely at a place, distinct and likeliest first. The place's
/// coordinates are shares of the frame's width and height, in [0, 1].
pub async fn likely_colors<B: Kernels>(
    networks: &Networks<B>,
    luma: LumaFrame,
    size: usize,
    [x, y]: [f32; 2],
    device: &B::Device,
) -> Result<Vec<[f32; 2]>> {
    check_size(size)?;
    let plane = small_luma(&luma, size)?;
    let Networks { trunk, .. } = networks;
    let padded = mirror_to_multiple(grey(&plane, device), trunk.backbone.multiple()); // [1, 1, H, W]
    let logits = trunk.distribution.logits(trunk.forward(padded).colors); // [1, COLORS, H / 8, W / 8]
    let cell = |share: f32, length: usize| {
        let pixel = (share.clamp(0.0, 1.0) * length as f32) as usize;
        pixel.min(length - 1) / CELL
    };
    let there = logits.narrow(2, cell(y, plane.height), 1).narrow(3, cell(x, plane.width), 1); // [1, COLORS, 1, 1]
    Ok(likely::likely_colors(&read(there).await?))
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
    let (colors, _) = Frame::new(black, size, &[], device)?.proposal(networks); // [d, 3, h, w]
    mean_saturation(colors.clone());
    chroma(Matrix::Bt709, colors);
    Ok(())
}
