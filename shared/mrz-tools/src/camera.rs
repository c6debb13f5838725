//! The effects of a camera on a picture: blur, movement, sharpening, noise, compression.

use crate::random::Random;

/// How many standard deviations of a Gaussian are computed; the rest is below one level of 255.
const REACH: f32 = 2.5;

/// Gaussian blur with the given standard deviation in samples. The edge is repeated.
pub fn blur(image: &mut [f32], width: usize, sigma: f32) {
    let reach = (REACH * sigma).ceil() as isize;
    let kernel: Vec<f32> = (-reach..=reach).map(|at| (-((at * at) as f32) / (2.0 * sigma * sigma)).exp()).collect();
    let total: f32 = kernel.iter().sum();
    let kernel: Vec<f32> = kernel.iter().map(|weight| weight / total).collect();
    along(image, width, &kernel, (1, 0));
    along(image, width, &kernel, (0, 1));
}

/// Movement during exposure: a box of `length` samples in direction `angle`.
pub fn smear(image: &mut [f32], width: usize, length: f32, angle: f32) {
    let height = image.len() / width;
    let steps = (length.ceil() as usize * 2).max(2);
    let source = image.to_vec();
    for y in 0..height {
        for x in 0..width {
            let mut sum = 0.0;
            for step in 0..steps {
                let along = ((step as f32 + 0.5) / steps as f32 - 0.5) * length;
                sum += sample(&source, width, x as f32 + along * angle.cos(), y as f32 + along * angle.sin());
            }
            image[y * width + x] = sum / steps as f32;
        }
    }
}

/// The sharpening of phones, which makes edges look crisp: adds what a blur takes away.
pub fn sharpen(image: &mut [f32], width: usize, sigma: f32, amount: f32) {
    let mut soft = image.to_vec();
    blur(&mut soft, width, sigma);
    image.iter_mut().zip(&soft).for_each(|(sample, soft)| *sample += amount * (*sample - soft));
}

/// Adds normal noise, then clamps to a byte.
pub fn expose(image: &mut [f32], noise: f32, random: &mut Random) {
    for sample in image {
        *sample = (*sample + noise * random.normal()).clamp(0.0, 255.0).round();
    }
}

/// Linear interpolation between samples.
pub fn sample(image: &[f32], width: usize, x: f32, y: f32) -> f32 {
    let height = image.len() / width;
    let (x, y) = (x.clamp(0.0, width as f32 - 1.01), y.clamp(0.0, height as f32 - 1.01));
    let (left, top) = (x as usize, y as usize);
    let (right_share, lower_share) = (x - left as f32, y - top as f32);
    let at = top * width + left;
    let above = image[at] + (image[at + 1] - image[at]) * right_share;
    let below = image[at + width] + (image[at + width + 1] - image[at + width]) * right_share;
    above + (below - above) * lower_share
}

fn along(image: &mut [f32], width: usize, kernel: &[f32], (right, down): (isize, isize)) {
    let height = image.len() / width;
    let reach = kernel.len() as isize / 2;
    let source = image.to_vec();
    for y in 0..height as isize {
        for x in 0..width as isize {
            let mut sum = 0.0;
            for (weight, at) in kernel.iter().zip(-reach..) {
                let from_x = (x + right * at).clamp(0, width as isize - 1);
                let from_y = (y + down * at).clamp(0, height as isize - 1);
                sum += weight * source[(from_y * width as isize + from_x) as usize];
            }
            image[(y * width as isize + x) as usize] = sum;
        }
    }
}

/// The side of JPEG's blocks.
const BLOCK: usize = 8;

