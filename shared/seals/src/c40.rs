//! C40 (ISO/IEC 16022), the code of text in a header: two bytes hold three characters.

/// A pair that starts with this byte holds one character.
const UNLATCH: u8 = 0xFE;

/// The number of bytes that hold so many characters.
pub fn encoded_length(characters: usize) -> usize {
    characters.div_ceil(3) * 2
}

/// So many characters out of all of these bytes. `None` unless they are exactly the bytes that [`encode`] returns: one
/// text has one code.
pub fn decode(bytes: &[u8], characters: usize) -> Option<String> {
    let mut text = String::with_capacity(characters + 2);
    for pair in bytes.chunks(2) {
        let &[first, second] = pair else { return None };
        if first == UNLATCH {
            text.push(char::from(second.checked_sub(1)?));
            continue;
        }
        let packed = u16::from_be_bytes([first, second]).checked_sub(1)?;
        // A zero after the end of the text fills the last pair.
        text.extend([packed / 1600, packed / 40 % 40, packed % 40].into_iter().filter_map(character));
    }
    let text: String = text.chars().take(characters).collect();
    (encode(&text)? == bytes && text.len() == characters).then_some(text)
}

/// The code of a text of blanks, digits and capital letters. `None` with any other character.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(encoded_length(text.len()));
    for group in text.as_bytes().chunks(3) {
        let pair = match *group {
            [one] => {
                value(one)?;
                [UNLATCH, one + 1]
            }
            [one, two] => pack(value(one)?, value(two)?, 0),
            [one, two, three] => pack(value(one)?, value(two)?, value(three)?),
            _ => return None,
        };
        bytes.extend(pair);
    }
    Some(bytes)
}

fn pack(one: u16, two: u16, three: u16) -> [u8; 2] {
    (one * 1600 + two * 40 + three + 1).to_be_bytes()
}

fn value(character: u8) -> Option<u16> {
    match character {
        b' ' => Some(3),
        b'0'..=b'9' => Some(u16::from(character - b'0') + 4),
        b'A'..=b'Z' => Some(u16::from(character - b'A') + 14),
        _ => None,
    }
}

fn character(value: u16) -> Option<char> {
    let value = u8::try_from(value).ok()?;
    match value {
        3 => Some(' '),
        4..=13 => Some(char::from(b'0' + value - 4)),
        14..=39 => Some(char::from(b'A' + value - 14)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_spanish_code_reads_as_its_country_and_signer() {
        assert_eq!(decode(&[0x75, 0x81], 2).as_deref(), Some("ES"));
        assert_eq!(decode(&[0x75, 0x9E, 0xA9, 0xB5], 6).as_deref(), Some("ESPN20"));
    }

    #[test]
    fn every_length_of_text_returns_as_it_was() {
        for text in ["", "A", "AB", "ABC", "A1 Z", "09AZ ", "2274948240B9368F65E5C80FEBFE5CE4"] {
            let bytes = encode(text).expect("only characters of C40");
            assert_eq!(bytes.len(), encoded_length(text.len()));
            assert_eq!(decode(&bytes, text.len()).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_text_has_one_code_and_no_other() {
        // The pair of `ES` filled with a blank, one beyond the last value, zero, and a small letter.
        for (bytes, characters) in
            [([0x75, 0x84], 2), ([0xFA, 0x41], 3), ([0, 0], 3), ([0xFE, b'a' + 1], 1), ([0xFE, 0], 1)]
        {
            assert_eq!(decode(&bytes, characters), None, "{bytes:02X?}");
        }
        assert_eq!(decode(&[0x75], 1), None);
        assert_eq!(decode(&[0x75, 0x81], 1), None);
        assert_eq!(decode(&[0x75, 0x81], 3), None);
        assert_eq!(decode(&[0xFE, b'A' + 1, 0x75, 0x81], 3), None);
    }

    #[test]
    fn other_characters_have_no_code() {
        for text in ["a", "Ñ", "<", "AB\0"] {
            assert_eq!(encode(text), None);
        }
    }
}
