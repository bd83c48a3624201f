//! The report of `eval`, as it is written as JSON.

use serde::Serialize;

use super::{ablation::Preference, flow_accuracy::FlowAccuracy, group::Group};

/// All that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Shorter side in pixels of what was measured; smaller frames are not enlarged.
    pub size: usize,
    /// Passes of g.
    pub passes: usize,
    /// True if the photos and clips were worn as old film is.
    pub worn: bool,
    /// The flow network along whose motion all warping errors are measured.
    pub measuring_flow: String,
    /// The flow network of the weights or the run on synthetic pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowAccuracy>,
    /// On photos, each as a clip of one frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photos: Option<Group>,
    /// On clips.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clips: Option<Group>,
    /// Of an ablation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
    /// Photos and clips that could not be measured, and why.
    pub left_out: Vec<String>,
}
