//! Which tokens are accepted: the variables that configure it.

use crate::environment::EnvironmentReader;
use acredita_domain::Invalid;
use acredita_http::jwt::TokenPolicy;
use acredita_outbound::Url;
use chrono::TimeDelta;

const LONGEST_OUTAGE: TimeDelta = TimeDelta::hours(24);

#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// Where the issuer publishes its keys.
    pub jwks_url: Url,
    pub policy: TokenPolicy,
    /// How long keys are good while the issuer does not answer.
    pub longest_outage: TimeDelta,
}

impl TokenSettings {
    pub(crate) fn read(read: &mut EnvironmentReader) -> Option<Self> {
        // One set: with the keys alone, the issuer's tokens for its other services would be good here too.
        let jwks_url = read.required_parsed("ACREDITA_JWKS_URL", str::parse);
        let issuer = read.required("ACREDITA_ISSUER");
        let audience = read.required("ACREDITA_AUDIENCE");
        let longest_life = read.parsed("ACREDITA_TOKEN_HOURS", hours);
        let longest_outage = read.parsed("ACREDITA_JWKS_OUTAGE_HOURS", hours).unwrap_or(LONGEST_OUTAGE);
        let defaults = TokenPolicy::default();
        let claim = |name, default| read.optional(name).unwrap_or(default);
        let policy = TokenPolicy {
            longest_life: longest_life.unwrap_or(defaults.longest_life),
            issuer,
            audience,
            organisations_claim: claim("ACREDITA_ORGANISATIONS_CLAIM", defaults.organisations_claim),
            permissions_claim: claim("ACREDITA_PERMISSIONS_CLAIM", defaults.permissions_claim),
            scope_claim: claim("ACREDITA_SCOPE_CLAIM", defaults.scope_claim),
        };
        Some(Self { jwks_url: jwks_url?, policy, longest_outage })
    }
}

/// At most a year.
fn hours(text: &str) -> Result<TimeDelta, Invalid> {
    let hours = text.parse().ok().filter(|hours| (1..=8760).contains(hours));
    hours.map(TimeDelta::hours).ok_or(Invalid("is not a number of hours from 1 to 8760"))
}
