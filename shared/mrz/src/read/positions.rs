//! Positions: the characters that may stand at each position of a format, and their likelihoods.

use crate::{
    icao::{
        alphabet::{self, CHARACTERS},
        format::Format,
    },
    read::{
        network::{FILLER, Likelihoods, NOTHING},
        sheet::Look,
        spelling::{self, Kinds},
        twins,
    },
};

/// How much a character that is not allowed takes from the confidence of the allowed one. A mask may resolve a
/// hesitation between `Z` and `7`; it must not turn a clear `Z` into a sure `7`. Only [`twins`] are exempt.
const FORBIDDEN: f32 = 0.05;
/// Alternatives that are kept.
const ALTERNATIVES: usize = 4;
/// Alternatives that are less likely than the best by more than this logarithm are dropped: a repair must not choose
/// them anyway.
const FARTHEST: f32 = 5.0;
/// A character that is this clear is taken as printed, even where it is not allowed, if the allowed ones are this
/// unlikely: poor light leaves more doubt. States print digits as nationalities and omit them. [`twins`] count as each
/// other, so they are never printed against a mask.
const PRINTED: f32 = 0.9;
const NOT_PRINTED: f32 = 0.005;
/// Likelihoods below this are rounding errors of the network.
const LEAST: f32 = 1e-7;

/// A character that may stand at a position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alternative {
    pub(crate) character: u8,
    /// The logarithm of how much less likely than the best it is: 0 for the best.
    pub(crate) cost: f32,
    /// The same by its looks only, where exchanged twins count as each other.
    pub(crate) look_cost: f32,
    pub(crate) confidence: f32,
}

/// The characters that may stand at a position.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    /// The likeliest character without any rule.
    pub(crate) raw: u8,
    /// The likeliest allowed character.
    pub(crate) masked: u8,
    /// The characters that may be printed, best first.
    pub(crate) alternatives: Vec<Alternative>,
    /// Likelihood of `masked`.
    pub(crate) likelihood: f32,
}

/// All positions of a format in a window.
pub(crate) fn of(format: Format, rows: &[&[Look]]) -> Vec<Vec<Position>> {
    let factors = letter_factors(format, rows);
    let exchanged = twins::exchanged(format, rows);
    let position = |line: usize, column: usize, look: &Look| {
        let mask = format.mask(line, column);
        let letters = factors[line][column];
        // A twin stands for both where the other is not allowed, and each for both if the zone shows that its drawing
        // exchanges them.
        let twin = |index: usize| twins::of_index(index).filter(|&other| exchanged || !mask.has_index(other));
        let stood_for =
            |index: usize| !mask.has_index(index) && twins::of_index(index).is_some_and(|other| mask.has_index(other));
        let seen =
            |index: usize| look.likelihoods[index] * if is_letter(index) || stood_for(index) { letters } else { 1.0 };
        let likelihood = |index: usize| seen(index) + twin(index).map_or(0.0, seen);
        let (mut allowed, mut forbidden) = (0.0, 0.0);
        let mut alternatives: Vec<(f32, f32, u8)> = Vec::with_capacity(NOTHING);
        for (index, &character) in CHARACTERS.iter().enumerate() {
            let seen = seen(index).max(LEAST);
            if mask.has_index(index) {
                alternatives.push((likelihood(index).max(LEAST), seen, character));
            }
            if mask.has_index(index) || stood_for(index) {
                allowed += seen;
            } else {
                forbidden += seen;
            }
        }
        // Of equally likely twins, the one that it looks like comes first.
        alternatives.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        alternatives.truncate(ALTERNATIVES);
        let total = allowed + FORBIDDEN * forbidden + look.likelihoods[NOTHING];
        let best = alternatives[0].0;
        // By its looks: a score does not grow because twins are exchanged.
        let looks = |&(likelihood, seen, character): &(f32, f32, u8)| {
            let both_may = twins::of(character).is_some_and(|other| mask.has(other));
            if both_may { seen } else { likelihood }
        };
        let likeliest = alternatives.iter().map(looks).fold(0.0, f32::max);
        let graded = alternatives.iter().map(|alternative @ &(likelihood, _, character)| Alternative {
            character,
            cost: (best / likelihood).ln(),
            look_cost: (likeliest / looks(alternative)).ln(),
            confidence: likelihood / total,
        });
        let mut graded: Vec<Alternative> = graded.filter(|other| other.cost < FARTHEST).collect();
        let (masked, raw) = (graded[0].character, raw(&look.likelihoods));
        let printed = alphabet::index(raw).map_or(0.0, likelihood);
        if printed > PRINTED && best < NOT_PRINTED {
            graded = vec![Alternative { character: raw, cost: 0.0, look_cost: 0.0, confidence: printed }];
        }
        Position { raw, masked, alternatives: graded, likelihood: likeliest }
    };
    rows.iter()
        .enumerate()
        .map(|(line, row)| row.iter().enumerate().map(|(column, look)| position(line, column, look)).collect())
        .collect()
}

fn raw(likelihoods: &Likelihoods) -> u8 {
    let best = (0..NOTHING).max_by(|&a, &b| likelihoods[a].total_cmp(&likelihoods[b]));
    CHARACTERS[best.unwrap_or(FILLER)]
}

fn is_letter(index: usize) -> bool {
    CHARACTERS[index].is_ascii_uppercase()
}

/// The factor for the letters of each position: see [`spelling`].
fn letter_factors(format: Format, rows: &[&[Look]]) -> Vec<Vec<f32>> {
    let mut factors: Vec<Vec<f32>> = rows.iter().map(|row| vec![1.0; row.len()]).collect();
    let layout = format.layout();
    let line = layout.names.line;
    let columns = layout.names.from..layout.names.to;
    let kinds = rows[line][columns.clone()].iter().map(|look| {
        let letters = look.likelihoods[..NOTHING]
            .iter()
            .enumerate()
            .filter(|&(index, _)| is_letter(index) || twins::of_index(index).is_some());
        Kinds {
            letter: letters.map(|(_, &likelihood)| likelihood).fold(0.0, f32::max),
            filler: look.likelihoods[FILLER],
        }
    });
    let name = spelling::letter_factors(&kinds.collect::<Vec<_>>());
    factors[line][columns].copy_from_slice(&name);
    factors
}
