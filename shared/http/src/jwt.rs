//! Tokens: JWTs (RFC 7519) verified against a JWKS (RFC 7517).
//!
//! The algorithm is the key's, never the token's say (RFC 8725 §3.1): a key signs RS256, ES256 or EdDSA by its own type, and a token that says
//! otherwise is refused, `none` and HMAC among them.

use acredita_domain::{Time, ids::OrgId};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use serde_json::{Map, Value};

/// What may be done with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The back office's side of identifications.
    IdentificationsAdmin,
    /// The actor's side of identifications.
    IdentificationsValidate,
    /// Create, score, delegate and close scorings.
    ScoringsWrite,
    /// Read scorings and their pictures.
    ScoringsRead,
    /// Delete an identification whatever its state.
    IdentificationsForceDelete,
}

/// Which claims say what. The defaults are the published API's; an issuer that cannot change its claims is configured here.
#[derive(Clone, Debug)]
pub struct TokenPolicy {
    /// The issuer to demand, if any.
    pub issuer: Option<String>,
    /// The audience to demand, if any.
    pub audience: Option<String>,
    /// The claim that holds the organisations: a list of `{"org": …}` or of names, or one name.
    pub organisations_claim: String,
    /// The claim that holds the permissions: a space-separated string or a list.
    pub permissions_claim: String,
    /// The claim that holds the scopes: likewise.
    pub scope_claim: String,
    /// The scope that grants everything but deleting by force.
    pub everything_scope: String,
    /// The names of the permissions.
    pub permission_names: PermissionNames,
}

/// The names of the permissions in tokens.
#[derive(Clone, Debug)]
pub struct PermissionNames {
    /// [`Permission::IdentificationsAdmin`]
    pub identifications_admin: String,
    /// [`Permission::IdentificationsValidate`]
    pub identifications_validate: String,
    /// [`Permission::ScoringsWrite`]
    pub scorings_write: String,
    /// [`Permission::ScoringsRead`]
    pub scorings_read: String,
    /// [`Permission::IdentificationsForceDelete`]
    pub identifications_force_delete: String,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: None,
            organisations_claim: "tenants_translation".to_owned(),
            permissions_claim: "permissions".to_owned(),
            scope_claim: "scope".to_owned(),
            everything_scope: "api:everything".to_owned(),
            permission_names: PermissionNames {
                identifications_admin: "identifications:admin".to_owned(),
                identifications_validate: "identifications:validate".to_owned(),
                scorings_write: "scorings:write".to_owned(),
                scorings_read: "scorings:read".to_owned(),
                identifications_force_delete: "identifications:force_delete".to_owned(),
            },
        }
    }
}

/// Why a JWKS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// It is not a JWKS.
    #[error("not a JSON Web Key Set: {0}")]
    Malformed(#[from] serde_json::Error),
    /// No key in it can verify a token.
    #[error("no RS256, ES256 or EdDSA key in the JSON Web Key Set")]
    NoUsableKey,
}

/// Verifies tokens.
pub struct TokenVerifier {
    keys: Vec<VerifyingKey>,
    policy: TokenPolicy,
}

struct VerifyingKey {
    kid: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl TokenVerifier {
    /// A verifier for the keys of a JWKS document. Keys of other types or uses are passed over.
    pub fn new(jwks: &str, policy: TokenPolicy) -> Result<Self, JwksError> {
        let raw: Value = serde_json::from_str(jwks)?;
        let set: JwkSet = serde_json::from_value(raw)?;
        let keys: Vec<_> = set.keys.iter().filter_map(VerifyingKey::from_jwk).collect();
        if keys.is_empty() {
            return Err(JwksError::NoUsableKey);
        }
        Ok(Self { keys, policy })
    }

    /// The claims of a good token at `now`. The reason of a refusal is for the caller, and does not help a forger.
    pub fn verify(&self, token: &str, now: Time) -> Result<Claims, &'static str> {
        const BAD: &str = "the token is malformed or its signature is not good";
        let header = decode_header(token).map_err(|_| BAD)?;
        let key = self.key(header.kid.as_deref()).ok_or("the token is signed with a key that is not known")?;
        let claims = decode::<Map<String, Value>>(token, &key.key, &signature_only(key.algorithm))
            .map_err(|_| BAD)?
            .claims;
        self.check_times(&claims, now)?;
        self.check_parties(&claims)?;
        Ok(Claims::read(&claims, &self.policy))
    }

    /// A token without `kid` can only mean the one key there is.
    fn key(&self, kid: Option<&str>) -> Option<&VerifyingKey> {
        match (kid, self.keys.as_slice()) {
            (Some(kid), keys) => keys.iter().find(|key| key.kid.as_deref() == Some(kid)),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
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
            return Err("the token is of another issuer");
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

impl VerifyingKey {
    fn from_jwk(jwk: &Jwk) -> Option<Self> {
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (KeyAlgorithm::RS256, Algorithm::RS256),
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => (KeyAlgorithm::ES256, Algorithm::ES256),
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => (KeyAlgorithm::EdDSA, Algorithm::EdDSA),
            _ => return None,
        };
        let says_otherwise = jwk.common.key_algorithm.is_some_and(|says| says != algorithm.0);
        let for_encryption = matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
        if says_otherwise || for_encryption {
            return None;
        }
        let key = DecodingKey::from_jwk(jwk).ok()?;
        Some(Self { kid: jwk.common.key_id.clone(), algorithm: algorithm.1, key })
    }
}

/// What a good token says.
#[derive(Clone, Debug)]
pub struct Claims {
    organisations: Vec<OrgId>,
    permissions: Vec<Permission>,
}

impl Claims {
    fn read(claims: &Map<String, Value>, policy: &TokenPolicy) -> Self {
        let names = &policy.permission_names;
        let everything = words(claims.get(&policy.scope_claim)).any(|word| word == policy.everything_scope);
        let named = |name: &str| words(claims.get(&policy.permissions_claim)).any(|word| word == name);
        let all = [
            (Permission::IdentificationsAdmin, &names.identifications_admin, everything),
            (Permission::IdentificationsValidate, &names.identifications_validate, everything),
            (Permission::ScoringsWrite, &names.scorings_write, everything),
            (Permission::ScoringsRead, &names.scorings_read, everything),
            (Permission::IdentificationsForceDelete, &names.identifications_force_delete, false),
        ];
        let permissions = all
            .into_iter()
            .filter(|(_, name, granted)| *granted || named(name))
            .map(|(permission, ..)| permission)
            .collect();
        let organisations = organisations(claims.get(&policy.organisations_claim));
        Self { organisations, permissions }
    }

    /// Whether the token is for this organisation.
    pub fn is_of(&self, org: &OrgId) -> bool {
        self.organisations.contains(org)
    }

    /// Whether the token has this permission.
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
