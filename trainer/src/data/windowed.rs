//! What was prepared for whole frames, seen through a window: neighbourhoods and motion.

use rand::{Rng, rngs::StdRng};

use super::crop::Window;
use crate::{
    knn::NEIGHBOURS,
    prepared::{FrameMotion, Graph},
};

/// Draws of a pair for each one that is wanted; behind that the found ones are repeated.
const DRAWS: usize = 20;

/// Pixels of a window and, for each, one of its neighbours, counted row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbourhoods {
    /// The pixels.
    pub queries: Vec<i32>,
    /// Their neighbours.
    pub neighbours: Vec<i32>,
}

/// Motion within a window.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowMotion {
    /// In the window's pixels: all x, then all y, row by row.
    pub flow: Vec<f32>,
    /// 1 where the pixel is seen in the other frame's window, else 0.
    pub visible: Vec<f32>,
}

impl Window {
    /// Neighbouring pixels out of the frame's graph, [`NEIGHBOURS`] pairs for each of `samples` pixels, or for all pixels
    /// where that is 0. Pixels are the nearest ones where the window scales; pairs that leave the window, or fall on one
    /// pixel, are left out and others drawn in their place.
    pub fn neighbourhoods(
        &self,
        graph: &Graph,
        image_width: u32,
        samples: usize,
        random: &mut StdRng,
    ) -> Neighbourhoods {
        let pixels = (self.columns * self.rows) as usize;
        let pair = |pixel: usize, rank: usize| {
            let neighbour = graph.neighbour(self.source_pixel(pixel, image_width), rank);
            self.shown_pixel(neighbour, image_width)
                .filter(|&shown| shown != pixel)
                .map(|shown| (pixel, shown))
        };
        let wanted = NEIGHBOURS * if samples == 0 { pixels } else { samples };
        let mut pairs: Vec<(usize, usize)> = match samples {
            0 => (0..wanted).filter_map(|place| pair(place / NEIGHBOURS, place % NEIGHBOURS)).collect(),
            _ => (0..DRAWS * wanted)
                .filter_map(|_| pair(random.random_range(0..pixels), random.random_range(0..NEIGHBOURS)))
                .take(wanted)
                .collect(),
        };
        if pairs.is_empty() {
            pairs.push((0, 0));
        }
        let (queries, neighbours) =
            pairs.iter().cycle().take(wanted).map(|&(pixel, other)| (pixel as i32, other as i32)).unzip();
        Neighbourhoods { queries, neighbours }
    }

    /// The motion that the window shows: flow bilinear and in the window's pixels, mirrored with it; the mask of the nearest
    /// pixel, and hidden where the motion leaves the window.
    pub fn motion(&self, motion: &FrameMotion) -> WindowMotion {
        let pixels = (self.columns * self.rows) as usize;
        let planes = motion.flow.split_at(motion.width * motion.height);
        let [right, down] = [self.columns as f32 / self.width as f32, self.rows as f32 / self.height as f32];
        let right = if self.mirrored { -right } else { right };
        let mut shown = WindowMotion { flow: vec![0.0; 2 * pixels], visible: vec![0.0; pixels] };
        for pixel in 0..pixels {
            let place = self.source_place(pixel);
            let flow = [right * bilinear(planes.0, motion, place), down * bilinear(planes.1, motion, place)];
            let [column, row] = [pixel % self.columns as usize, pixel / self.columns as usize];
            let inside = |position: f32, length: u32| (0.0..=(length - 1) as f32).contains(&position);
            let stays =
                inside(column as f32 + flow[0], self.columns) && inside(row as f32 + flow[1], self.rows);
            let seen = motion.visible[self.source_pixel(pixel, motion.width as u32)];
            (shown.flow[pixel], shown.flow[pixels + pixel]) = (flow[0], flow[1]);
            shown.visible[pixel] = f32::from(u8::from(stays && seen));
        }
        shown
    }

    /// Where the centre of a shown pixel lies in the image, in pixels whose centres are whole numbers.
    fn source_place(&self, pixel: usize) -> [f32; 2] {
        let [column, row] = [pixel as u32 % self.columns, pixel as u32 / self.columns];
        let column = if self.mirrored { self.columns - 1 - column } else { column };
        let along = |start: u32, shown: u32, length: u32, count: u32| {
            start as f32 + (shown as f32 + 0.5) * length as f32 / count as f32 - 0.5
        };
        [along(self.x, column, self.width, self.columns), along(self.y, row, self.height, self.rows)]
    }

    /// The image's pixel nearest to a shown one.
    fn source_pixel(&self, pixel: usize, image_width: u32) -> usize {
        let [x, y] = self.source_place(pixel).map(|place| (place + 0.5).floor() as usize);
        y * image_width as usize + x
    }

