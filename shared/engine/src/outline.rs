//! The outline of a document: its four edges, where they can be seen, and whether all of it is in the picture.
//!
//! A zone shows within a few millimetres where the edges should be. On a side without one, an edge may be anywhere
//! outside of the print.

mod edge;
mod expected;
mod plane;
mod scene;

use crate::quality::View;
use acredita_front::Quad;
use acredita_mrz::Zone;
use edge::{Line, Search, Side};
use expected::Expected;
use plane::{Place, distance};
use scene::Scene;
use std::ops::RangeInclusive;

/// Accents reach over the places of lines, in pixels.
const OVER_PRINT: f32 = 3.0;
/// How far a corner may be outside the picture, as a share of the document's width, where its edges are seen: corners
/// are round.
const OUTSIDE: f32 = 0.008;
/// In errors of the estimate: an edge that is not seen is in the picture from here on, and a border of the picture that
/// is no farther away may be the edge.
const INSIDE: f32 = 1.0;
const AT_THE_BORDER: f32 = 2.0;
/// Width over height of a card (ISO/IEC 7810, ID-1), and in any perspective.
const CARD: f32 = 85.60 / 53.98;
const SHAPE: RangeInclusive<f32> = 1.40..=1.85;
/// A picture that is nothing but a document has its shape, with this error, and is turned by an angle with this tangent
/// at most.
const SHAPE_ERROR: f32 = 0.025;
const LEVEL: f32 = 0.02;
/// The least share of the part above a zone that a card prints. Drawn ones have 0.10 and more.
const PRINTED: f32 = 0.03;

/// What the picture has of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outline {
    /// All of it.
    Complete,
    /// Not all of it: so much of its width is outside.
    CutOff(f32),
    /// Too few edges can be seen to know: so many.
    Unclear(usize),
}

impl Outline {
    /// The document whose zone is in a picture; `None` if the zone's corners are none.
    pub(crate) fn around_zone(view: &View, zone: &Zone) -> Option<Self> {
        let scene = Scene::of(view);
        let expected = Expected::of(zone, &scene)?;
        let edges = Side::ALL.map(|side| expected.search(side).edge(&scene));
        let seen = edges.iter().flatten().count();
        let lines = Side::ALL.map(|side| edges[side as usize].unwrap_or_else(|| expected.line(side)));
        let unseen = Side::ALL.into_iter().filter(|side| edges[*side as usize].is_none());
        let least = unseen.map(|side| expected.room(side, &scene)).fold(f32::MAX, f32::min);
        // As a scanner sees it: the borders of the picture are the edges.
        let all_rooms = Side::ALL.map(|side| expected.room(side, &scene).abs());
        let fits = all_rooms.into_iter().all(|room| room <= AT_THE_BORDER);
        Some(match seen {
            4 => closed(&lines, &scene, expected.width),
            _ if fits && is_a_scan(&scene, expected.along(), expected.shape) => Self::Complete,
            _ if least < -INSIDE => closed(&lines, &scene, expected.width).or_unclear(seen),
            3 if least > INSIDE => closed(&lines, &scene, expected.width),
            _ => Self::Unclear(seen),
        })
    }

    /// The card whose lines of print, but no zone, are in a picture; `None` if there are none. `print` surrounds them.
    pub(crate) fn around_print(view: &View, print: Option<Quad>, lines: impl Iterator<Item = Quad>) -> Option<Self> {
        let scene = Scene::of(view);
        let inside: Vec<Place> = lines.flat_map(|quad| quad.0).map(|place| scene.place(place.x, place.y)).collect();
        let Quad([from, to, ..]) = print?;
        let along = (to.x - from.x, to.y - from.y);
        let edge = |side| {
            let (direction, over) = match side {
                Side::Top => (along, OVER_PRINT),
                Side::Right => ((-along.1, along.0), 0.0),
                Side::Bottom => ((-along.0, -along.1), OVER_PRINT),
                Side::Left => ((along.1, -along.0), 0.0),
            };
            Search { inside: &inside, direction, away: over..=f32::MAX }.edge(&scene)
        };
        let edges = Side::ALL.map(edge);
        Some(match edges {
            [Some(top), Some(right), Some(bottom), Some(left)] => of_a_card(&[top, right, bottom, left], &scene),
            [None, None, None, None] if is_a_scan(&scene, along, CARD) => Self::Complete,
            _ => Self::Unclear(edges.iter().flatten().count()),
        })
    }

    fn or_unclear(self, seen: usize) -> Self {
        if self == Self::Complete { Self::Unclear(seen) } else { self }
    }
}

/// Whether a zone is all that is printed where it is: anybody can type it, and every card has more.
pub(crate) fn is_bare(view: &View, zone: &Zone) -> bool {
    let scene = Scene::of(view);
    Expected::of(zone, &scene).is_some_and(|expected| expected.printed_above(&scene) < PRINTED)
}

/// Whether a picture can be nothing but a document of this shape that a scanner saw.
fn is_a_scan(scene: &Scene, along: Place, shape: f32) -> bool {
    let (along, across) = (along.0.abs(), along.1.abs());
    let (width, height) =
        if along > across { (scene.width(), scene.height()) } else { (scene.height(), scene.width()) };
    let level = along.min(across) < LEVEL * along.max(across);
    level && (width / height / shape - 1.0).abs() <= SHAPE_ERROR
}

fn of_a_card(lines: &[Line; 4], scene: &Scene) -> Outline {
    let Some([a, b, c, d]) = corners(lines) else { return Outline::Unclear(lines.len()) };
    let (width, height) = ((distance(a, b) + distance(d, c)) / 2.0, (distance(a, d) + distance(b, c)) / 2.0);
    if SHAPE.contains(&(width / height)) { closed(lines, scene, width) } else { Outline::Unclear(lines.len()) }
}

/// Whether the corners between four edges are in the picture.
fn closed(lines: &[Line; 4], scene: &Scene, width: f32) -> Outline {
    let Some(corners) = corners(lines) else { return Outline::Unclear(lines.len()) };
    let outside = |(x, y): Place| (-x).max(x - scene.width()).max(-y).max(y - scene.height());
    let farthest = corners.into_iter().map(outside).fold(0.0, f32::max) / width.max(1.0);
    if farthest > OUTSIDE { Outline::CutOff(farthest) } else { Outline::Complete }
}

/// Upper left, upper right, lower right, lower left.
fn corners(lines: &[Line; 4]) -> Option<[Place; 4]> {
    let [top, right, bottom, left] = lines;
    Some([left.meets(top)?, top.meets(right)?, right.meets(bottom)?, bottom.meets(left)?])
}

#[cfg(test)]
mod tests;
