//! Pictures for tests: drawn cards, and encoders with every option that a decoder must support.

#![expect(clippy::unwrap_used, reason = "for tests")]

use crate::Luma;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Pseudo-random numbers that are the same every time (Knuth's MMIX generator).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        let mut numbers = Self(seed);
        numbers.below(2);
        numbers
    }

    pub fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(end)) as u32
    }
}

/// A picture that is computed pixel by pixel.
pub fn paint(width: usize, height: usize, pixel: impl Fn(usize, usize) -> u8) -> Luma {
    Luma { width, height, pixels: (0..width * height).map(|at| pixel(at % width, at / width)).collect() }
}

/// A card on a table. Other seeds have other print in another layout.
pub fn card(seed: u64, width: usize, height: usize) -> Luma {
    card_on(seed, width, height, |x, y| 90 + ((x * 7 + y * 13) / 11 % 9) as u8)
}

/// A card on a given background.
pub fn card_on(seed: u64, width: usize, height: usize, table: impl Fn(usize, usize) -> u8) -> Luma {
    let mut luma = paint(width, height, table);
    let (left, top) = (width / 12, height / 12);
    let (across, down) = (width - 2 * left, height - 2 * top);
    fill(&mut luma, (left, top), (across, down), |x, y| 200 + (x / 9 % 7 + y / 5 % 5) as u8);
    let mut numbers = Numbers::new(seed);
    let portrait = left + across * numbers.below(7) as usize / 10 + across / 30;
    fill(&mut luma, (portrait, top + down / 6), (across / 4, down * 4 / 10), |x, y| {
        120 + ((x * x / 40 + y * 2) % 50) as u8
    });
    let glyph = (across / 220).max(1);
    for line in 0..6 {
        let length = 12 + numbers.below(30) as usize;
        let start = left + across / 20 + numbers.below(across as u32 / 3) as usize;
        print_line(&mut luma, &mut numbers, (start, top + down / 12 + line * down / 11), glyph, length);
    }
    for line in 0..3 {
        print_line(&mut luma, &mut numbers, (left + across / 20, top + down * (72 + 9 * line) / 100), glyph, 50);
    }
    luma
}

/// Characters of 3 × 5 dots.
fn print_line(luma: &mut Luma, numbers: &mut Numbers, (x, y): (usize, usize), dot: usize, length: usize) {
    for character in 0..length {
        for place in 0..15 {
            if numbers.below(2) == 1 {
                let at = (x + (character * 4 + place % 3) * dot, y + place / 3 * dot);
                fill(luma, at, (dot, dot), |_, _| 30);
            }
        }
    }
}

fn fill(
    luma: &mut Luma,
    (left, top): (usize, usize),
    (across, down): (usize, usize),
    level: impl Fn(usize, usize) -> u8,
) {
    for y in top..(top + down).min(luma.height) {
        for x in left..(left + across).min(luma.width) {
            luma.pixels[y * luma.width + x] = level(x - left, y - top);
        }
    }
}

#[derive(Clone, Copy)]
pub struct Jpeg {
    pub quality: u8,
    pub sampling: SamplingFactor,
    pub progressive: bool,
    pub restart: u16,
    pub color: bool,
    /// EXIF orientation; 0 for no EXIF.
    pub orientation: u16,
}

impl Jpeg {
    pub const GREY: Self = Self {
        quality: 90,
        sampling: SamplingFactor::F_1_1,
        progressive: false,
        restart: 0,
        color: false,
        orientation: 0,
    };

    pub fn encode(self, luma: &Luma) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, self.quality);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_progressive(self.progressive);
        encoder.set_restart_interval(self.restart);
        if self.orientation > 0 {
            let segment = [b"Exif\0\0", &exif(self.orientation, false)[..]].concat();
            encoder.add_app_segment(1, segment).unwrap();
        }
        let (width, height) = (luma.width as u16, luma.height as u16);
        if self.color {
            let rgb: Vec<u8> = luma.pixels.iter().flat_map(|&level| [level, level, level]).collect();
            encoder.encode(&rgb, width, height, ColorType::Rgb).unwrap();
        } else {
            encoder.encode(&luma.pixels, width, height, ColorType::Luma).unwrap();
        }
        bytes
    }

    /// A small picture whose frame header claims this size.
    pub fn that_says(self, width: u16, height: u16) -> Vec<u8> {
        let mut bytes = self.encode(&card(1, 64, 48));
        let frame = bytes.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0 | 0xC2])).unwrap();
        bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
        bytes
    }
}

/// A PNG of 8-bit grey.
pub fn png(luma: &Luma) -> Vec<u8> {
    png_of(luma.width as u32, luma.height as u32, (::png::ColorType::Grayscale, ::png::BitDepth::Eight), &luma.pixels)
}

/// A PNG of any kind.
pub fn png_of(width: u32, height: u32, (color, depth): (::png::ColorType, ::png::BitDepth), data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    bytes
}

/// EXIF data with only an orientation.
pub fn exif(orientation: u16, little_endian: bool) -> Vec<u8> {
    let short = |value: u16| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let long = |value: u32| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut data = if little_endian { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
    data.extend(long(8));
    data.extend(short(1));
    data.extend([short(0x0112), short(3)].concat());
    data.extend(long(1));
    data.extend([short(orientation), short(0)].concat());
    data.extend(long(0));
    data
}
