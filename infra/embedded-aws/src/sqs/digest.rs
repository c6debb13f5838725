//! The MD5 digests SQS answers with, for SDKs that check them, as the SQS developer guide lays them down
//! ("Calculating the MD5 message digest for message attributes").

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::wire::MessageAttribute;

const STRING: u8 = 1;
const BINARY: u8 = 2;

/// The digest of a message body, in lower-case hexadecimal.
pub(super) fn of_body(body: &str) -> String {
    hexadecimal(Md5::new_with_prefix(body))
}

/// The digest of message attributes, `None` when there are none. The map's order is the one the digest wants.
pub(super) fn of_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    for (name, attribute) in attributes {
        add(&mut digest, name.as_bytes());
        add(&mut digest, attribute.data_type.as_bytes());
        if let Some(text) = &attribute.string_value {
            digest.update([STRING]);
            add(&mut digest, text.as_bytes());
        } else if let Some(bytes) = attribute.binary_value.as_deref().and_then(decoded) {
            digest.update([BINARY]);
            add(&mut digest, &bytes);
        }
    }
    Some(hexadecimal(digest))
}

/// The bytes of a binary attribute, `None` when it is not Base64.
pub(super) fn decoded(base64: &str) -> Option<Vec<u8>> {
    STANDARD.decode(base64).ok()
}

fn add(digest: &mut Md5, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("SQS messages are shorter than 256 KiB");
    digest.update(length.to_be_bytes());
    digest.update(bytes);
}

fn hexadecimal(digest: Md5) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_digest_is_the_md5_of_its_bytes() {
        // RFC 1321, appendix A.5.
        assert_eq!(of_body("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    }

    #[test]
    fn attribute_digests_tell_text_from_binary() {
        let text = |value: &str| MessageAttribute {
            data_type: "String".to_owned(),
            string_value: Some(value.to_owned()),
            binary_value: None,
        };
        let binary = MessageAttribute {
            data_type: "Binary".to_owned(),
            string_value: None,
            binary_value: Some(STANDARD.encode("a")),
        };
        let digest = |attribute| of_attributes(&BTreeMap::from([("name".to_owned(), attribute)]));
        assert_ne!(digest(text("a")), digest(binary));
        assert_ne!(digest(text("a")), digest(text("b")));
        assert_eq!(of_attributes(&BTreeMap::new()), None);
    }
}
