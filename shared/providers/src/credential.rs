//! A provider's credential, read when it is first needed and again when the provider refuses it.

use acredita_domain::{error::Unavailable, ports::ProviderCredential, text::Private};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct Held {
    source: Arc<dyn ProviderCredential>,
    text: Mutex<Option<Arc<Private<String>>>>,
}

impl Held {
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
