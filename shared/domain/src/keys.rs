//! The keyring: all operations with keys that are kept outside the table.
//!
//! A deployment holds one or more master keys. The newest signs and seals; all of them verify and open, so that keys
//! rotate without breaking what is in progress. Each purpose gets its own key, derived from the master by HMAC with the
//! purpose's name (NIST SP 800-108 §4.1 in its simplest form: one block of HMAC-SHA-256).

use crate::{
    code::{OtpCode, TypedCode},
    hex::hex,
    idempotency::{Idempotency, Operation, RequestMark},
    ids::{IdentificationId, MidniCheckId, OrgId},
    invalid::Invalid,
    lookups::Lookup,
    sightings::{Sighted, Sighting},
    system::Entropy,
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// Identifies a master key without revealing it: the first 4 bytes of its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

/// A stored code: its keyed hash, and which key made it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeHash {
    key_id: KeyId,
    mac: String,
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash")
    }
}

/// A text that only a holder of the key can read (XChaCha20-Poly1305).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    key_id: KeyId,
    nonce: String,
    text: String,
}

impl Sealed {
    /// For a caller to keep and to send back: one word of a URL.
    pub fn token(&self) -> String {
        let json = serde_json::to_vec(self).expect("three strings always serialize");
        BASE64_URL_SAFE_NO_PAD.encode(json)
    }

    pub fn of_token(token: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

/// The scope of a code: it matches only where it was issued.
#[derive(Clone, Copy, Debug)]
pub struct CodeContext<'a> {
    pub org: &'a OrgId,
    pub id: IdentificationId,
    pub generation: u32,
}

/// Who may use a check of MiDNI, and for what.
#[derive(Clone, Copy, Debug)]
pub struct CheckHolder<'a> {
    pub org: &'a OrgId,
    pub identification: IdentificationId,
    pub check: MidniCheckId,
    pub issuer: &'a str,
    pub subject: &'a str,
}

/// Why a sealed text cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key that sealed it was removed.
    #[error("sealed with a key that is gone")]
    KeyGone,
    /// It was sealed for another context, or is damaged.
    #[error("sealed text")]
    Damaged,
}

/// The master keys of a deployment. The first one signs and seals: the newest that every process has.
pub struct Keyring {
    keys: Vec<MasterKey>,
}

struct MasterKey {
    id: KeyId,
    secret: [u8; 32],
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring of {}", self.keys.len())
    }
}

impl Keyring {
    /// At least one master key of 32 random bytes; the newest first.
    pub fn new(secrets: Vec<[u8; 32]>) -> Result<Self, Invalid> {
        if secrets.is_empty() {
            return Err(Invalid("a keyring needs at least one key"));
        }
        let id = |secret: &[u8; 32]| KeyId(hex(&Sha256::digest(secret)[..4]));
        Ok(Self { keys: secrets.into_iter().map(|secret| MasterKey { id: id(&secret), secret }).collect() })
    }

    /// The keyed hash of a code, bound to its context.
    pub fn hash_code(&self, context: CodeContext<'_>, code: &OtpCode) -> CodeHash {
        let key = self.newest();
        CodeHash { key_id: key.id.clone(), mac: hex(&code_mac(key, context, code.expose())) }
    }

    /// Whether the attempt is the code behind `stored`. Takes the same time whatever the answer is, and does the same
    /// work when nothing is stored or the key is gone.
    pub fn code_matches(&self, context: CodeContext<'_>, stored: Option<&CodeHash>, typed: &TypedCode) -> Choice {
        let key = stored.and_then(|stored| self.find(&stored.key_id));
        let mac = hex(&code_mac(key.unwrap_or(self.newest()), context, typed.expose()));
        let expected = stored.map_or_else(|| "0".repeat(mac.len()), |stored| stored.mac.clone());
        mac.as_bytes().ct_eq(expected.as_bytes()) & Choice::from(u8::from(key.is_some()))
    }

    /// Seals a text, bound to `context`: it opens only with the same context.
    pub fn seal(&self, entropy: &dyn Entropy, context: &str, text: &str) -> Sealed {
        let mut nonce = [0; 24];
        entropy.fill(&mut nonce);
        let key = self.newest();
        let sealed = cipher(key)
            .encrypt(&XNonce::from(nonce), Payload { msg: text.as_bytes(), aad: context.as_bytes() })
            .expect("encryption into memory fails only past 256 GiB");
        Sealed {
            key_id: key.id.clone(),
            nonce: BASE64_STANDARD_NO_PAD.encode(nonce),
            text: BASE64_STANDARD_NO_PAD.encode(sealed),
        }
    }

