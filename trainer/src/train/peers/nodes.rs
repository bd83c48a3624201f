//! Several machines. Each knows the addresses of all; in each round every node shows its numbers and fetches those of
//! the others, and all add them in the nodes' order.
//!
//! The transport is Burn's tensor data service (burn-communication), the one that burn-collective uses between machines.
//! burn-collective's own step between machines can't train: its barrier compares the nodes that have arrived with all
//! nodes, but empties only a copy of that list (`SyncService::sync`, src/global/node/sync.rs, lines 62 to 73 of version
//! 0.21.0), so every all-reduce behind the first waits for ever. It also has no time-outs, and its broadcast between
//! machines is not written yet.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use burn::{backend::Flex, tensor::TensorData};
use burn_communication::{
    Address, ProtocolServer,
    data_service::{TensorDataServer, TensorDataService},
    websocket::{WebSocket, WsServer},
};
use clap::Args;
use serde_json::Value;
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    task::JoinHandle,
    time::{self, Instant},
};
use tokio_util::sync::CancellationToken;

use super::agreement::difference;

type Service = TensorDataService<Flex, WebSocket>;

/// Numbers in one message; a websocket's frame holds 512 MiB.
const NUMBERS: usize = 1 << 24;

/// Between attempts to reach a node that is not there yet.
const RETRY: Duration = Duration::from_millis(200);

/// Between two times that waiting senders are woken.
const WAKE_INTERVAL: Duration = Duration::from_millis(5);

/// Time for data that is being sent to arrive.
const SENDING: Duration = Duration::from_millis(100);

/// How long a node that ends stays for others that have not fetched all.
const LINGER: Duration = Duration::from_secs(2);

/// Which machine this is, and where all are.
#[derive(Args, Clone, Debug)]
pub struct NodeOptions {
    /// The machines that train together, in the same order on each. A machine listens on its own port, on all of its networks
    /// and without asking who connects, so the network must be one that you trust.
    #[arg(long = "nodes", value_name = "HOST:PORT,..", value_delimiter = ',', requires = "rank")]
    pub addresses: Vec<String>,
    /// Which of them this one is, counted from 0.
    #[arg(long = "node-rank", value_name = "R", default_value_t = 0, requires = "addresses")]
    pub rank: usize,
    /// Seconds to wait for another machine, at the start and in each step, before giving up.
    #[arg(long = "node-timeout", value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub timeout: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse::<f32>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f32(number).map_err(|error| error.to_string())
}

/// This machine among others.
pub struct Nodes {
    options: NodeOptions,
    addresses: Vec<Address>,
    /// Devices of each node.
    devices: Vec<usize>,
    service: Arc<Service>,
    round: AtomicU64,
    stop: CancellationToken,
    /// Always there until the end.
    runtime: Option<Runtime>,
}

impl Nodes {
    /// Waits until all nodes are there. `run` says what all must agree on; this node has `devices` devices.
    ///
    /// An error if the port is taken, a node does not come in time, or one trains something else.
    pub fn join(options: NodeOptions, devices: usize, run: &Value) -> Result<Self> {
        let NodeOptions { addresses, rank, .. } = &options;
        let count = addresses.len();
        ensure!(*rank < count, "node {rank} is not one of {count}: they are counted from 0");
        be_quiet();
        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("nodes").enable_all().build()?;
        let stop = CancellationToken::new();
        let service = Arc::new(Service::new(stop.clone()));
        let server = serve(&runtime, &service, &stop, port(&addresses[*rank])?);
        runtime.spawn(wake_senders(service.clone()));
        let parse =
            |address: &String| format!("ws://{address}").parse().map_err(anyhow::Error::msg::<String>);
        let addresses = addresses.iter().map(parse).collect::<Result<_>>()?;
        let mut nodes = Self {
            options,
            addresses,
            devices: vec![devices],
            service,
            round: 0.into(),
            stop,
            runtime: Some(runtime),
        };
        nodes.wait_for_all(server)?;
        nodes.devices = nodes.shake_hands(devices, run)?;
        Ok(nodes)
    }

    /// Devices of the nodes before this one, and of all.
    pub fn devices(&self) -> (usize, usize) {
        (self.devices[..self.options.rank].iter().sum(), self.devices.iter().sum())
    }

    /// Adds the other nodes' numbers to ours, in the nodes' order, so that all get the same sums to the last bit.
    pub fn sum(&self, values: &mut [f32]) -> Result<()> {
        for part in values.chunks_mut(NUMBERS) {
            let all = self.exchange(TensorData::new(part.to_vec(), [part.len()]))?;
            part.fill(0.0);
            for (node, theirs) in all.into_iter().enumerate() {
                let theirs = theirs.into_vec::<f32>().map_err(unlike)?;
                ensure!(theirs.len() == part.len(), "{} trains a network of another size", self.name(node));
                part.iter_mut().zip(theirs).for_each(|(sum, number)| *sum += number);
            }
        }
        Ok(())
    }

    /// Waits until all nodes are here.
    pub fn barrier(&self) -> Result<()> {
        self.exchange(TensorData::new(vec![0u8], [1])).map(drop)
    }

