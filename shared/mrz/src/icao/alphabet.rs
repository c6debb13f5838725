//! The 37 characters of a machine-readable zone (Doc 9303 part 3 §4.3): ten digits, 26 letters and the filler.

/// The filler `<`.
pub const FILLER: u8 = b'<';

/// Every character, in the order of [`index`]: digits, letters, the filler.
pub const CHARACTERS: [u8; 37] = *b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

/// The index of a character in [`CHARACTERS`]; `None` for everything else, including lower-case letters.
pub const fn index(character: u8) -> Option<usize> {
    match character {
        b'0'..=b'9' => Some((character - b'0') as usize),
        b'A'..=b'Z' => Some((character - b'A') as usize + 10),
        FILLER => Some(36),
        _ => None,
    }
}

/// The value of a character in a check digit (Doc 9303 part 3 §4.9): 0–9 as they are, A = 10 … Z = 35, the filler 0.
pub const fn value(character: u8) -> Option<u32> {
    match index(character) {
        Some(36) => Some(0),
        Some(index) => Some(index as u32),
        None => None,
    }
}

/// A set of characters of the alphabet, such as those allowed at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CharSet(u64);

impl CharSet {
    /// 0–9.
    pub const DIGITS: Self = Self((1 << 10) - 1);
    /// A–Z.
    pub const LETTERS: Self = Self(((1 << 26) - 1) << 10);
    /// Only the filler.
    pub const FILLER: Self = Self(1 << 36);
    /// All 37.
    pub const ANY: Self = Self((1 << 37) - 1);

    /// The characters of a text; those outside the alphabet are left out.
    pub const fn of(text: &[u8]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < text.len() {
            if let Some(index) = index(text[at]) {
                bits |= 1 << index;
            }
            at += 1;
        }
        Self(bits)
    }

    /// The characters of both sets.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a character is in the set.
    pub const fn has(self, character: u8) -> bool {
        match index(character) {
            Some(index) => self.has_index(index),
            None => false,
        }
    }

    /// Whether the character at an index of [`CHARACTERS`] is in the set.
    pub const fn has_index(self, index: usize) -> bool {
        index < CHARACTERS.len() && self.0 >> index & 1 == 1
    }

    /// One bit for each index of [`CHARACTERS`], from the lowest.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The characters, in the order of [`CHARACTERS`].
    pub fn characters(self) -> impl Iterator<Item = u8> {
        CHARACTERS
            .into_iter()
            .enumerate()
            .filter(move |&(index, _)| self.has_index(index))
            .map(|(_, character)| character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_and_characters_agree_and_nothing_else_is_in_the_alphabet() {
        for (place, &character) in CHARACTERS.iter().enumerate() {
            assert_eq!(index(character), Some(place));
        }
        assert_eq!((0..=255).filter(|&byte| index(byte).is_some()).count(), 37);
    }

    #[test]
    fn the_filler_and_the_zero_count_nothing_and_letters_count_from_ten() {
        assert_eq!([b'<', b'0', b'9', b'A', b'Z'].map(value), [Some(0), Some(0), Some(9), Some(10), Some(35)]);
        assert_eq!([b'a', b' ', 0xC3].map(value), [None; 3]);
    }

    #[test]
    fn a_set_holds_what_it_was_made_of() {
        let set = CharSet::of(b"MFX<").with(CharSet::DIGITS);
        assert_eq!(set.characters().collect::<Vec<_>>(), b"0123456789FMX<");
        assert!(!set.has(b'm') && !set.has_index(37) && !set.has_index(64));
        assert_eq!(CharSet::LETTERS.with(CharSet::DIGITS).with(CharSet::FILLER), CharSet::ANY);
    }
}
