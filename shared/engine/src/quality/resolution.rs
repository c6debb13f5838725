//! RESOLUTION: enough pixels to read a document.
//!
//! A character of a machine-readable zone is 2.54 mm wide (ICAO 9303 part 3 §4.2), and reading takes 12 pixels per
//! character, 20 to be sure. A passport's page is 125 mm wide, so 12 pixels per character need 590 pixels across; an
//! ID-1 card of 85.6 mm needs 404, or again about 590 if it fills two thirds of the frame. 20 pixels per character make
//! these 984 and 1,010. The document's position is not known here, so the frame is measured.

use super::{
    finding::{Finding, grade},
    view::View,
};
use acredita_domain::scoring::Reason;

/// The least long side, in pixels: 12 pixels per character of a passport that fills the frame.
const LEAST_LONG_SIDE: usize = 600;
/// Beyond this long side nothing is gained: 20 pixels per character.
const GOOD_LONG_SIDE: usize = 1000;
/// Nothing can be read below this: 6 pixels per character.
const USELESS_LONG_SIDE: usize = 300;
/// The least short side: that of an ID-1 card (85.60 × 53.98 mm) whose long side is [`LEAST_LONG_SIDE`], less a little
/// for cropped edges. A strip of a document is not a picture of it.
const LEAST_SHORT_SIDE: usize = 360;

pub(super) fn judge(view: &View) -> Finding {
    let (long, short) = (view.width.max(view.height), view.width.min(view.height));
    let share = |of: usize| (of * LEAST_SHORT_SIDE) as f64 / LEAST_LONG_SIDE as f64;
    let by_long = grade(long as f64, USELESS_LONG_SIDE as f64, LEAST_LONG_SIDE as f64, GOOD_LONG_SIDE as f64);
    let by_short = grade(short as f64, share(USELESS_LONG_SIDE), share(LEAST_LONG_SIDE), share(GOOD_LONG_SIDE));
    let score = by_long.min(by_short);
    let note = if score >= 0.5 {
        format!("{long} x {short} pixels")
    } else {
        format!(
            "{long} x {short} pixels, at least {LEAST_LONG_SIDE} x {LEAST_SHORT_SIDE} are needed to read a document"
        )
    };
    Finding { score, fault: Reason::PictureTooSmall, note }
}
