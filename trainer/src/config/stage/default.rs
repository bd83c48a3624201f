//! The paper's numbers, which stages take where their file names none.

/// How often an epoch is repeated.
pub fn epochs() -> usize {
    200
}

/// Images an epoch.
pub fn images() -> usize {
    5000
}

/// Pairs of neighboring frames an epoch.
pub fn pairs() -> usize {
    1000
}

/// Shorter side in pixels that images are scaled to.
pub fn side() -> u32 {
    256
}

/// Images, or pairs of frames, a batch.
pub fn batch() -> usize {
    1
}

/// A network that may rest learns.
pub fn learns() -> bool {
    true
}
