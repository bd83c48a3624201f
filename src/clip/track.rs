//! Where places that a visitor has given colors to come to, frame by frame, along the flow.
//!
//! Frames come one by one, forwards or backwards. A place is hidden where the flow's mask or the frame's border says so; it keeps its
//! last position then, and is seen again where its surroundings return.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{
    frame::{check_buffer, grey, processing_size, small_luma},
    link::{Link, Seen},
    look::Look,
};
use crate::{
    color::LumaFrame, error::Result, kernel::Kernels, model::flow::FlowNet, plane::Plane, readback::read,
};

/// Shorter side, in pixels, of the frames that places are followed in.
const FOLLOWED: usize = 128;

/// Likeness from which on a hidden place is taken for seen again.
const RETURNED: f32 = 0.85;

/// Pixels a frame that a hidden place may have moved.
const STEP: usize = 2;

/// Pixels that a hidden place is sought around its last position, at most.
const FARTHEST: usize = 16;

/// A place to follow, in the frame that it is given with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The caller's own number.
    pub id: u32,
    /// Of the frame's width, in [0, 1].
    pub x: f32,
    /// Of the frame's height, in [0, 1].
    pub y: f32,
}

/// Where a place has come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    /// The caller's own number.
    pub id: u32,
    /// Of the frame's width, in [0, 1].
    pub x: f32,
    /// Of the frame's height, in [0, 1].
    pub y: f32,
    /// Whether it is seen there; a hidden place has its last position.
    pub visible: bool,
}

/// Follows places from frame to frame of a shot.
pub struct Tracker<B: Kernels> {
    previous: Option<Seen<B>>,
    followed: Vec<Followed>,
}

struct Followed {
    id: u32,
    /// In pixels of the small frame, whose first pixel's center is 0.
    x: f32,
    y: f32,
    /// As it was when it was last seen.
    look: Look,
    /// Frames since it was last seen.
    hidden: usize,
}

/// The motion from the frame before to this one, on the processor.
struct Steps {
    width: usize,
    height: usize,
    /// The planes of x, of y, and of the mask.
    values: Vec<f32>,
}

impl<B: Kernels> Default for Tracker<B> {
    fn default() -> Self {
        Self { previous: None, followed: Vec::new() }
    }
}

impl<B: Kernels> Tracker<B> {
    /// A frame no larger than places are followed in, for whoever keeps frames to hand them over in reverse.
    pub fn shrunk(luma: &LumaFrame) -> Result<LumaFrame> {
        check_buffer(luma)?;
        let (width, height) = processing_size(luma.width, luma.height, FOLLOWED);
        let codes = luma.luma.iter().map(|&code| f32::from(code)).collect();
        let codes = Plane { width: luma.width, height: luma.height, samples: codes }.resized(width, height);
        let codes = codes.samples.iter().map(|code| code.round() as u8).collect();
        Ok(LumaFrame { width, height, luma: codes, matrix: luma.matrix, range: luma.range })
    }

    /// Takes the next frame, and places that are given in it; tells where all places have come to, in the order that they were given in.
    pub async fn track(
        &mut self,
        luma: &LumaFrame,
        fresh: &[Place],
        network: &FlowNet<B>,
        device: &B::Device,
    ) -> Result<Vec<Tracked>> {
        let plane = small_luma(luma, FOLLOWED)?;
        let Plane { width, height, .. } = plane;
        let seen = Seen::new(grey(&plane, device), network);
        if let Some(previous) = self.previous.take() {
            let steps = Steps::between(&seen, &previous, network, (width, height)).await?;
            self.followed.iter_mut().for_each(|place| place.follow(&steps, &plane));
        }
        self.followed.extend(fresh.iter().map(|place| Followed::new(place, &plane)));
        self.previous = Some(seen);
        Ok(self.followed.iter().map(|place| place.tracked(width, height)).collect())
    }
}

impl Followed {
    fn new(&Place { id, x, y }: &Place, plane: &Plane) -> Self {
        let (x, y) = (x * plane.width as f32 - 0.5, y * plane.height as f32 - 0.5);
        Self { id, x, y, look: look(plane, x, y), hidden: 0 }
    }

    fn follow(&mut self, steps: &Steps, plane: &Plane) {
        let moved = if self.hidden == 0 { steps.carried(self.x, self.y) } else { self.found_again(plane) };
        match moved {
            Some((x, y)) => *self = Self { id: self.id, x, y, look: look(plane, x, y), hidden: 0 },
            None => self.hidden += 1,
        }
    }

