//! The peers of this machine, a thread each, and the other machines.

use std::{marker::PhantomData, panic, sync::Arc, thread};

use anyhow::{Result, anyhow, ensure};
use burn::{
    collective::{self, CollectiveConfig},
    tensor::backend::{AutodiffBackend, Backend},
};
use serde_json::Value;

use super::{
    nodes::{NodeOptions, Nodes},
    peer::{Peer, Stopped},
};

/// The devices that train a run together.
pub struct Group<B: AutodiffBackend> {
    devices: Vec<B::Device>,
    nodes: Option<Arc<Nodes>>,
    peers: Vec<Peer>,
}

impl<B: AutodiffBackend> Group<B> {
    /// Joins this machine's devices, and waits for the other machines, if there are any: all must bring the same `agreement`.
    pub fn join(devices: &[B::Device], nodes: Option<NodeOptions>, agreement: &Value) -> Result<Self> {
        ensure!(!devices.is_empty(), "training takes one device at least");
        let here = devices.len();
        let nodes = nodes.map(|nodes| Nodes::join(nodes, here, agreement)).transpose()?.map(Arc::new);
        let (before, count) = nodes.as_ref().map_or((0, here), |nodes| nodes.devices());
        let turn = Arc::default();
        let peer = |place| {
            let (nodes, turn) = (nodes.clone(), Arc::clone(&turn));
            Peer { rank: before + place, count, place, here, nodes, turn }
        };
        let peers = (0..here).map(peer).collect();
        Ok(Self { devices: devices.to_vec(), nodes, peers })
    }

    /// This machine's first peer, which speaks for it.
    pub fn leader(&self) -> &Peer {
        &self.peers[0]
    }

    /// Waits until all machines are as far as this one.
    pub fn barrier(&self) -> Result<()> {
        self.nodes.as_ref().map_or(Ok(()), |nodes| nodes.barrier())
    }

    /// Runs `train` for each device, on a thread of its own, and waits for all, on the other machines too. If one ends with an
    /// error, all do.
    pub fn train(&self, train: impl Fn(&Peer, &B::Device) -> Result<()> + Sync) -> Result<()> {
        match (self.peers.as_slice(), self.devices.as_slice()) {
            ([peer], [device]) => train(peer, device)?,
            (peers, devices) => {
                let member = &|peer: &Peer, device: &B::Device| {
                    let _membership = Membership::<B::InnerBackend>::begin(peer, device)?;
                    train(peer, device)
                };
                thread::scope(|scope| {
                    let members = peers.iter().zip(devices);
                    let threads: Vec<_> =
                        members.map(|(peer, device)| scope.spawn(move || member(peer, device))).collect();
                    first_cause(
                        threads
                            .into_iter()
                            .map(|thread| thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))),
                    )
                })?;
            }
        }
        self.barrier()
    }
}

/// The error that made the others stop, if there is one.
fn first_cause(results: impl Iterator<Item = Result<()>>) -> Result<()> {
    let mut errors: Vec<_> = results.filter_map(Result::err).collect();
    errors.sort_by_key(|error| error.is::<Stopped>());
    errors.into_iter().next().map_or(Ok(()), Err)
}

/// A peer's part in burn-collective. A peer that ends, also by a panic, wakes those that wait for it: they get an error.
struct Membership<B: Backend>(PhantomData<B>);

impl<B: Backend> Membership<B> {
    fn begin(peer: &Peer, device: &B::Device) -> Result<Self> {
        let config = CollectiveConfig::default().with_num_devices(peer.here);
        let registered = collective::register::<B>(peer.id(), device.clone(), config);
        registered.map_err(|error| anyhow!("joining the devices: {error:?}"))?;
        Ok(Self(PhantomData))
    }
}

impl<B: Backend> Drop for Membership<B> {
    fn drop(&mut self) {
        collective::reset_collective::<B>();
    }
}
