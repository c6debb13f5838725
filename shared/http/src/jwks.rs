//! The issuer's keys: a JWKS (RFC 7517), given once or fetched from where the issuer publishes it.
//!
//! Fetched keys are kept. They are fetched again when a token names an unknown key, at most once a minute, because
//! anybody can name one; and once an hour, because an issuer revokes keys. While an issuer does not answer, its keys
//! stay valid for a bounded time: whoever can keep us from fetching must not keep a revoked key alive for ever.

use acredita_domain::{Time, error::Unavailable};
use async_trait::async_trait;
use chrono::TimeDelta;
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde_json::Value;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// The minimum time between two fetches.
const PAUSE: TimeDelta = TimeDelta::seconds(60);
/// Keys older than this are fetched again.
const LONGEST_AGE: TimeDelta = TimeDelta::hours(1);

#[async_trait]
pub trait JwksSource: Send + Sync {
    /// The currently published key set, as JSON.
    async fn fetch(&self) -> Result<String, Unavailable>;
}

#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    #[error("not a JSON Web Key Set: {0}")]
    Malformed(#[from] serde_json::Error),
    /// No key in it can verify a token.
    #[error("no RS256, ES256 or EdDSA key in the JSON Web Key Set")]
    NoUsableKey,
}

/// The keys of a JWKS document that can verify a token.
pub(crate) struct KeySet(Vec<VerifyingKey>);

/// A key, and the one algorithm that it verifies.
pub(crate) struct VerifyingKey {
    kid: Option<String>,
    pub algorithm: Algorithm,
    pub key: DecodingKey,
}

impl KeySet {
    /// Keys of other types or uses are skipped.
    fn read(jwks: &str) -> Result<Self, JwksError> {
        let set: Value = serde_json::from_str(jwks)?;
        let keys = set.get("keys").and_then(Value::as_array).into_iter().flatten();
        // One by one: a key of an unknown type must not make the others unusable.
        let keys: Vec<_> = keys.filter_map(VerifyingKey::read).collect();
        if keys.is_empty() { Err(JwksError::NoUsableKey) } else { Ok(Self(keys)) }
    }

    /// The keys with this id that verify this algorithm: keys of several types, and even of one, may have one id (RFC
    /// 7517 §4.5). A token without `kid` can only mean the only key of its algorithm.
    pub fn fitting(&self, kid: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &VerifyingKey> {
        let of_algorithm = || self.0.iter().filter(move |key| key.algorithm == algorithm);
        let only_one = of_algorithm().nth(1).is_none();
        of_algorithm().filter(move |key| kid.map_or(only_one, |kid| key.kid.as_deref() == Some(kid)))
    }
}

/// An algorithm that is accepted, by its name (RFC 7518 §3.1). `Ed25519` (RFC 9864) is the one kind of `EdDSA` that is.
pub(crate) fn algorithm_of(name: &str) -> Option<Algorithm> {
    match name {
        "RS256" => Some(Algorithm::RS256),
        "ES256" => Some(Algorithm::ES256),
        "EdDSA" | "Ed25519" => Some(Algorithm::EdDSA),
        _ => None,
    }
}

impl VerifyingKey {
    fn read(jwk: &Value) -> Option<Self> {
        let says = match jwk.get("alg") {
            None | Some(Value::Null) => None,
            Some(says) => Some(algorithm_of(says.as_str()?)?),
        };
        let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => Algorithm::RS256,
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Algorithm::ES256,
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
            _ => return None,
        };
        let for_encryption = matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
        if says.is_some_and(|says| says != algorithm) || for_encryption {
            return None;
        }
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { kid: jwk.common.key_id, algorithm, key })
    }
}

/// The source of the keys, and the current ones.
pub(crate) struct IssuerKeys {
    source: Option<Arc<dyn JwksSource>>,
    /// How old keys may get while their issuer does not answer.
    longest_outage: TimeDelta,
    known: RwLock<Option<Known>>,
    last_fetch: Mutex<Option<Time>>,
}

#[derive(Clone)]
struct Known {
    keys: Arc<KeySet>,
    fetched_at: Option<Time>,
}

