//! What the operator's page is told about this machine.

use acredita_domain::Invalid;
use acredita_http::{
    jwt::TokenPolicy,
    office::{Office, SignIn},
};

/// A token is pasted, unless another issuer signs the tokens and knows the page as this client. `s3` is where links to
/// pictures lead.
pub fn office(policy: &TokenPolicy, client: Option<&str>, s3: &str) -> Result<Office, Invalid> {
    let (claims, pictures) = (policy.into(), s3.parse().ok());
    let Some(client) = client else {
        return Ok(Office { sign_in: None, claims, asks: Vec::new(), pictures });
    };
    let issuer = policy.issuer.clone().unwrap_or_default();
    let asks = vec![issuer.parse()?];
    let (client_id, scopes) = (client.to_owned(), "openid".to_owned());
    let sign_in = Some(SignIn { issuer, client_id, scopes, audience: policy.audience.clone() });
    Ok(Office { sign_in, claims, asks, pictures })
}
