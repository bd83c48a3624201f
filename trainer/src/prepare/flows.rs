//! Flows and masks between a clip's neighboring frames.

use std::path::Path;

use anyhow::{Context, Result};
use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Tensor, backend::Backend},
};
use chromaflow::{
    clip::{Link, Passage},
    color::luma,
    kernel::Kernels,
    model::flow::FlowNet,
    weights::sha256,
};
use image::RgbImage;

use super::{item::MadeItem, staged_folder::StagedFolder};
use crate::data::{
    prepared::{
        FrameMotion,
        motion::to_bytes,
        record::{
            FLOWS_FILE, FLOWS_FOLDER, FORMAT, FileEntry, FlowsRecord, flow_name, frame_name, read_json,
        },
    },
    tensor::to_tensor,
};

/// Finds the motion between frames.
pub trait FindMotion {
    /// Says which network it is: the SHA-256 of its parameters.
    fn identity(&self) -> &str;

    /// How an earlier frame moves to the one behind it, and how that one moves back.
    fn between(&self, earlier: &RgbImage, later: &RgbImage) -> Result<[FrameMotion; 2]>;
}

/// The flow network, which sees the frames' luma.
pub struct NetworkMotion<B: Backend> {
    network: FlowNet<B>,
    identity: String,
    device: B::Device,
}

impl<B: Kernels> NetworkMotion<B> {
    /// Asks this network.
    pub fn new(network: FlowNet<B>, device: B::Device) -> Self {
        let mut parameters = Parameters(Vec::new());
        network.visit(&mut parameters);
        Self { network, identity: sha256(&parameters.0), device }
    }
}

impl<B: Kernels> FindMotion for NetworkMotion<B> {
    fn identity(&self) -> &str {
        &self.identity
    }

    fn between(&self, earlier: &RgbImage, later: &RgbImage) -> Result<[FrameMotion; 2]> {
        let [earlier, later] = [earlier, later].map(|frame| luma(to_tensor(frame, &self.device))); // 2 of [1, 1, h, w]
        let link = Link::find(later, earlier, &self.network);
        Ok([motion(link.to_next)?, motion(link.to_previous)?])
    }
}

fn motion<B: Backend>(passage: Passage<B>) -> Result<FrameMotion> {
    let [_, _, height, width] = passage.flow.dims();
    let flow = passage.flow.into_data().convert::<f32>().to_vec().ok().context("flows are numbers")?;
    let visible = passage.visible.into_data().iter::<f32>().map(|value| value > 0.5).collect();
    Ok(FrameMotion { width, height, flow, visible })
}

/// All parameters in the network's order.
struct Parameters(Vec<u8>);

impl<B: Backend> ModuleVisitor<B> for Parameters {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<B, D>>) {
        let values = parameter.val().into_data();
        self.0.extend(values.iter::<f32>().flat_map(f32::to_le_bytes));
    }
}

/// The flows of an item, in their place.
#[derive(Clone, Debug)]
pub struct FoundFlows {
    /// The SHA-256 of their record.
    pub sha256: String,
    /// Bytes of their files.
    pub bytes: u64,
    /// True if this call made them.
    pub made: bool,
}

impl FoundFlows {
    fn new(sha256: String, files: &[FileEntry], made: bool) -> Self {
        Self { sha256, bytes: files.iter().map(|file| file.bytes).sum(), made }
    }
}

/// Finds the flows of an item, unless they lie there already.
pub fn prepare(folder: &Path, item: &MadeItem, finder: &dyn FindMotion) -> Result<FoundFlows> {
    if let Some(found) = existing(folder, item, finder) {
        return Ok(found);
    }
    let staged = StagedFolder::new(folder, FLOWS_FOLDER)?;
    let frame = |index: usize| -> Result<RgbImage> {
        let path = folder.join(frame_name(index));
        Ok(image::open(&path).with_context(|| format!("decoding {}", path.display()))?.into_rgb8())
    };
    let mut files = Vec::new();
    let mut earlier = frame(0)?;
    for index in 1..item.record.frames {
        let later = frame(index)?;
        if !item.record.cuts.contains(&index) {
            let [forward, backward] = finder.between(&earlier, &later)?;
            files.push(staged.write(flow_name(index - 1), &to_bytes(&forward, &backward)?)?);
        }
        earlier = later;
    }
    let (network, item) = (finder.identity().to_owned(), item.sha256.clone());
    let record = FlowsRecord { format: FORMAT, network, item, files };
    let sha256 = staged.finish(FLOWS_FILE, &record)?;
    Ok(FoundFlows::new(sha256, &record.files, true))
}

fn existing(folder: &Path, item: &MadeItem, finder: &dyn FindMotion) -> Option<FoundFlows> {
    let flows = folder.join(FLOWS_FOLDER);
    let (record, hash) = read_json::<FlowsRecord>(&flows.join(FLOWS_FILE)).ok()??;
    let same = record.format == FORMAT && record.network == finder.identity() && record.item == item.sha256;
    let whole = same && record.files.iter().all(|file| file.check(&flows, true).is_ok());
    whole.then(|| FoundFlows::new(hash, &record.files, false))
}
