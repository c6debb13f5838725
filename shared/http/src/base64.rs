//! Pictures that travel in JSON: base64 (RFC 4648 §4).

use acredita_domain::Invalid;
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// The standard alphabet; clients of the published API leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64, padded or not, with or without white space around it.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Invalid> {
    BASE64.decode(text.trim()).map_err(|_| Invalid("is not base64"))
}
