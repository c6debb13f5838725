//! The keys that tokens are signed with.

use crate::unavailable::Unavailable;
use async_trait::async_trait;

/// Where the issuer of tokens publishes its keys.
#[async_trait]
pub trait JwksSource: Send + Sync {
    /// The JSON Web Key Set (RFC 7517) as it is now.
    async fn fetch(&self) -> Result<String, Unavailable>;
}