    /// Tells the others what is trained here, and checks that they train the same. Gives each node's devices.
    fn shake_hands(&self, devices: usize, run: &Value) -> Result<Vec<usize>> {
        let handshake = serde_json::to_vec(&(devices, run))?;
        let length = handshake.len();
        let all = self.exchange(TensorData::new(handshake, [length]))?;
        let read = |(node, theirs): (usize, TensorData)| {
            let name = self.name(node);
            let theirs = theirs.into_vec::<u8>().map_err(unlike)?;
            let (devices, theirs): (usize, Value) =
                serde_json::from_slice(&theirs).with_context(|| format!("{name} is another trainer"))?;
            if let Some(difference) = difference(run, &theirs) {
                bail!("{name} trains with another {difference}");
            }
            Ok(devices)
        };
        all.into_iter().enumerate().map(read).collect()
    }

    /// One round: what every node has, in the nodes' order.
    fn exchange(&self, ours: TensorData) -> Result<Vec<TensorData>> {
        let round = self.round.fetch_add(1, Ordering::Relaxed);
        let others = self.options.addresses.len() - 1;
        self.runtime()?.block_on(async {
            self.service.expose_data(ours.clone(), others as u32, round.into()).await;
            let downloads: Vec<_> = (0..=others)
                .map(|node| (node != self.options.rank).then(|| self.download(node, round)))
                .collect();
            let deadline = Instant::now() + self.options.timeout;
            let mut all = Vec::new();
            for (node, download) in downloads.into_iter().enumerate() {
                all.push(match download {
                    Some(download) => self.received(node, download, deadline).await?,
                    None => ours.clone(),
                });
            }
            Ok(all)
        })
    }

    fn download(&self, node: usize, round: u64) -> JoinHandle<Option<TensorData>> {
        let address = self.addresses[node].clone();
        let service = self.service.clone();
        // The service panics where a connection fails; the task keeps that apart.
        tokio::spawn(async move { service.download_tensor(address, round.into()).await })
    }

    async fn received(
        &self,
        node: usize,
        download: JoinHandle<Option<TensorData>>,
        deadline: Instant,
    ) -> Result<TensorData> {
        let name = self.name(node);
        match time::timeout_at(deadline, download).await {
            Ok(Ok(Some(data))) => Ok(data),
            Ok(_) => bail!("{name} ended, or the connection to it broke"),
            Err(_) => bail!("{name} has not answered for {} s", self.options.timeout.as_secs_f32()),
        }
    }

    /// Returns when every other node can be connected to.
    fn wait_for_all(&self, server: JoinHandle<Result<()>>) -> Result<()> {
        let deadline = Instant::now() + self.options.timeout;
        self.runtime()?.block_on(async {
            for (node, address) in self.options.addresses.iter().enumerate() {
                while node != self.options.rank && TcpStream::connect(address).await.is_err() {
                    if server.is_finished() {
                        break;
                    }
                    if Instant::now() > deadline {
                        bail!(
                            "{} did not come within {} s",
                            self.name(node),
                            self.options.timeout.as_secs_f32()
                        );
                    }
                    time::sleep(RETRY).await;
                }
            }
            if server.is_finished() { server.await? } else { Ok(()) }
        })
    }

    fn name(&self, node: usize) -> String {
        format!("node {node} at {}", self.options.addresses[node])
    }

    fn runtime(&self) -> Result<&Runtime> {
        self.runtime.as_ref().context("the connection to the nodes is closed")
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let service = self.service.clone();
        let closing = runtime.spawn(async move {
            while !service.exposed_tensors.lock().await.is_empty() {
                time::sleep(WAKE_INTERVAL).await;
            }
            time::sleep(SENDING).await;
            service.close().await;
        });
        // The service panics where a node is gone already; the task keeps that apart.
        let _ = runtime.block_on(async { time::timeout(LINGER, closing).await });
        self.stop.cancel();
        runtime.shutdown_timeout(LINGER);
    }
}

/// Serves what this node shows to the others.
fn serve(
    runtime: &Runtime,
    service: &Arc<Service>,
    stop: &CancellationToken,
    port: u16,
) -> JoinHandle<Result<()>> {
    let server = WsServer::new(port);
    let server = TensorDataServer::<Flex, WebSocket>::route_tensor_data_service(server, service.clone());
    let stop = stop.clone();
    let serving = server.serve(async move { stop.cancelled().await });
    runtime.spawn(async move {
        serving.await.map_err(|error| anyhow!("can't listen on port {port} for the other nodes: {error:?}"))
    })
}

/// The service looks whether a tensor is there and then waits for the news of one (`get_exposed_tensor_bytes`,
/// src/data_service.rs in burn-communication 0.21.0); what is shown between the two would be missed for ever, so the news
/// is told again and again.
async fn wake_senders(service: Arc<Service>) {
    loop {
        time::sleep(WAKE_INTERVAL).await;
        service.new_tensor_notify.notify_waiters();
    }
}

/// Burn's server would have each transfer printed, unless another listener is there first.
fn be_quiet() {
    // There is one already when a process trains twice.
    let _ = tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new());
}

fn port(address: &str) -> Result<u16> {
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    port.with_context(|| format!("{address} is no HOST:PORT"))
}

/// Numbers of another kind than expected, as an error.
pub(super) fn unlike(error: impl std::fmt::Debug) -> anyhow::Error {
    anyhow::anyhow!("a tensor's numbers: {error:?}")
}
