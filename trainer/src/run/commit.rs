//! Which sources the program was built from.

/// The commit that the trainer was built from, with `-dirty` behind it if the sources were changed since; `unknown` outside
/// a checkout.
pub const COMMIT: &str = env!("CHROMAFLOW_COMMIT");