    /// The shown pixel nearest to one of the image; none outside the window.
    fn shown_pixel(&self, pixel: usize, image_width: u32) -> Option<usize> {
        let along = |place: u32, start: u32, length: u32, count: u32| {
            let inside = place.checked_sub(start).filter(|&offset| offset < length)?;
            Some(((inside as f32 + 0.5) * count as f32 / length as f32) as u32)
        };
        let column = along(pixel as u32 % image_width, self.x, self.width, self.columns)?;
        let row = along(pixel as u32 / image_width, self.y, self.height, self.rows)?;
        let column = if self.mirrored { self.columns - 1 - column } else { column };
        Some((row * self.columns + column) as usize)
    }
}

/// A plane's value between its pixels, its border repeated.
fn bilinear(plane: &[f32], size: &FrameMotion, [x, y]: [f32; 2]) -> f32 {
    let (x, y) = (x.clamp(0.0, (size.width - 1) as f32), y.clamp(0.0, (size.height - 1) as f32));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(size.width - 1), (top + 1).min(size.height - 1));
    let row = |row: usize| {
        let (first, second) = (plane[row * size.width + left], plane[row * size.width + right]);
        first + (second - first) * x.fract()
    };
    row(top) + (row(bottom) - row(top)) * y.fract()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loader::random;

    /// Of a frame of 8 x 6 pixels the 4 x 4 from (2, 1) on.
    fn window(columns: u32, rows: u32, mirrored: bool) -> Window {
        Window { x: 2, y: 1, width: 4, height: 4, columns, rows, mirrored }
    }

    /// Every pixel's neighbours: left, right, above, below, and three to the right; a border's are its own.
    fn graph() -> Graph {
        let at = |x: i64, y: i64| (y.clamp(0, 5) * 8 + x.clamp(0, 7)) as u32;
        let around = |pixel: i64| {
            let (x, y) = (pixel % 8, pixel / 8);
            [at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1), at(x + 3, y)]
        };
        Graph::new(8, &(0..48).map(around).collect::<Vec<_>>())
    }

    fn pairs(window: &Window, samples: usize) -> Vec<(i32, i32)> {
        let found = window.neighbourhoods(&graph(), 8, samples, &mut random(1, 0));
        found.queries.into_iter().zip(found.neighbours).collect()
    }

    #[test]
    fn pairs_lie_within_the_window() {
        // 12 pairs along rows in each direction, 12 along columns in each, and 4 of three to the right; then repeated.
        let all = pairs(&window(4, 4, false), 0);
        assert_eq!(all.len(), 5 * 16);
        assert_eq!(all[..4], [(0, 1), (0, 4), (0, 3), (1, 0)]);
        assert_eq!(all[..52].iter().collect::<std::collections::HashSet<_>>().len(), 52);
        assert_eq!(all[52..], all[..28]);
        let mirrored = pairs(&window(4, 4, true), 0);
        assert_eq!(mirrored[..4], [(0, 1), (0, 4), (1, 2), (1, 0)]);
        let drawn = pairs(&window(4, 4, false), 7);
        assert_eq!(drawn.len(), 35);
        assert!(drawn.iter().all(|pair| all.contains(pair)));
    }

    #[test]
    fn scaled_pairs_are_the_nearest_pixels_and_never_one_pixel() {
        // Half the size: (0, 0) shows (3, 2), whose right neighbour (4, 2) is shown by (1, 0), and whose left one by itself.
        let half = pairs(&window(2, 2, false), 0);
        assert_eq!(half[..2], [(0, 1), (0, 2)]);
        assert!(half.iter().all(|(pixel, other)| pixel != other));
        // Twice the size: (0, 0) shows (2, 1), whose right neighbour's centre lies at (3, 1).
        let twice = pairs(&window(8, 8, false), 0);
        assert_eq!(twice[0], (0, 8 + 3));
    }

    #[test]
    fn motion_is_scaled_mirrored_and_hidden_where_it_leaves() {
        let mut motion = FrameMotion {
            width: 8,
            height: 6,
            flow: [vec![1.0; 48], vec![0.5; 48]].concat(),
            visible: vec![true; 48],
        };
        motion.visible[8 + 2] = false;
        let same = window(4, 4, false).motion(&motion);
        assert_eq!((same.flow[5], same.flow[16 + 5]), (1.0, 0.5));
        // (0, 0) is hidden; from the last column x leaves, from the last row y.
        let expected = [0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0].map(|value| value as f32);
        assert_eq!(same.visible, expected);
        let mirrored = window(4, 4, true).motion(&motion);
        assert_eq!((mirrored.flow[5], mirrored.flow[16 + 5]), (-1.0, 0.5));
        assert_eq!(mirrored.visible[..4], [0.0, 1.0, 1.0, 0.0]);
        let twice = window(8, 8, false).motion(&motion);
        assert_eq!((twice.flow[9], twice.flow[64 + 9]), (2.0, 1.0));
        // A ramp along x is read between its pixels: (1, 0) of the doubled window lies at 2.25.
        motion.flow = (0..48).map(|pixel| (pixel % 8) as f32).chain([0.0; 48]).collect();
        let ramp = window(8, 8, false).motion(&motion);
        assert_eq!((ramp.flow[1], ramp.flow[0]), (2.0 * 2.25, 2.0 * 1.75));
    }
}
