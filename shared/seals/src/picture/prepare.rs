//! What is done to a picture before it is searched.

use acredita_pictures::Luma;

/// Half as wide and half as high.
pub(super) fn half(luma: &Luma) -> Luma {
    let (width, height) = (luma.width / 2, luma.height / 2);
    let mut pixels = Vec::with_capacity(width * height);
    for rows in luma.pixels.chunks_exact(2 * luma.width.max(1)).take(height) {
        let (upper, lower) = rows.split_at(luma.width);
        pixels.extend(upper.chunks_exact(2).zip(lower.chunks_exact(2)).map(|(upper, lower)| {
            let sum: u16 = upper.iter().chain(lower).map(|&pixel| u16::from(pixel)).sum();
            ((sum + 2) / 4) as u8
        }));
    }
    Luma { width, height, pixels }
}

/// White for black.
pub(super) fn inverted(luma: &Luma) -> Luma {
    Luma { pixels: luma.pixels.iter().map(|&pixel| !pixel).collect(), ..*luma }
}

/// The difference from what is around, within a radius, so many times on top.
pub(super) fn sharpened(luma: &Luma, radius: usize, times: i32) -> Luma {
    // Sixteenths, as the differences are multiplied.
    let mut around: Vec<u16> = luma.pixels.iter().map(|&pixel| u16::from(pixel) * 16).collect();
    // Twice a mean is close enough to a bell curve.
    for _ in 0..2 {
        mean_of_rows(&mut around, luma.width, radius);
        mean_of_columns(&mut around, luma.width, radius);
    }
    let sharper = |(&pixel, around): (&u8, u16)| {
        let pixel = i32::from(pixel) * 16;
        ((pixel + times * (pixel - i32::from(around))) / 16).clamp(0, 255) as u8
    };
    Luma { pixels: luma.pixels.iter().zip(around).map(sharper).collect(), ..*luma }
}

/// The mean within a radius to the left and right. The last pixels repeat beyond the edges.
fn mean_of_rows(values: &mut [u16], width: usize, radius: usize) {
    let count = 2 * radius as u32 + 1;
    let mut padded = vec![0; width + 2 * radius + 1];
    for row in values.chunks_exact_mut(width.max(1)) {
        padded[..radius].fill(row[0]);
        padded[radius..radius + width].copy_from_slice(row);
        padded[radius + width..].fill(row[width - 1]);
        let mut sum: u32 = padded[..2 * radius + 1].iter().map(|&value| u32::from(value)).sum();
        for (at, value) in row.iter_mut().enumerate() {
            *value = (sum / count) as u16;
            sum = sum + u32::from(padded[at + 2 * radius + 1]) - u32::from(padded[at]);
        }
    }
}

/// The mean within a radius above and below.
fn mean_of_columns(values: &mut [u16], width: usize, radius: usize) {
    let original = values.to_vec();
    let rows: Vec<&[u16]> = original.chunks_exact(width.max(1)).collect();
    let Some(last) = rows.len().checked_sub(1) else { return };
    let row = |at: usize| rows[at.saturating_sub(radius).min(last)];
    let count = 2 * radius as u32 + 1;
    let mut sums = vec![0_u32; width];
    for at in 0..2 * radius + 1 {
        add(&mut sums, row(at));
    }
    for (at, means) in values.chunks_exact_mut(width.max(1)).enumerate() {
        for (mean, sum) in means.iter_mut().zip(&sums) {
            *mean = (sum / count) as u16;
        }
        add(&mut sums, row(at + 2 * radius + 1));
        for (sum, &value) in sums.iter_mut().zip(row(at)) {
            *sum -= u32::from(value);
        }
    }
}

fn add(sums: &mut [u32], row: &[u16]) {
    for (sum, &value) in sums.iter_mut().zip(row) {
        *sum += u32::from(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luma(width: usize, height: usize, pixel: impl Fn(usize, usize) -> u8) -> Luma {
        Luma { width, height, pixels: (0..width * height).map(|at| pixel(at % width, at / width)).collect() }
    }

    #[test]
    fn half_a_picture_is_the_mean_of_four_pixels() {
        let halved = half(&luma(5, 4, |x, y| (10 * x + 40 * y) as u8));
        assert_eq!((halved.width, halved.height), (2, 2));
        assert_eq!(halved.pixels, [25, 45, 105, 125]);
        assert_eq!(half(&luma(1, 1, |_, _| 7)).pixels, []);
    }

    #[test]
    fn sharpening_leaves_an_even_picture_alone_and_raises_contrast() {
        for size in [(1, 1), (2, 9), (9, 2), (40, 30)] {
            let even = luma(size.0, size.1, |_, _| 130);
            assert!(sharpened(&even, 3, 6) == even);
        }
        let edge = luma(20, 20, |x, _| if x < 10 { 120 } else { 130 });
        let sharper = sharpened(&edge, 3, 3);
        assert!(sharper.pixels[9] < 118 && sharper.pixels[10] > 132, "{:?}", &sharper.pixels[..20]);
        // A column is treated as a row is.
        let turned = sharpened(&luma(20, 20, |_, y| if y < 10 { 120 } else { 130 }), 3, 3);
        let column: Vec<u8> = turned.pixels.iter().step_by(20).copied().collect();
        assert_eq!(column, sharper.pixels[..20]);
    }
}
