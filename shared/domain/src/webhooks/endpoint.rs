//! Where an organisation gets its events.

use super::{EndpointSecret, EndpointUrl, EventTypes, Health};
use crate::{
    Time,
    events::StoredEvent,
    expires_in::duration,
    ids::{EndpointId, EventId, OrgId},
    invalid::Invalid,
    keys::{Keyring, OpenError, Sealed},
    system::Entropy,
    text::{ordinary, stored_as_text},
    vocabulary::names,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// In an organisation.
pub const MAX_ENDPOINTS: usize = 16;
const LONGEST_OVERLAP: TimeDelta = TimeDelta::hours(72);

names! {
    EndpointStatus("is neither ENABLED nor DISABLED") {
        Enabled = "ENABLED",
        /// By its owner, by its answer (410), or by five days of failure.
        Disabled = "DISABLED",
    }
}

/// What its owner calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

stored_as_text!(Description, |description| description.0);

impl Description {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Description {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        ordinary(text).map(Self)
    }
}

/// How long an old secret goes on signing next to its successor: up to 72 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap(TimeDelta);

impl Overlap {
    pub fn delta(self) -> TimeDelta {
        self.0
    }
}

/// A day.
impl Default for Overlap {
    fn default() -> Self {
        Self(TimeDelta::hours(24))
    }
}

impl FromStr for Overlap {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let overlap = duration(text)?;
        if overlap > LONGEST_OVERLAP {
            return Err(Invalid("is longer than 72 hours"));
        }
        Ok(Self(overlap))
    }
}

/// A secret as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedSecret(Sealed);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub id: EndpointId,
    pub org: OrgId,
    pub url: EndpointUrl,
    pub event_types: EventTypes,
    pub description: Option<Description>,
    pub status: EndpointStatus,
    pub created_at: Time,
    /// When it was enabled last: it gets the events from then on.
    pub enabled_at: Time,
    pub secret: SealedSecret,
    /// The one before, and until when it signs too.
    pub previous: Option<(SealedSecret, Time)>,
    pub health: Health,
    /// Counts its changes.
    pub revision: u64,
}

/// A change that its owner asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointChange {
    pub url: Option<EndpointUrl>,
    pub event_types: Option<EventTypes>,
    pub description: Option<Description>,
    pub status: Option<EndpointStatus>,
}

impl Endpoint {
    /// After a change. Enabling it forgives what it failed before, and so does another URL.
    #[must_use]
    pub fn changed(&self, change: EndpointChange, now: Time) -> Self {
        let mut next = self.clone();
        next.url = change.url.unwrap_or(next.url);
        if next.url != self.url {
            next.health = Health::default();
        }
        next.event_types = change.event_types.unwrap_or(next.event_types);
        next.description = change.description.or(next.description);
        match change.status {
            Some(EndpointStatus::Enabled) if self.status == EndpointStatus::Disabled => {
                next.status = EndpointStatus::Enabled;
                next.enabled_at = now;
                next.health = Health::default();
            }
            status => next.status = status.unwrap_or(next.status),
        }
        next
    }

    #[must_use]
    pub fn disabled(&self) -> Self {
        Self { status: EndpointStatus::Disabled, ..self.clone() }
    }

    /// Whether messages still go to the same place, signed by the same secret.
    pub fn is_reached_like(&self, other: &Self) -> bool {
        (&self.url, self.enabled_at, &self.secret) == (&other.url, other.enabled_at, &other.secret)
    }

    /// With a new secret. The one that it replaces goes on signing for a while; one before that ends at once.
    #[must_use]
    pub fn rotated(&self, secret: SealedSecret, overlap: Overlap, now: Time) -> Self {
        let old = (overlap.delta() > TimeDelta::zero()).then(|| (self.secret.clone(), now + overlap.delta()));
        Self { secret, previous: old, ..self.clone() }
    }

    /// With its secrets sealed by the newest key, so that older ones can be dropped; `None` if they are, or if their key is
    /// gone.
    pub fn resealed(&self, keys: &Keyring, entropy: &dyn Entropy) -> Option<Self> {
        let all = std::iter::once(&self.secret).chain(self.previous.iter().map(|(secret, _)| secret));
        if all.into_iter().all(|secret| keys.is_of_newest(&secret.0)) {
            return None;
        }
        let reseal = |secret: &SealedSecret| {
            let secret = secret.open(keys, &self.org, self.id).ok()?;
            Some(SealedSecret::of(&secret, keys, entropy, &self.org, self.id))
        };
        let previous = self.previous.as_ref().and_then(|(secret, until)| Some((reseal(secret)?, *until)));
        Some(Self { secret: reseal(&self.secret)?, previous, ..self.clone() })
    }

    /// What its events vouch for, as one text: see [`EventData::state`](crate::events::EventData).
    pub fn vouched(&self) -> String {
        let Self { url, event_types, description, status, created_at, enabled_at, .. } = self;
        serde_json::to_string(&(url, event_types, description, status.as_str(), created_at, enabled_at))
            .expect("texts and times always serialize")
    }

    pub fn wants(&self, event: &StoredEvent) -> bool {
        self.event_types.matches(event.kind().as_str())
    }

    pub fn is_enabled(&self) -> bool {
        self.status == EndpointStatus::Enabled
    }

    /// The signatures of a message, separated by blanks: of the secret and of the one before, while that is good and its
    /// key is there.
    pub fn signatures(&self, keys: &Keyring, id: EventId, now: Time, body: &str) -> Result<String, OpenError> {
        let sign = |secret: &SealedSecret| Ok(secret.open(keys, &self.org, self.id)?.sign(id, now, body));
        let previous = self.previous.iter().filter(|(_, until)| now < *until).map(|(secret, _)| sign(secret));
        let mut signatures = vec![sign(&self.secret)?];
        signatures.extend(previous.filter_map(Result::ok));
        Ok(signatures.join(" "))
    }
}