impl IssuerKeys {
    /// Only the keys of this document.
    pub fn fixed(jwks: &str) -> Result<Self, JwksError> {
        let known = Known { keys: Arc::new(KeySet::read(jwks)?), fetched_at: None };
        let known = RwLock::new(Some(known));
        Ok(Self { source: None, longest_outage: TimeDelta::MAX, known, last_fetch: Mutex::new(None) })
    }

    /// The keys that an issuer publishes. Nothing is fetched yet.
    pub fn fetched(source: Arc<dyn JwksSource>, longest_outage: TimeDelta) -> Self {
        Self { source: Some(source), longest_outage, known: RwLock::new(None), last_fetch: Mutex::new(None) }
    }

    /// Fetches the keys, unless there are some already.
    pub async fn warm_up(&self, now: Time) {
        if let Some(source) = &self.source {
            self.fetch(&**source, |_| true, now).await;
        }
    }

    /// The keys at `now`, fetched again if that may bring the requested one.
    pub async fn with(&self, kid: Option<&str>, algorithm: Algorithm, now: Time) -> Result<Arc<KeySet>, Unavailable> {
        let serves = |known: &Known| known.serves(kid, algorithm, now);
        if let Some(known) = self.known(now).filter(serves) {
            return Ok(known.keys);
        }
        if let Some(source) = &self.source {
            self.fetch(&**source, serves, now).await;
        }
        self.known(now).map(|known| known.keys).ok_or(NO_KEYS)
    }

    /// Only one caller fetches; those that waited for it look again first.
    async fn fetch(&self, source: &dyn JwksSource, serves: impl Fn(&Known) -> bool, now: Time) {
        let mut last_fetch = self.last_fetch.lock().await;
        let known = self.known(now);
        let too_soon = last_fetch.is_some_and(|last| now - last < PAUSE);
        if known.as_ref().is_some_and(&serves) || (known.is_some() && too_soon) {
            return;
        }
        *last_fetch = Some(now);
        match source.fetch().await.map(|jwks| KeySet::read(&jwks)) {
            Ok(Ok(keys)) => self.learn(Known { keys: Arc::new(keys), fetched_at: Some(now) }),
            Ok(Err(error)) => tracing::warn!(%error, "the issuer publishes unusable keys"),
            Err(_) => tracing::warn!("the issuer's keys cannot be fetched"),
        }
    }

    /// The last keys, unless they are too old to be good still.
    fn known(&self, now: Time) -> Option<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.is_younger(self.longest_outage, now))
    }

    fn learn(&self, known: Known) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

const NO_KEYS: Unavailable = Unavailable("the issuer of tokens");

impl Known {
    /// Whether these keys are recent enough and include the requested one.
    fn serves(&self, kid: Option<&str>, algorithm: Algorithm, now: Time) -> bool {
        self.is_younger(LONGEST_AGE, now) && self.keys.fitting(kid, algorithm).next().is_some()
    }

