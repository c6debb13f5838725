//! Places in a picture.

/// A place in a picture: pixels from its left and upper edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left edge.
    pub x: f32,
    /// From the upper edge.
    pub y: f32,
}

impl Point {
    pub(crate) fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    pub(crate) fn towards(self, other: Self, share: f32) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// Four corners: upper left, upper right, lower right and lower left, in the direction of reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quad(pub [Point; 4]);

impl Quad {
    /// Along the direction of reading.
    pub(crate) fn length(&self) -> f32 {
        (self.0[0].distance(self.0[1]) + self.0[3].distance(self.0[2])) / 2.0
    }

    /// Across the direction of reading.
    pub(crate) fn height(&self) -> f32 {
        (self.0[0].distance(self.0[3]) + self.0[1].distance(self.0[2])) / 2.0
    }

    pub(crate) fn centre(&self) -> Point {
        self.0[0].towards(self.0[2], 0.5).towards(self.0[1].towards(self.0[3], 0.5), 0.5)
    }

    /// Shares of the way along and across it.
    pub(crate) fn at(&self, along: f32, across: f32) -> Point {
        self.0[0].towards(self.0[1], along).towards(self.0[3].towards(self.0[2], along), across)
    }

    /// The same place, read from the other end.
    pub(crate) fn turned(&self) -> Self {
        let [a, b, c, d] = self.0;
        Self([c, d, a, b])
    }

    /// Whether a place lies within it, whatever the order of its corners.
    pub(crate) fn contains(&self, place: Point) -> bool {
        let mut sides = (0..4).map(|index| {
            let (from, to) = (self.0[index], self.0[(index + 1) % 4]);
            (to.x - from.x) * (place.y - from.y) - (to.y - from.y) * (place.x - from.x)
        });
        let first = sides.next().unwrap_or_default();
        sides.all(|side| side * first >= 0.0)
    }
}

/// The direction in which places are read together, as a sum of their sides: long ones know it best. What is printed
/// across most others, as SPECIMEN often is, does not count.
pub(crate) fn direction(quads: impl Iterator<Item = Quad>) -> (f32, f32) {
    /// The sine of the angle between lines that do not run together.
    const ACROSS: f32 = 0.15;
    let sides: Vec<(f32, f32)> =
        quads.map(|Quad([a, b, c, d])| (b.x - a.x + c.x - d.x, b.y - a.y + c.y - d.y)).collect();
    let length = |side: &(f32, f32)| side.0.hypot(side.1);
    let together = |one: &(f32, f32), other: &(f32, f32)| {
        (one.0 * other.1 - one.1 * other.0).abs() <= ACROSS * length(one) * length(other)
    };
    let with = |one: (f32, f32)| sides.iter().filter(move |other| together(&one, other));
    let longest = |one: (f32, f32)| with(one).map(length).sum::<f32>();
    let most = sides.iter().copied().max_by(|one, other| longest(*one).total_cmp(&longest(*other)));
    with(most.unwrap_or_default()).fold((0.0, 0.0), |(x, y), side| (x + side.0, y + side.1))
}

/// The smallest rectangle around places that lies in the direction in which they are read.
pub(crate) fn around(quads: impl Iterator<Item = Quad> + Clone) -> Option<Quad> {
    let (x, y) = direction(quads.clone());
    let length = f32::hypot(x, y);
    if length.is_nan() || length <= 0.0 {
        return None;
    }
    let (ux, uy) = (x / length, y / length);
    let corners = quads.flat_map(|quad| quad.0).map(|place| (place.x * ux + place.y * uy, place.y * ux - place.x * uy));
    let bounds = corners.fold(None, |bounds, (along, across)| {
        let (left, top, right, bottom) = bounds.unwrap_or((along, across, along, across));
        Some((along.min(left), across.min(top), along.max(right), across.max(bottom)))
    });
    let (left, top, right, bottom) = bounds?;
    let corner = |along: f32, across: f32| Point { x: along * ux - across * uy, y: along * uy + across * ux };
    Some(Quad([corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)]))
}

