//! How much of the engine a function links: nothing, the verifier of codes, the reader of documents, or the scorers.
//!
//! Each is a function of its own, named in the `main.rs` that needs it, so that unused code is not linked.

use crate::Root;
use acredita_domain::{
    App,
    app::{Cards, Engine},
    ports::Scorer,
};
use acredita_engine::{
    InternalCardVerifier, InternalComparison, InternalDocumentNumberReader, InternalPictureValidator, InternalScorer,
    PictureMemory,
};
use std::sync::Arc;

pub use acredita_engine::TrustedCertificates;

/// For functions that neither read documents nor score.
pub fn none(_: &Root, app: App) -> App {
    app
}

/// For functions that keep pictures of documents without reading them, and verify codes of MiDNI.
pub fn cards(root: &Root, app: App) -> App {
    let memory = PictureMemory::default();
    let cards = Some(verifying(&memory, root.certificates()));
    let picture_validator = Arc::new(InternalPictureValidator::new(memory));
    with(app, Engine { picture_validator, document_number_reader: None, scorers: Vec::new(), cards })
}

/// For functions that read documents but do not score.
pub fn reader(_: &Root, app: App) -> App {
    with(app, reading(PictureMemory::default(), Vec::new()))
}

/// For functions that score: our own scorer, and the configured external ones.
pub fn scorers(root: &Root, app: App) -> App {
    with(app, scoring(PictureMemory::default(), root.external_scorers()))
}

fn with(app: App, engine: Engine) -> App {
    App { engine: Some(engine), ..app }
}

fn scoring(memory: PictureMemory, external: Vec<Arc<dyn Scorer>>) -> Engine {
    let mut scorers: Vec<Arc<dyn Scorer>> = vec![Arc::new(InternalScorer::new(memory.clone()))];
    scorers.extend(external);
    reading(memory, scorers)
}

/// For a process that does everything, and trusts these certificates. Those of a function come from its [`Root`] alone.
pub fn everything(external: Vec<Arc<dyn Scorer>>, certificates: TrustedCertificates) -> Engine {
    let memory = PictureMemory::default();
    Engine { cards: Some(verifying(&memory, certificates)), ..scoring(memory, external) }
}

fn verifying(memory: &PictureMemory, certificates: TrustedCertificates) -> Cards {
    Cards {
        verifier: Arc::new(InternalCardVerifier::new(memory.clone(), certificates)),
        comparison: Arc::new(InternalComparison),
    }
}

fn reading(memory: PictureMemory, scorers: Vec<Arc<dyn Scorer>>) -> Engine {
    let document_number_reader = Some(Arc::new(InternalDocumentNumberReader::new(memory.clone())) as _);
    Engine {
        picture_validator: Arc::new(InternalPictureValidator::new(memory)),
        document_number_reader,
        scorers,
        cards: None,
    }
}
