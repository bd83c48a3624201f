//! One device of those that train a network together.

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

use super::nodes::{Nodes, unlike};
use crate::train::{figures::Figures, flat};

/// One of the devices that train a network together.
#[derive(Clone)]
pub struct Peer {
    /// Among the peers of all machines.
    pub(super) rank: usize,
    /// The peers of all machines.
    pub(super) count: usize,
    /// Among the peers of this machine.
    pub(super) place: usize,
    /// The peers of this machine.
    pub(super) here: usize,
    pub(super) nodes: Option<Arc<Nodes>>,
    pub(super) turn: Arc<Mutex<()>>,
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
    /// batches; and batches stay whole, so that losses and batch normalization see what they see on one device.
    pub fn share(&self, batches: usize) -> Result<Range<usize>> {
        let count = self.count;
        ensure!(
            batches.is_multiple_of(count),
            "a step of {batches} batches can't be shared out evenly among {count} devices: set optimizer.accumulate to a \
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
        let order = flat::all(&network);
        let ours = flat::parameters(&network, &order); // [p]
        let first = self.sum(if self.is_first() { ours } else { ours.zeros_like() })?;
        Ok(flat::replace_parameters(network, first, &order))
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

    /// True on all peers if it is true on any.
    pub fn any<B: Backend>(&self, ours: bool, device: &B::Device) -> Result<bool> {
        let ours = Tensor::<B, 1>::from_floats([f32::from(u8::from(ours))], device);
        let sum = if self.count == 1 { ours } else { self.sum(ours)? };
        Ok(sum.into_data().iter::<f32>().any(|count| count > 0.0))
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
        self.broadcast_here(everywhere, &device)
    }

    /// The vector of the machine's first peer, on every peer of the machine.
    fn broadcast_here<B: Backend>(
        &self,
        vector: Option<Tensor<B, 1>>,
        device: &B::Device,
    ) -> Result<Tensor<B, 1>> {
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

    pub(super) fn id(&self) -> PeerId {
        self.place.into()
    }
}

/// The result of a collective operation. It fails only where another peer ended.
fn float<B: Backend>(result: Result<B::FloatTensorPrimitive, CollectiveError>) -> Result<Tensor<B, 1>> {
    Ok(Tensor::from_primitive(TensorPrimitive::Float(result.map_err(|_| Stopped)?)))
}
