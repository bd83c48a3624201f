//! Flows and masks between neighboring frames, as they lie on the disk.

use anyhow::{Context, Result, ensure};
use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// How the pixels of a frame s move to a neighboring frame t.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameMotion {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// flow(s -> t) in pixels: all x, then all y, row by row.
    pub flow: Vec<f32>,
    /// M_{t -> s}: whether the pixel of s is seen in t, row by row.
    pub visible: Vec<bool>,
}

/// Which of a pair's two frames s is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// s is the earlier frame.
    Forward,
    /// s is the later one.
    Backward,
}

impl Direction {
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::Forward => ["forward", "forward_visible"],
            Self::Backward => ["backward", "backward_visible"],
        }
    }
}

/// The file's bytes: for each direction the flow, f16 `[2, h, w]`, and the mask, a bit a pixel, the first pixel in the
/// lowest bit of the first byte.
pub fn to_bytes(forward: &FrameMotion, backward: &FrameMotion) -> Result<Vec<u8>> {
    let mut encoded = Vec::new();
    for (direction, motion) in [(Direction::Forward, forward), (Direction::Backward, backward)] {
        let flow: Vec<u8> =
            motion.flow.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect();
        let bits = |pixels: &[bool]| pixels.iter().rev().fold(0, |byte, &seen| byte << 1 | u8::from(seen));
        let visible: Vec<u8> = motion.visible.chunks(8).map(bits).collect();
        let [flow_name, visible_name] = direction.names();
        encoded.push((flow_name, Dtype::F16, vec![2, motion.height, motion.width], flow));
        encoded.push((visible_name, Dtype::U8, vec![visible.len()], visible));
    }
    let views = encoded
        .iter()
        .map(|(name, dtype, shape, bytes)| Ok((*name, TensorView::new(*dtype, shape.clone(), bytes)?)));
    Ok(safetensors::serialize(views.collect::<Result<Vec<_>>>()?, None)?)
}

/// Reads one direction from the bytes of a pair's file.
pub fn from_bytes(bytes: &[u8], direction: Direction) -> Result<FrameMotion> {
    let tensors = SafeTensors::deserialize(bytes).context("a file of flows")?;
    let [flow, visible] = direction.names().map(|name| tensors.tensor(name));
    let (flow, visible) = (flow?, visible?);
    let &[2, height, width] = flow.shape() else {
        anyhow::bail!("flows are [2, h, w], not {:?}", flow.shape());
    };
    let pixels = width * height;
    ensure!(
        flow.dtype() == Dtype::F16 && visible.data().len() == pixels.div_ceil(8),
        "flow and mask don't match"
    );
    let number = |pair: &[u8]| f16::from_le_bytes([pair[0], pair[1]]).to_f32();
    Ok(FrameMotion {
        width,
        height,
        flow: flow.data().chunks_exact(2).map(number).collect(),
        visible: (0..pixels).map(|pixel| visible.data()[pixel / 8] >> (pixel % 8) & 1 == 1).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_survive_the_file() {
        let motion = |sign: f32| FrameMotion {
            width: 5,
            height: 3,
            flow: (0..30).map(|i| sign * i as f32 / 4.0).collect(),
            visible: (0..15).map(|i| i % 3 == 0).collect(),
        };
        let (forward, backward) = (motion(1.0), motion(-1.0));
        let bytes = to_bytes(&forward, &backward).unwrap();
        assert_eq!(from_bytes(&bytes, Direction::Forward).unwrap(), forward);
        assert_eq!(from_bytes(&bytes, Direction::Backward).unwrap(), backward);
    }
}
