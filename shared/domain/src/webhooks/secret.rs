//! The secret that an endpoint's messages are signed with (Standard Webhooks 1.0).

use crate::{Time, ids::EventId, system::Entropy};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// 32 random bytes. It signs, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointSecret([u8; 32]);

impl EndpointSecret {
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// As the receiver gets it, once.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }

    /// What [`EndpointSecret::expose`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The signature of a message: of its id, the second it is sent in, and its exact bytes.
    pub fn sign(&self, id: EventId, sent_at: Time, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{}.{body}", sent_at.timestamp()).as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    struct Sevens;

    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn an_independent_implementation_verifies_what_is_signed() {
        let secret = EndpointSecret::generate(&Sevens);
        let id: EventId = "01945c1e-7d00-7000-8000-000000000001".parse().expect("an id");
        // The verifier compares with the clock of the machine.
        let sent_at: Time = DateTime::from(std::time::UNIX_EPOCH) + chrono::TimeDelta::seconds(now());
        let body = "{\"type\":\"identification.validated\",\"ñ\":1}";
        let headers = |signature: String| {
            [
                ("webhook-id".to_owned(), id.to_string()),
                ("webhook-timestamp".to_owned(), sent_at.timestamp().to_string()),
                ("webhook-signature".to_owned(), signature),
            ]
        };
        let verifier = standardwebhooks::Webhook::new(&secret.expose()).expect("a secret");
        let verifies = |signature: String, body: &str| {
            let mut map = http::HeaderMap::new();
            for (name, value) in headers(signature) {
                map.insert(
                    http::HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                    value.parse().expect("a value"),
                );
            }
            verifier.verify(body.as_bytes(), &map).is_ok()
        };
        let signature = secret.sign(id, sent_at, body);
        assert!(verifies(signature.clone(), body));
        let other = EndpointSecret([8; 32]).sign(id, sent_at, body);
        assert!(verifies(format!("{other} {signature}"), body), "during a rotation both sign");
        assert!(!verifies(other, body));
        assert!(!verifies(signature, "{}"));
    }

    #[expect(clippy::disallowed_methods, reason = "the verifier takes no clock")]
    fn now() -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        i64::try_from(since.as_secs()).expect("within range")
    }

    #[test]
    fn a_secret_reads_as_it_was_written() {
        let secret = EndpointSecret::generate(&Sevens);
        assert!(EndpointSecret::read(&secret.expose()).is_some_and(|read| read == secret));
        for text in ["", "whsec_", "whsec_AAAA", &secret.expose()[6..]] {
            assert!(EndpointSecret::read(text).is_none(), "{text}");
        }
    }
}
