//! Where people sign in to the operator's page: the variables that configure it.

use crate::environment::EnvironmentReader;
use acredita_domain::Invalid;
use acredita_http::{
    jwt::TokenPolicy,
    office::{Office, SignIn, WebOrigin},
};

/// Without a client id a token is pasted, and the issuer need not be a URL.
pub(crate) fn read(read: &mut EnvironmentReader, policy: &TokenPolicy) -> Option<Office> {
    let (claims, pictures) = (policy.into(), pictures(read));
    let Some(client_id) = read.optional("ACREDITA_OFFICE_CLIENT_ID") else {
        read.optional("ACREDITA_OFFICE_SCOPES");
        read.optional("ACREDITA_OFFICE_ORIGINS");
        return Some(Office { sign_in: None, claims, asks: Vec::new(), pictures });
    };
    let scopes = read.optional("ACREDITA_OFFICE_SCOPES").unwrap_or_else(|| "openid".to_owned());
    let further = read.parsed("ACREDITA_OFFICE_ORIGINS", origins).unwrap_or_default();
    let own: Option<WebOrigin> = read.parsed("ACREDITA_ISSUER", str::parse);
    let (issuer, audience) = (policy.issuer.clone()?, policy.audience.clone());
    let asks = own.into_iter().chain(further).collect();
    Some(Office { sign_in: Some(SignIn { issuer, client_id, scopes, audience }), claims, asks, pictures })
}

fn origins(text: &str) -> Result<Vec<WebOrigin>, Invalid> {
    text.split_ascii_whitespace().map(str::parse).collect()
}

/// As the SDK signs links: the bucket is a part of the host's name, but where an emulator serves it.
fn pictures(read: &EnvironmentReader) -> Option<WebOrigin> {
    let emulated = read.optional("AWS_ENDPOINT_URL_S3").or_else(|| read.optional("AWS_ENDPOINT_URL"));
    if let Some(emulated) = emulated {
        return emulated.parse().ok();
    }
    let (bucket, region) = (read.optional("ACREDITA_BUCKET")?, read.optional("AWS_REGION")?);
    format!("https://{bucket}.s3.{region}.amazonaws.com").parse().ok()
}
