//! What crosses the border to JavaScript, as it is written there.

use serde::{Deserialize, Serialize};

use crate::{
    clip,
    color::{ChromaPlanes, LumaFrame, Matrix, Range},
    pick::Standing,
};

/// Which device runs the networks, and why it is not WebGPU.
#[derive(Clone, Serialize)]
pub struct DeviceReport {
    pub kind: &'static str,
    pub name: String,
    pub reason: Option<String>,
}

/// The luma plane of a decoded frame.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameMessage {
    pub width: usize,
    pub height: usize,
    #[serde(with = "serde_bytes")]
    pub luma: Vec<u8>,
    pub matrix: Matrix,
    pub full_range: bool,
}

/// The chroma planes of a frame.
#[derive(Serialize)]
pub struct PlanesMessage {
    #[serde(with = "serde_bytes")]
    pub u: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub v: Vec<u8>,
}

/// One coloring of a frame.
#[derive(Serialize)]
pub struct CandidateMessage {
    #[serde(flatten)]
    pub planes: PlanesMessage,
    pub standing: Standing,
}

/// A file of a weight set.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WeightFileMessage<'a> {
    pub name: &'a str,
    pub bytes: u64,
    pub sha256: &'a str,
    pub for_preview: bool,
}

/// Memory that a clip takes.
#[derive(Serialize)]
pub struct RoomMessage {
    /// JavaScript's numbers are exact up to 2^53.
    pub bytes: f64,
    pub fits: bool,
}

/// A weights file as it was fetched.
#[derive(Deserialize)]
pub struct FileMessage {
    pub name: String,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// A photograph in color.
#[derive(Deserialize)]
pub struct PhotographMessage {
    pub width: usize,
    pub height: usize,
    #[serde(with = "serde_bytes")]
    pub rgb: Vec<u8>,
}

impl From<PhotographMessage> for clip::Photograph {
    fn from(photograph: PhotographMessage) -> Self {
        let PhotographMessage { width, height, rgb } = photograph;
        Self { width, height, rgb }
    }
}

impl From<FrameMessage> for LumaFrame {
    fn from(frame: FrameMessage) -> Self {
        Self {
            width: frame.width,
            height: frame.height,
            luma: frame.luma,
            matrix: frame.matrix,
            range: if frame.full_range { Range::Full } else { Range::Limited },
        }
    }
}

impl From<ChromaPlanes> for PlanesMessage {
    fn from(planes: ChromaPlanes) -> Self {
        Self { u: planes.u, v: planes.v }
    }
}

impl From<clip::Candidate> for CandidateMessage {
    fn from(candidate: clip::Candidate) -> Self {
        Self { planes: candidate.planes.into(), standing: candidate.standing }
    }
}
