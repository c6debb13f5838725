//! A second look at the places above values, where labels are too small for the detector, or were read badly.

use crate::{
    geometry::Quad,
    ink,
    labels::Value,
    layout::Items,
    text::{self, Line},
};
use acredita_pictures::Luma;
use std::ops::Range;

/// As many places are looked at.
const MOST: usize = 10;
/// In hundredths: a line as sure as this may be a value.
const SURE: u32 = 80;
/// Shorter ones do not know their own direction.
const SHORTEST: usize = 3;
/// The letters of a value are as high as those of most of them, within these shares.
const AS_HIGH: Range<f32> = 0.75..1.35;
/// Where the letters of a label are looked for, in heights of the value's letters above these; how far along; and the
/// rows and columns for such a height.
const FARTHEST: f32 = 2.4;
const NEAREST: f32 = 0.15;
const ALONG: f32 = 6.0;
const ROWS: f32 = 20.0;
const COLUMNS: f32 = 10.0;
/// In heights of a label's letters: the room around them that is read too, and the length of what is read.
const AROUND: f32 = 0.3;
const LENGTH: f32 = 19.5;

/// The places above values that have no label yet, from top to bottom, each with what the value is.
pub(crate) fn places(items: &Items, picture: &Luma) -> Vec<(Quad, Value)> {
    let mut values: Vec<(&Line, f32, f32)> = items
        .without_label(SURE)
        .filter(|(value, _)| value.glyphs.len() >= SHORTEST)
        .filter_map(|(value, room)| Some((value, value.letter_height()?, room)))
        .collect();
    let mut heights: Vec<f32> = values.iter().map(|(_, height, _)| *height).collect();
    heights.sort_by(f32::total_cmp);
    let Some(&usual) = heights.get(heights.len() / 2) else { return Vec::new() };
    values.retain(|(_, height, _)| AS_HIGH.contains(&(height / usual)));
    let Some(letters) = letters_above(values.iter().map(|(value, ..)| *value), picture) else { return Vec::new() };
    let high = letters.end - letters.start;
    let around = AROUND * high;
    let place = |(value, height, room): (&Line, f32, f32)| {
        let length = (LENGTH * high).min(room / height);
        let quad = above(value, -letters.end - around..-letters.start + around, -around..length)?;
        Some((quad, Value::of(value)))
    };
    let places: Vec<(Quad, Value)> = values.into_iter().filter_map(place).collect();
    // The second line of a name is below the first.
    let is_free = |(place, _): &(Quad, Value)| {
        !items.lines().any(|line| is_value(line, usual) && place.contains(line.quad.centre()))
    };
    places.into_iter().filter(is_free).take(MOST).collect()
}

fn is_value(line: &Line, usual: f32) -> bool {
    line.confidence() >= SURE && line.letter_height().is_some_and(|height| AS_HIGH.contains(&(height / usual)))
}

/// Where letters are above values, in heights of the values' letters from these upwards: the same for all labels of a
/// document.
fn letters_above<'a>(values: impl Iterator<Item = &'a Line>, picture: &Luma) -> Option<Range<f32>> {
    let (rows, columns) = (((FARTHEST - NEAREST) * ROWS) as usize, (ALONG * COLUMNS) as usize);
    let mut all = vec![0.0; rows];
    for place in values.filter_map(|value| above(value, -FARTHEST..-NEAREST, 0.0..ALONG)) {
        let strokes = ink::strokes(&text::straightened(picture, &place, columns, rows), columns);
        all.iter_mut().zip(strokes).for_each(|(all, stroke)| *all += stroke);
    }
    let found = ink::around_strongest(&all, 0..rows)?;
    Some(FARTHEST - found.end / ROWS..FARTHEST - found.start / ROWS)
}

/// A place above a value, in heights of its letters: down from where they begin, and along from its left end.
fn above(value: &Line, down: Range<f32>, along: Range<f32>) -> Option<Quad> {
    let ink = value.ink.as_ref()?;
    let height = value.letter_height()?;
    let (wide, high) = (value.quad.length(), value.quad.height());
    // The detector leaves as much room in front of a line as above it.
    let start = (high - height) / 2.0;
    let at = |along: f32, down: f32| value.quad.at((start + along * height) / wide, ink.start + down * height / high);
    let corners = [(along.start, down.start), (along.end, down.start), (along.end, down.end), (along.start, down.end)];
    Some(Quad(corners.map(|(along, down)| at(along, down))))
}
