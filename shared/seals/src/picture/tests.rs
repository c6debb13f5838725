use super::*;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// As many bytes as a code of MiDNI has.
fn bytes(seed: u8) -> Vec<u8> {
    (0..1100_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed).collect()
}

struct Drawing {
    /// Pixels of a module.
    scale: f32,
    degrees: f32,
    /// Pixels by which everything is blurred.
    blur: usize,
    width: usize,
    height: usize,
}

impl Drawing {
    fn plain(scale: f32) -> Self {
        let side = (scale * 113.0 * 1.6) as usize;
        Self { scale, degrees: 3.0, blur: 0, width: side, height: side }
    }

    fn of(&self, bytes: &[u8]) -> Luma {
        let code = QrCode::encode_segments_advanced(
            &[QrSegment::make_bytes(bytes)],
            QrCodeEcc::Low,
            Version::MIN,
            Version::MAX,
            None,
            false,
        )
        .expect("it fits");
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let middle = code.size() as f32 / 2.0;
        let pixel = |at: usize| {
            let x = (at % self.width) as f32 - self.width as f32 / 2.0;
            let y = (at / self.width) as f32 - self.height as f32 / 2.0;
            let column = (x * cos + y * sin) / self.scale + middle;
            let row = (y * cos - x * sin) / self.scale + middle;
            if code.get_module(column.floor() as i32, row.floor() as i32) { 30 } else { 220 }
        };
        let sharp =
            Luma { width: self.width, height: self.height, pixels: (0..self.width * self.height).map(pixel).collect() };
        // Sharpening by −1 is blurring.
        if self.blur == 0 { sharp } else { prepare::sharpened(&sharp, self.blur, -1) }
    }
}

fn anything(_: &[u8]) -> bool {
    true
}

#[test]
fn codes_are_read_at_every_angle_and_scale() {
    for scale in [2.0, 3.3, 8.0] {
        for degrees in [0.0, 45.0, 91.0, -30.0] {
            let luma = Drawing { degrees, ..Drawing::plain(scale) }.of(&bytes(1));
            assert!(read(&luma, anything) == Some(bytes(1)), "{scale} pixels a module, {degrees} degrees");
        }
    }
}

#[test]
fn a_blurred_code_is_read_after_sharpening() {
    let luma = Drawing { blur: 2, ..Drawing::plain(4.0) }.of(&bytes(2));
    assert!(by_neighbourhood(&luma).and_then(|picture| codes(&picture, anything)).is_none(), "not blurred enough");
    assert!(read(&luma, anything) == Some(bytes(2)));
}

#[test]
fn a_code_in_white_on_black_is_read() {
    assert!(read(&prepare::inverted(&Drawing::plain(4.0).of(&bytes(3))), anything) == Some(bytes(3)));
}

#[test]
fn a_picture_of_a_good_camera_is_read_at_half_its_size() {
    let luma = Drawing { scale: 9.0, degrees: 20.0, blur: 0, width: 3000, height: 5000 }.of(&bytes(4));
    assert!(read(&luma, anything) == Some(bytes(4)));
}

#[test]
fn of_two_codes_the_wanted_one_is_read() {
    let [one, other] = [5, 6].map(|seed| Drawing::plain(4.0).of(&bytes(seed)));
    let both = Luma { width: one.width, height: 2 * one.height, pixels: [&one.pixels[..], &other.pixels].concat() };
    for seed in [5, 6] {
        assert!(read(&both, |code| code == bytes(seed)) == Some(bytes(seed)));
    }
    assert!(read(&both, |_| false).is_some());
}

#[test]
fn nothing_is_read_where_there_is_no_code() {
    let noise = |at: usize| (at.wrapping_mul(2_654_435_761) >> 11) as u8;
    for (width, height) in [(0, 0), (1, 1), (7, 300), (400, 300), (2500, 2000)] {
        let luma = Luma { width, height, pixels: (0..width * height).map(noise).collect() };
        assert_eq!(read(&luma, anything), None, "{width} × {height}");
    }
}

#[test]
fn a_wall_of_corners_of_codes_is_given_up_on() {
    // Corners of three pixels a module, as many as fit.
    let corner = |x: usize, y: usize| {
        let (x, y) = (x / 3, y / 3);
        let ring = x.abs_diff(3).max(y.abs_diff(3));
        ring != 2 && ring < 4
    };
    let (width, height) = (1200, 1200);
    let pixels = (0..width * height).map(|at| if corner(at % width % 27, at / width % 27) { 0 } else { 255 }).collect();
    assert_eq!(read(&Luma { width, height, pixels }, anything), None);
}
