//! The picture at the size at which edges are looked for.

use super::plane::Place;
use crate::{quality::View, shrink};
use acredita_pictures::Luma;

/// Its long side in pixels. In a larger one, noise and texture are seen.
const LONG_SIDE: usize = 500;

pub(super) struct Scene {
    luma: Luma,
    /// Compared with the picture that was read.
    scale: f32,
}

impl Scene {
    pub(super) fn of(view: &View) -> Self {
        let luma = shrink::to(&view.small, LONG_SIDE);
        let scale = luma.width as f32 / view.width.max(1) as f32;
        Self { luma, scale }
    }

    /// A place of the picture that was read.
    pub(super) fn place(&self, x: f32, y: f32) -> Place {
        (x * self.scale, y * self.scale)
    }

    pub(super) fn width(&self) -> f32 {
        self.luma.width as f32
    }

    pub(super) fn height(&self) -> f32 {
        self.luma.height as f32
    }

    pub(super) fn corners(&self) -> [Place; 4] {
        [(0.0, 0.0), (self.width(), 0.0), (self.width(), self.height()), (0.0, self.height())]
    }

    /// The brightness at a place, between pixels; no number outside of the picture.
    pub(super) fn brightness(&self, (x, y): Place) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let inside = x >= 0.0 && y >= 0.0 && x < self.width() - 1.0 && y < self.height() - 1.0;
        if !inside {
            return f32::NAN;
        }
        let (left, top) = (x as usize, y as usize);
        let (right, below) = (x - left as f32, y - top as f32);
        let pixel = |x: usize, y: usize| f32::from(self.luma.pixels[y * self.luma.width + x]);
        let row = |y: usize| pixel(left, y) * (1.0 - right) + pixel(left + 1, y) * right;
        row(top) * (1.0 - below) + row(top + 1) * below
    }
}
