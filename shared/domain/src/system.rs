//! Time and randomness, injected into the rules. Adapters find both in [`crate::ports`].

use crate::Time;

pub trait Clock: Send + Sync {
    fn now(&self) -> Time;
}

/// A cryptographically secure source of random bytes.
pub trait Entropy: Send + Sync {
    /// Infallible: a system without randomness must not run this service.
    fn fill(&self, bytes: &mut [u8]);
}
