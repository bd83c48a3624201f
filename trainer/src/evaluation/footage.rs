//! A clip with all that is found of it once, whatever is measured on it.

use std::ops::{Add, Range};

use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    clip::Link, color::luma, kernel::Kernels, model::flow::FlowNet, plane::Plane, shot::is_cut,
};
use image::RgbImage;

use super::figures::{Figures, mean};
use crate::{
    data::tensor::to_tensor,
    metric::{
        cdc::cdc,
        colourfulness::colourfulness,
        hue::HueCounts,
        lpips::Lpips,
        psnr::psnr,
        ssim::ssim,
        warping_error::{chroma_warping_error, warping_error},
    },
};

/// How each frame lies to the one before; none for the first of a shot.
pub type Links<B> = Vec<Option<Link<B>>>;

/// A metric of a frame and the next one, which takes the flows there and back.
type ChangeMetric<B> = fn([Tensor<B, 4>; 2], Tensor<B, 4>, Tensor<B, 4>) -> Option<f64>;

/// A clip's true colours, its grey frames and their motion. A photo is a clip of one frame.
pub struct Footage<B: Backend> {
    /// The true frames, each `[1, 3, h, w]` in [0, 1].
    pub truth: Vec<Tensor<B, 4>>,
    /// Their luma, each `[1, 1, h, w]`: all that the networks see.
    pub grey: Vec<Tensor<B, 4>>,
    /// The motion that g refines along.
    pub links: Links<B>,
    /// The motion that is measured along, where it is found by another flow network.
    pub measuring: Option<Links<B>>,
}

impl<B: Kernels> Footage<B> {
    /// Finds the cuts and, between them, the motion.
    pub fn new(frames: &[RgbImage], flow: &FlowNet<B>, device: &B::Device) -> Self {
        let truth: Vec<_> = frames.iter().map(|frame| to_tensor(frame, device)).collect();
        let grey: Vec<_> = truth.iter().cloned().map(luma).collect(); // [1, 1, h, w] each
        let planes: Vec<_> = grey.iter().map(to_plane).collect();
        let is_joined = |index: usize| index > 0 && !is_cut(&planes[index - 1], &planes[index]);
        let links = links(&grey, is_joined, flow);
        Self { truth, grey, links, measuring: None }
    }

    /// Measures along the motion that `flow` finds.
    pub fn measured_along(mut self, flow: &FlowNet<B>) -> Self {
        self.measuring = Some(links(&self.grey, |index| self.links[index].is_some(), flow));
        self
    }

    /// One frame.
    pub fn still(frame: &RgbImage, device: &B::Device) -> Self {
        let truth = to_tensor(frame, device); // [1, 3, h, w]
        Self { grey: vec![luma(truth.clone())], truth: vec![truth], links: vec![None], measuring: None }
    }

    /// The grey frames as RGB, each `[1, 3, h, w]`: what is handed in.
    pub fn input(&self) -> Vec<Tensor<B, 4>> {
        self.grey.iter().map(|grey| grey.clone().repeat_dim(1, 3)).collect() // [1, 3, h, w] each
    }

    /// The shots, as ranges of frames.
    pub fn shots(&self) -> Vec<Range<usize>> {
        let starts: Vec<_> = (0..self.links.len()).filter(|index| self.links[*index].is_none()).collect();
        let ends = starts.iter().skip(1).copied().chain([self.links.len()]);
        starts.iter().zip(ends).map(|(start, end)| *start..end).collect()
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
            hue: self.hue(frames),
            ..self.measure_alone(frames)
        }
    }

    /// The pixels of the right hue, of all frames together.
    fn hue(&self, frames: &[Tensor<B, 4>]) -> Option<HueCounts> {
        let pairs = frames.iter().cloned().zip(self.truth.iter().cloned());
        pairs.map(|(frame, truth)| HueCounts::of(frame, truth)).reduce(Add::add)
    }

    /// Measures what needs no truth: of the truth itself, too.
    pub fn measure_alone(&self, frames: &[Tensor<B, 4>]) -> Figures {
        Figures {
            colourfulness: mean(frames.iter().cloned().flat_map(colourfulness)),
            cdc: cdc(frames),
            warping_error: self.change(frames, warping_error),
            chroma_warping_error: self.change(frames, chroma_warping_error),
            ..Figures::default()
        }
    }

    /// The mean over the pairs of neighbouring frames within a shot.
    fn change(&self, frames: &[Tensor<B, 4>], metric: ChangeMetric<B>) -> Option<f64> {
        let links = self.measuring.as_ref().unwrap_or(&self.links);
        let pairs = frames.windows(2).zip(links.iter().skip(1));
        mean(pairs.filter_map(|(pair, link)| {
            let (Link { to_previous, to_next }, [frame, next]) = (link.as_ref()?, pair) else { return None };
            metric([frame.clone(), next.clone()], to_next.flow.clone(), to_previous.flow.clone())
        }))
    }
}

/// How each frame of `grey` lies to the one before it in its shot, where it `is_joined` to that one.
fn links<B: Kernels>(
    grey: &[Tensor<B, 4>],
    is_joined: impl Fn(usize) -> bool,
    flow: &FlowNet<B>,
) -> Links<B> {
    let link = |index: usize| {
        is_joined(index).then(|| Link::find(grey[index].clone(), grey[index - 1].clone(), flow))
    };
    (0..grey.len()).map(link).collect()
}

fn to_plane<B: Backend>(grey: &Tensor<B, 4>) -> Plane {
    let [_, _, height, width] = grey.dims();
    Plane { width, height, samples: grey.to_data().iter::<f32>().collect() }
}
