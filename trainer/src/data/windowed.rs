//! The motion that was prepared for whole frames, seen through a window.

use super::{crop::Window, prepared::FrameMotion};

/// Motion within a window.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowMotion {
    /// In the window's pixels: all x, then all y, row by row.
    pub flow: Vec<f32>,
    /// 1 where the pixel is seen in the other frame's window, else 0.
    pub visible: Vec<f32>,
}

impl Window {
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

    /// Where the center of a shown pixel lies in the image, in pixels whose centers are whole numbers.
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

    /// Of a frame of 8 x 6 pixels the 4 x 4 from (2, 1) on.
    fn window(columns: u32, rows: u32, mirrored: bool) -> Window {
        Window { x: 2, y: 1, width: 4, height: 4, columns, rows, mirrored }
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
