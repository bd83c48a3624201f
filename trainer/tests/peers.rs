//! Several devices and machines train to the losses of one, none waits for ever for one that is gone, and a device that isn't
//! there is message.

mod pictures;

use std::{
    fs,
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use burn::{
    backend::{Autodiff, Flex},
    module::{Module, Param},
    nn::{
        Initializer,
        conv::{Conv2d, Conv2dConfig},
    },
    optim::{AdamConfig, GradientsParams, Optimizer},
    tensor::{Device, ElementConversion, Int, Tensor, TensorData, activation::relu, backend::Backend},
};
use pictures::prepare_data;
use serde_json::{Value, json};
use tempfile::tempdir;
use trainer::{
    config,
    train::{
        peers::{
            Group, Peer,
            nodes::{NodeOptions, Nodes},
        },
        stages,
    },
};

type Training = Autodiff<Flex>;

/// Images a step, each a batch of its own.
const BATCHES: usize = 4;
const SIDE: usize = 8;
const STEPS: usize = 30;

/// burn-collective joins all devices of a process, so trainings on several devices run one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static DEVICES: Mutex<()> = Mutex::new(());
    DEVICES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A network of two convolutions.
#[derive(Module, Debug)]
struct Blur<B: Backend> {
    first: Conv2d<B>,
    second: Conv2d<B>,
}

impl<B: Backend> Blur<B> {
    /// The weights are counted out, not drawn: peers in one process share its random numbers and would take them from each
    /// other.
    fn init(device: &B::Device) -> Self {
        let waves = |shape: [usize; 4]| {
            let count = shape.iter().product::<usize>() as i64;
            let weight = Tensor::<B, 1, Int>::arange(0..count, device).float().mul_scalar(2.4).sin();
            Param::from_tensor(weight.mul_scalar(0.3).reshape(shape))
        };
        let same = |from, to| {
            let padding = burn::nn::PaddingConfig2d::Same;
            let mut layer = Conv2dConfig::new([from, to], [3, 3])
                .with_padding(padding)
                .with_initializer(Initializer::Zeros)
                .init(device);
            layer.weight = waves([to, from, 3, 3]);
            layer
        };
        Self { first: same(1, 8), second: same(8, 1) }
    }

    fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.second.forward(relu(self.first.forward(images)))
    }
}

/// The peer's images of a step, `[n, 1, h, w]`: each depends on its place in the whole batch alone.
fn images(peer: &Peer, step: usize, device: &Device<Flex>) -> Result<Tensor<Training, 4>> {
    let share = peer.share(BATCHES)?;
    let value = |image: usize, pixel: usize| ((step * 7 + image * 13 + pixel) as f32 * 0.37).sin();
    let values: Vec<f32> =
        share.clone().flat_map(|image| (0..SIDE * SIDE).map(move |pixel| value(image, pixel))).collect();
    Ok(Tensor::from_data(TensorData::new(values, [share.len(), 1, SIDE, SIDE]), device))
}

/// Teaches the network to dim images; the losses of all steps go to `log` where the peer keeps it.
fn train(peer: &Peer, device: &Device<Flex>, log: &Mutex<Vec<f32>>) -> Result<()> {
    let network = peer.in_turn(|| Ok(Blur::<Training>::init(device)))?;
    let mut network = peer.with_first_parameters(network)?;
    let mut optimizer = AdamConfig::new().init();
    for step in 0..STEPS {
        let images = images(peer, step, device)?;
        let truth = images.clone().mul_scalar(0.5).add_scalar(0.1);
        let loss = (network.forward(images) - truth).powi_scalar(2).mean();
        let figures = vec![("loss", loss.clone().inner())];
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let (gradients, figures) = peer.average(&network, gradients, figures)?;
        network = optimizer.step(1e-2, network, gradients);
        if peer.is_first() {
            log.lock().unwrap().push(figures[0].1.clone().into_scalar().elem());
        }
    }
    Ok(())
}

fn losses(devices: usize, nodes: Option<NodeOptions>) -> Result<Vec<f32>> {
    let log = Mutex::new(Vec::new());
    let group = Group::<Training>::join(&vec![Default::default(); devices], nodes, &json!({}))?;
    group.train(|peer, device| train(peer, device, &log))?;
    Ok(log.into_inner().unwrap())
}

/// A sum of n numbers in another order may differ by n roundings; 30 steps of Adam carry these on. Without an exchange, or
/// with one that weighs wrongly, the losses differ in their first digits.
fn assert_same(ours: &[f32], one: &[f32]) {
    assert_eq!(ours.len(), STEPS);
    for (step, (ours, one)) in ours.iter().zip(one).enumerate() {
        assert!((ours - one).abs() <= 1e-4 * one, "step {step}: {ours}, not {one}");
    }
}

/// Addresses on this machine with ports that nothing listens on.
fn addresses(count: usize) -> Vec<String> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().to_string()).collect()
}

