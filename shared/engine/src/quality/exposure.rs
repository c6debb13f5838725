//! EXPOSURE: neither too dark nor too bright, with enough contrast.
//!
//! White paper around a scanned document is not a fault of the exposure. It is left out if the rest is one compact
//! object; the scattered strokes that an overexposed picture leaves are not.

use super::{
    finding::{Finding, grade},
    levels::Levels,
    regions,
    view::View,
};
use acredita_domain::scoring::Reason;
use acredita_pictures::Luma;

/// The darkest and brightest mean that still show both ends of a document's brightness, and the levels at which nothing
/// is visible any more.
const DARK: (f64, f64, f64) = (10.0, 40.0, 60.0);
const BRIGHT: (f64, f64, f64) = (250.0, 220.0, 205.0);
/// The least difference between dark and bright parts: print on a tinted card keeps 100 and more; in fog or backlight
/// it falls below this.
const CONTRAST: (f64, f64, f64) = (10.0, 60.0, 90.0);

/// Paper is brighter than this: white balance and shade take it down to about 235.
const PAPER: u8 = 230;
/// The side of a block, which is paper or not, in pixels.
const BLOCK: usize = 16;
/// The least share of the picture that an object on paper takes, in percent: an ID-1 card on a sheet of A4 takes 7.4 %.
const LEAST_LEFT_PERCENT: usize = 4;
/// How much of its bounding box an object fills, in percent. A card turned by 15° fills 67 %; lines of print far less.
const COMPACT_PERCENT: usize = 55;

pub(super) fn judge(view: &View) -> Finding {
    let on_paper = levels_on_paper(&view.small);
    let levels = on_paper.as_ref().unwrap_or(&view.levels);
    let mean = levels.mean();
    let contrast = f64::from(levels.contrast());
    let by = |value, (worst, limit, best)| grade(value, worst, limit, best);
    let (dark, bright, flat) = (by(mean, DARK), by(mean, BRIGHT), by(contrast, CONTRAST));
    let score = dark.min(bright).min(flat);
    let fault = match score {
        _ if dark < 0.5 => Reason::TooDark,
        _ if bright < 0.5 => Reason::TooBright,
        _ => Reason::LowContrast,
    };
    Finding { score, fault, note: format!("mean {mean:.0}, contrast {contrast:.0} of 255") }
}

/// The levels of an object on white paper; `None` if there is no paper, or not one compact object on it.
fn levels_on_paper(luma: &Luma) -> Option<Levels> {
    let sheets: Vec<_> = regions::bright(luma, PAPER, luma.pixels.len() / 10)
        .into_iter()
        .filter(|region| region.is_background(luma))
        .collect();
    let (across, down) = (luma.width / BLOCK, luma.height / BLOCK);
    if sheets.is_empty() || across == 0 || down == 0 {
        return None;
    }
    let mut paper = vec![0_usize; across * down];
    for &at in sheets.iter().flat_map(|sheet| &sheet.pixels) {
        let (x, y) = (at % luma.width / BLOCK, at / luma.width / BLOCK);
        if x < across && y < down {
            paper[y * across + x] += 1;
        }
    }
    // A few specks of dust or noise do not keep a block from being paper.
    let left: Vec<(usize, usize)> = (0..paper.len())
        .filter(|&block| paper[block] * 100 < 95 * BLOCK * BLOCK)
        .map(|block| (block % across, block / across))
        .collect();
    if left.len() * 100 < LEAST_LEFT_PERCENT * paper.len() || !is_compact(&left) {
        return None;
    }
    let rows = left.iter().flat_map(|&(x, y)| (0..BLOCK).map(move |row| (y * BLOCK + row) * luma.width + x * BLOCK));
    Some(Levels::of(rows.flat_map(|start| luma.pixels[start..start + BLOCK].iter().copied())))
}

fn is_compact(blocks: &[(usize, usize)]) -> bool {
    let extent = |of: fn(&(usize, usize)) -> usize| {
        let least = blocks.iter().map(of).min().unwrap_or(0);
        blocks.iter().map(of).max().unwrap_or(0) - least + 1
    };
    blocks.len() * 100 >= COMPACT_PERCENT * extent(|block| block.0) * extent(|block| block.1)
}
