//! Pictures for tests: the samples that the decoders of `acredita-pictures` are tested with, and ways to spoil them.

use acredita_pictures::Luma;
pub(crate) use acredita_pictures::testing::{Jpeg, Numbers, card, card_on, paint, png};

pub(crate) fn map(luma: &Luma, rule: impl Fn(f64) -> f64) -> Luma {
    let pixels = luma.pixels.iter().map(|&pixel| rule(f64::from(pixel)).round().clamp(0.0, 255.0) as u8).collect();
    Luma { pixels, ..*luma }
}

/// Approximates a Gaussian blur: three means of `2 × radius + 1` pixels, so σ is about `radius + 0.5`.
pub(crate) fn blur(luma: &Luma, radius: usize) -> Luma {
    let mut blurred = luma.clone();
    for _ in 0..3 {
        blurred = mean(&blurred, radius, 1);
        blurred = mean(&blurred, radius, luma.width);
    }
    blurred
}

fn mean(luma: &Luma, radius: usize, stride: usize) -> Luma {
    let (axis, length) = if stride == 1 { (1, luma.width) } else { (luma.width, luma.height) };
    paint(luma.width, luma.height, |x, y| {
        let (place, start) = if stride == 1 { (x, y * luma.width) } else { (y, x) };
        let taps = (0..=2 * radius).map(|tap| (place + tap).saturating_sub(radius).min(length - 1));
        let sum: usize = taps.map(|tap| usize::from(luma.pixels[start + tap * axis])).sum();
        ((sum + radius) / (2 * radius + 1)) as u8
    })
}

/// Adds noise with this standard deviation, in levels.
pub(crate) fn noisy(luma: &Luma, deviation: f64) -> Luma {
    let mut numbers = Numbers::new(7);
    let pixels = luma
        .pixels
        .iter()
        .map(|&pixel| (f64::from(pixel) + normal(&mut numbers) * deviation).round().clamp(0.0, 255.0) as u8)
        .collect();
    Luma { pixels, ..*luma }
}

/// Roughly normal, with a standard deviation of 1: the sum of twelve uniform numbers.
fn normal(numbers: &mut Numbers) -> f64 {
    (0..12).map(|_| f64::from(numbers.below(10_000)) / 10_000.0).sum::<f64>() - 6.0
}

/// Adds a spot of light that fades; `radius` is its σ.
pub(crate) fn flash(luma: &Luma, (x, y): (usize, usize), radius: f64, light: f64) -> Luma {
    paint(luma.width, luma.height, |px, py| {
        let (dx, dy) = (px as f64 - x as f64, py as f64 - y as f64);
        let added = light * (-(dx * dx + dy * dy) / (2.0 * radius * radius)).exp();
        (f64::from(luma.pixels[py * luma.width + px]) + added).min(255.0) as u8
    })
}
