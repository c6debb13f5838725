//! Ink and paper: ink is clearly darker than its surroundings (after Sauvola and Pietikäinen 2000, with running sums).

use acredita_pictures::{Luma, vectors};

/// The least distance below the mean, in levels of 255: noise and compression reach it in plain paper.
const LEAST_DEPTH: f32 = 5.0;
/// The same as a share of the mean, because noise grows with light.
const LEAST_DEPTH_SHARE: f32 = 0.03;

/// How the threshold follows the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Threshold {
    /// Half the side of the surroundings, in pixels. A character and its gap should fit in, and the line above should
    /// not.
    pub(crate) radius: usize,
    /// How far below the mean ink begins, in standard deviations of the surroundings.
    pub(crate) deviations: f32,
}

/// One byte per pixel: 1 is ink.
pub(crate) struct Mask {
    pub(crate) width: usize,
    pub(crate) pixels: Vec<u8>,
}

/// Sums of columns over the rows of the surroundings.
struct Columns {
    sums: Vec<u32>,
    squares: Vec<u32>,
}

impl Columns {
    #[inline(always)]
    fn add(&mut self, row: &[u8]) {
        for ((sum, square), &pixel) in self.sums.iter_mut().zip(&mut self.squares).zip(row) {
            let pixel = u32::from(pixel);
            *sum += pixel;
            *square += pixel * pixel;
        }
    }

    #[inline(always)]
    fn replace(&mut self, old: &[u8], new: &[u8]) {
        for (((sum, square), &old), &new) in self.sums.iter_mut().zip(&mut self.squares).zip(old).zip(new) {
            let (old, new) = (u32::from(old), u32::from(new));
            *sum = *sum + new - old;
            *square = *square + new * new - old * old;
        }
    }
}

/// Smooths a picture: single noisy pixels would join and break strokes.
pub(crate) fn smooth(luma: &Luma) -> Luma {
    vectors::widest(
        #[inline(always)]
        || smoothed(luma),
    )
}

/// Finds ink in a [smoothed](smooth) picture.
pub(crate) fn ink(luma: &Luma, threshold: Threshold) -> Mask {
    vectors::widest(
        #[inline(always)]
        || marked(luma, threshold),
    )
}

#[inline(always)]
fn marked(luma: &Luma, threshold: Threshold) -> Mask {
    let (width, height, radius) = (luma.width, luma.height, threshold.radius);
    let row = |at: isize| &luma.pixels[at.clamp(0, height as isize - 1) as usize * width..][..width];
    let mut columns = Columns { sums: vec![0; width], squares: vec![0; width] };
    let reach = radius as isize;
    // The edge of the picture is repeated outside: the surroundings always have the same size.
    (-reach..=reach).for_each(|at| columns.add(row(at)));
    let side = 2 * radius + 1;
    let share = 1.0 / (side * side) as f32;
    let strictness = threshold.deviations * threshold.deviations;
    let mut pixels = vec![0; width * height];
    let mut sums = vec![0_u32; width + side];
    let mut squares = vec![0_u32; width + side];
    for (y, out) in pixels.chunks_exact_mut(width).enumerate() {
        let y = y as isize;
        if y > 0 {
            columns.replace(row(y - reach - 1), row(y + reach));
        }
        accumulate(&columns.sums, radius, &mut sums);
        accumulate(&columns.squares, radius, &mut squares);
        let sums = sums[side..].iter().zip(&sums[..width]);
        let squares = squares[side..].iter().zip(&squares[..width]);
        for (((out, &pixel), sum), square) in out.iter_mut().zip(row(y)).zip(sums).zip(squares) {
            // Both fit into 31 bits by far, and vector units convert signed numbers.
            let mean = sum.0.wrapping_sub(*sum.1).cast_signed() as f32 * share;
            let variance = square.0.wrapping_sub(*square.1).cast_signed() as f32 * share - mean * mean;
            let depth = mean - f32::from(pixel);
            *out = u8::from(
                (depth > LEAST_DEPTH) & (depth > LEAST_DEPTH_SHARE * mean) & (depth * depth > strictness * variance),
            );
        }
    }
    Mask { width, pixels }
}

/// `sums[k]` becomes the sum of all values before place `k - radius`, edges repeated. It may wrap around: only
/// differences are used.
#[inline(always)]
fn accumulate(values: &[u32], radius: usize, sums: &mut [u32]) {
    let (first, last) = (values[0], values[values.len() - 1]);
    let mut sum = 0_u32;
    let (before, rest) = sums.split_at_mut(radius);
    let (inside, after) = rest.split_at_mut(values.len());
    for place in before {
        *place = sum;
        sum = sum.wrapping_add(first);
    }
    for (place, value) in inside.iter_mut().zip(values) {
        *place = sum;
        sum = sum.wrapping_add(*value);
    }
    for place in after {
        *place = sum;
        sum = sum.wrapping_add(last);
    }
}

/// The 3 × 3 binomial: a blur of 0.7 pixels.
#[inline(always)]
fn smoothed(luma: &Luma) -> Luma {
    let (width, height) = (luma.width, luma.height);
    let mut pixels = Vec::with_capacity(width * height);
    let mut column = vec![0_u16; width + 2];
    for y in 0..height {
        let row = |at: usize| &luma.pixels[at * width..][..width];
        let rows = row(y.saturating_sub(1)).iter().zip(row(y)).zip(row((y + 1).min(height - 1)));
        for (sum, ((&above, &here), &below)) in column[1..].iter_mut().zip(rows) {
            *sum = u16::from(above) + 2 * u16::from(here) + u16::from(below);
        }
        (column[0], column[width + 1]) = (column[1], column[width]);
        let places = column[..width].iter().zip(&column[1..]).zip(&column[2..]);
        pixels.extend(places.map(|((left, here), right)| ((left + 2 * here + right + 8) / 16) as u8));
    }
    Luma { width, height, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Threshold = Threshold { radius: 6, deviations: 0.45 };

    fn drawn(paper: impl Fn(usize, usize) -> u8) -> Mask {
        let (width, height) = (60, 40);
        let stroke = |x: usize, y: usize| (28..32).contains(&x) && (10..30).contains(&y);
        let pixel = |i: usize| {
            if stroke(i % width, i / width) { paper(i % width, i / width) / 2 } else { paper(i % width, i / width) }
        };
        ink(&smooth(&Luma { width, height, pixels: (0..width * height).map(pixel).collect() }), PLAIN)
    }

    #[test]
    fn a_stroke_is_found_in_any_light() {
        for mask in [drawn(|_, _| 220), drawn(|_, _| 60), drawn(|x, _| 60 + 2 * x as u8)] {
            assert_eq!(mask.pixels[20 * 60 + 30], 1);
            assert_eq!((mask.pixels[20 * 60 + 5], mask.pixels[20 * 60 + 55], mask.pixels[2 * 60 + 30]), (0, 0, 0));
        }
    }

    #[test]
    fn plain_paper_has_no_ink_even_when_it_is_white() {
        for level in [0, 128, 255] {
            let luma = Luma { width: 2000, height: 50, pixels: vec![level; 100_000] };
            assert!(
                ink(&smooth(&luma), Threshold { radius: 17, deviations: 0.45 }).pixels.iter().all(|&pixel| pixel == 0)
            );
        }
    }

    #[test]
    fn a_picture_smaller_than_the_surroundings_is_survived() {
        assert_eq!(ink(&smooth(&Luma { width: 1, height: 1, pixels: vec![7] }), PLAIN).pixels, [0]);
    }
}
