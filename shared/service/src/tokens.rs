//! Which tokens are accepted: the variables that configure it.

use crate::environment::EnvironmentReader;
use acredita_http::jwt::TokenPolicy;
use acredita_outbound::Url;

#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// Where the issuer publishes its keys.
    pub jwks_url: Url,
    pub policy: TokenPolicy,
}

impl TokenSettings {
    pub(crate) fn read(read: &mut EnvironmentReader) -> Option<Self> {
        let jwks_url = read.required_parsed("ACREDITA_JWKS_URL", str::parse);
        let defaults = TokenPolicy::default();
        let claim = |name, default| read.optional(name).unwrap_or(default);
        let policy = TokenPolicy {
            issuer: read.optional("ACREDITA_ISSUER"),
            audience: read.optional("ACREDITA_AUDIENCE"),
            organisations_claim: claim("ACREDITA_ORGANISATIONS_CLAIM", defaults.organisations_claim),
            permissions_claim: claim("ACREDITA_PERMISSIONS_CLAIM", defaults.permissions_claim),
            scope_claim: claim("ACREDITA_SCOPE_CLAIM", defaults.scope_claim),
        };
        Some(Self { jwks_url: jwks_url?, policy })
    }
}
