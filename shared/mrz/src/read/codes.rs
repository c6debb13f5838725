//! Codes of states: issuing state and nationality, which no check digit protects.
//!
//! Of 17,576 words of three letters, three hundred are codes (Doc 9303 part 3 §5). So a hesitation between look-alikes is
//! settled if only one of them makes a code that exists: `DOM`, not `OOM` or `DQM`. That only weighs what was seen. A word
//! that is clearly printed stays, code or not: withdrawn codes and mistakes of the printer are on honest documents, and
//! what they mean is not for a reader to decide.

use crate::{
    icao::{
        alphabet::FILLER,
        format::{Format, Span},
        states,
    },
    read::positions::{Alternative, Position},
};

/// How likely a word is that is no code, relative to any code. A look-alike at a hundredth of the likelihood of the clear
/// letter makes a word doubtful; less than that leaves it as it is.
const NO_CODE: f32 = 0.02;
/// The length of a code.
const LENGTH: usize = 3;
/// The issuing state stands in the same place in every format.
const STATE: Span = Span { line: 0, from: 2, to: 2 + LENGTH };

/// The positions with the alternatives of both codes weighed by the codes that they make.
pub(crate) fn weighed(format: Format, mut positions: Vec<Vec<Position>>) -> Vec<Vec<Position>> {
    for Span { line, from, to } in [Some(STATE), format.layout().nationality].into_iter().flatten() {
        if let Some(word) = positions.get_mut(line).and_then(|row| row.get_mut(from..to)?.as_mut_array::<LENGTH>()) {
            weigh(word);
        }
    }
    positions
}

fn weigh(word: &mut [Position; LENGTH]) {
    let mut sums: [Vec<f32>; LENGTH] = std::array::from_fn(|column| vec![0.0; word[column].alternatives.len()]);
    let mut total = 0.0;
    let [first, second, third] = word.each_ref().map(|position| &position.alternatives);
    for (a, one) in first.iter().enumerate() {
        for (b, two) in second.iter().enumerate() {
            for (c, three) in third.iter().enumerate() {
                let letters = [one, two, three].map(|alternative| alternative.character);
                let seen = one.confidence * two.confidence * three.confidence;
                let weight = if exists(letters) { seen } else { NO_CODE * seen };
                total += weight;
                [a, b, c].into_iter().zip(&mut sums).for_each(|(at, sum)| sum[at] += weight);
            }
        }
    }
    for (position, sums) in word.iter_mut().zip(sums) {
        let known: f32 = position.alternatives.iter().map(|alternative| alternative.confidence).sum();
        let mut weighed: Vec<Alternative> = position
            .alternatives
            .iter()
            .zip(sums)
            .map(|(&alternative, sum)| Alternative { confidence: known * sum / total, ..alternative })
            .collect();
        weighed.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let best = weighed[0].confidence;
        weighed.iter_mut().for_each(|alternative| alternative.cost = (best / alternative.confidence).ln());
        // What is printed against the format has no other reading.
        if position.masked == position.alternatives[0].character {
            position.masked = weighed[0].character;
        }
        position.alternatives = weighed;
    }
}

fn exists(letters: [u8; LENGTH]) -> bool {
    let length = letters.iter().rposition(|&letter| letter != FILLER).map_or(0, |last| last + 1);
    std::str::from_utf8(&letters[..length]).is_ok_and(states::is_known)
}

#[cfg(test)]
mod tests {
    use crate::{
        icao::Format,
        read::{
            positions,
            sheet::Look,
            testing::{PASSPORT, look, looks},
        },
    };

    /// State and nationality of a passport of which some letters look different, with the least confidence in each.
    fn codes(changes: &[((usize, usize), Look)]) -> [(String, f32); 2] {
        let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
        changes.iter().for_each(|&((line, column), look)| rows[line][column] = look);
        let rows: Vec<&[Look]> = rows.iter().map(Vec::as_slice).collect();
        let positions = super::weighed(Format::Td3, positions::of(Format::Td3, &rows));
        [(0, 2), (1, 10)].map(|(line, from)| {
            let word = positions[line][from..from + 3].iter().map(|position| position.alternatives[0]);
            (
                word.clone().map(|best| char::from(best.character)).collect(),
                word.map(|best| best.confidence).fold(1.0, f32::min),
            )
        })
    }

    fn state(letters: [Look; 3]) -> (String, f32) {
        let [state, nationality] = codes(&[((0, 2), letters[0]), ((0, 3), letters[1]), ((0, 4), letters[2])]);
        assert_eq!(nationality.0, "UTO");
        state
    }

    fn clear(letter: u8) -> Look {
        look(&[(letter, 0.97)])
    }

    #[test]
    fn of_two_look_alikes_the_one_that_makes_a_code_is_read_and_is_sure() {
        let hesitation = look(&[(b'O', 0.55), (b'D', 0.40)]);
        let (code, sure) = state([hesitation, clear(b'O'), clear(b'M')]);
        assert!(code == "DOM" && sure > 0.9, "{code} {sure}");
        let (code, sure) = state([look(&[(b'O', 0.7), (b'D', 0.25)]), clear(b'<'), clear(b'<')]);
        assert!(code == "D<<" && sure > 0.9, "{code} {sure}");
    }

    #[test]
    fn of_two_codes_neither_is_favoured() {
        let (code, sure) = state([clear(b'C'), clear(b'O'), look(&[(b'D', 0.55), (b'G', 0.40)])]);
        assert!(code == "COD" && sure < 0.7, "COG exists: {sure}");
    }

    #[test]
    fn what_is_clearly_printed_stays_though_no_state_has_it() {
        for (word, letters) in [("ESB", *b"ESB"), ("YUG", *b"YUG"), ("OOM", *b"OOM")] {
            let (code, sure) = state(letters.map(clear));
            assert!(code == word && sure > 0.9, "{code} {sure}");
        }
    }
}
