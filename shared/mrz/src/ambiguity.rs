//! Ambiguity: two characters that may both be others without any check digit noticing.
//!
//! One wrong character is noticed by the digit that protects it, unless it is one of the same value. Two may cancel out: `5` for `S` and `8` for `B`
//! change a sum by the same amount. In a poor picture both are likely enough to be asked for.

use crate::{
    icao::format::{Format, Outcome},
    positions::Position,
};

/// How likely another reading must be, as a share of the likelihood of the one that was chosen, to make it doubtful.
const LEAST_ODDS: f32 = 0.02;
/// Most other characters that are looked at, likeliest first: a text with more of them is doubtful anyway.
const MOST: usize = 40;

/// A character that may be another one.
#[derive(Clone, Copy)]
struct Other {
    line: usize,
    column: usize,
    character: u8,
    odds: f32,
}

/// The positions of a text whose check digits hold that may be otherwise, two by two, with all digits still holding.
pub(crate) fn find(format: Format, positions: &[Vec<Position>], lines: &[Vec<u8>]) -> Vec<(usize, usize)> {
    let others = others(format, positions, lines);
    let mut lines = lines.to_vec();
    let mut found = Vec::new();
    for (at, one) in others.iter().enumerate() {
        let kept = std::mem::replace(&mut lines[one.line][one.column], one.character);
        for two in others[at + 1..].iter().take_while(|two| one.odds * two.odds >= LEAST_ODDS) {
            if (two.line, two.column) == (one.line, one.column) {
                continue;
            }
            let kept = std::mem::replace(&mut lines[two.line][two.column], two.character);
            if format.rules().iter().all(|rule| rule.outcome(&lines) == Outcome::Holds) {
                found.extend([(one.line, one.column), (two.line, two.column)]);
            }
            lines[two.line][two.column] = kept;
        }
        lines[one.line][one.column] = kept;
    }
    found
}

/// The likeliest other characters where a check digit protects, likeliest first.
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
                others.extend(likely.map(|other| Other { line, column, character: other.character, odds: (other.confidence / sure).min(1.0) }));
            }
        }
    }
    others.sort_by(|a: &Other, b| b.odds.total_cmp(&a.odds));
    others.truncate(MOST);
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        positions,
        sheet::Look,
        testing::{PASSPORT, look, looks},
    };

    /// Ambiguous columns of the second line of a passport of which some cells look otherwise.
    fn ambiguous(changes: &[(usize, Look)]) -> Vec<usize> {
        let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
        changes.iter().for_each(|&(column, look)| rows[1][column] = look);
        let rows: Vec<&[Look]> = rows.iter().map(Vec::as_slice).collect();
        let lines: Vec<Vec<u8>> = PASSPORT.iter().map(|line| line.as_bytes().to_vec()).collect();
        find(Format::Td3, &positions::of(Format::Td3, &rows), &lines)
            .into_iter()
            .map(|(_, column)| column)
            .collect()
    }

    #[test]
    fn two_doubtful_characters_that_cancel_out_are_ambiguous() {
        // Both add three to a value, and their weights are 7 and 3.
        let both = [(31, look(&[(b'8', 0.6), (b'B', 0.35)])), (35, look(&[(b'6', 0.6), (b'9', 0.35)]))];
        assert_eq!(ambiguous(&both), [31, 35]);
        assert!(ambiguous(&both[..1]).is_empty() && ambiguous(&both[1..]).is_empty());
    }

    #[test]
    fn clear_characters_are_not() {
        assert!(ambiguous(&[]).is_empty());
    }
}
