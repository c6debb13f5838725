//! The layouts of machine-readable zones, as data: the characters allowed at each position, and the digits that protect
//! them.
//!
//! Sources: Doc 9303 part 4 §4.2 (TD3), part 5 §4.2 (TD1), part 6 §4.2 (TD2), part 7 §4 and §5 (MRV-A, MRV-B), all
//! eighth edition. The French identity card of 1988–2021 follows none of them: its layout is that of the decree of 1955
//! as practised, and is public with its specimen.

mod layout;
mod tables;

pub(crate) use layout::continuation;
pub use layout::{Checked, DigitRule, FillerDigit, Layout, Outcome, Span};

use super::alphabet::CharSet;
use tables::*;

/// The layout of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Cards: three lines of 30.
    Td1,
    /// Larger cards: two lines of 36.
    Td2,
    /// Passports: two lines of 44.
    Td3,
    /// Full-page visas: two lines of 44.
    MrvA,
    /// Smaller visas: two lines of 36.
    MrvB,
    /// The French identity card of 1988–2021: two lines of 36.
    FrenchId,
}

impl Format {
    /// All formats. Where two have the same size, the one with more check digits comes first.
    pub const ALL: [Self; 6] = [Self::Td1, Self::Td3, Self::MrvA, Self::Td2, Self::FrenchId, Self::MrvB];

    /// The number of lines.
    pub const fn lines(self) -> usize {
        self.masks().len()
    }

    /// The number of characters per line.
    pub const fn columns(self) -> usize {
        self.masks()[0].len()
    }

    /// The characters allowed at each position, line by line.
    pub const fn masks(self) -> &'static [&'static [CharSet]] {
        match self {
            Self::Td1 => &TD1_MASKS,
            Self::Td2 => &TD2_MASKS,
            Self::Td3 => &TD3_MASKS,
            Self::MrvA => &MRVA_MASKS,
            Self::MrvB => &MRVB_MASKS,
            Self::FrenchId => &FRENCH_MASKS,
        }
    }

    /// The characters allowed at a position.
    ///
    /// # Panics
    ///
    /// If the position is outside the zone.
    pub const fn mask(self, line: usize, column: usize) -> CharSet {
        self.masks()[line][column]
    }

    /// The check digits.
    pub const fn rules(self) -> &'static [DigitRule] {
        match self {
            Self::Td1 => &TD1_RULES,
            Self::Td2 => &TD2_RULES,
            Self::Td3 => &TD3_RULES,
            Self::MrvA | Self::MrvB => &VISA_RULES,
            Self::FrenchId => &FRENCH_RULES,
        }
    }

    /// The positions of the fields.
    pub const fn layout(self) -> &'static Layout {
        match self {
            Self::Td1 => &TD1_LAYOUT,
            Self::Td2 => &TD2_LAYOUT,
            Self::Td3 => &TD3_LAYOUT,
            Self::MrvA => &MRVA_LAYOUT,
            Self::MrvB => &MRVB_LAYOUT,
            Self::FrenchId => &FRENCH_LAYOUT,
        }
    }

    /// The formats with this many lines of this many characters: a visa looks like a passport until it is read.
    pub fn of_size(lines: usize, columns: usize) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |format| (format.lines(), format.columns()) == (lines, columns))
    }

    /// The name in answers and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Td1 => "TD1",
            Self::Td2 => "TD2",
            Self::Td3 => "TD3",
            Self::MrvA => "MRV-A",
            Self::MrvB => "MRV-B",
            Self::FrenchId => "FR-ID",
        }
    }
}

#[cfg(test)]
mod tests;
