//! Shrinks pictures by averaging areas: the checks look at all pictures at one size, so that their thresholds mean the
//! same for a 2-megapixel webcam and a 48-megapixel phone, and sensor noise averages out.

use acredita_pictures::Luma;

/// The long side of the pictures that the checks look at, in pixels. A card that fills most of the frame then has about
/// 25 pixels per character of its machine-readable zone: twice what reading takes.
pub(crate) const LOOK_AT: usize = 1000;

/// The picture as the checks look at it. A smaller one is not enlarged: that would add nothing to look at.
pub(crate) fn for_looking(luma: &Luma) -> Luma {
    to(luma, LOOK_AT)
}

/// The picture with a long side of at most this.
pub(crate) fn to(luma: &Luma, most: usize) -> Luma {
    let long = luma.width.max(luma.height);
    if long <= most {
        return luma.clone();
    }
    let factor = (long / most).max(1);
    // Whole factors first: sums of complete rows run at memory speed, and little is left for the exact step.
    let coarse = if factor > 1 { by_whole_factor(luma, factor) } else { luma.clone() };
    let long = coarse.width.max(coarse.height);
    let scaled = |side: usize| (side * most).div_ceil(long).clamp(1, side.max(1));
    let (width, height) = (scaled(coarse.width), scaled(coarse.height));
    let means = Means::of(&coarse, width, height);
    Luma { width, height, pixels: means.values.iter().map(|&value| ((value + 128) >> 8).min(255) as u8).collect() }
}

/// Averages squares of `factor` pixels; incomplete squares at the right and bottom edge are left out, as long as
/// something remains.
fn by_whole_factor(luma: &Luma, factor: usize) -> Luma {
    let (across, down) = (factor.min(luma.width), factor.min(luma.height));
    let (width, height) = (luma.width / across, luma.height / down);
    let area = (across * down) as u32;
    let mut pixels = Vec::with_capacity(width * height);
    let mut sums = vec![0_u32; luma.width];
    for rows in luma.pixels.chunks_exact(luma.width * down) {
        sums.fill(0);
        for row in rows.chunks_exact(luma.width) {
            sums.iter_mut().zip(row).for_each(|(sum, &pixel)| *sum += u32::from(pixel));
        }
        pixels.extend(sums.chunks_exact(across).map(|square| ((square.iter().sum::<u32>() + area / 2) / area) as u8));
    }
    Luma { width, height, pixels }
}

/// The mean brightness of the cells of a grid laid over a picture, in 256ths of a level: fine enough to compare cells
/// of a plain area.
pub(crate) struct Means {
    /// Cells per row.
    pub(crate) width: usize,
    /// Cells per column.
    pub(crate) height: usize,
    /// `width × height` values of 0..=65,280.
    pub(crate) values: Vec<u32>,
}

impl Means {
    /// Divides a picture exactly: a pixel on the border of cells counts for each by its share.
    pub(crate) fn of(luma: &Luma, width: usize, height: usize) -> Self {
        let columns = spans(luma.width, width);
        let rows = spans(luma.height, height);
        let mut values = Vec::with_capacity(width * height);
        let mut sums = vec![0_u64; luma.width];
        let area = luma.width as u64 * luma.height as u64;
        for row in &rows {
            sums.fill(0);
            for (y, weight) in row.weights(height) {
                let pixels = &luma.pixels[y * luma.width..][..luma.width];
                sums.iter_mut().zip(pixels).for_each(|(sum, &pixel)| *sum += weight * u64::from(pixel));
            }
            values.extend(columns.iter().map(|column| {
                let sum: u64 = column.weights(width).map(|(x, weight)| weight * sums[x]).sum();
                ((sum * 256 + area / 2) / area) as u32
            }));
        }
        Self { width, height, values }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> i32 {
        self.values[y * self.width + x].cast_signed()
    }
}

/// A cell's extent on one axis. The unit is a pixel divided by the number of cells, so that both cells and pixels end
/// on whole units.
struct Span {
    from: usize,
    to: usize,
}

impl Span {
    /// The pixels that it touches, and how many units of each.
    fn weights(&self, cells: usize) -> impl Iterator<Item = (usize, u64)> + '_ {
        (self.from / cells..self.to.div_ceil(cells)).map(move |pixel| {
            let overlap = self.to.min((pixel + 1) * cells) - self.from.max(pixel * cells);
            (pixel, overlap as u64)
        })
    }
}

fn spans(pixels: usize, cells: usize) -> Vec<Span> {
    (0..cells).map(|cell| Span { from: cell * pixels, to: (cell + 1) * pixels }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luma(width: usize, height: usize, pixel: impl Fn(usize, usize) -> u8) -> Luma {
        Luma { width, height, pixels: (0..width * height).map(|i| pixel(i % width, i / width)).collect() }
    }

    #[test]
    fn the_long_side_becomes_a_thousand_and_the_shape_stays() {
        for (width, height, expected) in [
            (4000, 3000, (1000, 750)),
            (3024, 4032, (750, 1000)),
            (1999, 1000, (1000, 501)),
            (1000, 10, (1000, 10)),
            (640, 480, (640, 480)),
            (65_535, 1, (1000, 1)),
        ] {
            let small = for_looking(&luma(width, height, |_, _| 77));
            assert_eq!((small.width, small.height), expected);
            assert!(small.pixels.iter().all(|&pixel| pixel == 77), "a plain picture stays plain");
        }
    }

    #[test]
    fn cells_share_the_pixels_on_their_border() {
        // Three pixels in two cells: the middle one counts half for each.
        let means = Means::of(&luma(3, 1, |x, _| [0, 100, 200][x]), 2, 1);
        assert_eq!(means.values, [8_533, 42_667]);
    }

    #[test]
    fn more_cells_than_pixels_repeat_them() {
        let means = Means::of(&luma(2, 1, |x, _| [10, 20][x]), 4, 2);
        assert_eq!(means.values, [2560, 2560, 5120, 5120, 2560, 2560, 5120, 5120]);
    }
}
