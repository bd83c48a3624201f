//! Several devices and machines train one network, in the manner of PyTorch's DistributedDataParallel: each step's batches
//! are shared out among peers, one a device; their gradients are averaged, and every peer makes the same step of the
//! optimiser. So n peers train to the losses of one, up to the order in which floating-point numbers are added. What is no
//! parameter, the running means of the trunk's normalisation, is that of the first peer's batches, as there.
//!
//! The devices of one machine are joined by burn-collective, machines ("nodes") by Burn's tensor data service, which
//! burn-collective itself uses between machines; [`nodes`] says why its own step between machines does not serve.

mod agreement;
pub(super) mod flat;
mod group;
pub mod nodes;

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Result, ensure};
use burn::{
    collective::{self, CollectiveError, PeerId, ReduceOperation},
    module::AutodiffModule,
    optim::GradientsParams,
    tensor::{
        Tensor, TensorData, TensorPrimitive,
        backend::{AutodiffBackend, Backend},
    },
};

pub use agreement::agreement;
pub use group::Group;
use nodes::Nodes;

/// A step's named figures for the log, each `[1]`.
pub type Figures<B> = Vec<(&'static str, Tensor<B, 1>)>;

/// One of the devices that train a network together.
#[derive(Clone)]
pub struct Peer {
    /// Among the peers of all machines.
    rank: usize,
    /// The peers of all machines.
    count: usize,
    /// Among the peers of this machine.
    place: usize,
    /// The peers of this machine.
    here: usize,
    nodes: Option<Arc<Nodes>>,
    turn: Arc<Mutex<()>>,
}

/// Another device of this machine ended before this one; it knows why.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("another device stopped training")]
pub struct Stopped;

impl Peer {
    /// It alone writes the log and the checkpoints.
    pub fn is_first(&self) -> bool {
        self.rank == 0
    }

    /// Which of each step's `batches` are this peer's. All peers have equally many, so that the mean over peers is the mean over
    /// batches; and batches stay whole, so that losses and batch normalisation see what they see on one device.
    pub fn share(&self, batches: usize) -> Result<Range<usize>> {
        let count = self.count;
        ensure!(
            batches.is_multiple_of(count),
            "a step of {batches} batches can't be shared out evenly among {count} devices: set optimiser.accumulate to a \
             multiple of {count}"
        );
        let ours = batches / count;
        Ok(self.rank * ours..(self.rank + 1) * ours)
    }

    /// Runs `start` while no other peer of this machine does: Burn draws random numbers from one stream a process, which
    /// `start` seeds. Burn draws weights when they are first used, so the network must be forked there.
    pub fn in_turn<T>(&self, start: impl FnOnce() -> Result<T>) -> Result<T> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        start()
    }

    /// The network with the first peer's parameters, which all peers start from.
    pub fn with_first_parameters<B: AutodiffBackend, M: AutodiffModule<B>>(&self, network: M) -> Result<M> {
        if self.count == 1 {
            return Ok(network);
        }
        let ours = flat::parameters(&network); // [p]
        let first = self.sum(if self.is_first() { ours } else { ours.zeros_like() })?;
        Ok(flat::replace_parameters(network, first))
    }

    /// The means over all peers of the gradients of `network` and of the figures.
    pub fn average<B: AutodiffBackend, M: AutodiffModule<B>>(
        &self,
        network: &M,
        gradients: GradientsParams,
        figures: Figures<B::InnerBackend>,
    ) -> Result<(GradientsParams, Figures<B::InnerBackend>)> {
        if self.count == 1 {
            return Ok((gradients, figures));
        }
        let (ours, order) = flat::gather(network, gradients, &figures); // [p + k]
        let mean = self.sum(ours)?.div_scalar(self.count as f64);
        Ok(flat::scatter(network, mean, &order, figures))
    }

    /// The sum over all peers of a vector, the same to the last bit on each.
    fn sum<B: Backend>(&self, ours: Tensor<B, 1>) -> Result<Tensor<B, 1>> {
        let device = ours.device();
        let here = match self.here {
            1 => ours,
            _ => {
                let ours = ours.into_primitive().tensor();
                float(collective::all_reduce::<B>(self.id(), ours, ReduceOperation::Sum))?
            }
        };
        let Some(nodes) = &self.nodes else { return Ok(here) };
        let everywhere = match self.place {
            0 => {
                let mut values = here.into_data().convert::<f32>().into_vec::<f32>().map_err(unlike)?;
                nodes.sum(&mut values)?;
                let length = values.len();
                Some(Tensor::<B, 1>::from_data(TensorData::new(values, [length]), &device))
            }
            _ => None,
        };
        self.hand_on(everywhere, &device)
    }

    /// What the machine's first peer has, on every peer of the machine.
    fn hand_on<B: Backend>(&self, vector: Option<Tensor<B, 1>>, device: &B::Device) -> Result<Tensor<B, 1>> {
        match vector {
            Some(vector) if self.here == 1 => Ok(vector),
            vector => {
                let vector = vector.map(|vector| vector.into_primitive().tensor());
                // burn-collective 0.21 takes the first caller for the sender (`BroadcastOp::effective_root` in
                // local/broadcast/op.rs), whose tensor may then lie on the sender's device.
                Ok(float(collective::broadcast::<B>(self.id(), vector))?.to_device(device))
            }
        }
    }

    fn id(&self) -> PeerId {
        self.place.into()
    }
}

/// What a collective operation gave. It fails only where another peer ended.
fn float<B: Backend>(result: Result<B::FloatTensorPrimitive, CollectiveError>) -> Result<Tensor<B, 1>> {
    Ok(Tensor::from_primitive(TensorPrimitive::Float(result.map_err(|_| Stopped)?)))
}

/// Numbers of another kind than expected, as an error.
fn unlike(error: impl std::fmt::Debug) -> anyhow::Error {
    anyhow::anyhow!("a tensor's numbers: {error:?}")
}
