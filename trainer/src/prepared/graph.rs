//! The neighbourhoods of a frame's pixels, as they lie on the disk.

use anyhow::{Context, Result, ensure};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::knn::NEIGHBOURS;

/// Offsets reach this far along each axis; neighbours farther away stand in a list of their own.
const REACH: i64 = 127;

/// Stands for a neighbour in that list.
const FAR: u16 = 0;

/// The nearest neighbours of every pixel of a frame in (r, g, b, lambda x, lambda y).
///
/// Neighbours are mostly near in place too, so each takes two bytes: its row's distance from the pixel's plus 128 in the
/// high one, its column's in the low one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    width: usize,
    /// `[pixels, NEIGHBOURS]`, nearest first.
    codes: Vec<u16>,
    /// Place in `codes` and pixel of each far neighbour, by place.
    far: Vec<[u32; 2]>,
}

impl Graph {
    /// Of a frame `width` pixels wide, whose pixels' neighbours are given row by row.
    pub fn new(width: usize, nearest: &[[u32; NEIGHBOURS]]) -> Self {
        let mut codes = Vec::with_capacity(NEIGHBOURS * nearest.len());
        let mut far = Vec::new();
        for (pixel, neighbours) in nearest.iter().enumerate() {
            for &neighbour in neighbours {
                let code = code(pixel, neighbour as usize, width);
                if code == FAR {
                    far.push([codes.len() as u32, neighbour]);
                }
                codes.push(code);
            }
        }
        Self { width, codes, far }
    }

    /// How many pixels the frame has.
    pub fn pixels(&self) -> usize {
        self.codes.len() / NEIGHBOURS
    }

    /// The neighbour of a pixel, `rank` 0 the nearest. Pixels count row by row.
    pub fn neighbour(&self, pixel: usize, rank: usize) -> usize {
        let place = pixel * NEIGHBOURS + rank;
        match self.codes[place] {
            FAR => {
                let found = self.far.binary_search_by_key(&(place as u32), |entry| entry[0]);
                found.map_or(pixel, |index| self.far[index][1] as usize)
            }
            code => {
                let [rows, columns] = [code >> 8, code & 255].map(|part| i64::from(part) - 128);
                (pixel as i64 + rows * self.width as i64 + columns) as usize
            }
        }
    }

    /// The file's bytes: "offsets" u16 `[pixels, 5]` and "far" u32 `[n, 2]`.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let codes: Vec<u8> = self.codes.iter().flat_map(|code| code.to_le_bytes()).collect();
        let far: Vec<u8> = self.far.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        let offsets = TensorView::new(Dtype::U16, vec![self.pixels(), NEIGHBOURS], &codes)?;
        let far = TensorView::new(Dtype::U32, vec![self.far.len(), 2], &far)?;
        Ok(safetensors::serialize([("offsets", offsets), ("far", far)], None)?)
    }

    /// Reads the bytes of a frame's file; errs unless they are of a frame of this size.
    pub fn from_bytes(bytes: &[u8], width: usize, height: usize) -> Result<Self> {
        let tensors = SafeTensors::deserialize(bytes).context("a graph's file")?;
        let (offsets, far) = (tensors.tensor("offsets")?, tensors.tensor("far")?);
        ensure!(
            offsets.dtype() == Dtype::U16 && offsets.shape() == [width * height, NEIGHBOURS],
            "the graph is not that of {width}x{height} pixels"
        );
        ensure!(far.dtype() == Dtype::U32, "the graph's far neighbours are no whole numbers");
        let pair = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
        let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        Ok(Self {
            width,
            codes: offsets.data().chunks_exact(2).map(pair).collect(),
            far: far.data().chunks_exact(8).map(|entry| [word(&entry[..4]), word(&entry[4..])]).collect(),
        })
    }
}

/// The two bytes of a neighbour.
fn code(pixel: usize, neighbour: usize, width: usize) -> u16 {
    let along =
        |split: fn(usize, usize) -> usize| split(neighbour, width) as i64 - split(pixel, width) as i64;
    let (rows, columns) = (along(|pixel, width| pixel / width), along(|pixel, width| pixel % width));
    if rows.abs() > REACH || columns.abs() > REACH {
        return FAR;
    }
    ((rows + 128) as u16) << 8 | (columns + 128) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of 300 x 4 pixels; neighbours on the same row, in other rows, and too far for an offset.
    #[test]
    fn neighbours_near_and_far_survive_the_file() {
        let nearest: Vec<[u32; NEIGHBOURS]> = (0..1200u32)
            .map(|pixel| [1, 127, 128, 299, 601].map(|step: u32| (pixel + step) % 1200))
            .collect();
        let graph = Graph::new(300, &nearest);
        let read = Graph::from_bytes(&graph.to_bytes().unwrap(), 300, 4).unwrap();
        assert_eq!((read.pixels(), read.far.is_empty()), (1200, false));
        for (pixel, neighbours) in nearest.iter().enumerate() {
            let found: Vec<u32> = (0..NEIGHBOURS).map(|rank| read.neighbour(pixel, rank) as u32).collect();
            assert_eq!(found, neighbours);
        }
        assert!(Graph::from_bytes(&graph.to_bytes().unwrap(), 300, 5).is_err());
    }
}
