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

/// What a scorer looks at.
#[derive(Clone, Copy)]
pub struct ScoreRequest<'a> {
    /// The document to expect.
    pub document: Option<DocumentKind>,
    /// The person to expect.
    pub declared: Option<&'a Actor>,
    /// The front, or a passport's data page.
    pub front: Option<&'a Picture>,
    /// The back.
    pub back: Option<&'a Picture>,
    /// The reference date for what expires.
    pub now: Time,
}

impl ScoreRequest<'_> {
    fn declared_document(&self) -> Option<&IdentityDocument> {
        self.declared?.identity_document.as_ref()
    }

    /// The type of document to expect, of what was declared in part, too.
    pub fn document_type(&self) -> Option<DocumentType> {
        self.document.map(|kind| kind.document_type).or_else(|| self.declared_document()?.document_type)
    }

    /// The country to expect a document of, of what was declared in part, too.
    pub fn country(&self) -> Option<Country> {
        self.document.map(|kind| kind.country).or_else(|| self.declared_document()?.country)
    }
}

/// How a provider lets somebody else take the pictures.
#[derive(Clone, Copy)]
pub enum DelegatedCapture<'a> {
    /// By signed links into our own picture store.
    SignedUpload,
    /// On pages of its own. It keeps the pictures, and we fetch what it found.
    Hosted(&'a dyn HostedCapture),
    /// Not at all.
    NotOffered,
}

/// Asks for a capture on a provider's pages.
#[derive(Clone, Copy)]
pub struct CaptureRequest {
    /// The document to expect.
    pub document: Option<DocumentKind>,
}

/// A capture that a provider opened. Its token goes to the caller and nowhere else.
pub struct OpenedCapture {
    /// What the provider calls it.
    pub reference: ProviderReference,
    /// What opens the provider's pages. Never stored, never logged.
    pub access_token: Private<String>,
    /// The provider's page with the token in it, to be embedded or opened.
    pub url: Private<String>,
    /// From then on we do not count on it.
    pub expires_at: Time,
}

/// Why a hosted capture was not scored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// Nobody has taken the pictures yet, or not all of them.
    #[error("nothing was captured yet")]
    NotCaptured,
    /// Try again.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Takes the pictures in our stead.
#[async_trait]
pub trait HostedCapture: Send + Sync {
    /// Opens a capture.
    async fn open(&self, request: CaptureRequest) -> Result<OpenedCapture, Unavailable>;
    /// Scores what was captured. The request has no pictures. A provider that has lost its result says so in the
    /// verdict, as nobody can ask again.
    async fn collect(&self, captured: &ProviderReference, request: ScoreRequest<'_>) -> Result<Verdict, CollectError>;
}

/// Where the credential of a provider is kept: its text, in the provider's own format.
#[async_trait]
pub trait ProviderCredential: Send + Sync {
    /// The credential as it is now.
    async fn read(&self) -> Result<Private<String>, Unavailable>;
}

/// Why a document was not scored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// One of the pictures cannot be used.
    #[error("{}: {fault}", side.part())]
    Picture { side: Side, fault: PictureFault },
    /// Try again.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Scores pictures of identity documents.
#[async_trait]
pub trait Scorer: Send + Sync {
    /// Which provider this is.
    fn provider(&self) -> Provider;
    /// How it lets somebody else take the pictures.
    fn delegated_capture(&self) -> DelegatedCapture<'_>;
    /// Scores. An outage uses up no retry.
    async fn score(&self, request: ScoreRequest<'_>) -> Result<Verdict, ScoreError>;
}
