//! The three linear maps of Winograd's F(4x4, 3x3), in one dimension; each lane holds another tile or channel.
//! The points are 0, 1, -1, 2, -2 and infinity (A. Lavin and S. Gray, CVPR 2016, section 4.2).

/// Output pixels along a tile's side.
pub const TILE: usize = 4;

/// Input pixels along a tile's side.
pub const PATCH: usize = 6;

/// Values that are transformed together.
pub const LANES: usize = 4;

/// One value in each lane.
pub type Lanes = [f32; LANES];

/// G: three weights of a kernel.
#[inline(always)]
pub fn of_weights(w: [Lanes; 3]) -> [Lanes; PATCH] {
    let mut g = [[0.0; LANES]; PATCH];
    for l in 0..LANES {
        let near = (w[0][l] + w[2][l]) * (-1.0 / 6.0);
        let far = w[0][l] * (1.0 / 24.0) + w[2][l] * (1.0 / 6.0);
        let (near_odd, far_odd) = (w[1][l] * (1.0 / 6.0), w[1][l] * (1.0 / 12.0));
        g[0][l] = w[0][l] * 0.25;
        g[1][l] = near - near_odd;
        g[2][l] = near + near_odd;
        g[3][l] = far + far_odd;
        g[4][l] = far - far_odd;
        g[5][l] = w[2][l];
    }
    g
}

/// B^T: six pixels of the input.
#[inline(always)]
pub fn of_input(d: [Lanes; PATCH]) -> [Lanes; PATCH] {
    let mut b = [[0.0; LANES]; PATCH];
    for l in 0..LANES {
        let (near, near_odd) = (d[4][l] - 4.0 * d[2][l], d[3][l] - 4.0 * d[1][l]);
        let (far, far_odd) = (d[4][l] - d[2][l], 2.0 * (d[3][l] - d[1][l]));
        b[0][l] = 4.0 * d[0][l] - 5.0 * d[2][l] + d[4][l];
        b[1][l] = near + near_odd;
        b[2][l] = near - near_odd;
        b[3][l] = far + far_odd;
        b[4][l] = far - far_odd;
        b[5][l] = 4.0 * d[1][l] - 5.0 * d[3][l] + d[5][l];
    }
    b
}

/// A^T: six products to four pixels of the output.
#[inline(always)]
pub fn of_products(m: [Lanes; PATCH]) -> [Lanes; TILE] {
    let mut a = [[0.0; LANES]; TILE];
    for l in 0..LANES {
        let (near, near_odd) = (m[1][l] + m[2][l], m[1][l] - m[2][l]);
        let (far, far_odd) = (m[3][l] + m[4][l], m[3][l] - m[4][l]);
        a[0][l] = m[0][l] + near + far;
        a[1][l] = near_odd + 2.0 * far_odd;
        a[2][l] = near + 4.0 * far;
        a[3][l] = near_odd + 8.0 * far_odd + m[5][l];
    }
    a
}
