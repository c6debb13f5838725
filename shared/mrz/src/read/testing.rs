//! Looks without a picture, for tests of the later stages.

use crate::{
    icao::alphabet,
    read::{
        cells::Tone,
        network::{CLASSES, NOTHING},
        sheet::Look,
    },
};

/// Valid lines of a passport that does not exist.
pub(crate) const PASSPORT: [&str; 2] =
    ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];

/// A cell that shows characters with the given likelihoods; the rest is spread over the others.
pub(crate) fn look(characters: &[(u8, f32)]) -> Look {
    let rest = 1.0 - characters.iter().map(|&(_, likelihood)| likelihood).sum::<f32>();
    let mut likelihoods = [rest / CLASSES as f32; CLASSES];
    for &(character, likelihood) in characters {
        likelihoods[alphabet::index(character).unwrap_or(NOTHING)] += likelihood;
    }
    Look { likelihoods, tone: Tone { ink: 30.0, paper: 200.0 }, clipped: 0.0, slope: 0.5, height: None }
}

/// Clear cells of a line; a blank is an empty cell.
pub(crate) fn looks(line: &str) -> Vec<Look> {
    line.bytes().map(|character| look(&[(character, 0.98)])).collect()
}
