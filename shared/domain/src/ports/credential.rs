//! What a provider knows us by.

use crate::{text::Private, unavailable::Unavailable};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};

/// The store of a provider's credential: a text in the provider's own format.
#[async_trait]
pub trait ProviderCredential: Send + Sync {
    async fn read(&self) -> Result<Private<String>, Unavailable>;
}

/// A credential, read when it is first needed and again when the provider refuses it.
pub struct HeldCredential {
    source: Arc<dyn ProviderCredential>,
    text: Mutex<Option<Arc<Private<String>>>>,
}

impl HeldCredential {
    pub fn new(source: Arc<dyn ProviderCredential>) -> Self {
        Self { source, text: Mutex::new(None) }
    }

    /// The credential. Two callers that find it missing both read it; that is harmless.
    pub async fn text(&self) -> Result<Arc<Private<String>>, Unavailable> {
        if let Some(text) = self.text.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(text);
        }
        let text = Arc::new(self.source.read().await?);
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.clone());
        Ok(text)
    }

    /// Has it read again the next time: it may have been changed.
    pub fn forget(&self) {
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
