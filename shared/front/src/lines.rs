//! Where lines of print are.

use crate::{
    geometry::{Point, Quad, smallest_rectangle},
    models::{DETECTOR_STEP, Failure, Models},
    resize::resize,
};
use acredita_pictures::Luma;

/// The longer side of the detector's picture. Larger ones read no better, and cost in proportion to their area.
pub(crate) const LONG_SIDE: usize = 640;
/// The same where a part will be looked at closely.
pub(crate) const GLANCE: usize = 448;
/// A small picture is enlarged up to this.
const MOST_ENLARGED: f32 = 3.0;
/// A picture longer than this, compared with its width, has no line that the detector could see at its size.
const MOST_ELONGATED: usize = 20;
/// The limits that the model's publisher gives for its output.
const INK: f32 = 0.2;
const SURE: f32 = 0.4;
/// The model marks the middle of a line: a line is larger by this share of its area over its outline.
const GROWTH: f32 = 1.4;
/// A smaller mark is none, in pixels of the detector's picture.
const SMALLEST: f32 = 3.0;

/// A line of print, not read yet.
pub(crate) struct Place {
    pub(crate) quad: Quad,
    /// How sure the detector is, 0 to 1.
    pub(crate) sure: f32,
}

/// The lines of a picture from top to bottom, and the number of pixels that the detector looked at. `long_side` is that of
/// its picture.
pub(crate) fn find(models: &Models, picture: &Luma, long_side: usize) -> Result<(Vec<Place>, usize), Failure> {
    let (short, long) = (picture.width.min(picture.height), picture.width.max(picture.height));
    if short == 0 || long / short > MOST_ELONGATED || picture.pixels.len() != picture.width * picture.height {
        return Ok((Vec::new(), 0));
    }
    let scale = (long_side as f32 / long as f32).min(MOST_ENLARGED);
    let side = |side: usize| {
        ((side as f32 * scale / DETECTOR_STEP as f32).round() as usize).clamp(1, long_side / DETECTOR_STEP)
            * DETECTOR_STEP
    };
    let map = Map {
        width: side(picture.width),
        height: side(picture.height),
        sure: models.detect(
            &resize(picture, side(picture.width), side(picture.height)),
            side(picture.width),
            side(picture.height),
        )?,
    };
    let (across, down) = (picture.width as f32 / map.width as f32, picture.height as f32 / map.height as f32);
    let in_picture = |point: Point| Point { x: point.x * across, y: point.y * down };
    let mut places: Vec<Place> = map
        .marks()
        .iter()
        .filter_map(|mark| map.line(mark))
        .map(|Place { quad, sure }| Place { quad: upright(Quad(quad.0.map(in_picture))), sure })
        .collect();
    sort(&mut places);
    Ok((places, map.width * map.height))
}

/// The same for the upright rectangle around a part of a picture.
pub(crate) fn find_within(models: &Models, picture: &Luma, part: &Quad) -> Result<(Vec<Place>, usize), Failure> {
    let bounds = |of: fn(&Point) -> f32, most: usize| {
        let ends = part.0.iter().map(of);
        let (low, high) = ends.fold((f32::MAX, f32::MIN), |(low, high), end| (low.min(end), high.max(end)));
        (low.max(0.0) as usize).min(most)..(high.ceil().max(0.0) as usize).min(most)
    };
    let (columns, rows) = (bounds(|point| point.x, picture.width), bounds(|point| point.y, picture.height));
    if columns.is_empty() || picture.pixels.len() != picture.width * picture.height {
        return Ok((Vec::new(), 0));
    }
    let row = |row: usize| &picture.pixels[row * picture.width..][columns.clone()];
    let pixels: Vec<u8> = rows.clone().flat_map(row).copied().collect();
    let (mut places, work) = find(models, &Luma { width: columns.len(), height: rows.len(), pixels }, LONG_SIDE)?;
    for place in &mut places {
        let moved = |point: Point| Point { x: point.x + columns.start as f32, y: point.y + rows.start as f32 };
        place.quad = Quad(place.quad.0.map(moved));
    }
    Ok((places, work))
}

/// From top to bottom.
pub(crate) fn sort(places: &mut [Place]) {
    places.sort_by(|a, b| a.quad.centre().y.total_cmp(&b.quad.centre().y));
}

/// The detector's output.
struct Map {
    width: usize,
    height: usize,
    sure: Vec<f32>,
}