impl SealedSecret {
    /// It opens for this endpoint of this organisation only.
    pub fn of(secret: &EndpointSecret, keys: &Keyring, entropy: &dyn Entropy, org: &OrgId, id: EndpointId) -> Self {
        Self(keys.seal(entropy, &context(org, id), &secret.expose()))
    }

    pub fn open(&self, keys: &Keyring, org: &OrgId, id: EndpointId) -> Result<EndpointSecret, OpenError> {
        EndpointSecret::read(&keys.open(&context(org, id), &self.0)?).ok_or(OpenError::Damaged)
    }
}

fn context(org: &OrgId, id: EndpointId) -> String {
    format!("webhook secret {org} {id}")
}

#[cfg(test)]
mod tests {
    use super::{super::Failure, *};
    use chrono::DateTime;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn at(hours: i64) -> Time {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    fn keys() -> Keyring {
        Keyring::new(vec![[1; 32]]).expect("a key")
    }

    fn endpoint() -> Endpoint {
        let (org, id): (OrgId, EndpointId) =
            ("yoigo".parse().expect("one"), "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11".parse().expect("one"));
        Endpoint {
            secret: SealedSecret::of(&EndpointSecret::generate(&Zeros), &keys(), &Zeros, &org, id),
            id,
            org,
            url: "https://example.com/hooks".parse().expect("a URL"),
            event_types: EventTypes::all(),
            description: None,
            status: EndpointStatus::Enabled,
            created_at: at(0),
            enabled_at: at(0),
            previous: None,
            health: Health::default(),
            revision: 1,
        }
    }

    fn signatures(endpoint: &Endpoint, hours: i64) -> usize {
        let id = "01945c1e-7d00-7000-8000-000000000001".parse().expect("an id");
        endpoint.signatures(&keys(), id, at(hours), "{}").expect("signed").split(' ').count()
    }

    #[test]
    fn the_secret_that_is_replaced_signs_until_its_time_is_over_and_the_one_before_it_does_not() {
        let endpoint = endpoint();
        let again = endpoint.rotated(endpoint.secret.clone(), Overlap::default(), at(1));
        assert_eq!([1, 24, 25].map(|hours| signatures(&again, hours)), [2, 2, 1]);
        let thrice = again.rotated(endpoint.secret.clone(), "PT72H".parse().expect("72 h"), at(2));
        assert_eq!([3, 73, 74].map(|hours| signatures(&thrice, hours)), [2, 2, 1]);
        let at_once = again.rotated(endpoint.secret.clone(), "PT0S".parse().expect("none"), at(2));
        assert_eq!(signatures(&at_once, 2), 1);
    }

    #[test]
    fn a_secret_outlives_the_key_that_sealed_it_if_it_is_sealed_again_in_time() {
        let endpoint = endpoint().rotated(endpoint().secret, Overlap::default(), at(1));
        let both = Keyring::new(vec![[2; 32], [1; 32]]).expect("keys");
        let resealed = endpoint.resealed(&both, &Zeros).expect("it is of the older key");
        assert!(resealed.resealed(&both, &Zeros).is_none(), "once is enough");
        let newest = Keyring::new(vec![[2; 32]]).expect("a key");
        let id = "01945c1e-7d00-7000-8000-000000000001".parse().expect("an id");
        let signed = |endpoint: &Endpoint, keys: &Keyring| endpoint.signatures(keys, id, at(2), "{}").ok();
        assert_eq!(signed(&resealed, &newest), signed(&endpoint, &keys()));
        assert_eq!(signed(&endpoint, &newest), None);
        assert!(endpoint.resealed(&newest, &Zeros).is_none(), "too late");
        let new = SealedSecret::of(&EndpointSecret::generate(&Zeros), &newest, &Zeros, &endpoint.org, endpoint.id);
        let rotated = endpoint.rotated(new, Overlap::default(), at(2));
        assert!(signed(&rotated, &newest).is_some_and(|signatures| !signatures.contains(' ')), "a new one is the cure");
    }

    #[test]
    fn an_overlap_is_from_nothing_to_three_days() {
        for (text, hours) in [("PT0S", 0), ("P0D", 0), ("PT24H", 24), ("P3D", 72)] {
            assert_eq!(text.parse::<Overlap>().map(|overlap| overlap.delta()), Ok(TimeDelta::hours(hours)), "{text}");
        }
        for text in ["", "PT72H1S", "P4D", "-PT1H", "24", "P1Y"] {
            assert!(text.parse::<Overlap>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_opens_for_its_endpoint_only() {
        let endpoint = endpoint();
        let other = "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c12".parse().expect("one");
        assert!(endpoint.secret.open(&keys(), &endpoint.org, endpoint.id).is_ok());
        assert!(endpoint.secret.open(&keys(), &endpoint.org, other).is_err());
        assert!(!format!("{endpoint:?}").contains("AAAA"), "no secret in Debug");
    }

    #[test]
    fn enabling_forgives_and_begins_anew() {
        let down = Failure::Status { status: 500, retry_after: None };
        let failing = Health::default().failed("1", down, at(1), &Zeros);
        let disabled = Endpoint { health: failing, ..endpoint() }.disabled();
        let enable = EndpointChange { status: Some(EndpointStatus::Enabled), ..EndpointChange::default() };
        let enabled = disabled.changed(enable.clone(), at(9));
        assert_eq!((enabled.is_enabled(), enabled.enabled_at, enabled.health), (true, at(9), Health::default()));
        assert_eq!(endpoint().changed(enable, at(9)), endpoint(), "one that is enabled stays as it is");
    }
}
