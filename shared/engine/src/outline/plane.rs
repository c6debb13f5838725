//! Places in a picture, and planes in perspective.

/// Pixels from the left and the upper edge of a picture.
pub(crate) type Place = (f32, f32);

/// A share of the way from one place to another.
pub(super) fn towards(from: Place, to: Place, share: f32) -> Place {
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
}

pub(super) fn distance(from: Place, to: Place) -> f32 {
    (to.0 - from.0).hypot(to.1 - from.1)
}

/// The perspective that maps the unit square to the corners of a text.
pub(super) struct Plane {
    corners: [Place; 4],
    across: Place,
    down: Place,
    vanishing: Place,
}

impl Plane {
    /// `None` if the corners do not form a quadrangle.
    pub(super) fn through(corners: [Place; 4]) -> Option<Self> {
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = corners;
        let (dx1, dy1, dx2, dy2) = (x1 - x2, y1 - y2, x3 - x2, y3 - y2);
        let (sx, sy) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
        let area = dx1 * dy2 - dx2 * dy1;
        if area.abs() < 1.0 {
            return None;
        }
        let (g, h) = ((sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area);
        Some(Self {
            corners,
            across: (x1 - x0 + g * x1, y1 - y0 + g * y1),
            down: (x3 - x0 + h * x3, y3 - y0 + h * y3),
            vanishing: (g, h),
        })
    }

    /// A point; `None` behind the horizon.
    pub(super) fn at(&self, across: f32, down: f32) -> Option<Place> {
        let depth = 1.0 + self.vanishing.0 * across + self.vanishing.1 * down;
        let along = |start: f32, right: f32, under: f32| (start + right * across + under * down) / depth;
        let (x0, y0) = self.corners[0];
        (depth > 0.2).then(|| (along(x0, self.across.0, self.down.0), along(y0, self.across.1, self.down.1)))
    }

    fn edge(&self, from: usize, to: usize) -> f32 {
        distance(self.corners[from], self.corners[to])
    }

    /// Mean width of the text, in pixels.
    pub(super) fn text_width(&self) -> f32 {
        (self.edge(0, 1) + self.edge(3, 2)) / 2.0
    }

    /// Height of the text over its width.
    pub(super) fn aspect(&self) -> f32 {
        (self.edge(0, 3) + self.edge(1, 2)) / 2.0 / self.text_width().max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_goes_through_its_corners() {
        let corners = [(100.0, 400.0), (900.0, 380.0), (920.0, 520.0), (90.0, 530.0)];
        let plane = Plane::through(corners).expect("a quadrangle");
        for (place, corner) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].into_iter().zip(corners) {
            let found = plane.at(place.0, place.1).expect("in front");
            assert!(distance(found, corner) < 0.01, "{found:?} instead of {corner:?}");
        }
    }

    #[test]
    fn what_is_no_quadrangle_has_no_plane() {
        assert!(Plane::through([(1.0, 1.0); 4]).is_none());
    }
}
