//! Tokens: JWTs (RFC 7519) verified against a JWKS (RFC 7517).
//!
//! A key verifies RS256, ES256 or EdDSA by its own type, and is chosen by the token's `kid` and algorithm together
//! (RFC 8725 §3.1): a token with any other algorithm is refused, including `none` and HMAC.

use crate::{
    jwks::{IssuerKeys, JwksError, JwksSource},
    jws::SignedToken,
    permission::{EVERYTHING, Permission},
};
use acredita_domain::{
    Time,
    caller::{Caller, CallerName},
    error::Unavailable,
    ids::OrgId,
};
use chrono::TimeDelta;
use serde_json::{Map, Value};
use std::sync::Arc;

/// How far an issuer's clock may be ahead of ours, in seconds. There is no such leeway after a token's end.
const LEEWAY: f64 = 60.0;

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
    /// A token that ends later than this from now is refused: no key stays secret for ever.
    pub longest_life: TimeDelta,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: None,
            organisations_claim: "tenants_translation".to_owned(),
            permissions_claim: "permissions".to_owned(),
            scope_claim: "scope".to_owned(),
            longest_life: TimeDelta::days(30),
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
    /// The issuer's keys are not available, or not recent enough: whether the token is valid is unknown.
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

    /// Verifies with the keys that an issuer publishes. While the issuer does not answer, its keys are good for
    /// `longest_outage` after they were fetched.
    pub fn fetching(source: Arc<dyn JwksSource>, longest_outage: TimeDelta, policy: TokenPolicy) -> Self {
        Self { keys: IssuerKeys::fetched(source, longest_outage), policy }
    }

    /// Fetches the issuer's keys, if they are fetched. Failure does not matter: the first token will show it.
    pub async fn warm_up(&self, now: Time) {
        self.keys.warm_up(now).await;
    }

    /// The claims of a token that is valid at `now`.
    pub async fn verify(&self, token: &str, now: Time) -> Result<Claims, TokenError> {
        let token = SignedToken::parse(token)?;
        let (kid, algorithm) = (token.kid.as_deref(), token.algorithm);
        let keys = self.keys.with(kid, algorithm, now).await.map_err(TokenError::NoKeys)?;
        let mut fitting = keys.fitting(kid, algorithm).peekable();
        fitting.peek().ok_or("the token is signed with an unknown key")?;
        let claims = token.verified_by(fitting)?;
        self.check_times(&claims, now)?;
        self.check_parties(&claims)?;
        Ok(Claims::read(&claims, &self.policy))
    }

    /// `exp` is required and not too far away; `nbf` and `iat` are honoured (RFC 7519 §4.1.4–§4.1.6). A token that
    /// was issued in the future is none: either its issuer's clock is wrong, or it is meant for later.
    fn check_times(&self, claims: &Map<String, Value>, now: Time) -> Result<(), &'static str> {
        let now = now.timestamp_millis() as f64 / 1_000.0;
        let exp = claims.get("exp").and_then(Value::as_f64).ok_or("the token has no expiry")?;
        if now >= exp {
            return Err("the token has expired");
        }
        if exp > now + self.policy.longest_life.num_seconds() as f64 {
            return Err("the token expires too far in the future");
        }
        let has_come = |claim| {
            let time = claims.get(claim);
            time.is_none_or(|time| time.as_f64().is_some_and(|time| time <= now + LEEWAY))
        };
        if has_come("nbf") && has_come("iat") { Ok(()) } else { Err("the token is not valid yet") }
    }

    fn check_parties(&self, claims: &Map<String, Value>) -> Result<(), &'static str> {
        let issuer = match claims.get("iss") {
            None => None,
            Some(Value::String(issuer)) => Some(issuer.as_str()),
            Some(_) => return Err("the token's issuer is not a string"),
        };
        if self.policy.issuer.is_some() && issuer != self.policy.issuer.as_deref() {
            return Err("the token is from another issuer");
        }
        // Amazon Cognito's access tokens have `client_id` in place of `aud`.
        let is_for = |wanted: &str| match claims.get("aud") {
            None => claims.get("client_id").and_then(Value::as_str) == Some(wanted),
            audience => texts(audience).any(|text| text == wanted),
        };
        if self.policy.audience.as_deref().is_some_and(|wanted| !is_for(wanted)) {
            return Err("the token is for another audience");
        }
        Ok(())
    }
}

/// The contents of a valid token.
#[derive(Clone, Debug)]
pub struct Claims {
    organisations: Vec<OrgId>,
    permissions: Vec<Permission>,
    caller: Caller,
}

impl Claims {
    fn read(claims: &Map<String, Value>, policy: &TokenPolicy) -> Self {
        let everything = words(claims.get(&policy.scope_claim)).any(|word| word == EVERYTHING);
        let named = |name: &str| words(claims.get(&policy.permissions_claim)).any(|word| word == name);
        let granted =
            |permission: &Permission| (everything && permission.is_in_everything()) || named(permission.as_str());
        let permissions = Permission::ALL.iter().copied().filter(granted).collect();
        let organisations = organisations(claims.get(&policy.organisations_claim));
        Self { organisations, permissions, caller: caller(claims) }
    }

    /// Whether the token is for this organisation.
    pub fn is_of(&self, org: &OrgId) -> bool {
        self.organisations.contains(org)
    }

    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    pub fn caller(&self) -> Caller {
        self.caller.clone()
    }
}

/// Issuers put the client into `client_id` (RFC 9068 §2.2) or into `azp` (OpenID Connect Core §2).
fn caller(claims: &Map<String, Value>) -> Caller {
    let name = |claim| claims.get(claim).and_then(Value::as_str).and_then(|name| name.parse::<CallerName>().ok());
    Caller { subject: name("sub"), client_id: name("client_id").or_else(|| name("azp")), issuer: name("iss") }
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