fn node(addresses: &[String], rank: usize, timeout: f32) -> NodeOptions {
    NodeOptions { addresses: addresses.to_vec(), rank, timeout: Duration::from_secs_f32(timeout) }
}

#[test]
fn devices_train_to_the_losses_of_one() {
    let _alone = alone();
    let one = losses(1, None).unwrap();
    assert!(one[STEPS - 1] < 0.5 * one[0], "{one:?}");
    for devices in [2, 4] {
        assert_same(&losses(devices, None).unwrap(), &one);
    }
    let message = losses(3, None).unwrap_err().to_string();
    assert!(
        message.starts_with("a step of 4 batches can't be shared out evenly among 3 devices"),
        "{message}"
    );
}

/// One node has a device, the other three.
#[test]
fn nodes_train_to_the_losses_of_one() {
    let _alone = alone();
    let one = losses(1, None).unwrap();
    let addresses = addresses(2);
    thread::scope(|scope| {
        let train = |rank: usize, devices: usize| {
            let options = node(&addresses, rank, 20.0);
            scope.spawn(move || losses(devices, Some(options)))
        };
        let [first, second] = [train(0, 1), train(1, 3)].map(|node| node.join().unwrap().unwrap());
        assert_same(&first, &one);
        assert!(second.is_empty(), "only the first node keeps a log");
    });
}

/// The errors of two nodes that train different runs.
fn both_join(runs: [Value; 2]) -> [Result<()>; 2] {
    let addresses = addresses(2);
    thread::scope(|scope| {
        let join = |(rank, run)| {
            let options = node(&addresses, rank, 10.0);
            scope.spawn(move || Nodes::join(options, 1, &run).map(|_| ()))
        };
        let [first, second] = runs.map(|run| run);
        [join((0, first)), join((1, second))].map(|node| node.join().unwrap())
    })
}

#[test]
fn nodes_with_other_runs_do_not_train_together() {
    let run = |rate: f64| json!({ "commit": "abc", "optimizer": { "rate": rate } });
    let message = both_join([run(0.1), run(0.2)]).map(|joined| format!("{:#}", joined.unwrap_err()));
    assert!(
        message[0].ends_with("trains with another optimizer.rate: 0.2 there, 0.1 here"),
        "{}",
        message[0]
    );
    assert!(
        message[1].ends_with("trains with another optimizer.rate: 0.1 there, 0.2 here"),
        "{}",
        message[1]
    );
    assert!(both_join([run(0.1), run(0.1)]).iter().all(Result::is_ok));
}

#[test]
fn a_missing_node_and_a_taken_port_are_told() {
    let addresses = addresses(2);
    let started = Instant::now();
    let message = Nodes::join(node(&addresses, 0, 0.5), 1, &json!({})).err().unwrap().to_string();
    assert_eq!(message, format!("node 1 at {} did not come within 0.5 s", addresses[1]));
    assert!(started.elapsed() < Duration::from_secs(10));

    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let addresses = [format!("127.0.0.1:{}", taken.local_addr().unwrap().port()), addresses[1].clone()];
    let message = Nodes::join(node(&addresses, 0, 0.5), 1, &json!({})).err().unwrap().to_string();
    assert!(message.starts_with("can't listen on port"), "{message}");
}

/// A device that fails makes all end with its error; a node that ends makes the others end.
#[test]
fn a_lost_peer_is_noticed() {
    let _alone = alone();
    let failing = |peer: &Peer, device: &_| match peer.is_first() {
        true => bail!("the disk is full"),
        false => train(peer, device, &Mutex::new(Vec::new())),
    };
    let group = Group::<Training>::join(&[Default::default(); 2], None, &json!({})).unwrap();
    let message = group.train(failing).unwrap_err().to_string();
    assert_eq!(message, "the disk is full");

    let addresses = addresses(2);
    thread::scope(|scope| {
        let join = |rank| {
            let options = node(&addresses, rank, 10.0);
            scope.spawn(move || Nodes::join(options, 1, &json!({})).unwrap())
        };
        let [stays, goes] = [join(0), join(1)].map(|node| node.join().unwrap());
        drop(goes);
        let message = stays.sum(&mut [1.0]).unwrap_err().to_string();
        assert!(message.starts_with("node 1 at") && message.ends_with("broke"), "{message}");
    });
}

/// Two stages on generated pictures, one handing on to the other; each step has two batches of two examples.
const RUN: &str = r#"
preset = "tiny"
loaders = 1
losses.samples = 32
losses.temporal = 1.0
optimizer = { learning_rate = 1e-3, accumulate = 2 }

[[stages]]
kind = "flow"
epochs = 1
images = 80
batch = 2
side = 96
smallest_side = 64
crop = 64

[[stages]]
kind = "colorizer"
epochs = 1
images = 60
pairs = 20
batch = 2
side = 96
smallest_side = 64
crop = 64
"#;

