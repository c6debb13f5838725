//! Document scorers, and what a scoring provider needs and offers besides scoring.

use crate::{
    Time,
    actor::{Actor, Country, DocumentType, IdentityDocument},
    pictures::{Picture, PictureFault, Side},
    scoring::{DocumentKind, Provider, ProviderReference, Verdict},
    text::Private,
    unavailable::Unavailable,
};
use async_trait::async_trait;

#[derive(Clone, Copy)]
pub struct ScoreRequest<'a> {
    /// The expected document.
    pub document: Option<DocumentKind>,
    /// The expected person.
    pub declared: Option<&'a Actor>,
    /// The front, or a passport's data page.
    pub front: Option<&'a Picture>,
    pub back: Option<&'a Picture>,
    /// The reference date for expiry.
    pub now: Time,
}

impl ScoreRequest<'_> {
    fn declared_document(&self) -> Option<&IdentityDocument> {
        self.declared?.identity_document.as_ref()
    }

    /// The expected type of document, even if only part of it was declared.
    pub fn document_type(&self) -> Option<DocumentType> {
        self.document.map(|kind| kind.document_type).or_else(|| self.declared_document()?.document_type)
    }

    /// The expected issuing country, even if only part of the document was declared.
    pub fn country(&self) -> Option<Country> {
        self.document.map(|kind| kind.country).or_else(|| self.declared_document()?.country)
    }
}

/// How a third party may take the pictures for a provider.
#[derive(Clone, Copy)]
pub enum DelegatedCapture<'a> {
    /// By signed links into our own picture store.
    SignedUpload,
    /// On the provider's pages. It keeps the pictures, and we fetch its findings.
    Hosted(&'a dyn HostedCapture),
    NotOffered,
}

/// Asks for a capture on a provider's pages.
#[derive(Clone, Copy)]
pub struct CaptureRequest {
    /// The expected document.
    pub document: Option<DocumentKind>,
}

/// A capture that a provider opened. Its token goes to the caller and nowhere else.
pub struct OpenedCapture {
    /// The provider's name for it.
    pub reference: ProviderReference,
    /// Opens the provider's pages. Never stored, never logged.
    pub access_token: Private<String>,
    /// The provider's page with the token in it, to be embedded or opened.
    pub url: Private<String>,
    /// After this we no longer rely on it.
    pub expires_at: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// The pictures have not been taken yet, or not all of them.
    #[error("nothing was captured yet")]
    NotCaptured,
    /// Retry.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Takes the pictures in our place.
#[async_trait]
pub trait HostedCapture: Send + Sync {
    async fn open(&self, request: CaptureRequest) -> Result<OpenedCapture, Unavailable>;
    /// Scores what was captured. The request has no pictures. A provider that has lost its result says so in the
    /// verdict, because it cannot be asked again.
    async fn collect(&self, captured: &ProviderReference, request: ScoreRequest<'_>) -> Result<Verdict, CollectError>;
}

/// What a scorer makes of pictures.
#[derive(Debug)]
pub struct Scored {
    pub verdict: Verdict,
    /// The pictures, cleaned, if the scorer decodes them. The others get cleaned ones.
    pub cleaned: Vec<(Side, Picture)>,
}

impl From<Verdict> for Scored {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, cleaned: Vec::new() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    #[error("{}: {fault}", side.part())]
    Picture { side: Side, fault: PictureFault },
    /// Retry.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Scores pictures of identity documents.
#[async_trait]
pub trait Scorer: Send + Sync {
    fn provider(&self) -> Provider;
    fn delegated_capture(&self) -> DelegatedCapture<'_>;
    /// An outage does not use up a retry.
    async fn score(&self, request: ScoreRequest<'_>) -> Result<Scored, ScoreError>;
}
