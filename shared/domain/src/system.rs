//! Time and randomness, which the rules have none of on their own. Adapters find both among the [`crate::ports`].

use crate::Time;

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
