//! Signed tokens in their compact form (RFC 7515 §7.1), before their claims are looked at.
//!
//! Only a token whose signature is good gives its claims away. Header and claims are read as strictly as bodies are:
//! of two members with one name, other parsers may take the other one.

use crate::{
    json,
    jwks::{VerifyingKey, algorithm_of},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Map, Value};

const BAD: &str = "the token is malformed or its signature is invalid";

/// A token that may have been signed by anybody.
#[derive(Debug)]
pub(crate) struct SignedToken<'a> {
    /// The header and the claims, as they were signed.
    signed: &'a str,
    claims: &'a str,
    signature: &'a str,
    pub algorithm: Algorithm,
    pub kid: Option<String>,
}

impl<'a> SignedToken<'a> {
    pub fn parse(token: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = token.rsplit_once('.').ok_or(BAD)?;
        let (header, claims) = signed.split_once('.').ok_or(BAD)?;
        let header = object(header)?;
        check_type(header.get("typ"))?;
        // Whatever it lists is not understood here, and an empty list is malformed (RFC 7515 §4.1.11).
        if header.contains_key("crit") {
            return Err("the token's header has critical parameters");
        }
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(algorithm_of);
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(BAD),
        };
        let algorithm = algorithm.ok_or("the token is signed with an algorithm that is not accepted")?;
        Ok(Self { signed, claims, signature, algorithm, kid })
    }

    /// The claims, if one of the keys has signed them.
    pub fn verified_by<'k>(
        &self,
        mut keys: impl Iterator<Item = &'k VerifyingKey>,
    ) -> Result<Map<String, Value>, &'static str> {
        let has_signed = |key: &VerifyingKey| {
            key.algorithm == self.algorithm
                && crypto::verify(self.signature, self.signed.as_bytes(), &key.key, key.algorithm).unwrap_or(false)
        };
        if keys.any(has_signed) { object(self.claims) } else { Err(BAD) }
    }
}

/// Tokens of other kinds, such as an ID token's logout or a proof of possession, may be signed by the same key
/// (RFC 8725 §3.11).
fn check_type(typ: Option<&Value>) -> Result<(), &'static str> {
    let Some(typ) = typ else { return Ok(()) };
    let typ = typ.as_str().unwrap_or("").to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "jwt" | "at+jwt" => Ok(()),
        _ => Err("the token is of another type than an access token"),
    }
}

fn object(part: &str) -> Result<Map<String, Value>, &'static str> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| BAD)?;
    match json::parse(&bytes) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(BAD),
    }
}