    /// Keys that were given once have no age.
    fn is_younger(&self, age: TimeDelta, now: Time) -> bool {
        self.fetched_at.is_none_or(|at| now - at < age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use std::sync::Mutex as StdMutex;

    /// An issuer with set answers, which counts the requests.
    #[derive(Default)]
    struct Issuer {
        jwks: StdMutex<Option<String>>,
        asked: StdMutex<usize>,
    }

    #[async_trait]
    impl JwksSource for Issuer {
        async fn fetch(&self) -> Result<String, Unavailable> {
            *self.asked.lock().expect("no panic") += 1;
            self.jwks.lock().expect("no panic").clone().ok_or(Unavailable("the issuer"))
        }
    }

    impl Issuer {
        fn publish(&self, kids: &[&str]) {
            let key = |kid: &&str| {
                format!(
                    r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#
                )
            };
            let keys: Vec<String> = kids.iter().map(key).collect();
            *self.jwks.lock().expect("no panic") = Some(format!(r#"{{"keys":[{}]}}"#, keys.join(",")));
        }

        fn go_down(&self) {
            *self.jwks.lock().expect("no panic") = None;
        }

        fn asked(&self) -> usize {
            *self.asked.lock().expect("no panic")
        }
    }

    fn at(seconds: i64) -> Time {
        DateTime::from_timestamp(1_795_163_580 + seconds, 0).expect("a time")
    }

    const DAY: TimeDelta = TimeDelta::days(1);

    async fn knows(keys: &IssuerKeys, kid: &str, seconds: i64) -> Result<bool, Unavailable> {
        keys.with(Some(kid), Algorithm::EdDSA, at(seconds))
            .await
            .map(|keys| keys.fitting(Some(kid), Algorithm::EdDSA).next().is_some())
    }

    #[tokio::test]
    async fn keys_are_fetched_once_and_again_for_a_new_one() {
        let issuer = Arc::new(Issuer::default());
        let keys = IssuerKeys::fetched(issuer.clone(), DAY);
        issuer.publish(&["a"]);
        assert_eq!(knows(&keys, "a", 0).await, Ok(true));
        assert_eq!(knows(&keys, "a", 1).await, Ok(true));
        assert_eq!(issuer.asked(), 1);
        issuer.publish(&["a", "b"]);
        assert_eq!(knows(&keys, "b", 59).await, Ok(false), "a minute has not passed");
        assert_eq!(knows(&keys, "b", 60).await, Ok(true));
        assert_eq!(issuer.asked(), 2);
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_asks_the_issuer_once_a_minute_at_most() {
        let issuer = Arc::new(Issuer::default());
        let keys = IssuerKeys::fetched(issuer.clone(), DAY);
        issuer.publish(&["a"]);
        for second in 0..120 {
            assert_eq!(knows(&keys, "forged", second).await, Ok(false));
        }
        assert_eq!(issuer.asked(), 2);
    }

    #[tokio::test]
    async fn an_issuer_that_is_down_takes_no_key_away() {
        let issuer = Arc::new(Issuer::default());
        let keys = IssuerKeys::fetched(issuer.clone(), DAY);
        assert_eq!(knows(&keys, "a", 0).await, Err(NO_KEYS), "there never was a key");
        issuer.publish(&["a"]);
        assert_eq!(knows(&keys, "a", 1).await, Ok(true), "without any key, nothing is waited for");
        issuer.go_down();
        assert_eq!(knows(&keys, "a", 4_000).await, Ok(true));
        assert_eq!(issuer.asked(), 3);
    }

    #[tokio::test]
    async fn an_issuer_that_is_down_for_too_long_takes_all_keys_away_until_it_answers() {
        let issuer = Arc::new(Issuer::default());
        let keys = IssuerKeys::fetched(issuer.clone(), DAY);
        issuer.publish(&["a"]);
        assert_eq!(knows(&keys, "a", 0).await, Ok(true));
        issuer.go_down();
        assert_eq!(knows(&keys, "a", 86_399).await, Ok(true));
        assert_eq!(knows(&keys, "a", 86_400).await, Err(NO_KEYS), "a revoked key is not good for ever");
        issuer.publish(&["a"]);
        assert_eq!(knows(&keys, "a", 86_401).await, Ok(true), "without any key, nothing is waited for");
    }

    #[tokio::test]
    async fn a_key_that_was_taken_back_is_forgotten_within_the_hour() {
        let issuer = Arc::new(Issuer::default());
        let keys = IssuerKeys::fetched(issuer.clone(), DAY);
        issuer.publish(&["a", "b"]);
        assert_eq!(knows(&keys, "a", 0).await, Ok(true));
        issuer.publish(&["b"]);
        assert_eq!(knows(&keys, "a", 3_599).await, Ok(true));
        assert_eq!(knows(&keys, "a", 3_600).await, Ok(false));
    }

    #[test]
    fn a_key_of_an_unknown_type_does_not_spoil_the_others() {
        let jwks = r#"{"keys":[{"kty":"NEW","kid":"x"},{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        assert!(KeySet::read(jwks).is_ok_and(|keys| keys.fitting(Some("a"), Algorithm::EdDSA).next().is_some()));
        assert!(matches!(KeySet::read(r#"{"keys":[]}"#), Err(JwksError::NoUsableKey)));
        assert!(matches!(KeySet::read("no JSON"), Err(JwksError::Malformed(_))));
    }
}
