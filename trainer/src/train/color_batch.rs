//! A batch of f or g: images with the neighborhoods of their pixels, or pairs of neighboring frames with their motion.

use burn::tensor::{Int, Tensor, TensorData, backend::Backend};
use chromaflow::hint::{HINT, Hints};
use rand::rngs::StdRng;

use super::masked_flow::MaskedFlow;
use crate::data::{crop::Crop, hint::hint, windowed::WindowMotion};

/// One pass's images and neighborhoods.
#[derive(Debug, Default)]
pub struct ColorBatch {
    /// Images in the batch.
    pub images: usize,
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `[images, 3, height, width]` in [0, 1].
    pub rgb: Vec<f32>,
    /// For each image the same number of pixels, counted row by row; none if the bilateral loss is left out.
    pub(super) queries: Vec<i32>,
    /// Their nearest neighbors, the same number for each.
    pub(super) neighbors: Vec<i32>,
    /// The motion of each pair s and t, and of all pairs t and s; none if no loss needs it.
    pub(super) motion: [Vec<WindowMotion>; 2],
    /// The images with a flicker of their own, where they are recolored.
    pub(super) flickering: Vec<f32>,
    /// `[images, HINT, height, width]`, zeros for an image without a hint; none if no image has one.
    hints: Vec<f32>,
}

impl ColorBatch {
    /// The images, `[images, 3, height, width]` in [0, 1].
    pub fn truth<B: Backend>(&self, device: &B::Device) -> Tensor<B, 4> {
        let shape = [self.images, 3, self.height, self.width];
        Tensor::from_data(TensorData::new(self.rgb.clone(), shape), device)
    }

    /// The images with flicker, `[images, 3, height, width]`; none where they are as they were filmed.
    pub fn flickering<B: Backend>(&self, device: &B::Device) -> Option<Tensor<B, 4>> {
        let shape = [self.images, 3, self.height, self.width];
        let data = || TensorData::new(self.flickering.clone(), shape);
        (!self.flickering.is_empty()).then(|| Tensor::from_data(data(), device))
    }

    /// Pixels `[images, m]` and the K neighbors of each `[images, m * K]`, counted row by row.
    pub fn neighborhoods<B: Backend>(&self, device: &B::Device) -> Option<[Tensor<B, 2, Int>; 2]> {
        let copy = |pixels: &[i32]| {
            let shape = [self.images, pixels.len() / self.images];
            Tensor::from_data(TensorData::new(pixels.to_vec(), shape), device)
        };
        (!self.queries.is_empty()).then(|| [copy(&self.queries), copy(&self.neighbors)])
    }

    /// The motion from the first half of the images to their neighbors, and the motion back; none for
    /// images that are no pairs, or if no loss needs it.
    pub fn motion<B: Backend>(&self, device: &B::Device) -> Option<[MaskedFlow<B>; 2]> {
        let copy = |motion: &[WindowMotion], channels: usize, plane: fn(&WindowMotion) -> &Vec<f32>| {
            let values: Vec<f32> = motion.iter().flat_map(|motion| plane(motion).iter().copied()).collect();
            let shape = [motion.len(), channels, self.height, self.width];
            Tensor::from_data(TensorData::new(values, shape), device)
        };
        let link = |motion: &Vec<WindowMotion>| MaskedFlow {
            flow: copy(motion, 2, |motion| &motion.flow),
            visible: copy(motion, 1, |motion| &motion.visible),
        };
        (!self.motion[0].is_empty()).then(|| self.motion.each_ref().map(link))
    }

    /// The hints that f is given of the images' colors, `[images, HINT, height, width]`; none if no image has one.
    pub fn hints<B: Backend>(&self, device: &B::Device) -> Option<Hints<B>> {
        let shape = [self.images, HINT, self.height, self.width];
        (!self.hints.is_empty())
            .then(|| Tensor::from_data(TensorData::new(self.hints.clone(), shape), device).into())
    }

    /// Gives the newest image a hint.
    pub(super) fn add_hint(&mut self, random: &mut StdRng) {
        let size = 3 * self.width * self.height;
        let crop =
            Crop { rgb: self.rgb[self.rgb.len() - size..].to_vec(), width: self.width, height: self.height };
        self.hints.resize((self.images - 1) * HINT * self.width * self.height, 0.0);
        self.hints.extend(hint(&crop, random));
    }

    /// Images behind the last one with a hint have none.
    pub(super) fn fill_hints(&mut self) {
        if !self.hints.is_empty() {
            self.hints.resize(self.images * HINT * self.width * self.height, 0.0);
        }
    }

    /// Adds an image of the same size as those before it.
    pub(super) fn add(&mut self, crop: Crop) {
        self.images += 1;
        (self.width, self.height) = (crop.width, crop.height);
        self.rgb.extend(crop.rgb);
    }
}