impl Map {
    /// Connected pixels in the middle of lines.
    fn marks(&self) -> Vec<Vec<Point>> {
        let mut open: Vec<bool> = self.sure.iter().map(|&sure| sure > INK).collect();
        let mut marks = Vec::new();
        let mut next = Vec::new();
        for start in 0..open.len() {
            if !std::mem::take(&mut open[start]) {
                continue;
            }
            let mut mark = Vec::new();
            next.push(start);
            while let Some(index) = next.pop() {
                let (x, y) = (index % self.width, index / self.width);
                mark.push(Point { x: x as f32, y: y as f32 });
                for y in y.saturating_sub(1)..(y + 2).min(self.height) {
                    for x in x.saturating_sub(1)..(x + 2).min(self.width) {
                        if std::mem::take(&mut open[y * self.width + x]) {
                            next.push(y * self.width + x);
                        }
                    }
                }
            }
            marks.push(mark);
        }
        marks
    }

    /// The line whose middle is marked.
    fn line(&self, mark: &[Point]) -> Option<Place> {
        let middle = smallest_rectangle(mark)?;
        let (length, height) = (middle.length(), middle.height());
        if height < SMALLEST {
            return None;
        }
        let sure = self.mean_within(&middle);
        if sure < SURE {
            return None;
        }
        let margin = length * height * GROWTH / (2.0 * (length + height));
        // Pixels are where their middles are.
        let (along, across) = (margin / length, margin / height);
        let corner = |u: f32, v: f32| {
            let Point { x, y } = middle.at(u, v);
            Point { x: x + 0.5, y: y + 0.5 }
        };
        let quad = Quad([
            corner(-along, -across),
            corner(1.0 + along, -across),
            corner(1.0 + along, 1.0 + across),
            corner(-along, 1.0 + across),
        ]);
        Some(Place { quad, sure })
    }

    fn mean_within(&self, quad: &Quad) -> f32 {
        let bounds = |of: fn(&Point) -> f32, most: usize| {
            let low = quad.0.iter().map(of).fold(f32::MAX, f32::min).floor().max(0.0) as usize;
            let high = quad.0.iter().map(of).fold(f32::MIN, f32::max).ceil().max(0.0) as usize;
            low..(high + 1).min(most)
        };
        let (mut sum, mut count) = (0.0, 0_u32);
        for y in bounds(|point| point.y, self.height) {
            for x in bounds(|point| point.x, self.width) {
                if quad.contains(Point { x: x as f32, y: y as f32 }) {
                    sum += self.sure[y * self.width + x];
                    count += 1;
                }
            }
        }
        sum / count.max(1) as f32
    }
}

/// With its first corner where reading begins: on the left, or, for a line that stands, at the top.
fn upright(quad: Quad) -> Quad {
    let [a, b, ..] = quad.0;
    let (x, y) = (b.x - a.x, b.y - a.y);
    let against = if x.abs() >= y.abs() { x < 0.0 } else { y < 0.0 };
    if against { quad.turned() } else { quad }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(width: usize, height: usize, marked: impl Fn(usize, usize) -> bool) -> Map {
        let sure = (0..width * height).map(|index| f32::from(marked(index % width, index / width)));
        Map { width, height, sure: sure.collect() }
    }

    #[test]
    fn a_mark_is_the_middle_of_a_line() {
        let map = map(160, 64, |x, y| (20..120).contains(&x) && (30..36).contains(&y));
        let marks = map.marks();
        assert_eq!(marks.len(), 1);
        let Place { quad, sure } = map.line(&marks[0]).expect("a line");
        assert_eq!(sure, 1.0);
        assert!((quad.centre().x - 70.0).abs() < 0.6 && (quad.centre().y - 33.0).abs() < 0.6, "{quad:?}");
        assert!((10.0..14.0).contains(&quad.height()), "{quad:?}");
        assert!((104.0..108.0).contains(&quad.length()), "{quad:?}");
    }

    #[test]
    fn marks_apart_are_lines_apart_and_specks_are_none() {
        let map = map(160, 64, |x, y| (20..60).contains(&x) && y % 20 < 5 || (x, y) == (100, 30));
        let marks = map.marks();
        assert_eq!(marks.len(), 5);
        assert_eq!(marks.iter().filter_map(|mark| map.line(mark)).count(), 4);
    }

    #[test]
    fn a_line_begins_on_the_left_or_at_the_top() {
        let flat = Quad([(90., 10.), (10., 10.), (10., 0.), (90., 0.)].map(|(x, y)| Point { x, y }));
        assert_eq!(upright(flat).0[0], Point { x: 10., y: 0. });
        let standing = Quad([(10., 10.), (10., 90.), (0., 90.), (0., 10.)].map(|(x, y)| Point { x, y }));
        assert_eq!(upright(standing).0[0], Point { x: 10., y: 10. });
    }
}
