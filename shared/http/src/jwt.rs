//! Tokens: JWTs (RFC 7519) verified against a JWKS (RFC 7517).
//!
//! The algorithm is chosen by the key, never by the token (RFC 8725 §3.1): a key verifies RS256, ES256 or EdDSA by its
//! own type, and a token with any other algorithm is refused, including `none` and HMAC.

use crate::jwks::{IssuerKeys, JwksError, JwksSource};
use acredita_domain::{Time, error::Unavailable, ids::OrgId, names};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The scope that grants everything except forced deletion.
const EVERYTHING: &str = "api:everything";

names! {
    Permission("is not a permission") {
        IdentificationsAdmin = "identifications:admin",
        IdentificationsValidate = "identifications:validate",
        /// Create, score, delegate and close scorings.
        ScoringsWrite = "scorings:write",
        /// Read scorings and their pictures.
        ScoringsRead = "scorings:read",
        /// Delete an identification whatever its state.
        IdentificationsForceDelete = "identifications:force_delete",
    }
}

impl Permission {
    fn is_in_everything(self) -> bool {
        self != Self::IdentificationsForceDelete
    }
}

/// The claims to read. The defaults are the published API's; an issuer that cannot change its claims is configured
/// here.
#[derive(Clone, Debug)]
pub struct TokenPolicy {
    /// Required, if set.
    pub issuer: Option<String>,
    /// Required, if set.
    pub audience: Option<String>,
    /// The claim with the organisations: a list of `{"org": …}` or of names, or one name.
    pub organisations_claim: String,
    /// The claim with the permissions: a space-separated string or a list.
    pub permissions_claim: String,
    /// The claim with the scopes, in the same form.
    pub scope_claim: String,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: None,
            organisations_claim: "tenants_translation".to_owned(),
            permissions_claim: "permissions".to_owned(),
            scope_claim: "scope".to_owned(),
        }
    }
}

pub struct TokenVerifier {
    keys: IssuerKeys,
    policy: TokenPolicy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Invalid. The reason is for the caller, and does not help a forger.
    Bad(&'static str),
    /// The issuer's keys were never available: whether the token is valid is unknown.
    NoKeys(Unavailable),
}

impl From<&'static str> for TokenError {
    fn from(why: &'static str) -> Self {
        Self::Bad(why)
    }
}

impl TokenVerifier {
    /// Verifies with the keys of a JWKS document.
    pub fn new(jwks: &str, policy: TokenPolicy) -> Result<Self, JwksError> {
        Ok(Self { keys: IssuerKeys::fixed(jwks)?, policy })
    }

    /// Verifies with the keys that an issuer publishes.
    pub fn fetching(source: Arc<dyn JwksSource>, policy: TokenPolicy) -> Self {
        Self { keys: IssuerKeys::fetched(source), policy }
    }

    /// Fetches the issuer's keys, if they are fetched. Failure does not matter: the first token will show it.
    pub async fn warm_up(&self, now: Time) {
        let _ = self.keys.with(None, now).await;
    }

    /// The claims of a token that is valid at `now`.
    pub async fn verify(&self, token: &str, now: Time) -> Result<Claims, TokenError> {
        const BAD: &str = "the token is malformed or its signature is invalid";
        let header = decode_header(token).map_err(|_| BAD)?;
        let kid = header.kid.as_deref();
        let keys = self.keys.with(kid, now).await.map_err(TokenError::NoKeys)?;
        let key = keys.find(kid).ok_or("the token is signed with an unknown key")?;
        let claims =
            decode::<Map<String, Value>>(token, &key.key, &signature_only(key.algorithm)).map_err(|_| BAD)?.claims;
        self.check_times(&claims, now)?;
        self.check_parties(&claims)?;
        Ok(Claims::read(&claims, &self.policy))
    }

    /// `exp` is required, `nbf` honoured (RFC 7519 §4.1.4, §4.1.5), both to the second and without leeway.
    fn check_times(&self, claims: &Map<String, Value>, now: Time) -> Result<(), &'static str> {
        let now = now.timestamp() as f64;
        let exp = claims.get("exp").and_then(Value::as_f64).ok_or("the token has no expiry")?;
        if now >= exp {
            return Err("the token has expired");
        }
        match claims.get("nbf") {
            None => Ok(()),
            Some(nbf) if nbf.as_f64().is_some_and(|nbf| nbf <= now) => Ok(()),
            Some(_) => Err("the token is not valid yet"),
        }
    }

    fn check_parties(&self, claims: &Map<String, Value>) -> Result<(), &'static str> {
        let is = |claim: &str, wanted: &str| texts(claims.get(claim)).any(|text| text == wanted);
        if self.policy.issuer.as_deref().is_some_and(|issuer| !is("iss", issuer)) {
            return Err("the token is from another issuer");
        }
        if self.policy.audience.as_deref().is_some_and(|audience| !is("aud", audience)) {
            return Err("the token is for another audience");
        }
        Ok(())
    }
}

/// The library checks the signature only; times are checked against our own clock.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// The contents of a valid token.
#[derive(Clone, Debug)]
pub struct Claims {
    organisations: Vec<OrgId>,
    permissions: Vec<Permission>,
}

impl Claims {
    fn read(claims: &Map<String, Value>, policy: &TokenPolicy) -> Self {
        let everything = words(claims.get(&policy.scope_claim)).any(|word| word == EVERYTHING);
        let named = |name: &str| words(claims.get(&policy.permissions_claim)).any(|word| word == name);
        let granted =
            |permission: &Permission| (everything && permission.is_in_everything()) || named(permission.as_str());
        let permissions = Permission::ALL.iter().copied().filter(granted).collect();
        let organisations = organisations(claims.get(&policy.organisations_claim));
        Self { organisations, permissions }
    }

    /// Whether the token is for this organisation.
    pub fn is_of(&self, org: &OrgId) -> bool {
        self.organisations.contains(org)
    }

    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// The organisations of `[{"tenant_id":"15","org":"yoigo"}]`, of `["yoigo"]` or of `"yoigo"`.
fn organisations(claim: Option<&Value>) -> Vec<OrgId> {
    let items = match claim {
        Some(Value::Array(items)) => items.as_slice(),
        Some(item) => std::slice::from_ref(item),
        None => &[],
    };
    let name = |item: &Value| item.get("org").unwrap_or(item).as_str().map(str::to_owned);
    items.iter().filter_map(name).filter_map(|name| name.parse().ok()).collect()
}

/// The strings of a string or of a list of strings.
fn texts(claim: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = match claim {
        Some(Value::Array(items)) => items.as_slice(),
        Some(item) => std::slice::from_ref(item),
        None => &[],
    };
    items.iter().filter_map(Value::as_str)
}

/// The words of a space-separated string (RFC 8693 §4.2) or of a list.
fn words(claim: Option<&Value>) -> impl Iterator<Item = &str> {
    texts(claim).flat_map(str::split_ascii_whitespace)
}