    pub fn open(&self, context: &str, sealed: &Sealed) -> Result<String, OpenError> {
        let key = self.find(&sealed.key_id).ok_or(OpenError::KeyGone)?;
        let decoded = |text: &str| BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| OpenError::Damaged);
        let nonce: [u8; 24] = decoded(&sealed.nonce)?.try_into().map_err(|_| OpenError::Damaged)?;
        let text = decoded(&sealed.text)?;
        let open = cipher(key).decrypt(&XNonce::from(nonce), Payload { msg: &text, aad: context.as_bytes() });
        String::from_utf8(open.map_err(|_| OpenError::Damaged)?).map_err(|_| OpenError::Damaged)
    }

    /// Whether a text would be sealed by the same key today.
    pub fn is_of_newest(&self, sealed: &Sealed) -> bool {
        sealed.key_id == self.newest().id
    }

    /// Identifies a destination (a phone, an address) in the throttle without revealing it.
    pub fn destination_digest(&self, destination: &str) -> String {
        hex(&mac(self.newest(), "destination throttle", &[destination.as_bytes()]))
    }

    /// How something that an organisation sees is found again, and for whom it was declared, by the newest key first; the
    /// others find what was seen before they were replaced.
    pub fn sightings(&self, org: &OrgId, what: Sighted<'_>, person: &str) -> Vec<Sighting> {
        let (purposes, what) = match what {
            Sighted::Number(number) => (["seen number", "person of a seen number"], number),
            Sighted::Picture(picture) => (["seen picture", "person of a seen picture"], picture),
        };
        let (org, what, person) = (org.as_str().as_bytes(), what.as_bytes(), person.as_bytes());
        let sighting = |key: &MasterKey| Sighting {
            digest: half(mac(key, purposes[0], &[org, what])),
            person: half(mac(key, purposes[1], &[org, what, person])),
        };
        self.keys.iter().map(sighting).collect()
    }

    /// How a record is found by a value, by the newest key first; the others find what was written before they were replaced.
    pub fn lookup_digests(&self, org: &OrgId, lookup: &Lookup) -> Vec<String> {
        let parts = [org.as_str().as_bytes(), lookup.kind.as_str().as_bytes(), lookup.form.expose().as_bytes()];
        self.keys.iter().map(|key| half(mac(key, "record lookup", &parts))).collect()
    }

    /// How a request of an organisation is recorded, by the newest key first; the others find what they recorded before
    /// they were replaced.
    pub fn request_marks(&self, org: &OrgId, operation: Operation, request: &Idempotency) -> Vec<RequestMark> {
        let scope = [org.as_str().as_bytes(), operation.as_str().as_bytes()];
        let mark = |key: &MasterKey| RequestMark {
            key: hex(&mac(key, "idempotency key", &[scope[0], scope[1], &request.key])),
            body: hex(&mac(key, "idempotency body", &[scope[0], scope[1], &request.body])),
        };
        self.keys.iter().map(mark).collect()
    }

    /// The same of a request on something that keeps it itself: half as long.
    pub fn step_marks(&self, org: &OrgId, operation: Operation, request: &Idempotency) -> Vec<RequestMark> {
        let mut marks = self.request_marks(org, operation, request);
        for digest in marks.iter_mut().flat_map(|mark| [&mut mark.key, &mut mark.body]) {
            digest.truncate(32);
        }
        marks
    }

    /// How a check of MiDNI is found again by whoever made it, by the newest key first; the others find what was kept before
    /// they were replaced.
    pub fn check_digests(&self, holder: CheckHolder<'_>) -> Vec<String> {
        let CheckHolder { org, identification, check, issuer, subject } = holder;
        let (identification, check) = (identification.to_string(), check.to_string());
        let parts = [org.as_str(), &identification, &check, issuer, subject].map(str::as_bytes);
        self.keys.iter().map(|key| hex(&mac(key, "midni check", &parts))).collect()
    }

    fn newest(&self) -> &MasterKey {
        &self.keys[0]
    }

    fn find(&self, id: &KeyId) -> Option<&MasterKey> {
        self.keys.iter().find(|key| key.id == *id)
    }
}

/// HMAC-SHA-256 under the key derived for `purpose`. Parts are prefixed by their length, so that no two lists of parts
/// give the same input.
fn mac(key: &MasterKey, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let derived = hmac(&key.secret, &[purpose.as_bytes()]);
    let lengths: Vec<[u8; 8]> = parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
    let message: Vec<&[u8]> = parts.iter().zip(&lengths).flat_map(|(part, length)| [length.as_slice(), part]).collect();
    hmac(&derived, &message)
}

/// 128 bits are enough to tell apart whatever is seen, and half as long.
pub(crate) fn half(mac: [u8; 32]) -> String {
    hex(&mac[..16])
}

pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn code_mac(key: &MasterKey, context: CodeContext<'_>, code: &str) -> [u8; 32] {
    let CodeContext { org, id, generation } = context;
    let id = id.to_string();
    mac(key, "otp code", &[org.as_str().as_bytes(), id.as_bytes(), &generation.to_be_bytes(), code.as_bytes()])
}

fn cipher(key: &MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&hmac(&key.secret, &[b"sealed answer"]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts up: every draw differs, and every run is the same.
    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn entropy() -> Counting {
        Counting(std::sync::atomic::AtomicU8::new(0))
    }

    fn ring(secrets: &[u8]) -> Keyring {
        Keyring::new(secrets.iter().map(|secret| [*secret; 32]).collect()).expect("at least one key")
    }

    fn ids() -> (OrgId, IdentificationId) {
        ("yoigo".parse().expect("an organisation"), IdentificationId::generate(&entropy()))
    }

    fn first((org, id): &(OrgId, IdentificationId)) -> CodeContext<'_> {
        CodeContext { org, id: *id, generation: 1 }
    }

    fn typed(text: &str) -> TypedCode {
        text.parse().expect("a code")
    }

    #[test]
    fn a_code_matches_only_what_it_was_made_for() {
        let (keys, ids, code) = (ring(&[1]), ids(), OtpCode::unsealed("abc234".to_owned()));
        let made_for = first(&ids);
        let hash = keys.hash_code(made_for, &code);
        let other: OrgId = "other".parse().expect("an organisation");
        let matches = |context, text: &str| bool::from(keys.code_matches(context, Some(&hash), &typed(text)));
        assert!(matches(made_for, "abc234"));
        assert!(matches(made_for, " ABC234 "), "people type capitals and spaces");
        assert!(!matches(made_for, "abc235"));
        assert!(!matches(CodeContext { generation: 2, ..made_for }, "abc234"), "another generation");
        assert!(!matches(CodeContext { org: &other, ..made_for }, "abc234"), "another organisation");
        assert!(!bool::from(keys.code_matches(made_for, None, &typed("abc234"))), "no code yet");
    }

    #[test]
    fn a_new_key_signs_and_the_old_one_still_verifies() {
        let (ids, code) = (ids(), OtpCode::unsealed("abc234".to_owned()));
        let old = ring(&[1]).hash_code(first(&ids), &code);
        let rotated = ring(&[2, 1]);
        assert!(bool::from(rotated.code_matches(first(&ids), Some(&old), &typed("abc234"))));
        assert_ne!(rotated.hash_code(first(&ids), &code), old);
        assert!(!bool::from(ring(&[2]).code_matches(first(&ids), Some(&old), &typed("abc234"))), "its key is gone");
    }

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_its_context() {
        let keys = ring(&[1]);
        let sealed = keys.seal(&entropy(), "id", "abc234");
        assert!(!serde_json::to_string(&sealed).expect("JSON").contains("abc234"));
        assert_eq!(keys.open("id", &sealed), Ok("abc234".to_owned()));
        assert_eq!(ring(&[2, 1]).open("id", &sealed), Ok("abc234".to_owned()));
        assert!(keys.open("another id", &sealed).is_err());
        assert!(ring(&[2]).open("id", &sealed).is_err());
    }

    #[test]
    fn nothing_of_a_secret_shows_in_debug() {
        let keys = ring(&[1]);
        let hash = keys.hash_code(first(&ids()), &OtpCode::unsealed("abc234".to_owned()));
        assert_eq!(
            format!("{keys:?} {hash:?} {:?}", keys.seal(&entropy(), "id", "abc234")),
            "Keyring of 1 CodeHash Sealed"
        );
    }

    #[test]
    fn what_was_seen_is_found_again_in_its_organisation_with_its_key_and_nowhere_else() {
        let (mine, other): (OrgId, OrgId) = ("yoigo".parse().expect("one"), "other".parse().expect("one"));
        let old = ring(&[1]).sightings(&mine, Sighted::Number("12345678Z"), "ana").swap_remove(0);
        let rotated = ring(&[2, 1]).sightings(&mine, Sighted::Number("12345678Z"), "ana");
        assert!(rotated[0] != old && rotated[1] == old);
        for (org, what, person) in [
            (&other, Sighted::Number("12345678Z"), "ana"),
            (&mine, Sighted::Picture("12345678Z"), "ana"),
            (&mine, Sighted::Number("12345679S"), "ana"),
        ] {
            let Sighting { digest, person } = ring(&[1]).sightings(org, what, person).swap_remove(0);
            assert!(digest != old.digest && person != old.person);
        }
        let another = ring(&[1]).sightings(&mine, Sighted::Number("12345678Z"), "eva").swap_remove(0);
        assert!(another.digest == old.digest && another.person != old.person);
    }

    #[test]
    fn a_keyring_needs_a_key() {
        assert!(Keyring::new(Vec::new()).is_err());
    }
}