    /// Where a hidden place's surroundings are seen again. What shows nothing but grain is the same everywhere, so it is looked for
    /// only where it was.
    fn found_again(&self, plane: &Plane) -> Option<(f32, f32)> {
        let reach = if self.look.shows_something() { (STEP * self.hidden).min(FARTHEST) as isize } else { 0 };
        let places = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)));
        let likeness = |&(dx, dy): &(isize, isize)| {
            self.look.likeness(&Look::around(
                plane,
                self.x.round() as isize + dx,
                self.y.round() as isize + dy,
            ))
        };
        let place = places.map(|place| (likeness(&place), place)).max_by(|a, b| a.0.total_cmp(&b.0));
        let (_, (dx, dy)) = place.filter(|(likeness, _)| *likeness >= RETURNED)?;
        let (x, y) = (self.x.round() + dx as f32, self.y.round() + dy as f32);
        within(x, y, plane.width, plane.height).then_some((x, y))
    }

    fn tracked(&self, width: usize, height: usize) -> Tracked {
        let (x, y) = ((self.x + 0.5) / width as f32, (self.y + 0.5) / height as f32);
        Tracked { id: self.id, x, y, visible: self.hidden == 0 }
    }
}

impl Steps {
    async fn between<B: Kernels>(
        frame: &Seen<B>,
        previous: &Seen<B>,
        network: &FlowNet<B>,
        (width, height): (usize, usize),
    ) -> Result<Self> {
        let Link { to_next, .. } = Link::between(frame, previous, network);
        let values = read(Tensor::cat(vec![to_next.flow, to_next.visible], 1)).await?; // [1, 3, h, w]
        Ok(Self { width, height, values })
    }

    /// Where the pixel at (x, y) of the frame before has come to, if it is seen there.
    fn carried(&self, x: f32, y: f32) -> Option<(f32, f32)> {
        let [dx, dy, visible] = [0, 1, 2].map(|plane| self.sample(plane, x, y));
        let (x, y) = (x + dx, y + dy);
        (visible > 0.5 && within(x, y, self.width, self.height)).then_some((x, y))
    }

    /// Bilinear; the border is repeated.
    fn sample(&self, plane: usize, x: f32, y: f32) -> f32 {
        let Self { width, height, values } = self;
        let plane = &values[plane * width * height..][..width * height];
        let (x, y) = (x.clamp(0.0, (width - 1) as f32), y.clamp(0.0, (height - 1) as f32));
        let (left, top) = (x as usize, y as usize);
        let at = |x: usize, y: usize| plane[y.min(height - 1) * width + x.min(width - 1)];
        let row = |y: usize| at(left, y) + x.fract() * (at(left + 1, y) - at(left, y));
        row(top) + y.fract() * (row(top + 1) - row(top))
    }
}

fn look(plane: &Plane, x: f32, y: f32) -> Look {
    Look::around(plane, x.round() as isize, y.round() as isize)
}

/// Whether a place lies in a frame.
fn within(x: f32, y: f32, width: usize, height: usize) -> bool {
    let inside = |place: f32, length: usize| (-0.5..=length as f32 - 0.5).contains(&place);
    inside(x, width) && inside(y, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(width: usize, height: usize, of: [f32; 3]) -> Steps {
        Steps { width, height, values: of.iter().flat_map(|&value| vec![value; width * height]).collect() }
    }

    /// A bright cross on a slope, at (x, y).
    fn picture(x: isize, y: isize) -> Plane {
        Plane::from_fn(64, 48, |column, row| {
            let (dx, dy) = ((column as isize - x).abs(), (row as isize - y).abs());
            let cross = dx.min(dy) <= 1 && dx.max(dy) <= 4;
            0.3 + 0.004 * column as f32 + if cross { 0.4 } else { 0.0 }
        })
    }

    fn at(x: f32, y: f32) -> Followed {
        Followed::new(&Place { id: 7, x: (x + 0.5) / 64.0, y: (y + 0.5) / 48.0 }, &picture(20, 20))
    }

    #[test]
    fn a_place_goes_with_the_flow() {
        let mut place = at(20.0, 20.0);
        place.follow(&steps(64, 48, [3.5, -2.0, 1.0]), &picture(23, 18));
        let Tracked { id, x, y, visible } = place.tracked(64, 48);
        assert_eq!((id, visible), (7, true));
        assert!((x * 64.0 - 24.0).abs() < 1e-4 && (y * 48.0 - 18.5).abs() < 1e-4, "{x} {y}");
    }

    /// Hidden for two frames, in which it moves by 3 pixels.
    #[test]
    fn a_hidden_place_keeps_its_position_and_is_found_where_it_looks_as_before() {
        let mut place = at(20.0, 20.0);
        let (hidden, covered) = (steps(64, 48, [9.0, 9.0, 0.0]), Plane::from_fn(64, 48, |_, _| 0.5));
        place.follow(&hidden, &covered);
        place.follow(&hidden, &covered);
        assert_eq!((place.tracked(64, 48).visible, place.x, place.y), (false, 20.0, 20.0));
        place.follow(&steps(64, 48, [0.0, 0.0, 1.0]), &picture(23, 20));
        assert_eq!((place.tracked(64, 48).visible, place.x, place.y), (true, 23.0, 20.0));
    }

    #[test]
    fn a_place_that_leaves_the_frame_is_hidden() {
        let mut place = at(60.0, 20.0);
        place.follow(&steps(64, 48, [5.0, 0.0, 1.0]), &picture(20, 20));
        assert!(!place.tracked(64, 48).visible);
    }
}
