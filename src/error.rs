//! Everything that can go wrong in the engine, each with a code that the page explains in a person's words.

use thiserror::Error;

/// An error of the engine.
#[derive(Debug, Error)]
pub enum Error {
    /// WebGPU was asked for, and the browser offers no adapter.
    #[error("no WebGPU adapter is available: {0}")]
    WebgpuMissing(String),
    /// The device stopped answering; a new engine in a new worker is needed.
    #[error("the device was lost: {0}")]
    DeviceLost(String),
    /// The device has no room for what was asked of it; a new engine in a new worker is needed.
    #[error("the device is out of memory: {0}")]
    OutOfMemory(String),
    /// The manifest lacks a preset, or a file that it names was not given.
    #[error("weights are missing: {0}")]
    WeightsMissing(String),
    /// A weights file is not the one that the manifest describes.
    #[error("weights file {name} was altered or cut short: its sha256 is {found}, not {expected}")]
    WeightsAltered {
        /// The file's name.
        name: String,
        /// The sha256 in the manifest.
        expected: String,
        /// The sha256 of what was given.
        found: String,
    },
    /// The manifest or a weights file can't be read as what it should be.
    #[error("weights can't be read: {0}")]
    WeightsUnreadable(String),
    /// A frame's buffer does not fit its stated size, or frames of one clip differ in size.
    #[error("frame of {width}x{height}: {reason}")]
    FrameSize {
        /// Stated width in pixels.
        width: usize,
        /// Stated height in pixels.
        height: usize,
        /// What does not fit.
        reason: String,
    },
    /// The processing size is outside what the networks take.
    #[error("processing size {0} is outside {min} to {max}", min = crate::clip::SMALLEST, max = crate::clip::LARGEST)]
    ProcessingSize(usize),
    /// A call came out of order, or an option is outside its range.
    #[error("{0}")]
    Engine(String),
}

impl Error {
    /// The code that the page knows the error by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WebgpuMissing(_) => "webgpu-missing",
            Self::DeviceLost(_) => "device-lost",
            Self::OutOfMemory(_) => "out-of-memory",
            Self::WeightsMissing(_) => "weights-missing",
            Self::WeightsAltered { .. } => "weights-altered",
            Self::WeightsUnreadable(_) => "weights-unreadable",
            Self::FrameSize { .. } => "frame-size",
            Self::ProcessingSize(_) => "processing-size",
            Self::Engine(_) => "engine",
        }
    }
}

/// The engine's result.
pub type Result<T> = std::result::Result<T, Error>;
