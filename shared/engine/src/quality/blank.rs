//! NOT_BLANK: the picture shows something.
//!
//! Means of 8 × 8 squares are compared with those some way to either side. A lens cap, a wall, a gradient or a vignette
//! change evenly and cancel out; a document leaves steps. Noise leaves steps too, but its squares are much more alike
//! than its pixels.

use super::{
    finding::{Finding, grade},
    view::View,
};
use crate::shrink::Means;
use acredita_domain::scoring::Reason;
use acredita_pictures::Luma;

/// The side of a square in pixels: it evens out noise by a factor of 8 and keeps lines of print apart.
const SQUARE: usize = 8;
/// The distance of the squares that are compared, about a twentieth of the picture: wider than print, narrower than a
/// document.
const REACH: usize = 6;
/// A step, in levels: four times the residue of strong noise, and below the faintest print that is well exposed.
const STEP: i32 = 8;
/// The share of squares that stand out in percent: a document that fills a tenth of the picture gives 5, a bare table
/// with a shadow less than 1.
const STANDING_OUT: (f64, f64, f64) = (0.0, 2.0, 5.0);
/// The variance of the squares in percent of that of the pixels. Pure noise gives 100 / 64, whatever its strength;
/// documents 30 and more.
const IN_SQUARES: (f64, f64, f64) = (2.0, 10.0, 25.0);

pub(super) fn judge(view: &View) -> Finding {
    let squares = Means::of(&view.small, view.small.width.div_ceil(SQUARE), view.small.height.div_ceil(SQUARE));
    let by = |value, (worst, limit, best)| grade(value, worst, limit, best);
    let (steps, order) =
        (by(standing_out(&squares), STANDING_OUT), by(variance_in_squares(&view.small, &squares), IN_SQUARES));
    let note = match (steps >= 0.5, order >= 0.5) {
        (true, true) => "shows something",
        (false, _) => "plain or nearly plain",
        (true, false) => "nothing but noise",
    };
    Finding { score: steps.min(order), fault: Reason::Blank, note: note.to_owned() }
}

/// The share of squares that differ from the mean of those at [`REACH`] on both sides, in percent.
fn standing_out(squares: &Means) -> f64 {
    let stands_out = |x: usize, y: usize| {
        let differs = |before: i32, after: i32| (squares.at(x, y) * 2 - before - after).abs() > 2 * 256 * STEP;
        let across =
            x >= REACH && x + REACH < squares.width && differs(squares.at(x - REACH, y), squares.at(x + REACH, y));
        let down =
            y >= REACH && y + REACH < squares.height && differs(squares.at(x, y - REACH), squares.at(x, y + REACH));
        across || down
    };
    let count = (0..squares.height)
        .flat_map(|y| (0..squares.width).map(move |x| (x, y)))
        .filter(|&(x, y)| stands_out(x, y))
        .count();
    count as f64 * 100.0 / squares.values.len() as f64
}

/// The variance of the squares in percent of the pixels' variance.
fn variance_in_squares(luma: &Luma, squares: &Means) -> f64 {
    let of_squares = variance(squares.values.iter().map(|&value| f64::from(value) / 256.0));
    let of_pixels = variance(luma.pixels.iter().map(|&pixel| f64::from(pixel)));
    if of_pixels > 0.0 { of_squares * 100.0 / of_pixels } else { 0.0 }
}

fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum, squares) = values
        .fold((0.0, 0.0, 0.0), |(count, sum, squares), value| (count + 1.0, sum + value, squares + value * value));
    if count > 0.0 { squares / count - (sum / count) * (sum / count) } else { 0.0 }
}
