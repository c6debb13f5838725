//! SHARPNESS: the width of edges.
//!
//! The variance of a Laplacian, the usual measure, depends on the subject: it punishes plain cards and rewards noise.
//! An edge's width does not: it is its complete rise over its steepest step, about one pixel if it is sharp and 2.5 σ
//! if it is blurred by a Gaussian of σ. Rises are followed along rows and columns, over three lines at once against
//! noise; the sharper ones count, because shadows and portraits are soft in the best of pictures.

use super::{
    finding::{Finding, grade},
    view::View,
};
use acredita_domain::scoring::Reason;
use acredita_pictures::Luma;

/// An edge rises at least this much, in levels: five times the noise of a phone in bad light.
const LEAST_RISE: i32 = 30;
/// And by this share of the picture's contrast, in percent, so that the texture of a table does not count for the
/// document.
const LEAST_RISE_PERCENT: i32 = 25;
/// The edge that counts, in percent from the sharpest.
const QUANTILE: usize = 30;
/// Fewer edges than one per this many pixels of the picture prove nothing. A single line of print makes several times
/// as many.
const PIXELS_PER_EDGE: usize = 5_000;
/// Every second line is followed: print is higher than that.
const STEP: usize = 2;

/// Widths in pixels at the size that the checks look at. If characters are 25 pixels apart, reading fails from a blur
/// of σ = 2.5 on, which is a width of 6; documents that fill half of the frame need a picture twice as sharp.
const LIMIT: f64 = 4.5;
/// As sharp as an averaged picture gets.
const SHARP: f64 = 2.5;
/// Too blurred to be read.
const BLURRED: f64 = 8.0;

pub(super) fn judge(view: &View) -> Finding {
    let least_rise = LEAST_RISE.max(i32::from(view.levels.contrast()) * LEAST_RISE_PERCENT / 100);
    match edge_width(&view.small, least_rise) {
        None => Finding { score: 0.0, fault: Reason::Blurred, note: "no clear edges".to_owned() },
        Some(width) => {
            let score = grade(width, BLURRED, LIMIT, SHARP);
            Finding { score, fault: Reason::Blurred, note: format!("edges are {width:.1} pixels wide") }
        }
    }
}

/// The width that [`QUANTILE`] percent of the edges do not exceed; `None` if there are too few edges.
fn edge_width(luma: &Luma, least_rise: i32) -> Option<f64> {
    let mut widths = Widths { counts: [0; 400], total: 0 };
    let (width, height) = (luma.width, luma.height);
    for y in (1..height.saturating_sub(1)).step_by(STEP) {
        let rows = [y - 1, y, y + 1].map(|y| &luma.pixels[y * width..][..width]);
        widths.follow((0..width).map(|x| rows.iter().map(|row| i32::from(row[x])).sum()), least_rise);
    }
    for x in (1..width.saturating_sub(1)).step_by(STEP) {
        let columns = luma.pixels.chunks_exact(width);
        widths.follow(columns.map(|row| row[x - 1..=x + 1].iter().map(|&pixel| i32::from(pixel)).sum()), least_rise);
    }
    let enough = (luma.pixels.len() / PIXELS_PER_EDGE).max(8);
    (widths.total >= enough).then(|| widths.quantile())
}

/// A histogram of edge widths, in tenths of a pixel.
struct Widths {
    counts: [usize; 400],
    total: usize,
}

impl Widths {
    /// Follows a line of sums of three pixels, and counts its rises and falls.
    fn follow(&mut self, mut line: impl Iterator<Item = i32>, least_rise: i32) {
        let Some(mut last) = line.next() else { return };
        let (mut rise, mut steepest) = (0_i32, 0_i32);
        for value in line {
            let step = value - last;
            last = value;
            if step.signum() * rise.signum() < 0 || step == 0 {
                self.count(rise, steepest, least_rise);
                (rise, steepest) = (0, 0);
            }
            rise += step;
            steepest = steepest.max(step.abs());
        }
        self.count(rise, steepest, least_rise);
    }

    fn count(&mut self, rise: i32, steepest: i32, least_rise: i32) {
        if rise.abs() >= 3 * least_rise {
            let tenths = (rise.abs() * 10 / steepest).unsigned_abs() as usize;
            self.counts[tenths.min(self.counts.len() - 1)] += 1;
            self.total += 1;
        }
    }

    fn quantile(&self) -> f64 {
        let mut seen = 0;
        let found = self.counts.iter().position(|&count| {
            seen += count * 100;
            seen >= self.total * QUANTILE
        });
        found.unwrap_or(self.counts.len()) as f64 / 10.0
    }
}
