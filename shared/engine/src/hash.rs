//! Detects whether two pictures are the same one, however often it was saved, scaled or turned.
//!
//! A difference hash of 64 bits finds candidates: is each cell of a 9 × 8 grid darker than its right neighbour?
//! Pictures of one card on one table share many of these, so a candidate must also have the same edges in the same
//! places on a 64 × 64 grid.

use crate::shrink::Means;
use acredita_pictures::{Luma, Orientation};

/// The most bits of 64 in which copies of a picture differ. Strong recompression changes 3; two unrelated pictures
/// differ in 32 ± 4.
const SAME_BITS: u32 = 12;
/// The least correlation between the edges of copies of a picture. A JPEG of quality 30 keeps 0.98, one of quality 10
/// still 0.91; two sides of a card in one place reach 0.5, or 0.75 if white paper is most of the picture.
const SAME_EDGES: f64 = 0.88;
/// Edges are capped at this strength, in levels: the outline of a card on paper would outweigh everything on it.
const STRONGEST: f64 = 6.0;
/// Cells per side of the grid of edges: a line of print is about a cell high.
const GRID: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resemblance {
    Same,
    Different,
    /// One of them has no edges at all, so there is nothing to compare.
    Unclear,
}

/// Compares two pictures, the second one also turned by a quarter, a half and three quarters.
pub(crate) fn compare(one: &Luma, other: &Luma) -> Resemblance {
    let hash = difference_hash(one);
    let Some(edges) = Edges::of(one) else {
        return Resemblance::Unclear;
    };
    let turns = [Orientation::UPRIGHT, Orientation::HALF, Orientation::QUARTER, Orientation::THREE_QUARTERS];
    for turn in turns {
        let turned = turned(other, turn);
        let Some(turned_edges) = Edges::of(&turned) else {
            return Resemblance::Unclear;
        };
        let distance = (hash ^ difference_hash(&turned)).count_ones();
        if distance <= SAME_BITS && edges.correlation(&turned_edges) >= SAME_EDGES {
            return Resemblance::Same;
        }
    }
    Resemblance::Different
}

fn turned(luma: &Luma, turn: Orientation) -> Luma {
    turn.apply(luma.clone())
}

/// 64 bits, row by row: whether a cell is darker than its right neighbour.
fn difference_hash(luma: &Luma) -> u64 {
    let cells = Means::of(luma, 9, 8);
    (0..64).fold(0, |hash, bit| hash << 1 | u64::from(cells.at(bit % 8, bit / 8) < cells.at(bit % 8 + 1, bit / 8)))
}

/// Differences between neighbouring cells, across and down.
struct Edges {
    differences: Vec<f64>,
    length: f64,
}

impl Edges {
    /// The edges of a picture; `None` if it is plain.
    fn of(luma: &Luma) -> Option<Self> {
        let cells = Means::of(luma, GRID, GRID);
        let places = (0..GRID - 1).flat_map(|y| (0..GRID - 1).map(move |x| (x, y)));
        let differences: Vec<f64> = places
            .flat_map(|(x, y)| [cells.at(x + 1, y) - cells.at(x, y), cells.at(x, y + 1) - cells.at(x, y)])
            .map(|difference| (f64::from(difference) / 256.0).clamp(-STRONGEST, STRONGEST))
            .collect();
        let length = differences.iter().map(|d| d * d).sum::<f64>().sqrt();
        // On average less than a level between cells is noise.
        (length * length > differences.len() as f64).then_some(Self { differences, length })
    }

    fn correlation(&self, other: &Self) -> f64 {
        let product: f64 = self.differences.iter().zip(&other.differences).map(|(a, b)| a * b).sum();
        product / (self.length * other.length)
    }
}

#[cfg(test)]
mod tests;
