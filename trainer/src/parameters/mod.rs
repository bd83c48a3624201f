//! Numbers that the configuration holds and that the data and the networks are made by: plain values without a user's choice of
//! where they apply.

mod framing;
mod motion;
mod wear;

pub use framing::Framing;
pub use motion::Motion;
pub use wear::Wear;
