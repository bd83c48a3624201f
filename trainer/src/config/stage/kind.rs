//! The kinds of stages.

use std::fmt;

/// Which networks a stage trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// The trunk alone, on which colors are likely where.
    Trunk,
    /// The flow network, on synthetic motion.
    Flow,
    /// f and its trunk, with equations (2), (7) and, on pairs of frames, (3).
    Colorizer,
    /// g and f together, on pairs of frames, with equation (5) added; the flow network is frozen.
    Joint,
}

impl fmt::Display for StageKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Trunk => "trunk",
            Self::Flow => "flow",
            Self::Colorizer => "colorizer",
            Self::Joint => "joint",
        })
    }
}
