//! Twins: the letter O and the zero. In OCR-B they differ by a twelfth of their height and by how round their corners
//! are, on which no two drawings of it agree; a network that learnt one drawing is sure of the wrong one in another.
//!
//! If only one of them may stand, it is that one. If both may, as in document numbers, the print decides, unless the
//! zone shows that it was drawn differently from the drawing that was learnt: then either is as likely, and the check
//! digits decide. And digits that would hold with the twin are not a sign of tampering.

use crate::{
    icao::{
        alphabet,
        format::{Format, Outcome},
    },
    read::sheet::Look,
};

/// The likelihood of the disallowed twin from which the drawing exchanges them. A drawing that does is seen this
/// clearly in a good picture; in a blurred picture of the learnt drawing it is up to 0.86, and then the likelihoods of
/// each character show the doubt.
const SHOWN: f32 = 0.9;

/// The letter O of a zero, and the zero of an O.
pub(crate) fn of(character: u8) -> Option<u8> {
    match character {
        b'0' => Some(b'O'),
        b'O' => Some(b'0'),
        _ => None,
    }
}

/// The same by their indices in the alphabet.
pub(crate) fn of_index(index: usize) -> Option<usize> {
    of(alphabet::CHARACTERS[index]).and_then(alphabet::index)
}

/// Whether a zone shows that its drawing exchanges them: one was seen where only the other may stand.
pub(crate) fn exchanged(format: Format, rows: &[&[Look]]) -> bool {
    let mut cells = rows
        .iter()
        .enumerate()
        .flat_map(|(line, row)| row.iter().enumerate().map(move |(column, look)| (line, column, look)));
    cells.any(|(line, column, look)| {
        let mask = format.mask(line, column);
        b"0O".iter().any(|&may| {
            let not = of(may).filter(|&not| mask.has(may) && !mask.has(not)).and_then(alphabet::index);
            not.is_some_and(|not| look.likelihoods[not] >= SHOWN)
        })
    })
}

/// The twins of a text of which some check digit is wrong, and would be right with the other twin: each on its own, and
/// all of a kind, as a drawing exchanges them. Any set of them would fit too many digits by chance.
pub(crate) fn suspects(format: Format, lines: &[Vec<u8>]) -> Vec<(usize, usize)> {
    let holding =
        |lines: &[Vec<u8>]| format.rules().iter().filter(|rule| rule.outcome(lines) == Outcome::Holds).count();
    let before = holding(lines);
    let places = |kind: u8| -> Vec<(usize, usize)> {
        let cells = lines.iter().enumerate().flat_map(|(line, row)| (0..row.len()).map(move |column| (line, column)));
        cells
            .filter(|&(line, column)| lines[line][column] == kind && either_may_stand(format, line, column))
            .filter(|&(line, column)| format.rules().iter().any(|rule| rule.covers(line, column)))
            .collect()
    };
    let mut suspects = Vec::new();
    for (kind, other) in [(b'0', b'O'), (b'O', b'0')] {
        let places = places(kind);
        for set in places.chunks(1).chain([places.as_slice()]) {
            let mut lines = lines.to_vec();
            set.iter().for_each(|&(line, column)| lines[line][column] = other);
            if holding(&lines) > before {
                suspects.extend_from_slice(set);
            }
        }
    }
    suspects.sort_unstable();
    suspects.dedup();
    suspects
}

fn either_may_stand(format: Format, line: usize, column: usize) -> bool {
    let mask = format.mask(line, column);
    mask.has(b'0') && mask.has(b'O')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        icao::check_digit,
        read::testing::{PASSPORT, look, looks},
    };

    /// The second line of a passport with this number, whose digits are right.
    fn second_line(number: &str) -> Vec<u8> {
        let digit = |characters: &[u8]| {
            check_digit::of(characters.iter().copied()).map(|digit| b'0' + digit).expect("of the alphabet")
        };
        let mut line = PASSPORT[1].as_bytes().to_vec();
        line[..9].copy_from_slice(number.as_bytes());
        line[9] = digit(&line[..9]);
        line[43] = digit(&[&line[..10], &line[13..20], &line[21..43]].concat());
        line
    }

    /// Suspected columns of a number that was printed as `printed` and read as `read`.
    fn suspected(printed: &str, read: &str) -> Vec<usize> {
        let mut line = second_line(printed);
        line[..9].copy_from_slice(read.as_bytes());
        suspects(Format::Td3, &[PASSPORT[0].as_bytes().to_vec(), line]).into_iter().map(|(_, column)| column).collect()
    }

    #[test]
    fn a_twin_that_would_make_the_digits_hold_is_suspect() {
        assert_eq!(suspected("LO98902C3", "L098902C3"), [1], "one of two zeros");
        assert_eq!(suspected("L80890230", "L8O89O23O"), [2, 5, 8], "all of a kind");
    }

    #[test]
    fn a_digit_that_no_twin_explains_is_wrong_as_it_is() {
        assert!(suspected("L808902C3", "L808912C3").is_empty());
        assert!(suspected("L808902C3", "L808902C3").is_empty(), "nothing is broken");
    }

    #[test]
    fn only_a_twin_against_the_mask_shows_that_they_are_exchanged() {
        let shown = |changes: &[((usize, usize), Look)]| {
            let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
            changes.iter().for_each(|&((line, column), look)| rows[line][column] = look);
            exchanged(Format::Td3, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
        };
        let clear = |character: u8| look(&[(character, 0.97)]);
        assert!(!shown(&[]) && !shown(&[((1, 1), clear(b'O'))]), "a number may have both");
        assert!(shown(&[((0, 10), clear(b'0'))]) && shown(&[((1, 15), clear(b'O'))]));
        assert!(!shown(&[((0, 10), look(&[(b'O', 0.6), (b'0', 0.35)]))]), "a hesitation");
    }
}
