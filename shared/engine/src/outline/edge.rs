//! The straight edge of a document on one side of what lies on it.

use super::{
    plane::{Place, towards},
    scene::Scene,
};
use std::ops::RangeInclusive;

/// How far an edge may be turned against its side, as the tangent of the angle, and in which steps.
const MOST_TURNED: i32 = 20;
const STEP: f32 = 0.01;
/// An edge is looked at in so many parts, each in so many rows.
const PARTS: usize = 16;
const ROWS: usize = 8;
/// Parts in which brightness has to change in one direction. Text and portraits have straight edges too, but shorter
/// ones.
const ENOUGH: usize = 14;
/// The least change of brightness.
const LEAST_CHANGE: f32 = 2.5;

/// The sine of the angle up to which a border of the picture runs along an edge.
const ALONG: f32 = 0.3;

/// Which side of a document, in the direction of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Top,
    Right,
    Bottom,
    Left,
}

impl Side {
    /// In the order in which a document's corners are listed: each side ends where the next begins.
    pub(super) const ALL: [Self; 4] = [Self::Top, Self::Right, Self::Bottom, Self::Left];
}

/// A straight line between two places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) from: Place,
    pub(super) to: Place,
}

impl Line {
    /// Where two lines meet, if they are not parallel.
    pub(super) fn meets(&self, other: &Self) -> Option<Place> {
        let (along, across) = (
            (self.to.0 - self.from.0, self.to.1 - self.from.1),
            (other.to.0 - other.from.0, other.to.1 - other.from.1),
        );
        let area = along.0 * across.1 - along.1 * across.0;
        let away = (other.from.0 - self.from.0, other.from.1 - self.from.1);
        (area.abs() > f32::EPSILON).then(|| towards(self.from, self.to, (away.0 * across.1 - away.1 * across.0) / area))
    }

    /// How far it is from the border of a picture that is beyond it, clockwise around a document: less than nothing if it
    /// is outside.
    pub(super) fn within(&self, scene: &Scene) -> f32 {
        let (x, y) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let length = x.hypot(y);
        let outwards = (y / length, -x / length);
        // A border that runs along the edge is none beyond it.
        // A border that runs along the edge is none beyond it.
        let room = |place: f32, out: f32, end: f32| match () {
            () if out < -ALONG => place / -out,
            () if out > ALONG => (end - place) / out,
            () => f32::MAX,
        };
        let to_border = |(x, y): Place| room(x, outwards.0, scene.width()).min(room(y, outwards.1, scene.height()));
        to_border(self.from).min(to_border(self.to))
    }
}

/// Where an edge is looked for.
pub(super) struct Search<'a> {
    /// What lies on the document: the edge is outside of all of it.
    pub(super) inside: &'a [Place],
    /// In the direction of the side, clockwise around the document.
    pub(super) direction: Place,
    /// Pixels between what lies on the document and its edge.
    pub(super) away: RangeInclusive<f32>,
}

impl Search<'_> {
    /// The straightest and strongest change of brightness.
    pub(super) fn edge(&self, scene: &Scene) -> Option<Line> {
        let length = self.direction.0.hypot(self.direction.1);
        let along = (self.direction.0 / length, self.direction.1 / length);
        let outwards = (along.1, -along.0);
        let at = |way: Place, place: &Place| way.0 * place.0 + way.1 * place.1;
        let (begin, end) = bounds(self.inside.iter().map(|place| at(along, place)))?;
        let (_, border) = bounds(self.inside.iter().map(|place| at(outwards, place)))?;
        let middle = (begin + end) / 2.0;
        let half = (end - begin) / 2.0;
        let (_, farthest) = bounds(scene.corners().iter().map(|corner| at(outwards, corner)))?;
        let slack = half * STEP * MOST_TURNED as f32;
        let first = (border - slack).floor();
        let last = farthest.min(border + self.away.end() + slack).ceil();
        if !(half >= 1.0 && last > first && last - first <= scene.width() + scene.height()) {
            return None;
        }
        let (columns, margin) = ((last - first) as usize + 1, slack.ceil() as usize);
        let rows: Vec<f32> =
            (0..PARTS * ROWS).map(|row| half * ((2 * row + 1) as f32 / (PARTS * ROWS) as f32 - 1.0)).collect();
        let changes = rows.iter().map(|row| {
            let at = |column: usize| {
                let (out, over) = (first + column as f32 - margin as f32, middle + row);
                scene.brightness((outwards.0 * out + along.0 * over, outwards.1 * out + along.1 * over))
            };
            let row: Vec<f32> = (0..columns + 2 * margin + 3).map(at).collect();
            // Between the second and the third of four samples.
            row.windows(4).map(|four| (four[3] + four[2] - four[1] - four[0]) / 2.0).collect()
        });
        let changes: Vec<Vec<f32>> = changes.collect();
        let mut best: Option<(Support, f32, f32)> = None;
        for turn in -MOST_TURNED..=MOST_TURNED {
            let slope = turn as f32 * STEP;
            let beyond = self.inside.iter().map(|place| at(outwards, place) - slope * (at(along, place) - middle));
            let (_, nearest) = bounds(beyond)?;
            for (column, support) in supports(&changes, &rows, slope, columns, margin).into_iter().enumerate() {
                let out = first + column as f32 + 1.5;
                if self.away.contains(&(out - nearest)) && best.is_none_or(|(most, ..)| support > most) {
                    best = Some((support, out, slope));
                }
            }
        }
        let (support, out, slope) = best?;
        let place = |over: f32| {
            let out = out + slope * over;
            (outwards.0 * out + along.0 * (middle + over), outwards.1 * out + along.1 * (middle + over))
        };
        (support.parts >= ENOUGH).then(|| Line { from: place(-half), to: place(half) })
    }
}

/// How far a line is an edge: the more, the better.
#[derive(Clone, Copy, Default, PartialEq, PartialOrd)]
struct Support {
    /// Parts in which brightness changes in the more frequent direction.
    parts: usize,
    /// By how much it changes in all of them together.
    change: f32,
}

/// The support of all parallel lines. `margin` columns at both ends of `changes` are for lines that are turned.
fn supports(changes: &[Vec<f32>], rows: &[f32], slope: f32, columns: usize, margin: usize) -> Vec<Support> {
    let mut counted = vec![(0, 0, 0.0); columns];
    let mut sums = vec![0.0; columns];
    for (changes, rows) in changes.chunks_exact(ROWS).zip(rows.chunks_exact(ROWS)) {
        sums.fill(0.0);
        for (changes, row) in changes.iter().zip(rows) {
            let begin = (margin as f32 + (slope * row).round()) as usize;
            sums.iter_mut().zip(&changes[begin..]).for_each(|(sum, change): (&mut f32, _)| *sum += change);
        }
        for ((brighter, darker, total), sum) in counted.iter_mut().zip(&sums) {
            let change = sum / ROWS as f32;
            // What is outside of the picture is no number, and so is no change.
            *brighter += usize::from(change > LEAST_CHANGE);
            *darker += usize::from(change < -LEAST_CHANGE);
            *total += if change.is_nan() { 0.0 } else { change.abs() };
        }
    }
    let support = |(brighter, darker, change): (usize, usize, f32)| Support { parts: brighter.max(darker), change };
    counted.into_iter().map(support).collect()
}

fn bounds(values: impl Iterator<Item = f32>) -> Option<(f32, f32)> {
    values.fold(None, |bounds, value| {
        let (least, most) = bounds.unwrap_or((value, value));
        Some((value.min(least), value.max(most)))
    })
}
