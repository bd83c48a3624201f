//! A clip with all that is found of it once, whatever is measured on it.

use burn::tensor::{Tensor, TensorData, backend::Backend};
use chromaflow::{
    clip::Link, color::luma, kernel::Kernels, model::flow::FlowNet, plane::Plane, shot::is_cut,
};
use image::RgbImage;

use super::figures::{Figures, mean};
use crate::{
    data::crop::planar,
    metric::{
        cdc::cdc, colourfulness::colourfulness, lpips::Lpips, psnr::psnr, ssim::ssim,
        warping_error::warping_error,
    },
};

/// A clip's true colours, its grey frames and their motion. A photo is a clip of one frame.
pub struct Footage<B: Backend> {
    /// The true frames, each `[1, 3, h, w]` in [0, 1].
    pub truth: Vec<Tensor<B, 4>>,
    /// Their luma, each `[1, 1, h, w]`: all that the networks see.
    pub grey: Vec<Tensor<B, 4>>,
    /// How each frame lies to the one before; none for the first of a shot.
    pub links: Vec<Option<Link<B>>>,
}

impl<B: Kernels> Footage<B> {
    /// Finds the cuts and, between them, the motion.
    pub fn new(frames: &[RgbImage], flow: &FlowNet<B>, device: &B::Device) -> Self {
        let truth: Vec<_> = frames.iter().map(|frame| to_tensor(frame, device)).collect();
        let grey: Vec<_> = truth.iter().cloned().map(luma).collect(); // [1, 1, h, w] each
        let planes: Vec<_> = grey.iter().map(to_plane).collect();
        let link = |index: usize| {
            let previous = index.checked_sub(1)?;
            let joined = !is_cut(&planes[previous], &planes[index]);
            joined.then(|| Link::find(grey[index].clone(), grey[previous].clone(), flow))
        };
        let links = (0..grey.len()).map(link).collect();
        Self { truth, grey, links }
    }

    /// One frame.
    pub fn still(frame: &RgbImage, device: &B::Device) -> Self {
        let truth = to_tensor(frame, device); // [1, 3, h, w]
        Self { grey: vec![luma(truth.clone())], truth: vec![truth], links: vec![None] }
    }

    /// The grey frames as RGB, each `[1, 3, h, w]`: what is handed in.
    pub fn input(&self) -> Vec<Tensor<B, 4>> {
        self.grey.iter().map(|grey| grey.clone().repeat_dim(1, 3)).collect() // [1, 3, h, w] each
    }

    /// Measures a method's frames, one `[1, 3, h, w]` for each of the clip's.
    pub fn measure(&self, frames: &[Tensor<B, 4>], lpips: Option<&Lpips<B>>) -> Figures {
        let over = |metric: &dyn Fn(Tensor<B, 4>, Tensor<B, 4>) -> Vec<f64>| {
            let pairs = frames.iter().cloned().zip(self.truth.iter().cloned());
            mean(pairs.flat_map(|(frame, truth)| metric(frame, truth)))
        };
        Figures {
            psnr: over(&psnr),
            ssim: over(&ssim),
            lpips: lpips.and_then(|lpips| over(&|frame, truth| lpips.distances(frame, truth))),
            ..self.measure_alone(frames)
        }
    }

    /// Measures what needs no truth: of the truth itself, too.
    pub fn measure_alone(&self, frames: &[Tensor<B, 4>]) -> Figures {
        Figures {
            colourfulness: mean(frames.iter().cloned().flat_map(colourfulness)),
            cdc: cdc(frames),
            warping_error: self.warping_error(frames),
            ..Figures::default()
        }
    }

    /// The mean over the pairs of neighbouring frames within a shot.
    fn warping_error(&self, frames: &[Tensor<B, 4>]) -> Option<f64> {
        let pairs = frames.windows(2).zip(self.links.iter().skip(1));
        mean(pairs.filter_map(|(pair, link)| {
            let (Link { to_previous, to_next }, [frame, next]) = (link.as_ref()?, pair) else { return None };
            let pair = [frame.clone(), next.clone()];
            warping_error(pair, to_next.flow.clone(), to_previous.flow.clone())
        }))
    }
}

/// An image as `[1, 3, h, w]` in [0, 1].
pub fn to_tensor<B: Backend>(image: &RgbImage, device: &B::Device) -> Tensor<B, 4> {
    let shape = [1, 3, image.height() as usize, image.width() as usize];
    Tensor::from_data(TensorData::new(planar(image), shape), device) // [1, 3, h, w]
}

fn to_plane<B: Backend>(grey: &Tensor<B, 4>) -> Plane {
    let [_, _, height, width] = grey.dims();
    Plane { width, height, samples: grey.to_data().iter::<f32>().collect() }
}
