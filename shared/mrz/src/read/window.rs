//! Windows: the columns of a sheet that may be the line. Inside there are characters, outside there are none.

use crate::read::sheet::{Look, Sheet};

/// The penalty of a character outside relative to that of a gap inside: print next to a zone happens, gaps in it do
/// not.
const OUTSIDE: f32 = 0.7;
/// Lower likelihoods count as this: one hidden character must not outweigh a line.
const LEAST_INSIDE: f32 = 1e-3;
const LEAST_OUTSIDE: f32 = 0.02;
/// Windows below this mean are not decoded: most of their cells are not characters.
const LEAST_SCORE: f32 = -1.6;
/// Windows of each width that are decoded: the best may be off by a column if fillers or smudges are at the end.
const PER_WIDTH: usize = 2;

/// Columns `from..from + columns` of a sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) from: usize,
    pub(crate) columns: usize,
    /// Mean logarithm of the expected likelihoods, 0 at best.
    pub(crate) score: f32,
}

/// The windows of the given widths that may be the line, best first within a width.
pub(crate) fn find(sheet: &Sheet, widths: impl Iterator<Item = usize>) -> Vec<Window> {
    let count = sheet.rows.first().map_or(0, Vec::len);
    let sum = |column: usize, value: fn(&Look) -> f32| sheet.rows.iter().map(|row| value(&row[column])).sum::<f32>();
    let inside: Vec<f32> = (0..count).map(|column| sum(column, |look| look.best().max(LEAST_INSIDE).ln())).collect();
    let outside: Vec<f32> =
        (0..count).map(|column| sum(column, |look| OUTSIDE * (1.0 - look.best()).max(LEAST_OUTSIDE).ln())).collect();
    let cells = (count * sheet.rows.len()) as f32;
    let score = |from: usize, columns: usize| {
        let window = from..from + columns;
        (0..count).map(|column| if window.contains(&column) { inside[column] } else { outside[column] }).sum::<f32>()
            / cells
    };
    widths
        .flat_map(|columns| {
            let starts = 0..(count + 1).saturating_sub(columns);
            let mut windows: Vec<Window> =
                starts.map(|from| Window { from, columns, score: score(from, columns) }).collect();
            windows.retain(|window| window.score >= LEAST_SCORE);
            windows.sort_by(|a, b| b.score.total_cmp(&a.score));
            windows.truncate(PER_WIDTH);
            windows
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{PASSPORT, looks};

    fn sheet(before: &str, behind: &str) -> Sheet {
        Sheet {
            rows: PASSPORT.iter().map(|line| looks(&format!("{before}{line}{behind}"))).collect(),
            places: Vec::new(),
        }
    }

    #[test]
    fn the_line_is_what_has_characters() {
        for (before, behind) in [("    ", "    "), ("", "  "), (" ", "")] {
            let windows = find(&sheet(before, behind), [44, 36].into_iter());
            assert_eq!((windows[0].from, windows[0].columns), (before.len(), 44));
            assert!(windows[0].score > -0.2);
            assert!(windows.iter().all(|window| window.columns == 44 || window.score < windows[0].score));
        }
    }

    #[test]
    fn a_sheet_that_is_too_narrow_has_no_window() {
        assert!(find(&Sheet { rows: vec![looks("ABC")], places: Vec::new() }, [30].into_iter()).is_empty());
        assert!(find(&Sheet { rows: Vec::new(), places: Vec::new() }, [30].into_iter()).is_empty());
    }
}
