//! Several devices and machines train one network, in the manner of PyTorch's DistributedDataParallel: each step's batches
//! are shared out among peers, one a device; their gradients are averaged, and every peer makes the same step of the
//! optimizer. So n peers train to the losses of one, up to the order in which floating-point numbers are added. What is no
//! parameter, the running means of the trunk's normalization, is that of the first peer's batches, as there.
//!
//! The devices of one machine are joined by burn-collective, machines ("nodes") by Burn's tensor data service, which
//! burn-collective itself uses between machines; [`nodes`] says why its own step between machines does not serve.

mod agreement;
mod group;
pub mod nodes;
mod peer;

pub use agreement::agreement;
pub use group::Group;
pub use peer::Peer;
