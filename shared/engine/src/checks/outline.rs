//! DOCUMENT_OUTLINE: the complete document is in the picture.
//!
//! The zone shows where the document lies, because both have standardised sizes (Doc 9303 parts 4–6): ten characters
//! are an inch, and the zone is centred, some 5 mm above the lower edge. Its corners give the plane of the card in
//! perspective, and the plane gives the card's corners. The upper ones are far from the zone, and so are uncertain:
//! they count half when they lie outside.

use super::line::{not_applicable, passed};
use crate::{quality::grade, viewed::ViewedPicture};
use acredita_domain::{
    pictures::Side,
    scoring::{Check, CheckName, CheckResult, Reason, Score},
};
use acredita_mrz::{Point, Zone, icao::Format};

/// Width of a character, in millimetres (Doc 9303 part 3 §4.1: 10 an inch).
const PITCH: f64 = 2.54;
/// From the lower edge of the document to the feet of the last line, in millimetres.
const BELOW: f64 = 4.5;
/// How far a corner may be outside, as a share of the document's width: something must be missing, within the
/// error of the estimate, all inside.
const OUTSIDE: (f64, f64, f64) = (0.25, 0.08, 0.03);

pub(super) fn check(pictures: &[ViewedPicture]) -> Check {
    let name = CheckName::DocumentOutline;
    let measured = pictures.iter().filter_map(|picture| {
        Some((picture.side(), outside(picture.zone()?, picture.view.width, picture.view.height)?))
    });
    let Some((side, share)) = measured.max_by(|a: &(Side, f64), b| a.1.total_cmp(&b.1)) else {
        return not_applicable(name).noting("only a zone shows where a document lies");
    };
    let (worst, limit, best) = OUTSIDE;
    let score = grade(share, worst, limit, best);
    let line = if score >= 0.5 { passed(name) } else { Check::new(name, CheckResult::Fail).because(Reason::CutOff) };
    line.scored(Score::new(score)).noting(format!(
        "{}: {:.0} % of its width outside the frame",
        side.part(),
        share * 100.0
    ))
}

/// How far the document reaches out of the picture, as a share of its width; `None` if that cannot be known.
fn outside(zone: &Zone, width: usize, height: usize) -> Option<f64> {
    let (card_width, card_height) = size(zone.format);
    let plane = Plane::through(&zone.corners)?;
    let text_width = zone.format.columns() as f64 * PITCH;
    // The distance of the lines is not the same on all documents, so it is taken from the picture.
    let text_height = text_width * plane.aspect();
    let side = (card_width - text_width) / 2.0 / text_width;
    let (top, bottom) = (1.0 - (card_height - BELOW) / text_height, 1.0 + BELOW / text_height);
    let corners = [(-side, top, 0.5), (1.0 + side, top, 0.5), (1.0 + side, bottom, 1.0), (-side, bottom, 1.0)];
    let sticks_out = corners.map(|(across, down, counts)| {
        let (x, y) = plane.at(across, down)?;
        let beyond = |value: f64, end: usize| (-value).max(value - end as f64).max(0.0);
        Some(counts * beyond(x, width).hypot(beyond(y, height)))
    });
    let farthest = sticks_out.into_iter().try_fold(0.0_f64, |most, one| Some(most.max(one?)))?;
    Some(farthest / (plane.text_width() * card_width / text_width))
}

/// Width and height in millimetres: ID-1, ID-2 and ID-3 (ISO/IEC 7810). Visas stand on the pages of passports.
const fn size(format: Format) -> (f64, f64) {
    match format {
        Format::Td1 => (85.60, 53.98),
        Format::Td2 | Format::MrvB | Format::FrenchId => (105.0, 74.0),
        Format::Td3 | Format::MrvA => (125.0, 88.0),
    }
}

/// The perspective that maps the unit square to the corners of a text.
struct Plane {
    corners: [(f64, f64); 4],
    across: (f64, f64),
    down: (f64, f64),
    vanishing: (f64, f64),
}

impl Plane {
    /// `None` if the corners do not form a quadrangle.
    fn through(corners: &[Point; 4]) -> Option<Self> {
        let corners @ [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] =
            corners.map(|corner| (f64::from(corner.x), f64::from(corner.y)));
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
    fn at(&self, across: f64, down: f64) -> Option<(f64, f64)> {
        let depth = 1.0 + self.vanishing.0 * across + self.vanishing.1 * down;
        let along = |start: f64, right: f64, under: f64| (start + right * across + under * down) / depth;
        let (x0, y0) = self.corners[0];
        (depth > 0.2).then(|| (along(x0, self.across.0, self.down.0), along(y0, self.across.1, self.down.1)))
    }

    fn edge(&self, from: usize, to: usize) -> f64 {
        let (from, to) = (self.corners[from], self.corners[to]);
        (to.0 - from.0).hypot(to.1 - from.1)
    }

    /// Mean width of the text, in pixels.
    fn text_width(&self) -> f64 {
        (self.edge(0, 1) + self.edge(3, 2)) / 2.0
    }

    /// Height of the text over its width.
    fn aspect(&self) -> f64 {
        (self.edge(0, 3) + self.edge(1, 2)) / 2.0 / self.text_width().max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(corners: [(f32, f32); 4]) -> Plane {
        Plane::through(&corners.map(|(x, y)| Point { x, y })).expect("a quadrangle")
    }

    #[test]
    fn the_plane_goes_through_its_corners() {
        let corners = [(100.0, 400.0), (900.0, 380.0), (920.0, 520.0), (90.0, 530.0)];
        let plane = plane(corners);
        for (place, corner) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].into_iter().zip(corners) {
            let (x, y) = plane.at(place.0, place.1).expect("in front");
            assert!((x - f64::from(corner.0)).abs() < 1e-6 && (y - f64::from(corner.1)).abs() < 1e-6);
        }
    }

    /// The zone of an ID-1 card that lies straight, at 10 pixels per millimetre, with its upper left corner at this
    /// point.
    fn card_at(left: f32, top: f32) -> Zone {
        let (x, y) = (left + 47.0, top + 384.8);
        let corners = [(x, y), (x + 762.0, y), (x + 762.0, y + 110.0), (x, y + 110.0)].map(|(x, y)| Point { x, y });
        Zone {
            format: Format::Td1,
            lines: Vec::new(),
            corners,
            quality: acredita_mrz::Quality { pixels_per_character: 25.4, blur: 0.0, contrast: 0.6, clipped: 0.0 },
            status: acredita_mrz::Status::Read,
            checks: Vec::new(),
            dates_real: true,
            repaired: 0,
            min_confidence: 1.0,
            score: 1.0,
        }
    }

    #[test]
    fn a_card_within_the_frame_is_whole() {
        let share = outside(&card_at(20.0, 30.0), 900, 600).expect("a plane");
        assert!(share < 0.01, "{share}");
    }

    #[test]
    fn a_card_that_the_frame_cuts_sticks_out_by_as_much() {
        for (left, top, expected) in [(-171.2, 30.0, 0.2), (214.4, 30.0, 0.2), (20.0, 230.8, 0.2), (20.0, -171.2, 0.1)]
        {
            let share = outside(&card_at(left, top), 900, 600).expect("a plane");
            assert!((share - expected).abs() < 0.03, "{left} {top}: {share}");
        }
    }

    #[test]
    fn what_is_no_quadrangle_has_no_plane() {
        assert!(Plane::through(&[Point { x: 1.0, y: 1.0 }; 4]).is_none());
    }
}
