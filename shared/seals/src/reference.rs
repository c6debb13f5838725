//! How a seal names the certificate that it was signed with.

use std::fmt;

/// A serial number in hexadecimal: capital letters, and no zeros in front, so that one number is one reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference(String);

impl Reference {
    /// The number in this text. `None` unless all of it is hexadecimal digits, and one of them at least is not zero.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.trim_start_matches('0');
        (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .then(|| Self(digits.to_ascii_uppercase()))
    }

    /// The number in these bytes, the most significant first. `None` if it is zero.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_hex(&bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_reference() {
        let reference = Reference::from_hex("0A1b");
        assert_eq!(reference.as_ref().map(Reference::as_str), Some("A1B"));
        assert_eq!(reference, Reference::from_bytes(&[0, 0x0A, 0x1B]));
        for text in ["", "0", "00", "G1", "1 ", "-1"] {
            assert_eq!(Reference::from_hex(text), None, "{text}");
        }
    }
}
