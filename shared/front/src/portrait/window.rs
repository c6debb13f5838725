//! A square part of the picture, as upright as the print, at the size that the network wants.

use super::network::{SIDE, Sight};
use crate::geometry::{Point, Quad};
use acredita_pictures::Luma;

/// A pixel is the mean of at most this many places in each direction, however large the square is.
const MOST_SAMPLES: usize = 4;
/// What there is outside of the picture.
const OUTSIDE: f32 = 127.5;

/// A square part of the picture.
pub(crate) struct Window {
    centre: Point,
    side: f32,
    /// The direction of reading, one pixel long.
    direction: (f32, f32),
}

impl Window {
    /// A square around a place on the middle line of the print, in shares of its length.
    pub(crate) fn level(print: Quad, along: f32, side: f32) -> Self {
        let (from, to) = (print.at(0.0, 0.5), print.at(1.0, 0.5));
        let length = from.distance(to).max(1.0);
        let direction = ((to.x - from.x) / length, (to.y - from.y) / length);
        Self { centre: from.towards(to, along), side, direction }
    }

    /// A place in the picture, by shares of the square's sides from its middle.
    fn place(&self, along: f32, across: f32) -> Point {
        let (along, across) = (along * self.side, across * self.side);
        Point {
            x: self.centre.x + along * self.direction.0 - across * self.direction.1,
            y: self.centre.y + along * self.direction.1 + across * self.direction.0,
        }
    }

    /// The square at the size of the network's picture: -1 (black) to 1 (white).
    pub(crate) fn pixels(&self, picture: &Luma) -> Vec<f32> {
        let samples = ((self.side / SIDE as f32).ceil() as usize).clamp(1, MOST_SAMPLES);
        let steps = SIDE * samples;
        let share = |step: usize| (step as f32 + 0.5) / steps as f32 - 0.5;
        let mut sums = vec![0.0_f32; SIDE * SIDE];
        for row in 0..steps {
            for column in 0..steps {
                let value = brightness(picture, self.place(share(column), share(row)));
                sums[row / samples * SIDE + column / samples] += value;
            }
        }
        let each = (samples * samples) as f32;
        sums.into_iter().map(|sum| sum / each / 127.5 - 1.0).collect()
    }

    /// The width of a face, in pixels of the picture.
    pub(crate) fn side_of(&self, sight: &Sight) -> f32 {
        sight.size * self.side
    }

    /// How far the middle of a face is from the left end of the print's middle line, along it and down from it.
    pub(crate) fn offset_from_start(&self, sight: &Sight, print: Quad) -> (f32, f32) {
        let (face, left) = (self.place(sight.along, sight.across), print.at(0.0, 0.5));
        let (x, y) = (face.x - left.x, face.y - left.y);
        (x * self.direction.0 + y * self.direction.1, y * self.direction.0 - x * self.direction.1)
    }

    /// The square around a face.
    pub(crate) fn square(&self, sight: &Sight) -> Quad {
        let half = sight.size / 2.0;
        let corners = [(-half, -half), (half, -half), (half, half), (-half, half)];
        Quad(corners.map(|(along, across)| self.place(sight.along + along, sight.across + across)))
    }
}

/// Between the four pixels around a place.
fn brightness(picture: &Luma, place: Point) -> f32 {
    let (x, y) = (place.x - 0.5, place.y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let pixel = |column: f32, row: f32| {
        let inside = column >= 0.0 && row >= 0.0 && column < picture.width as f32 && row < picture.height as f32;
        let index = row as usize * picture.width + column as usize;
        picture.pixels.get(index).filter(|_| inside).map_or(OUTSIDE, |&value| f32::from(value))
    };
    let (right, down) = (x - left, y - top);
    let upper = pixel(left, top) * (1.0 - right) + pixel(left + 1.0, top) * right;
    let lower = pixel(left, top + 1.0) * (1.0 - right) + pixel(left + 1.0, top + 1.0) * right;
    upper * (1.0 - down) + lower * down
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slope() -> Luma {
        let pixels = (0..200).flat_map(|_| (0..200).map(|x| x as u8)).collect();
        Luma { width: 200, height: 200, pixels }
    }

    fn around(points: [(f32, f32); 4]) -> Quad {
        Quad(points.map(|(x, y)| Point { x, y }))
    }

    #[test]
    fn the_square_is_turned_as_the_print_is() {
        let level = around([(50.0, 50.0), (150.0, 50.0), (150.0, 150.0), (50.0, 150.0)]);
        let Quad([a, b, c, d]) = level;
        let value = |print: Quad, column: usize, row: usize| {
            (Window::level(print, 0.5, 100.0).pixels(&slope())[row * SIDE + column] + 1.0) * 127.5
        };
        let last = SIDE - 1;
        for (name, print, dark, bright) in [
            ("upright", level, (0, 64), (last, 64)),
            ("upside down", Quad([c, d, a, b]), (last, 64), (0, 64)),
            ("reading downwards", Quad([b, c, d, a]), (64, last), (64, 0)),
        ] {
            assert!((value(print, dark.0, dark.1) - 50.0).abs() < 2.0, "{name}");
            assert!((value(print, bright.0, bright.1) - 150.0).abs() < 2.0, "{name}");
        }
    }

    #[test]
    fn outside_of_the_picture_it_is_grey() {
        let print = around([(1000.0, 0.0), (2000.0, 0.0), (2000.0, 500.0), (1000.0, 500.0)]);
        assert!(Window::level(print, 0.2, 600.0).pixels(&slope()).iter().all(|&value| value == 0.0));
    }
}