/// The losses that both stages logged.
fn logged(run: &Path) -> Vec<f64> {
    let log = |stage: &str| fs::read_to_string(run.join(stage).join("log.jsonl")).unwrap();
    let lines = [log("1-flow"), log("2-colorizer")].concat();
    lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).unwrap()["loss"].as_f64()).collect()
}

/// A process that is ended with its test.
struct Trainer(Child);

impl Trainer {
    /// Starts the command; what it says goes to a file.
    fn start(arguments: &[&str], said: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.args(arguments).env("VK_ICD_FILENAMES", "/no/such/driver.json");
        let said = File::create(said).unwrap();
        Self(command.stdout(Stdio::null()).stderr(said).spawn().unwrap())
    }

    /// True if it succeeded; it must have ended by then.
    fn ended(&mut self, seconds: u64) -> bool {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(seconds) {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("still running after {seconds} s");
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The real stages, on two devices of one process, and on two machines: processes that only the loopback joins.
#[test]
fn stages_train_to_the_losses_of_one() {
    let _alone = alone();
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    prepare_data(folder.path(), true);
    let train = |name: &str, devices: usize| {
        let mut run = config::parse(RUN, &[]).unwrap();
        (run.data, run.out) = (path("set"), path(name));
        stages::train_on::<Training>(&run, false, &vec![Default::default(); devices], None).unwrap();
        logged(&run.out)
    };
    let one = train("one", 1);
    assert!(one.len() >= 2, "{one:?}");
    let same = |ours: Vec<f64>, who: &str| {
        let near = |(ours, one): (&f64, &f64)| (ours - one).abs() < 1e-3 * one;
        assert!(ours.len() == one.len() && ours.iter().zip(&one).all(near), "{who}: {ours:?}, not {one:?}");
    };
    same(train("two", 2), "two devices");

    fs::write(path("run.toml"), RUN).unwrap();
    let nodes = addresses(2).join(",");
    let [run, data, out] = ["run.toml", "set", "machines"].map(text);
    let mut trainers = ["0", "1"].map(|rank| {
        let arguments =
            ["train", &run, "--data", &data, "--out", &out, "--nodes", &nodes, "--node-rank", rank];
        Trainer::start(&arguments, &path(rank))
    });
    for (rank, trainer) in ["0", "1"].iter().zip(&mut trainers) {
        assert!(trainer.ended(120), "node {rank}: {}", fs::read_to_string(path(rank)).unwrap());
    }
    same(logged(&path("machines")), "two machines");
}

/// A machine that is lost in the middle of a run ends the run of the other.
#[test]
fn a_killed_machine_is_noticed() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    prepare_data(folder.path(), true);
    fs::write(path("run.toml"), RUN).unwrap();
    let nodes = addresses(2).join(",");
    let [run, data, out] = ["run.toml", "set", "out"].map(text);
    let mut trainers = ["0", "1"].map(|rank| {
        let more = ["--node-rank", rank, "--set", "stages.1.epochs=100000"];
        let arguments =
            [&["train", &run, "--data", &data, "--out", &out, "--nodes", &nodes], &more[..]].concat();
        Trainer::start(&arguments, &path(rank))
    });
    let started = Instant::now();
    while !path("out/1-flow/log.jsonl").exists() && started.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(50));
    }
    trainers[1].0.kill().unwrap();
    assert!(!trainers[0].ended(60));
    let said = fs::read_to_string(path("0")).unwrap();
    assert!(
        said.contains("node 1 at 127.0.0.1") && said.contains("ended, or the connection to it broke"),
        "{said}"
    );
}

#[test]
fn a_device_that_is_not_there_is_told() {
    let folder = tempdir().unwrap();
    prepare_data(folder.path(), true);
    fs::write(folder.path().join("run.toml"), RUN).unwrap();
    let [run, data, out, said] =
        ["run.toml", "set", "out", "said"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let message = |more: &[&str]| {
        let arguments = [&["train", &run, "--data", &data, "--out", &out], more].concat();
        assert!(!Trainer::start(&arguments, said.as_ref()).ended(60), "{more:?}");
        let said = fs::read_to_string(&said).unwrap();
        assert!(said.starts_with("Error: ") && !said.contains("panicked"), "{more:?}: {said}");
        said
    };
    // Where there is a GPU, Metal and DirectX need no driver's file.
    if cfg!(target_os = "linux") {
        assert!(message(&["--device", "wgpu"]).contains("no GPU driver"), "wgpu");
    }
    if cfg!(not(feature = "cuda")) {
        assert!(message(&["--device", "cuda"]).contains("built without CUDA"), "cuda");
    }
    assert!(message(&["--devices", "0"]).contains("0 devices are asked for"), "none");
    assert!(message(&["--devices", "3"]).contains("set optimizer.accumulate to a multiple of 3"), "three");
    assert!(message(&["--nodes", "a:1,b:2", "--node-rank", "2"]).contains("node 2 is not one of 2"), "rank");
}