/// The smallest rectangle around points, as it lies: its first side is the longer one.
pub(crate) fn smallest_rectangle(points: &[Point]) -> Option<Quad> {
    let hull = hull(points);
    let around = |from: Point, to: Point| {
        let length = from.distance(to);
        if length == 0.0 {
            return None;
        }
        let (ux, uy) = ((to.x - from.x) / length, (to.y - from.y) / length);
        let bounds = |along: &dyn Fn(&Point) -> f32| {
            hull.iter().map(along).fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)))
        };
        let (left, right) = bounds(&|point| point.x * ux + point.y * uy);
        let (top, bottom) = bounds(&|point| point.y * ux - point.x * uy);
        let corner = |along: f32, across: f32| Point { x: along * ux - across * uy, y: along * uy + across * ux };
        let quad = Quad([corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)]);
        Some(((right - left) * (bottom - top), quad))
    };
    let sides = hull.iter().zip(hull.iter().cycle().skip(1)).filter_map(|(&from, &to)| around(from, to));
    let (_, Quad([a, b, c, d])) = sides.min_by(|(one, _), (other, _)| one.total_cmp(other))?;
    Some(if a.distance(b) >= b.distance(c) { Quad([a, b, c, d]) } else { Quad([b, c, d, a]) })
}

/// The convex hull, by Andrew's monotone chain.
fn hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let chain = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while let [.., a, b] = chain[..] {
                if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut hull = chain(&mut sorted.iter().copied());
    hull.extend(chain(&mut sorted.iter().rev().copied()));
    hull
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_across_all_others_does_not_turn_them() {
        let line = |x: f32, y: f32| {
            let (from, to) = (Point { x: 10.0, y: 10.0 }, Point { x: 10.0 + x, y: 10.0 + y });
            Quad([from, to, to, from])
        };
        let (x, y) = direction([line(100.0, 0.0), line(60.0, 0.6), line(200.0, 120.0), line(90.0, 0.0)].into_iter());
        assert!((y / x).abs() < 0.01, "{x} {y}");
    }

    #[test]
    fn the_smallest_rectangle_lies_as_its_points_do() {
        let turned = |x: f32, y: f32| Point { x: 50.0 + 0.8 * x - 0.6 * y, y: 20.0 + 0.6 * x + 0.8 * y };
        let points: Vec<Point> = (0..=40).flat_map(|x| (0..=5).map(move |y| turned(x as f32, y as f32))).collect();
        let quad = smallest_rectangle(&points).expect("a rectangle");
        assert!((quad.length() - 40.0).abs() < 1e-3, "{quad:?}");
        assert!((quad.height() - 5.0).abs() < 1e-3, "{quad:?}");
        assert!(quad.contains(turned(20.0, 2.5)));
        assert!(!quad.contains(turned(20.0, 6.0)));
        assert!(quad.turned().contains(turned(1.0, 1.0)));
    }

    #[test]
    fn the_rectangle_around_lines_lies_as_they_are_read() {
        let turned = |x: f32, y: f32| Point { x: 500.0 - 0.8 * x + 0.6 * y, y: 500.0 - 0.6 * x - 0.8 * y };
        let line = |x: f32, y: f32, length: f32| {
            Quad([turned(x, y), turned(x + length, y), turned(x + length, y + 5.0), turned(x, y + 5.0)])
        };
        let print = around([line(10.0, 0.0, 50.0), line(0.0, 20.0, 30.0), line(40.0, 40.0, 60.0)].into_iter());
        let expected = Quad([turned(0.0, 0.0), turned(100.0, 0.0), turned(100.0, 45.0), turned(0.0, 45.0)]);
        let found = print.expect("a rectangle");
        assert!(found.0.iter().zip(expected.0).all(|(a, b)| a.distance(b) < 1e-2), "{found:?}");
        assert_eq!(around(std::iter::empty()), None);
    }

    #[test]
    fn one_place_is_no_rectangle() {
        assert!(smallest_rectangle(&[]).is_none());
        assert!(smallest_rectangle(&[Point { x: 1.0, y: 1.0 }; 3]).is_none());
    }
}
