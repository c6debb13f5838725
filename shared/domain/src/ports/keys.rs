//! The source of the keyring.

use crate::{keys::Keyring, unavailable::Unavailable};
use async_trait::async_trait;
use std::sync::Arc;

/// In AWS the keyring is reloaded from time to time, so that keys rotate while the service runs.
#[async_trait]
pub trait CodeKeys: Send + Sync {
    async fn current(&self) -> Result<Arc<Keyring>, Unavailable>;
}

/// A keyring that never changes.
#[async_trait]
impl CodeKeys for Arc<Keyring> {
    async fn current(&self) -> Result<Arc<Keyring>, Unavailable> {
        Ok(self.clone())
    }
}
