//! The peers of this machine, a thread each.

use std::{marker::PhantomData, panic, sync::Arc, thread};

use anyhow::{Result, ensure};
use burn::{
    collective::{self, CollectiveConfig},
    tensor::backend::{AutodiffBackend, Backend},
};

use super::{Peer, Stopped, nodes::Nodes};

/// Runs `train` for each of `devices` on a thread of its own and waits for all. If one ends with an error, all do, and
/// that error is returned.
pub fn launch<B: AutodiffBackend>(
    devices: &[B::Device],
    nodes: Option<Nodes>,
    train: impl Fn(&Peer, &B::Device) -> Result<()> + Sync,
) -> Result<()> {
    ensure!(!devices.is_empty(), "training takes one device at least");
    let peers = peers(devices.len(), nodes.map(Arc::new));
    if let ([peer], [device]) = (peers.as_slice(), devices) {
        train(peer, device)?;
    } else {
        let member = |(peer, device): (&Peer, &B::Device)| {
            let _membership = Membership::<B::InnerBackend>::begin(peer, device)?;
            train(peer, device)
        };
        thread::scope(|scope| {
            let member = &member;
            let threads: Vec<_> =
                peers.iter().zip(devices).map(|peer| scope.spawn(move || member(peer))).collect();
            first_cause(
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))),
            )
        })?;
    }
    peers.iter().filter_map(|peer| peer.nodes.as_ref()).take(1).for_each(|nodes| nodes.leave());
    Ok(())
}

fn peers(here: usize, nodes: Option<Arc<Nodes>>) -> Vec<Peer> {
    let (before, count) = nodes.as_ref().map_or((0, here), |nodes| nodes.devices());
    let turn = Arc::default();
    let peer = |place| Peer {
        rank: before + place,
        count,
        place,
        here,
        nodes: nodes.clone(),
        turn: Arc::clone(&turn),
    };
    (0..here).map(peer).collect()
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
        registered.map_err(|error| anyhow::anyhow!("joining the devices: {error:?}"))?;
        Ok(Self(PhantomData))
    }
}

impl<B: Backend> Drop for Membership<B> {
    fn drop(&mut self) {
        collective::reset_collective::<B>();
    }
}