/// The brightness quantisation that the JPEG standard proposes (ITU-T T.81, table K.1) and that most encoders scale.
const QUANTISATION: [f32; BLOCK * BLOCK] = [
    16.0, 11.0, 10.0, 16.0, 24.0, 40.0, 51.0, 61.0, 12.0, 12.0, 14.0, 19.0, 26.0, 58.0, 60.0, 55.0, 14.0, 13.0, 16.0,
    24.0, 40.0, 57.0, 69.0, 56.0, 14.0, 17.0, 22.0, 29.0, 51.0, 87.0, 80.0, 62.0, 18.0, 22.0, 37.0, 56.0, 68.0, 109.0,
    103.0, 77.0, 24.0, 35.0, 55.0, 64.0, 81.0, 104.0, 113.0, 92.0, 49.0, 64.0, 78.0, 87.0, 103.0, 121.0, 120.0, 101.0,
    72.0, 92.0, 95.0, 98.0, 112.0, 100.0, 103.0, 99.0,
];

/// The loss of JPEG at a quality of 1..=100: every block loses details finer than its quantisation. `phase` is the
/// offset of the first block.
#[derive(Debug)]
pub struct Compression {
    basis: [[f32; BLOCK]; BLOCK],
}

impl Default for Compression {
    fn default() -> Self {
        let wave = |frequency: usize, at: usize| {
            let scale = if frequency == 0 { (1.0 / BLOCK as f32).sqrt() } else { (2.0 / BLOCK as f32).sqrt() };
            scale * ((2 * at + 1) as f32 * frequency as f32 * std::f32::consts::PI / (2 * BLOCK) as f32).cos()
        };
        Self { basis: std::array::from_fn(|frequency| std::array::from_fn(|at| wave(frequency, at))) }
    }
}

impl Compression {
    pub fn apply(&self, image: &mut [f32], width: usize, quality: f32, phase: (usize, usize)) {
        let height = image.len() / width;
        let scale = if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 };
        let source = image.to_vec();
        for top in (0..height + BLOCK).step_by(BLOCK) {
            for left in (0..width + BLOCK).step_by(BLOCK) {
                let place = |row: usize, column: usize| {
                    ((top + row).checked_sub(phase.1), (left + column).checked_sub(phase.0))
                };
                let mut block = [[0.0; BLOCK]; BLOCK];
                for (row, samples) in block.iter_mut().enumerate() {
                    for (column, sample) in samples.iter_mut().enumerate() {
                        let (y, x) = place(row, column);
                        *sample =
                            source[y.unwrap_or(0).min(height - 1) * width + x.unwrap_or(0).min(width - 1)] - 128.0;
                    }
                }
                let block = self.through(&block, scale);
                for (row, samples) in block.iter().enumerate() {
                    for (column, &sample) in samples.iter().enumerate() {
                        if let (Some(y), Some(x)) = place(row, column)
                            && y < height
                            && x < width
                        {
                            image[y * width + x] = (sample + 128.0).clamp(0.0, 255.0).round();
                        }
                    }
                }
            }
        }
    }

    fn through(&self, block: &[[f32; BLOCK]; BLOCK], scale: f32) -> [[f32; BLOCK]; BLOCK] {
        let inverse: [[f32; BLOCK]; BLOCK] =
            std::array::from_fn(|row| std::array::from_fn(|column| self.basis[column][row]));
        let mut waves = product(&product(&self.basis, block), &inverse);
        for (row, values) in waves.iter_mut().enumerate() {
            for (column, value) in values.iter_mut().enumerate() {
                let step = (QUANTISATION[row * BLOCK + column] * scale).max(1.0);
                *value = (*value / step).round() * step;
            }
        }
        product(&product(&inverse, &waves), &self.basis)
    }
}

fn product(a: &[[f32; BLOCK]; BLOCK], b: &[[f32; BLOCK]; BLOCK]) -> [[f32; BLOCK]; BLOCK] {
    let mut out = [[0.0; BLOCK]; BLOCK];
    for (row, left) in out.iter_mut().zip(a) {
        for (&value, right) in left.iter().zip(b) {
            row.iter_mut().zip(right).for_each(|(sum, factor)| *sum += value * factor);
        }
    }
    out
}
