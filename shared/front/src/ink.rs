//! The rows that letters cover.

use std::ops::Range;

/// The share of the strongest row, over the weakest, from which on a row belongs to the letters.
const INKED: f32 = 0.35;

/// Where the letters of a line begin and end, as shares of its picture's height. They are in its middle.
pub(crate) fn of_line(pixels: &[f32], columns: usize) -> Option<Range<f32>> {
    let rows = strokes(pixels, columns);
    let count = rows.len();
    let ink = around_strongest(&rows, count / 4..count * 3 / 4)?;
    Some(ink.start / count as f32..ink.end / count as f32)
}

/// How much brightness changes along each row of a picture.
pub(crate) fn strokes(pixels: &[f32], columns: usize) -> Vec<f32> {
    let change = |row: &[f32]| row.windows(3).map(|three| (three[2] - three[0]).abs()).sum::<f32>();
    pixels.chunks_exact(columns).map(|row| change(row) / columns as f32).collect()
}

/// The rows around the strongest of some, as far as they are inked, to a share of a row.
pub(crate) fn around_strongest(rows: &[f32], some: Range<usize>) -> Option<Range<f32>> {
    let strongest = some.max_by(|&a, &b| rows[a].total_cmp(&rows[b]))?;
    let weakest = rows.iter().copied().fold(f32::MAX, f32::min);
    let limit = weakest + INKED * (rows[strongest] - weakest);
    let inked = |row: &usize| rows[*row] >= limit;
    let first = (0..=strongest).rev().take_while(inked).last()?;
    let last = (strongest..rows.len()).take_while(inked).last()?;
    // From the middle of an inked row, as far towards the next one as the limit is.
    let beyond = |row: usize, next: Option<&f32>| next.map_or(0.5, |next| (rows[row] - limit) / (rows[row] - next));
    let above = beyond(first, first.checked_sub(1).map(|row| &rows[row]));
    let below = beyond(last, rows.get(last + 1));
    (rows[strongest] > weakest).then_some(first as f32 + 0.5 - above..last as f32 + 0.5 + below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upright strokes between two rows.
    fn picture(columns: usize, rows: usize, inked: Range<usize>) -> Vec<f32> {
        let black = |index: usize| inked.contains(&(index / columns)) && index % columns % 6 < 2;
        (0..columns * rows).map(|index| if black(index) { -1.0 } else { 1.0 }).collect()
    }

    #[test]
    fn letters_are_as_high_as_their_strokes() {
        for inked in [10..34, 18..30, 4..44] {
            let found = of_line(&picture(200, 48, inked.clone()), 200).expect("letters");
            assert!((found.start * 48.0 - inked.start as f32).abs() < 1.0, "{found:?} {inked:?}");
            assert!((found.end * 48.0 - inked.end as f32).abs() < 1.0, "{found:?} {inked:?}");
        }
        assert_eq!(of_line(&picture(200, 48, 0..0), 200), None);
    }
}
