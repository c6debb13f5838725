//! Where the keyring comes from.

use crate::{keys::Keyring, unavailable::Unavailable};
use async_trait::async_trait;
use std::sync::Arc;

/// The keyring. In AWS it is read again from time to time, so that keys rotate while the service runs.
#[async_trait]
pub trait Keys: Send + Sync {
    /// The keyring to use now.
    async fn current(&self) -> Result<Arc<Keyring>, Unavailable>;
}

/// A keyring that stays as it is.
#[async_trait]
impl Keys for Arc<Keyring> {
    async fn current(&self) -> Result<Arc<Keyring>, Unavailable> {
        Ok(self.clone())
    }
}
