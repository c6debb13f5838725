//! Pictures that travel as text: base64 (RFC 4648 §4 and §5), in the forms that clients produce.

use acredita_domain::Invalid;
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The standard alphabet; clients of the published API leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64 or base64url, padded or not, in lines or in one piece, alone or in a `data:` URL (RFC 2397).
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Invalid> {
    let digits = |byte: u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    let text = payload(text)?;
    let plain: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).map(digits).collect();
    BASE64.decode(plain).map_err(|_| NOT_BASE64)
}

const NOT_BASE64: Invalid = Invalid("is not base64");

/// What follows `data:image/png;base64,`, decoded as a part of any URL is. The type it states is not trusted: the bytes
/// decide.
fn payload(text: &str) -> Result<Cow<'_, [u8]>, Invalid> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || acredita_domain::text::is_invisible(c));
    let Some(url) = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")).map(|_| &text[5..]) else {
        return Ok(Cow::Borrowed(text.as_bytes()));
    };
    let (media_type, data) = url.split_once(',').ok_or(NOT_BASE64)?;
    let last = media_type.rsplit(';').next().unwrap_or_default();
    if last.trim().eq_ignore_ascii_case("base64") { Ok(percent_decode_str(data).into()) } else { Err(NOT_BASE64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_every_form_that_clients_produce() {
        let bytes = [0xFB, 0xEF, 0xFF, 0x00, 0x7F];
        for text in [
            "++//AH8=",
            "++//AH8",
            "--__AH8=",
            "--__AH8",
            "++//\r\nAH8=\r\n",
            "++/\n/A\nH8=",
            " ++//AH8= ",
            "\u{FEFF}++//AH8=",
            "data:image/png;base64,++//AH8=",
            "DATA:image/jpeg;charset=x;BASE64,++//AH8",
            "data:;base64,--__\nAH8",
            "data:image/png;base64,%2B%2B%2f%2FAH8%3D",
        ] {
            assert_eq!(decode(text), Ok(bytes.to_vec()), "{text:?}");
        }
        assert_eq!(decode(""), Ok(Vec::new()));
        for text in [
            "++//AH8==",
            "++//AH",
            "+",
            "++//*AH8",
            "data:image/png,++//AH8=",
            "data:image/png;base64",
            "datä:,",
            "++%2F%2FAH8=",
        ] {
            assert_ne!(decode(text), Ok(bytes.to_vec()), "{text:?}");
        }
    }
}
