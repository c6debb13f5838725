//! Writing a seal, for tests and demonstrations.

use crate::{Header, c40, date, features};

/// A seal that is not signed yet.
pub struct Draft {
    /// What it says of itself.
    pub header: Header,
    /// What it says: tags and their values, in this order.
    pub features: Vec<(u8, Vec<u8>)>,
}

impl Draft {
    /// The bytes to sign. `None` if the header or a feature cannot be written.
    pub fn to_sign(&self) -> Option<Vec<u8>> {
        let Header { country, signer, reference, issued, signed, definition, category } = &self.header;
        let mut bytes = vec![0xDC, 0x03];
        bytes.extend(c40::encode(country)?);
        bytes.extend(c40::encode(&format!("{signer}{:02X}", reference.as_str().len()))?);
        bytes.extend(c40::encode(reference.as_str())?);
        bytes.extend(date::pack(*issued)?);
        bytes.extend(date::pack(*signed)?);
        bytes.extend([*definition, *category]);
        for (tag, value) in &self.features {
            bytes.extend(features::write(*tag, value)?);
        }
        Some(bytes)
    }

    /// The seal of signed bytes with their signature, which is `r ‖ s`.
    pub fn seal(mut signed: Vec<u8>, signature: &[u8]) -> Option<Vec<u8>> {
        signed.extend(features::write(features::SIGNATURE, signature)?);
        Some(signed)
    }
}
