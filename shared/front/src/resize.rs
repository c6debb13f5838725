//! The picture at another size.

use acredita_pictures::Luma;

/// The values of one output pixel: the first source pixel, and the weights from there on. A triangle as wide as two
/// output pixels when it gets smaller, as two source pixels when it gets larger.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f32 / to as f32;
    let reach = scale.max(1.0);
    let taps = |index: usize| {
        let centre = (index as f32 + 0.5) * scale - 0.5;
        let first = (centre - reach).ceil().max(0.0) as usize;
        let last = ((centre + reach).floor().max(0.0) as usize).min(from - 1);
        let mut weights: Vec<f32> =
            (first..=last).map(|place| (1.0 - (place as f32 - centre).abs() / reach).max(0.0)).collect();
        let total: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        Taps { first, weights }
    };
    (0..to).map(taps).collect()
}

/// The picture at that size. Neither the picture nor the size may be empty.
pub(crate) fn resize(picture: &Luma, width: usize, height: usize) -> Vec<u8> {
    let (columns, rows) = (taps(picture.width, width), taps(picture.height, height));
    let mut narrow = vec![0.0_f32; width * picture.height];
    for (row, out) in picture.pixels.chunks_exact(picture.width).zip(narrow.chunks_exact_mut(width)) {
        for (out, taps) in out.iter_mut().zip(&columns) {
            *out = row[taps.first..].iter().zip(&taps.weights).map(|(&pixel, weight)| f32::from(pixel) * weight).sum();
        }
    }
    let mut pixels = Vec::with_capacity(width * height);
    let mut sums = vec![0.0_f32; width];
    for taps in &rows {
        sums.fill(0.0);
        for (row, weight) in narrow[taps.first * width..].chunks_exact(width).zip(&taps.weights) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * weight);
        }
        pixels.extend(sums.iter().map(|sum| (sum + 0.5) as u8));
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_stays_a_slope_at_every_size() {
        let picture =
            Luma { width: 200, height: 90, pixels: (0..90).flat_map(|_| (0..200).map(|x| x as u8)).collect() };
        for (width, height) in [(64, 32), (200, 90), (400, 180), (1, 1), (32, 640)] {
            let small = resize(&picture, width, height);
            assert_eq!(small.len(), width * height);
            for (x, found) in small.iter().enumerate().take(width - width / 8).skip(width / 8) {
                let expected = (x as f32 + 0.5) * 200.0 / width as f32 - 0.5;
                assert!((f32::from(*found) - expected).abs() <= 1.0, "{x} of {width}: {found}");
            }
        }
    }
}
