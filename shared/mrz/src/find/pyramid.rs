//! The picture, halved repeatedly, so that every stage can look at the size that suits it.

use acredita_pictures::{Luma, vectors};

/// Long side, in pixels, below which no smaller version is made: a zone that small has less than seven pixels per
/// character.
const SMALLEST: usize = 700;

/// A picture and its smaller versions.
pub(crate) struct Pyramid<'a> {
    base: &'a Luma,
    smaller: Vec<Luma>,
}

impl<'a> Pyramid<'a> {
    /// Halves a picture until it is small: a third of its memory in total.
    pub(crate) fn new(base: &'a Luma) -> Self {
        let mut smaller: Vec<Luma> = Vec::new();
        loop {
            let last = smaller.last().unwrap_or(base);
            if last.width.max(last.height) <= SMALLEST || last.width.min(last.height) < 2 {
                break;
            }
            let half = vectors::widest(
                #[inline(always)]
                || halved(last),
            );
            smaller.push(half);
        }
        Self { base, smaller }
    }

    /// The version of which a pixel is `2^level` pixels of the picture; the smallest if there is none.
    pub(crate) fn level(&self, level: usize) -> &Luma {
        match level.min(self.smaller.len()) {
            0 => self.base,
            level => &self.smaller[level - 1],
        }
    }

    /// The level of the smallest version.
    pub(crate) fn last_level(&self) -> usize {
        self.smaller.len()
    }

    /// The picture resized by a factor, from the smallest version that is still large enough. Large enough is 0.6 of
    /// the size: the mean of two pixels each way then still covers every pixel.
    pub(crate) fn resized(&self, factor: f32) -> Luma {
        let (mut level, mut rest) = (0, factor);
        while rest < 0.6 && level < self.last_level() {
            level += 1;
            rest *= 2.0;
        }
        vectors::widest(
            #[inline(always)]
            || resize(self.level(level), rest),
        )
    }
}

#[inline(always)]
fn halved(luma: &Luma) -> Luma {
    let (width, height) = (luma.width / 2, luma.height / 2);
    let mut pixels = Vec::with_capacity(width * height);
    for rows in luma.pixels.chunks_exact(2 * luma.width) {
        let (upper, lower) = rows.split_at(luma.width);
        let squares = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
        pixels.extend(
            squares
                .map(|(&[a, b], &[c, d])| ((u16::from(a) + u16::from(b) + u16::from(c) + u16::from(d) + 2) / 4) as u8),
        );
    }
    Luma { width, height, pixels }
}

/// The source of a target pixel: the first of two source pixels, and the share of the second in 256ths.
#[derive(Clone, Copy)]
struct Tap {
    first: usize,
    second: usize,
    share: u32,
}

fn taps(count: usize, source: usize, factor: f32) -> Vec<Tap> {
    let last = source - 1;
    let tap = |index: usize| {
        let at = ((index as f32 + 0.5) / factor - 0.5).clamp(0.0, last as f32);
        let first = at as usize;
        Tap { first, second: (first + 1).min(last), share: ((at - first as f32) * 256.0) as u32 }
    };
    (0..count).map(tap).collect()
}

/// Linear interpolation in both directions.
#[inline(always)]
fn resize(luma: &Luma, factor: f32) -> Luma {
    let scaled = |side: usize| ((side as f32 * factor) as usize).max(1);
    let (width, height) = (scaled(luma.width), scaled(luma.height));
    if (width, height) == (luma.width, luma.height) {
        return luma.clone();
    }
    let (columns, rows) = (taps(width, luma.width, factor), taps(height, luma.height, factor));
    let mut pixels = vec![0; width * height];
    let mut mixed = vec![0_u32; luma.width];
    for (row, out) in rows.into_iter().zip(pixels.chunks_exact_mut(width)) {
        let line = |at: usize| &luma.pixels[at * luma.width..][..luma.width];
        for ((mixed, &upper), &lower) in mixed.iter_mut().zip(line(row.first)).zip(line(row.second)) {
            *mixed = u32::from(upper) * (256 - row.share) + u32::from(lower) * row.share;
        }
        for (pixel, tap) in out.iter_mut().zip(&columns) {
            *pixel = ((mixed[tap.first] * (256 - tap.share) + mixed[tap.second] * tap.share + 32_768) >> 16) as u8;
        }
    }
    Luma { width, height, pixels }
}

/// The brightness between pixels, where pixel `k` covers `k..k+1`. Outside, the edge is repeated.
#[inline(always)]
pub(crate) fn brightness_at(luma: &Luma, x: f32, y: f32) -> f32 {
    // Also turns NaN into a place.
    let inside = |at: f32, side: usize| (at - 0.5).max(0.0).min((side - 1) as f32);
    let (x, y) = (inside(x, luma.width), inside(y, luma.height));
    let (left, top) = (x as usize, y as usize);
    let (right_share, lower_share) = (x - left as f32, y - top as f32);
    let right = usize::from(left + 1 < luma.width);
    let upper = top * luma.width + left;
    let lower = if top + 1 < luma.height { upper + luma.width } else { upper };
    let row = |at: usize| {
        let (first, second) = (f32::from(luma.pixels[at]), f32::from(luma.pixels[at + right]));
        first + (second - first) * right_share
    };
    let (above, below) = (row(upper), row(lower));
    above + (below - above) * lower_share
}

