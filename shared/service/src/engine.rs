//! What of the engine a function has: nothing, what reads documents, or all that scores.
//!
//! Each is a function of its own and is named in the `main.rs` of who needs it, so that what is not named is not in the
//! binary.

use crate::{Error, external};
use acredita_aws::lambda::Settings;
use acredita_domain::{app::Engine, ports::Scorer};
use acredita_engine::{InternalDocumentNumbers, InternalPictureReader, InternalScorer};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use std::sync::Arc;

/// For functions that look into no picture and score nothing.
pub fn none(_: &Settings, _: &SharedHttpConnector) -> Result<Option<Engine>, Error> {
    Ok(None)
}

/// For functions that read a document and score nothing.
pub fn reader(_: &Settings, _: &SharedHttpConnector) -> Result<Option<Engine>, Error> {
    Ok(Some(reading(Vec::new())))
}

/// For functions that score: our own scorer, and the external ones that are configured.
pub fn scorers(settings: &Settings, connector: &SharedHttpConnector) -> Result<Option<Engine>, Error> {
    let mut scorers: Vec<Arc<dyn Scorer>> = vec![Arc::new(InternalScorer::new())];
    scorers.extend(external::scorers(settings, connector)?);
    Ok(Some(reading(scorers)))
}

/// One reader for all: it is what bounds the memory.
fn reading(scorers: Vec<Arc<dyn Scorer>>) -> Engine {
    let reader = InternalPictureReader::new();
    Engine {
        scorers,
        picture_reader: Arc::new(reader.clone()),
        document_numbers: Arc::new(InternalDocumentNumbers::new(reader)),
    }
}
