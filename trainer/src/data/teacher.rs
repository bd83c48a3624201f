//! What a network that knows things sees in the training photos: maps of features, computed beforehand by
//! trainer/teacher/features.py.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context, Result, ensure};
use half::f16;
use safetensors::{Dtype, SafeTensors};

/// The maps of all photos, by the photo's path under the data folder.
pub struct TeacherMaps {
    /// Features at each place of a map.
    pub channels: usize,
    side: usize,
    maps: HashMap<String, Vec<f32>>,
}

impl TeacherMaps {
    /// Reads a file of square maps `[channels, side, side]` in half precision, all of one shape.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let tensors =
            SafeTensors::deserialize(&bytes).with_context(|| format!("reading {}", file.display()))?;
        let shape = tensors.iter().next().context("no maps")?.1.shape().to_vec();
        ensure!(shape.len() == 3 && shape[1] == shape[2], "maps are [channels, side, side], not {shape:?}");
        let mut maps = HashMap::new();
        for (name, map) in tensors.iter() {
            ensure!(map.shape() == shape && map.dtype() == Dtype::F16, "{name}: not like the first map");
            let value = |pair: &[u8]| f16::from_le_bytes([pair[0], pair[1]]).to_f32();
            maps.insert(name.to_owned(), map.data().chunks_exact(2).map(value).collect());
        }
        Ok(Self { channels: shape[0], side: shape[1], maps })
    }

    /// The features of a photo at some places, each x and y in [0, 1] of its sides, bilinear between the centres of the
    /// map's cells: channel by channel. Nothing for a photo that has no map.
    pub fn sample(&self, photo: &str, places: &[[f32; 2]]) -> Option<Vec<f32>> {
        let map = self.maps.get(photo)?;
        let cell = |place: f32| (place * self.side as f32 - 0.5).clamp(0.0, (self.side - 1) as f32);
        let at = |plane: &[f32], [x, y]: [f32; 2]| {
            let (x, y) = (cell(x), cell(y));
            let (left, top) = (x as usize, y as usize);
            let (right, bottom) = ((left + 1).min(self.side - 1), (top + 1).min(self.side - 1));
            let row = |row: usize| {
                let (first, second) = (plane[row * self.side + left], plane[row * self.side + right]);
                first + (second - first) * x.fract()
            };
            row(top) + (row(bottom) - row(top)) * y.fract()
        };
        let planes = map.chunks_exact(self.side * self.side);
        Some(planes.flat_map(|plane| places.iter().map(move |&place| at(plane, place))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_between_cells_and_at_the_border() {
        let maps = HashMap::from([("a".to_owned(), vec![0.0, 1.0, 2.0, 3.0])]);
        let teacher = TeacherMaps { channels: 1, side: 2, maps };
        let places = [[0.25, 0.25], [0.5, 0.5], [0.75, 0.25], [1.0, 1.0]];
        assert_eq!(teacher.sample("a", &places), Some(vec![0.0, 1.5, 1.0, 3.0]));
        assert_eq!(teacher.sample("b", &places), None);
    }
}
