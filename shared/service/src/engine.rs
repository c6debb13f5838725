//! How much of the engine a function links: nothing, the validator of pictures, the reader of documents, or the scorers.
//!
//! Each is a function of its own, named in the `main.rs` that needs it, so that unused code is not linked.

use crate::Root;
use acredita_domain::{app::Engine, ports::Scorer};
use acredita_engine::{InternalDocumentNumberReader, InternalPictureValidator, InternalScorer, PictureMemory};
use std::sync::Arc;

/// For functions that neither read documents nor score.
pub fn none(_: &Root) -> Option<Engine> {
    None
}

/// For functions that keep pictures but do not read them.
pub fn validator(_: &Root) -> Option<Engine> {
    let picture_validator = Arc::new(InternalPictureValidator::new(PictureMemory::default()));
    Some(Engine { picture_validator, document_number_reader: None, scorers: Vec::new() })
}

/// For functions that read documents but do not score.
pub fn reader(_: &Root) -> Option<Engine> {
    Some(reading(PictureMemory::default(), Vec::new()))
}

/// For functions that score: our own scorer, and the configured external ones.
pub fn scorers(root: &Root) -> Option<Engine> {
    Some(scoring(root.external_scorers()))
}

pub fn scoring(external: Vec<Arc<dyn Scorer>>) -> Engine {
    let memory = PictureMemory::default();
    let mut scorers: Vec<Arc<dyn Scorer>> = vec![Arc::new(InternalScorer::new(memory.clone()))];
    scorers.extend(external);
    reading(memory, scorers)
}

fn reading(memory: PictureMemory, scorers: Vec<Arc<dyn Scorer>>) -> Engine {
    let document_number_reader = Some(Arc::new(InternalDocumentNumberReader::new(memory.clone())) as _);
    Engine { picture_validator: Arc::new(InternalPictureValidator::new(memory)), document_number_reader, scorers }
}
