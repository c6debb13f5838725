//! Time, randomness, and the keys that tokens are signed with.

use crate::{Time, error::Unavailable};
use async_trait::async_trait;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}

/// A cryptographically secure source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`. There is no failure: a system without randomness must not run this service.
    fn fill(&self, bytes: &mut [u8]);
}

/// Where the issuer of tokens publishes its keys.
#[async_trait]
pub trait JwksSource: Send + Sync {
    /// The JSON Web Key Set (RFC 7517) as it is now.
    async fn fetch(&self) -> Result<String, Unavailable>;
}
