//! What of the engine a function has: nothing, what reads documents, or all that scores.
//!
//! Each is a function of its own and is named in the `main.rs` of who needs it, so that what is not named is not in the
//! binary.

use crate::{Error, external};
use acredita_aws::lambda::{Engine, Settings};
use acredita_domain::{
    documents::ReadNumbers,
    pictures::{Picture, PictureFault, PictureFormat},
    ports::{DocumentNumbers, PictureReader, Scorer},
};
use acredita_engine::{InternalDocumentNumbers, InternalPictureReader, InternalScorer};
use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use std::sync::Arc;

/// For functions that look into no picture and score nothing.
pub fn none(_: &Settings, _: &SharedHttpConnector) -> Result<Engine, Error> {
    Ok(Engine { scorers: Vec::new(), picture_reader: Arc::new(Absent), document_numbers: Arc::new(Absent) })
}

/// For functions that read a document and score nothing.
pub fn reader(_: &Settings, _: &SharedHttpConnector) -> Result<Engine, Error> {
    Ok(reading(Vec::new()))
}

/// For functions that score: our own scorer, and the external ones that are configured.
pub fn scorers(settings: &Settings, connector: &SharedHttpConnector) -> Result<Engine, Error> {
    let mut scorers: Vec<Arc<dyn Scorer>> = vec![Arc::new(InternalScorer::new())];
    scorers.extend(external::scorers(settings, connector)?);
    Ok(reading(scorers))
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

/// No reader. Asking it is a mistake in a `main.rs`; the panic becomes a 500 and an alarm, where any answer would be
/// about a picture that nobody saw.
struct Absent;

const MISTAKEN: &str = "this function was built without a reader of pictures";

#[async_trait]
impl PictureReader for Absent {
    fn check(&self, _: &[u8]) -> Result<PictureFormat, PictureFault> {
        unreachable!("{MISTAKEN}")
    }

    async fn read(&self, _: Vec<u8>) -> Result<Picture, PictureFault> {
        unreachable!("{MISTAKEN}")
    }
}

#[async_trait]
impl DocumentNumbers for Absent {
    fn version(&self) -> String {
        unreachable!("{MISTAKEN}")
    }

    async fn read(&self, _: Vec<u8>) -> ReadNumbers {
        unreachable!("{MISTAKEN}")
    }
}
