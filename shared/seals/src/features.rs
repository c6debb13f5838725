//! What a seal says: tags and their values.

use crate::refusal::Fault;
use std::fmt;

/// The tag of the signature, which ends a seal.
pub(crate) const SIGNATURE: u8 = 0xFF;

/// Tags and their values, no tag twice.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Features(Vec<(u8, Vec<u8>)>);

impl Features {
    /// The value of a tag.
    pub fn get(&self, tag: u8) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| *known == tag).map(|(_, value)| value.as_slice())
    }

    /// All tags, in their order in the seal.
    pub fn tags(&self) -> impl Iterator<Item = u8> {
        self.0.iter().map(|(tag, _)| *tag)
    }

    fn insert(&mut self, tag: u8, value: &[u8]) -> Result<(), Fault> {
        if self.get(tag).is_some() {
            return Err(Fault::Doubled(tag));
        }
        self.0.push((tag, value.to_vec()));
        Ok(())
    }
}

// The values are somebody's data.
impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tags()).finish()
    }
}

/// The features at the start of these bytes, and the signature that ends them, with the number of bytes before it.
pub(crate) fn read(bytes: &[u8]) -> Result<(Features, usize, &[u8]), Fault> {
    let mut features = Features::default();
    let mut rest = bytes;
    while let Some((&tag, after)) = rest.split_first() {
        let (length, after) = length(after)?;
        let (value, after) = after.split_at_checked(length).ok_or(Fault::Truncated)?;
        if tag != SIGNATURE {
            features.insert(tag, value)?;
            rest = after;
        } else if after.is_empty() {
            return Ok((features, bytes.len() - rest.len(), value));
        } else {
            return Err(Fault::Rest);
        }
    }
    Err(Fault::NoSignature)
}

/// A length in DER, and the bytes after it. One length has one form.
fn length(bytes: &[u8]) -> Result<(usize, &[u8]), Fault> {
    let (&first, rest) = bytes.split_first().ok_or(Fault::Truncated)?;
    let (length, rest, least) = match first {
        0..=0x7F => (usize::from(first), rest, 0),
        0x81 => {
            let (&[only], rest) = rest.split_first_chunk().ok_or(Fault::Truncated)?;
            (usize::from(only), rest, 0x80)
        }
        0x82 => {
            let (&two, rest) = rest.split_first_chunk().ok_or(Fault::Truncated)?;
            (usize::from(u16::from_be_bytes(two)), rest, 0x100)
        }
        _ => return Err(Fault::Length),
    };
    if length < least { Err(Fault::Length) } else { Ok((length, rest)) }
}

/// A tag with its length and value. `None` for more than 65,535 bytes.
pub(crate) fn write(tag: u8, value: &[u8]) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(value.len()).ok()?.to_be_bytes();
    let mut bytes = match value.len() {
        0..=0x7F => vec![tag, low],
        0x80..=0xFF => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    bytes.extend(value);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_length_return_as_they_were() {
        for length in [0, 1, 127, 128, 255, 256, 2000] {
            let value = vec![7; length];
            let bytes = [write(0x40, &value), write(SIGNATURE, &[1; 64])].map(Option::unwrap_or_default).concat();
            let (features, signed, signature) = read(&bytes).expect("well-formed");
            assert_eq!(features.get(0x40), Some(value.as_slice()));
            assert_eq!((signed, signature), (bytes.len() - 66, [1; 64].as_slice()));
        }
    }

    #[test]
    fn each_fault_has_its_own_name() {
        for (bytes, fault) in [
            (&[][..], Fault::NoSignature),
            (&[0x40, 1, 7], Fault::NoSignature),
            (&[0x40], Fault::Truncated),
            (&[0x40, 2, 7], Fault::Truncated),
            (&[0x40, 0x81], Fault::Truncated),
            (&[0x40, 0x82, 1], Fault::Truncated),
            (&[0x40, 0x81, 0x80, 7], Fault::Truncated),
            (&[0x40, 0x80, 0xFF, 0], Fault::Length),
            (&[0x40, 0x83, 0, 0, 0], Fault::Length),
            (&[0x40, 0x81, 1, 7, 0xFF, 0], Fault::Length),
            (&[0x40, 0x82, 0, 1, 7, 0xFF, 0], Fault::Length),
            (&[0x40, 0, 0x40, 0, 0xFF, 0], Fault::Doubled(0x40)),
            (&[0xFF, 0, 0x40, 0], Fault::Rest),
            (&[0xFF, 1], Fault::Truncated),
        ] {
            assert_eq!(read(bytes).err(), Some(fault), "{bytes:02X?}");
        }
    }
}