/// Fractional bits of a place in [`brightness_along`].
const FRACTION: u32 = 16;

/// The brightness at equally spaced places from one point to another, both included. This runs a hundred thousand times
/// per picture: inside it integers suffice.
#[inline(always)]
pub(crate) fn brightness_along(luma: &Luma, from: (f32, f32), to: (f32, f32), samples: &mut [f32]) {
    let inside =
        |(x, y): (f32, f32)| x >= 1.0 && y >= 1.0 && x < luma.width as f32 - 1.0 && y < luma.height as f32 - 1.0;
    let last = samples.len().max(2) - 1;
    if !(inside(from) && inside(to)) {
        for (index, sample) in samples.iter_mut().enumerate() {
            let share = index as f32 / last as f32;
            *sample = brightness_at(luma, from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
        }
        return;
    }
    let fixed = |value: f32| (value * (1_u32 << FRACTION) as f32) as i64;
    let (mut x, mut y) = (fixed(from.0 - 0.5), fixed(from.1 - 0.5));
    let (right, down) = (fixed((to.0 - from.0) / last as f32), fixed((to.1 - from.1) / last as f32));
    let share = |at: i64| (at >> (FRACTION - 8)) as u32 & 255;
    for sample in samples {
        let at = (y >> FRACTION) as usize * luma.width + (x >> FRACTION) as usize;
        let pixels = &luma.pixels[at..at + luma.width + 2];
        let (right_share, lower_share) = (share(x), share(y));
        let mix = |left: u8, right: u8| u32::from(left) * (256 - right_share) + u32::from(right) * right_share;
        let (above, below) = (mix(pixels[0], pixels[1]), mix(pixels[luma.width], pixels[luma.width + 1]));
        *sample = (above * (256 - lower_share) + below * lower_share) as f32 * (1.0 / 65_536.0);
        (x, y) = (x + right, y + down);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: usize, height: usize) -> Luma {
        Luma {
            width,
            height,
            pixels: (0..width * height).map(|i| (i % width * 100 / width + i / width * 100 / height) as u8).collect(),
        }
    }

    #[test]
    fn every_version_shows_the_same_at_the_same_place() {
        let luma = ramp(2000, 1500);
        let pyramid = Pyramid::new(&luma);
        assert_eq!(pyramid.last_level(), 2);
        for level in 0..=2 {
            let scale = 1.0 / (1 << level) as f32;
            let seen = brightness_at(pyramid.level(level), 800.0 * scale, 600.0 * scale);
            assert!((seen - 80.0).abs() < 1.5, "level {level}: {seen}");
        }
        for factor in [0.3, 0.75, 1.4] {
            let seen = brightness_at(&pyramid.resized(factor), 800.0 * factor, 600.0 * factor);
            assert!((seen - 80.0).abs() < 1.5, "factor {factor}: {seen}");
        }
    }

    #[test]
    fn a_row_of_places_shows_the_same_as_each_of_them() {
        let luma = ramp(300, 200);
        for (from, to) in [((20.3, 30.7), (280.2, 190.9)), ((-10.0, 5.0), (299.9, 5.0)), ((150.0, 199.5), (10.0, 1.0))]
        {
            let mut samples = [0.0; 20];
            brightness_along(&luma, from, to, &mut samples);
            for (index, sample) in samples.into_iter().enumerate() {
                let share = index as f32 / 19.0;
                let expected = brightness_at(&luma, from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                assert!((sample - expected).abs() < 0.6, "{sample} instead of {expected}");
            }
        }
    }

    #[test]
    fn places_outside_and_places_that_are_none_show_the_edge() {
        let luma = ramp(4, 3);
        for (x, y) in [(-5.0, -5.0), (f32::NAN, 0.0), (f32::NEG_INFINITY, f32::NAN)] {
            assert_eq!(brightness_at(&luma, x, y), f32::from(luma.pixels[0]));
        }
        assert_eq!(brightness_at(&luma, f32::INFINITY, 99.0), f32::from(luma.pixels[11]));
    }

    #[test]
    fn a_single_pixel_is_a_picture() {
        let luma = Luma { width: 1, height: 1, pixels: vec![9] };
        let pyramid = Pyramid::new(&luma);
        assert!(pyramid.resized(3.0).pixels.iter().all(|&pixel| pixel == 9));
        assert_eq!(pyramid.resized(0.1).pixels, [9]);
    }
}
