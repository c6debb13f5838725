//! The spelling of names, as far as it helps to read them: surname, two fillers, given names, fillers to the end (Doc
//! 9303 part 3 §4.6).
//!
//! No check digit protects names, and a filler in a row of fillers is easily taken for a K. So the likeliest
//! *well-formed* text is searched, and a letter after the end is penalised for the surprise. Clear print overrules it.

/// How much less likely a letter after the end is than one where letters belong. Some states print two names with two
/// fillers between each.
const BEHIND_THE_END: f32 = 1.0 / 300.0;

/// Likelihoods of one position: of its likeliest letter, and of a filler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds {
    pub(crate) letter: f32,
    pub(crate) filler: f32,
}

/// The part of a name at a position.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Surname,
    SurnameGap,
    Separator,
    Given,
    GivenGap,
    End,
}

impl Part {
    const ALL: [Self; 6] = [Self::Surname, Self::SurnameGap, Self::Separator, Self::Given, Self::GivenGap, Self::End];

    /// The next state after a letter, and its factor for the surprise.
    fn letter(self) -> (Self, f32) {
        match self {
            Self::Surname | Self::SurnameGap => (Self::Surname, 1.0),
            Self::Separator | Self::Given | Self::GivenGap => (Self::Given, 1.0),
            Self::End => (Self::Given, BEHIND_THE_END),
        }
    }

    /// The next state after a filler.
    fn filler(self) -> Self {
        match self {
            Self::Surname => Self::SurnameGap,
            Self::SurnameGap => Self::Separator,
            Self::Given => Self::GivenGap,
            Self::Separator | Self::GivenGap | Self::End => Self::End,
        }
    }
}

/// The factors for the letters of each position: 1 where they belong, less after the end of the likeliest name.
pub(crate) fn letter_factors(positions: &[Kinds]) -> Vec<f32> {
    /// No likelihood is less than this: the network may be wrong to exclude something.
    const LEAST: f32 = 1e-6;
    let mut worth = [f32::MIN; Part::ALL.len()];
    worth[Part::Surname as usize] = 0.0;
    let mut origins = Vec::with_capacity(positions.len());
    for kinds in positions {
        let mut next = [f32::MIN; Part::ALL.len()];
        let mut from = [Part::Surname; Part::ALL.len()];
        for part in Part::ALL {
            let (behind_letter, surprise) = part.letter();
            let ways = [(behind_letter, kinds.letter.max(LEAST) * surprise), (part.filler(), kinds.filler.max(LEAST))];
            for (to, likelihood) in ways {
                let total = worth[part as usize] + likelihood.ln();
                if total > next[to as usize] {
                    (next[to as usize], from[to as usize]) = (total, part);
                }
            }
        }
        worth = next;
        origins.push(from);
    }
    let mut part =
        Part::ALL.into_iter().max_by(|&a, &b| worth[a as usize].total_cmp(&worth[b as usize])).unwrap_or(Part::End);
    let mut factors: Vec<f32> = origins
        .iter()
        .rev()
        .map(|from| {
            part = from[part as usize];
            part.letter().1
        })
        .collect();
    factors.reverse();
    factors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(text: &str) -> Vec<bool> {
        // Small letters stand for a doubtful letter that may be a filler.
        let kinds = text.bytes().map(|sign| match sign {
            b'<' => Kinds { letter: 0.001, filler: 0.98 },
            b'a'..=b'z' => Kinds { letter: 0.6, filler: 0.3 },
            _ => Kinds { letter: 0.98, filler: 0.0001 },
        });
        letter_factors(&kinds.collect::<Vec<_>>()).iter().map(|&factor| factor < 1.0).collect()
    }

    #[test]
    fn a_doubtful_letter_behind_the_end_is_surprising() {
        let behind = factors("DOE<<JOHN<<<<k<<<<");
        assert!(behind[13] && !behind[5] && !behind[8]);
    }

    #[test]
    fn initials_and_short_names_are_not() {
        assert!(!factors("DOE<<J<<<<<<")[5]);
        assert!(!factors("XU<<A<B<<<<<")[6]);
        assert!(!factors("DOE<<j<<<<<<")[5]);
    }

    #[test]
    fn clear_letters_behind_the_end_start_a_name_again() {
        let behind = factors("DOE<<ANA<<MARIA<<<");
        assert!(behind[10] && !behind[11] && !behind[14]);
    }
}
