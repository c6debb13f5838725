//! Signed links to objects in S3.

use crate::errors::{unavailable, unusable};
use acredita_domain::{Time, error::Unavailable, pictures::SignedLink, ports::limits::LINK_LIFE};
use aws_sdk_s3::{operation::get_object::builders::GetObjectFluentBuilder, presigning::PresigningConfig};

/// A link that gives what `request` would.
pub(crate) async fn link_to_read(
    request: GetObjectFluentBuilder,
    what: &'static str,
    now: Time,
) -> Result<SignedLink, Unavailable> {
    let signed = request.presigned(signed_at(what, now)?).await;
    let signed = signed.map_err(|error| unavailable(what, "sign link to read", &error))?;
    Ok(SignedLink { url: signed.uri().to_owned(), expires_at: now + LINK_LIFE })
}

/// Signs for as long as a link lives.
pub(crate) fn signed_at(what: &'static str, now: Time) -> Result<PresigningConfig, Unavailable> {
    let life = LINK_LIFE.to_std().map_err(|_| Unavailable(what))?;
    let config = PresigningConfig::builder().start_time(now.into()).expires_in(life).build();
    config.map_err(|_| unusable(what, "sign link", "the life of a link cannot be signed"))
}
