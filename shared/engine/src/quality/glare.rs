//! GLARE: no large burnt-out spots.
//!
//! A spot of glare is a connected region of burnt-out pixels that fades: light that falls on a laminate is brightest in
//! its middle. Two things that are as bright do not fade and are not glare: paper, which runs along the rim of the
//! picture ([`Region::is_background`]) and ends at the document's edge; and white print or white fields of a document,
//! which end at a sharp edge. The price: the mirror image of a lamp or a window with sharp edges is taken for white
//! print.

use super::{
    finding::{Finding, grade},
    regions::{self, Region},
    view::View,
};
use acredita_domain::scoring::Reason;
use acredita_pictures::Luma;

/// Burnt out: cameras and JPEG leave a few levels below 255.
const BURNT: u8 = 250;
/// The share of the picture from which a spot hides something: 0.2 %, about two characters of a machine-readable zone.
/// The limit itself still passes.
const SHARE: f64 = 0.002;
/// The share that spoils the picture.
const SPOILT: f64 = 0.02;
/// Smaller specks are ignored: a character has more pixels.
const LEAST_PIXELS: usize = 60;
/// Where brightness is compared with that at the spot's border, in pixels: close to it, and where a sharp edge has long
/// fallen.
const NEAR: usize = 4;
const FAR: usize = 16;
/// Paper that gets a little darker falls by less than this up to [`FAR`]: it hides nothing.
const LEAST_FALL: i32 = 20;
/// An edge is soft if at most this share of the fall happens close to it, in percent. Sharp edges have 90 and more; a
/// straight slope 25.
const NEAR_FALL_PERCENT: i32 = 70;
/// A spot is glare if this share of its border is soft, in percent. Print below the spot cuts sharply into the rest;
/// white print has up to 16.
const SOFT_PERCENT: usize = 30;

pub(super) fn judge(view: &View) -> Finding {
    let luma = &view.small;
    let spots = regions::bright(luma, BURNT, LEAST_PIXELS)
        .into_iter()
        .filter(|region| !region.is_background(luma) && fades(luma, region));
    let largest = spots.map(|spot| spot.pixels.len()).max().unwrap_or(0);
    let share = largest as f64 / luma.pixels.len() as f64;
    let score = grade(share, SPOILT, SHARE, 0.0);
    let note =
        if largest == 0 { "none".to_owned() } else { format!("{:.1} % of the picture in one spot", share * 100.0) };
    Finding { score, fault: Reason::Glare, note }
}

/// Whether enough of a region's outer border is soft. Holes are print that shines through, and reveal nothing about the
/// light.
fn fades(luma: &Luma, region: &Region) -> bool {
    let mut ends = Ends { rows: vec![None; luma.height], columns: vec![None; luma.width] };
    region.pixels.iter().for_each(|&at| ends.extend(at % luma.width, at / luma.width));
    let edges = ends.outward().filter_map(|(x, y, direction)| edge(luma, y * luma.width + x, direction));
    let (soft, all) =
        edges.fold((0_usize, 0_usize), |(soft, all), edge| (soft + usize::from(edge == Edge::Soft), all + 1));
    all > 0 && soft * 100 >= SOFT_PERCENT * all
}

/// The first and the last pixel of a region in each row and column.
struct Ends {
    rows: Vec<Option<(usize, usize)>>,
    columns: Vec<Option<(usize, usize)>>,
}

impl Ends {
    fn extend(&mut self, x: usize, y: usize) {
        let widen = |ends: &mut Option<(usize, usize)>, at: usize| {
            let (first, last) = ends.unwrap_or((at, at));
            *ends = Some((first.min(at), last.max(at)));
        };
        widen(&mut self.rows[y], x);
        widen(&mut self.columns[x], y);
    }

    /// These pixels, and the direction that leads outwards.
    fn outward(&self) -> impl Iterator<Item = (usize, usize, (isize, isize))> {
        let rows = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(y, ends)| ends.map(|(first, last)| [(first, y, (-1, 0)), (last, y, (1, 0))]));
        let columns = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(x, ends)| ends.map(|(first, last)| [(x, first, (0, -1)), (x, last, (0, 1))]));
        rows.chain(columns).flatten()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Soft,
    Sharp,
}

/// How the region ends in this direction; `None` if it goes on, if the rim of the picture cuts it, or if it only steps
/// over a thin stroke of print.
fn edge(luma: &Luma, at: usize, direction: (isize, isize)) -> Option<Edge> {
    let outside = |distance| {
        look(luma, at, direction, distance).filter(|&level| level <= BURNT).map(|level| i32::from(u8::MAX - level))
    };
    let (_, near, far) = (outside(1)?, outside(NEAR)?, outside(FAR)?);
    Some(if far >= LEAST_FALL && near * 100 <= NEAR_FALL_PERCENT * far { Edge::Soft } else { Edge::Sharp })
}

/// The level at a distance; `None` outside the picture.
fn look(luma: &Luma, at: usize, (right, down): (isize, isize), distance: usize) -> Option<u8> {
    let x = (at % luma.width).checked_add_signed(right * distance.cast_signed())?;
    let y = (at / luma.width).checked_add_signed(down * distance.cast_signed())?;
    (x < luma.width && y < luma.height).then(|| luma.pixels[y * luma.width + x])
}
