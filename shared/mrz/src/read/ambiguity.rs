//! Ambiguity: characters that may all be others without any check digit revealing it.
//!
//! One wrong character is revealed by the digit that protects it, unless the right one has the same value. Two may
//! cancel out: `5` for `S` and `8` for `B` change a sum by the same amount. In a poor picture both are likely enough to
//! be considered. Three and more cancel out by chance; they are considered only if nothing but the digits distinguishes
//! the characters, as with [`twins`](crate::read::twins) that a drawing exchanges.

use crate::{
    icao::format::{Format, Outcome},
    read::positions::Position,
};

/// The least likelihood of another reading, as a share of that of the chosen one, that makes it doubtful. With a
/// quarter of this, one correct reading of three hundred poor pictures is lost; four times as much would gain none.
const LEAST_ODDS: f32 = 0.02;
/// The most other characters that are considered. A text with more of them is doubtful in all of them.
const MOST: usize = 40;
/// The same for those that are as likely as the chosen ones: all sets of them are considered.
const MOST_EQUAL: usize = 10;

#[derive(Clone, Copy)]
struct Other {
    line: usize,
    column: usize,
    character: u8,
    odds: f32,
}

/// The positions of a text with correct check digits that may differ, two or more of them at once, with all digits
/// still correct.
pub(crate) fn find(format: Format, positions: &[Vec<Position>], lines: &[Vec<u8>]) -> Vec<(usize, usize)> {
    let others = others(format, positions, lines);
    if others.len() > MOST || others.iter().filter(|other| other.odds >= 1.0).count() > MOST_EQUAL {
        return others.iter().map(|other| (other.line, other.column)).collect();
    }
    let mut changes = Changes { format, others: &others, lines: lines.to_vec(), chosen: Vec::new(), found: Vec::new() };
    changes.try_from(0, 1.0);
    changes.found
}

/// Replacements of characters.
struct Changes<'a> {
    format: Format,
    others: &'a [Other],
    /// The text with the chosen replacements.
    lines: Vec<Vec<u8>>,
    chosen: Vec<Other>,
    found: Vec<(usize, usize)>,
}

impl Changes<'_> {
    /// Tries the chosen ones with each of the others from this one on, likeliest first.
    fn try_from(&mut self, from: usize, odds: f32) {
        for (at, other) in
            self.others.iter().enumerate().skip(from).take_while(|(_, other)| odds * other.odds >= LEAST_ODDS)
        {
            if self.chosen.iter().any(|chosen| (chosen.line, chosen.column) == (other.line, other.column)) {
                continue;
            }
            let kept = std::mem::replace(&mut self.lines[other.line][other.column], other.character);
            self.chosen.push(*other);
            if self.chosen.len() > 1 && self.holds() {
                self.found.extend(self.chosen.iter().map(|chosen| (chosen.line, chosen.column)));
            }
            if self.chosen.len() == 1 || odds * other.odds >= 1.0 {
                self.try_from(at + 1, odds * other.odds);
            }
            self.chosen.pop();
            self.lines[other.line][other.column] = kept;
        }
    }

    fn holds(&self) -> bool {
        self.format.rules().iter().all(|rule| rule.outcome(&self.lines) == Outcome::Holds)
    }
}

/// The other characters at positions with a check digit, likeliest first.
fn others(format: Format, positions: &[Vec<Position>], lines: &[Vec<u8>]) -> Vec<Other> {
    let mut others = Vec::new();
    for (line, row) in positions.iter().enumerate() {
        for (column, position) in row.iter().enumerate() {
            let read = lines[line][column];
            let sure = position
                .alternatives
                .iter()
                .find(|other| other.character == read)
                .map_or(0.0, |other| other.confidence);
            let likely = position
                .alternatives
                .iter()
                .filter(|other| other.character != read && other.confidence >= LEAST_ODDS * sure);
            if format.rules().iter().any(|rule| rule.covers(line, column)) {
                others.extend(likely.map(|other| Other {
                    line,
                    column,
                    character: other.character,
                    odds: (other.confidence / sure).min(1.0),
                }));
            }
        }
    }
    others.sort_by(|a: &Other, b| b.odds.total_cmp(&a.odds));
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        icao::check_digit,
        read::{
            positions,
            sheet::Look,
            testing::{PASSPORT, look, looks},
        },
    };

    /// Ambiguous columns of the second line of a passport of which some cells look different.
    fn ambiguous(changes: &[(usize, Look)]) -> Vec<usize> {
        let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
        changes.iter().for_each(|&(column, look)| rows[1][column] = look);
        let rows: Vec<&[Look]> = rows.iter().map(Vec::as_slice).collect();
        let lines: Vec<Vec<u8>> = PASSPORT.iter().map(|line| line.as_bytes().to_vec()).collect();
        find(Format::Td3, &positions::of(Format::Td3, &rows), &lines).into_iter().map(|(_, column)| column).collect()
    }

    #[test]
    fn two_doubtful_characters_that_cancel_out_are_ambiguous() {
        // Both add three to a value, and their weights are 7 and 3.
        let both = [(31, look(&[(b'8', 0.6), (b'B', 0.35)])), (35, look(&[(b'6', 0.6), (b'9', 0.35)]))];
        assert_eq!(ambiguous(&both), [31, 35]);
        assert!(ambiguous(&both[..1]).is_empty() && ambiguous(&both[1..]).is_empty());
    }

    #[test]
    fn twins_that_a_drawing_exchanges_are_ambiguous_where_they_cancel_out() {
        let clear = |character: u8| look(&[(character, 0.98)]);
        // A letter for a zero adds 24 times its weight, which is nothing modulo 10 if the weights make a multiple of 5.
        // Column 5 is a zero anyway.
        let exchanged = |columns: [usize; 2]| {
            let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
            let mut lines: Vec<Vec<u8>> = PASSPORT.iter().map(|line| line.as_bytes().to_vec()).collect();
            // The month of birth begins with a zero, which is drawn as the letter.
            rows[1][15] = clear(b'O');
            for column in columns {
                (rows[1][column], lines[1][column]) = (clear(b'0'), b'0');
            }
            for (digit, spans) in [(9, vec![(0, 9)]), (43, vec![(0, 10), (13, 20), (21, 43)])] {
                let protected: Vec<u8> = spans.iter().flat_map(|&(from, to)| lines[1][from..to].to_vec()).collect();
                lines[1][digit] = b'0' + check_digit::of(protected).expect("of the alphabet");
                rows[1][digit] = clear(lines[1][digit]);
            }
            let rows: Vec<&[Look]> = rows.iter().map(Vec::as_slice).collect();
            find(Format::Td3, &positions::of(Format::Td3, &rows), &lines)
        };
        assert_eq!(exchanged([6, 7]), [(1, 6), (1, 7)], "7 and 3");
        assert_eq!(exchanged([3, 6]), [(1, 3), (1, 5), (1, 6)], "7, 1 and 7");
        assert!(exchanged([2, 8]).is_empty(), "1, 1 and 1");
    }

    #[test]
    fn clear_characters_are_not() {
        assert!(ambiguous(&[]).is_empty());
    }
}
