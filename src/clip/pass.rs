//! One pass of refinement: every frame is corrected by its left and right neighbour, one frame late.

use burn::tensor::Tensor;

use super::{frame::Colored, link::Passage};
use crate::{
    color::with_luma,
    kernel::{Kernels, Pair},
    model::refiner::{Neighbourhood, Refiner},
};

/// The frames that wait for a neighbour.
pub(super) struct Pass<B: Kernels> {
    previous: Option<Colored<B>>,
    current: Option<Colored<B>>,
}

impl<B: Kernels> Default for Pass<B> {
    fn default() -> Self {
        Self { previous: None, current: None }
    }
}

impl<B: Kernels> Pass<B> {
    /// Takes the next frame of the shot; gives the one before it, refined, if there is one.
    pub fn push(&mut self, next: Colored<B>, refiner: &Refiner<B>) -> Option<Colored<B>> {
        let refined = self.refined(Some(&next), refiner);
        self.previous = self.current.replace(next);
        refined
    }

    /// Ends the shot; gives its last frame, refined.
    pub fn end(&mut self, refiner: &Refiner<B>) -> Option<Colored<B>> {
        let refined = self.refined(None, refiner);
        self.previous = None;
        self.current = None;
        refined
    }

    /// The current frame refined by each neighbour it has: the mean of what g makes of them.
    fn refined(&self, next: Option<&Colored<B>>, refiner: &Refiner<B>) -> Option<Colored<B>> {
        let current = self.current.as_ref()?;
        let left = self.previous.as_ref().zip(current.frame.link.as_ref());
        let right = next.and_then(|next| Some((next, next.frame.link.as_ref()?)));
        let neighbours: Vec<_> = left
            .map(|(previous, link)| (previous.color.clone(), &link.to_previous))
            .into_iter()
            .chain(right.map(|(next, link)| (next.color.clone(), &link.to_next)))
            .collect();
        let color = refine(current.color.clone(), current.frame.grey.clone(), &neighbours, refiner);
        Some(Colored { frame: current.frame.clone(), color })
    }
}

/// A neighbour's colour, `[1, 3, h, w]`, and the passage from the frame to it.
pub type Neighbour<'a, B> = (Tensor<B, 4>, &'a Passage<B>);

/// One pass of g over the coloured frame `color` `[1, 3, h, w]` with the luma `grey` `[1, 1, h, w]`: g on all its
/// neighbours in one batch, then their mean, `[1, 3, h, w]`. Without neighbours the colour stays as it is.
pub fn refine<B: Kernels>(
    color: Tensor<B, 4>,
    grey: Tensor<B, 4>,
    neighbours: &[Neighbour<'_, B>],
    refiner: &Refiner<B>,
) -> Tensor<B, 4> {
    if neighbours.is_empty() {
        return color;
    }
    let batch =
        |of: fn(&Neighbour<'_, B>) -> Tensor<B, 4>| Tensor::cat(neighbours.iter().map(of).collect(), 0);
    let frame = color.repeat_dim(0, neighbours.len()); // [n, 3, h, w]
    let (warped, color_confidence) = B::warp_trusted(Pair {
        frame: frame.clone(),
        neighbour: batch(|(color, _)| color.clone()),
        flow: batch(|(_, passage)| passage.flow.clone()),
        visible: batch(|(_, passage)| passage.visible.clone()),
    }); // [n, 3, h, w] and [n, 1, h, w]
    let refined = refiner.forward(Neighbourhood {
        color_confidence,
        grey_confidence: batch(|(_, passage)| passage.grey_confidence.clone()),
        frame,
        warped,
    });
    with_luma(refined, grey).mean_dim(0) // [1, 3, h, w]
}
