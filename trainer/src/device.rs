//! The device that computes: chosen when the program runs, and asked whether it is there before anything is built on it.

#[cfg(any(feature = "cuda", feature = "libtorch"))]
use anyhow::Context;
use anyhow::{Result, bail, ensure};
use burn::backend::wgpu::{
    WgpuRuntime,
    graphics::{AutoGraphicsApi, GraphicsApi},
};
use clap::ValueEnum;
use cubecl::Runtime;
use serde::{Deserialize, Serialize};

/// The devices that networks train and run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// The processor, with Burn's own kernels.
    Flex,
    /// Any GPU, through Vulkan, Metal or DirectX 12.
    Wgpu,
    /// An NVIDIA GPU; needs a build with `--features cuda`.
    Cuda,
    /// The processor, with LibTorch's kernels; needs a build with `--features libtorch`.
    Libtorch,
    /// An NVIDIA GPU, with LibTorch's kernels; needs a build with `--features libtorch` and a PyTorch that knows CUDA.
    #[value(name = "libtorch-cuda")]
    #[serde(rename = "libtorch-cuda")]
    LibtorchCuda,
}

const WITHOUT_LIBTORCH: &str = "this trainer was built without LibTorch: build it with --features libtorch";

impl Device {
    /// An error in plain words where the device can't be used.
    pub fn check(self) -> Result<()> {
        match self {
            Self::Flex => Ok(()),
            Self::Wgpu => check_wgpu(),
            Self::Cuda => cuda_devices().map(drop),
            Self::Libtorch if cfg!(feature = "libtorch") => Ok(()),
            Self::Libtorch => bail!(WITHOUT_LIBTORCH),
            Self::LibtorchCuda => torch_devices().map(drop),
        }
    }

    /// As [`Self::check`], and an error if there are not `count` devices of the kind. The processor stands for any number.
    pub fn check_count(self, count: usize) -> Result<()> {
        self.check()?;
        let there = match self {
            Self::Flex => count,
            Self::Cuda => cuda_devices()?,
            Self::LibtorchCuda => torch_devices()?,
            Self::Wgpu | Self::Libtorch => 1,
        };
        ensure!((1..=there).contains(&count), "{count} devices are asked for, and 1 to {there} can be used");
        Ok(())
    }
}

/// How many GPUs LibTorch can use.
#[cfg(feature = "libtorch")]
fn torch_devices() -> Result<usize> {
    ensure!(tch::Cuda::is_available(), "LibTorch finds no GPU, or is a build without CUDA");
    usize::try_from(tch::Cuda::device_count()).context("LibTorch counts its devices")
}

#[cfg(not(feature = "libtorch"))]
fn torch_devices() -> Result<usize> {
    bail!(WITHOUT_LIBTORCH)
}

/// The kind under which cubecl lists drivers that compute on the processor.
const SOFTWARE: u16 = 3;

/// wgpu panics where there is no adapter, so the drivers are asked first. One that computes on the processor is taken, with a warning.
fn check_wgpu() -> Result<()> {
    let found = WgpuRuntime::enumerate_all_devices(&AutoGraphicsApi::backend());
    ensure!(!found.is_empty(), "no GPU driver for Vulkan, Metal or DirectX 12 was found");
    if found.iter().all(|device| device.type_id == SOFTWARE) {
        eprintln!(
            "warning: there is no GPU, only a driver that computes on the processor: --device flex is faster"
        );
    }
    Ok(())
}

#[cfg(not(feature = "cuda"))]
fn cuda_devices() -> Result<usize> {
    bail!("this trainer was built without CUDA: build it with --features cuda")
}

/// How many GPUs there are. CUDA's own functions panic on a thread of their own where the driver is missing, so it is asked
/// first.
#[cfg(feature = "cuda")]
fn cuda_devices() -> Result<usize> {
    use libloading::{Library, Symbol};
    const DRIVER: &str = if cfg!(windows) { "nvcuda.dll" } else { "libcuda.so.1" };
    let missing = || "no NVIDIA driver was found".to_owned();
    let mut devices = 0;
    // SAFETY: both are functions of the CUDA driver API with exactly these signatures; the driver's library has no other
    // requirement on being loaded.
    unsafe {
        let driver = Library::new(DRIVER).with_context(missing)?;
        let init: Symbol<unsafe extern "C" fn(u32) -> i32> = driver.get(b"cuInit").with_context(missing)?;
        let count: Symbol<unsafe extern "C" fn(*mut i32) -> i32> =
            driver.get(b"cuDeviceGetCount").with_context(missing)?;
        let code = init(0);
        ensure!(code == 0, "the NVIDIA driver does not start: CUDA error {code}");
        ensure!(count(&mut devices) == 0 && devices > 0, "the NVIDIA driver finds no GPU");
    }
    Ok(devices as usize)
}
