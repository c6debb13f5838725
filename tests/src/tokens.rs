//! Tokens, valid and invalid.

use aws_lc_rs::{
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::sync::LazyLock;

pub const KID: &str = "test-key";
/// What [`claims`] say they are from and for.
pub const ISS: &str = "https://issuer.example/";
pub const AUD: &str = "acredita";

/// An issuer with one RSA key.
pub struct Issuer {
    pkcs1: Vec<u8>,
    /// The public half as a JWKS document.
    pub jwks: Value,
}

/// One issuer for all tests of a process, because generating an RSA key takes time.
pub static ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::generate);

impl Issuer {
    pub fn generate() -> Self {
        use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("PKCS #8");
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let public = pair.public_key();
        let (n, e) =
            (public.modulus().big_endian_without_leading_zero(), public.exponent().big_endian_without_leading_zero());
        let jwks =
            json!({ "keys": [{ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": KID, "n": text(n), "e": text(e) }] });
        Self { pkcs1: pkcs1_of(pkcs8.as_ref()), jwks }
    }

    /// Signs claims with RS256.
    pub fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(KID.to_owned());
        self.sign_as(&header, claims)
    }

    /// Signs claims under this header.
    pub fn sign_as(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &EncodingKey::from_rsa_der(&self.pkcs1)).expect("a token")
    }

    /// Signs these texts, JSON or not, with RS256.
    pub fn sign_texts(&self, header: &str, claims: &str) -> String {
        sign_texts(header, claims, &EncodingKey::from_rsa_der(&self.pkcs1), Algorithm::RS256)
    }
}

/// A token of these texts, JSON or not, whatever algorithm the header names.
pub fn sign_texts(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let text = |part: &str| BASE64_URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", text(header), text(claims));
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), key, algorithm).expect("a signature");
    format!("{signed}.{signature}")
}

/// The RSA key inside a PKCS #8 document (RFC 5208 §5): the content of its last element.
fn pkcs1_of(pkcs8: &[u8]) -> Vec<u8> {
    // SEQUENCE { INTEGER 0, SEQUENCE { OID, NULL }, OCTET STRING { … } } with two-byte lengths, as a 2,048-bit key
    // always has them.
    let octets = 4 + 3 + 15;
    assert_eq!(pkcs8[octets], 0x04, "the OCTET STRING is where a 2,048-bit key has it");
    pkcs8[octets + 4..].to_vec()
}

/// Claims for an organisation, valid until `exp` (epoch seconds), with every permission but deleting by force.
pub fn claims(org: &str, exp: i64) -> Value {
    json!({
        "iss": ISS, "aud": AUD, "exp": exp,
        "tenants_translation": [{ "tenant_id": "15", "org": org }], "scope": "api:everything", "permissions": "events:read webhooks:admin settings:admin reviews:decide records:list records:read records:read_personal records:search records:export",
    })
}
