//! How a convolution is cut into workgroups, within what WebGPU grants every device: 256 units and 16 KiB of workgroup
//! memory.

use super::window::Window;

/// Neighbouring pixels of a row that a unit computes.
pub const PIXELS: usize = 4;

/// Output channels that a unit computes are whole multiples of this.
pub const CHANNELS: usize = 4;

/// Units of a workgroup along x.
const LANES_X: usize = 8;

/// Units of a workgroup along y.
const LANES_Y: usize = 8;

/// As many workgroups keep the cores of a large GPU busy; a convolution with fewer is cut finer.
const ENOUGH_WORKGROUPS: usize = 256;

/// Workgroup memory, in values of four bytes.
const MOST_VALUES: usize = 4096;

/// Share of it that a unit pays for: 256 units fill it.
const VALUES_PER_UNIT: usize = 16;

/// What one workgroup computes, and from how much at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Output channels of a unit, in groups of [`CHANNELS`].
    pub groups: usize,
    /// Rows of a unit, [`Tile::lanes_y`] apart.
    pub rows: usize,
    /// Units side by side along the output channels.
    pub lanes_out: usize,
    /// Input channels that are in workgroup memory at a time.
    pub depth: usize,
}

impl Tile {
    /// Cuts an output `[n, c, h, w]` that is made of `inputs` channels. None if no tile of the window fits.
    pub fn choose(window: &Window, inputs: usize, output: [usize; 4]) -> Option<Self> {
        let groups_out = output[1].div_ceil(CHANNELS);
        let pairs = groups_out.div_ceil(2);
        // As many as leave the fewest channels of the last workgroup without work.
        let lanes = |most: usize| {
            let idle_least = (2..=most).rev().min_by_key(|&lanes| pairs.next_multiple_of(lanes));
            if pairs == 1 { 1 } else { idle_least.unwrap_or(1) }
        };
        let ladder = [(2, 2, lanes(4)), (2, 1, lanes(4)), (2, 1, lanes(2)), (2, 1, 1), (1, 1, 1)];
        let tiles = ladder.map(|(groups, rows, lanes_out)| {
            let groups = groups.min(groups_out);
            Self { groups, rows, lanes_out, depth: 1 }.deepened(window, inputs)
        });
        let fitting = || tiles.iter().filter(|tile| tile.values(window) <= MOST_VALUES);
        let enough = |tile: &&Self| tile.workgroups(output).iter().product::<usize>() >= ENOUGH_WORKGROUPS;
        fitting().find(enough).or(fitting().next_back()).copied()
    }

    /// As many input channels at a time as there are and as fit, in powers of two.
    fn deepened(mut self, window: &Window, inputs: usize) -> Self {
        loop {
            let deeper = Self { depth: 2 * self.depth, ..self };
            if self.depth >= inputs || deeper.values(window) > VALUES_PER_UNIT * self.units() {
                return self;
            }
            self = deeper;
        }
    }

    /// Units of the workgroup along x.
    pub fn lanes_x(&self) -> usize {
        LANES_X
    }

    /// Units of the workgroup along y.
    pub fn lanes_y(&self) -> usize {
        LANES_Y
    }

    /// Units of the workgroup.
    pub fn units(&self) -> usize {
        LANES_X * LANES_Y * self.lanes_out
    }

    /// Output pixels of the workgroup along x.
    pub fn width(&self) -> usize {
        LANES_X * PIXELS
    }

    /// Output pixels of the workgroup along y.
    pub fn height(&self) -> usize {
        LANES_Y * self.rows
    }

    /// Output channels of the workgroup, in groups of [`CHANNELS`].
    pub fn groups_out(&self) -> usize {
        self.lanes_out * self.groups
    }

    /// Workgroups along x, y and z: tiles of the image, of the output channels, and the batch.
    pub fn workgroups(&self, [batch, channels, height, width]: [usize; 4]) -> [usize; 3] {
        let tiles = width.div_ceil(self.width()) * height.div_ceil(self.height());
        [tiles, channels.div_ceil(CHANNELS * self.groups_out()), batch]
    }

    /// Values from one row of the input tile to the next: odd, so that rows begin in different banks of the memory.
    pub fn pitch(&self, window: &Window) -> usize {
        window.reach(self.width()) | 1
    }

    /// Values of the input tile in workgroup memory.
    pub fn input_values(&self, window: &Window) -> usize {
        self.depth * window.reach(self.height()) * self.pitch(window)
    }

    /// Vectors of [`CHANNELS`] weights in workgroup memory.
    pub fn weight_vectors(&self, window: &Window) -> usize {
        self.groups_out() * self.depth * window.taps()
    }

    /// Values in workgroup memory.
    fn values(&self, window: &Window) -> usize {
        self.input_values(window) + CHANNELS * self.weight_vectors(window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every convolution of the networks, at sizes from a pixel to 4K, stays within WebGPU's smallest limits.
    #[test]
    fn tiles_stay_within_the_limits() {
        let windows = [(1, 1, 1), (3, 1, 1), (3, 2, 1), (3, 1, 2), (3, 1, 4), (3, 1, 8), (3, 1, 16)];
        for (side, stride, dilation) in windows {
            let window = Window { side, stride, dilation, padding: dilation * (side / 2) };
            for size in [1, 7, 30, 64, 270, 2160] {
                for channels in [1, 3, 8, 12, 33, 128, 512] {
                    let output = [1, channels, size, 2 * size];
                    let tile = Tile::choose(&window, 64, output).unwrap();
                    assert!(tile.units() <= 256 && tile.values(&window) <= 4096, "{tile:?}");
                    assert!(tile.workgroups(output).into_iter().all(|count| count <= 65535), "{tile:?}");
                }
            }
        }
    }

    #[test]
    fn a_window_that_does_not_fit_has_no_tile() {
        let window = Window { side: 31, stride: 2, dilation: 4, padding: 0 };
        assert_eq!(Tile::choose(&window, 1, [1, 1, 64, 64]), None);
    }
}
