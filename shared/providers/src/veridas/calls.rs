//! The calls to vali-Das, one function each.

use super::{
    VeridasScorer,
    read::Validation,
    reference,
    wire::{self, Form},
};
use crate::{
    deadline::Job,
    http::{Call, Reply},
};
use acredita_domain::{
    pictures::{Picture, Side},
    scoring::ProviderReference,
};
use acredita_outbound::BaseUrl;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

/// A result holds scores and texts; some configurations add cut-out pictures, which are more than we want.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const APIKEY: HeaderName = HeaderName::from_static("apikey");

/// Why a call came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No answer, or one that says nothing of the document. What exactly went wrong is in the log.
    Failed,
    /// The answer to this call cannot be understood.
    Malformed(&'static str),
    /// It is the document that is refused.
    Document,
    /// There is no such validation, or none any more.
    Gone,
    /// It cannot be confirmed: as far as one can tell, because it was.
    Settled,
}

/// What is asked.
pub(super) struct Ask<'a> {
    pub name: &'static str,
    pub method: Method,
    pub base: &'a BaseUrl,
    pub path: String,
    pub content_type: Option<HeaderValue>,
    pub body: Bytes,
}

impl VeridasScorer {
    /// Creates a validation.
    pub(super) async fn create(&self, job: &mut Job) -> Result<ProviderReference, Refusal> {
        let reply = self.ask(self.plain("create", Method::POST, "/validation".to_owned()), job).await?;
        if !reply.status.is_success() {
            return Err(Refusal::Failed);
        }
        wire::created(&reply.body).as_deref().and_then(reference).ok_or(Refusal::Malformed("create"))
    }

    /// Uploads a side.
    pub(super) async fn upload(
        &self,
        id: &ProviderReference,
        side: Side,
        picture: &Picture,
        document_type: &str,
        job: &mut Job,
    ) -> Result<(), Refusal> {
        let Form { content_type, body } =
            wire::side(side, picture, document_type, &*self.entropy).ok_or(Refusal::Failed)?;
        let ask = Ask {
            name: "upload",
            method: Method::PUT,
            base: &self.settings.validas,
            path: format!("/validation/{}/document", id.as_str()),
            content_type: Some(content_type),
            body,
        };
        let reply = self.ask(ask, job).await?;
        match reply.status {
            status if status.is_success() => Ok(()),
            status if status.is_client_error() && wire::refuses_document(&reply.body) => Err(Refusal::Document),
            _ => Err(Refusal::Failed),
        }
    }

    /// Says that no more comes.
    pub(super) async fn confirm(&self, id: &ProviderReference, job: &mut Job) -> Result<(), Refusal> {
        let reply = self
            .ask(self.plain("confirm", Method::PUT, format!("/validation/{}/confirmation", id.as_str())), job)
            .await?;
        match reply.status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Refusal::Gone),
            StatusCode::BAD_REQUEST | StatusCode::CONFLICT => Err(Refusal::Settled),
            _ => Err(Refusal::Failed),
        }
    }

    /// Reads a validation. None: Veridas has it no more.
    pub(super) async fn read(&self, id: &ProviderReference, job: &mut Job) -> Result<Option<Validation>, Refusal> {
        let reply = self.ask(self.plain("read", Method::GET, format!("/validation/{}", id.as_str())), job).await?;
        match reply.status {
            StatusCode::OK => Validation::of(&reply.body).map(Some).ok_or(Refusal::Malformed("read")),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            _ => Err(Refusal::Failed),
        }
    }

    fn plain(&self, name: &'static str, method: Method, path: String) -> Ask<'_> {
        Ask { name, method, base: &self.settings.validas, path, content_type: None, body: Bytes::new() }
    }

    /// Asks, with the key. A key that Veridas no longer takes is read again, and the call made once more.
    pub(super) async fn ask(&self, ask: Ask<'_>, job: &mut Job) -> Result<Reply, Refusal> {
        let mut renewed = false;
        loop {
            let key = self.key.text().await.map_err(|_| Refusal::Failed)?;
            let mut apikey = HeaderValue::try_from(key.expose().trim()).map_err(|_| Refusal::Failed)?;
            apikey.set_sensitive(true);
            let mut headers = vec![(APIKEY, apikey)];
            headers.extend(ask.content_type.clone().map(|content_type| (header::CONTENT_TYPE, content_type)));
            let call = Call {
                name: ask.name,
                method: ask.method.clone(),
                base: ask.base,
                path: ask.path.clone(),
                headers,
                body: ask.body.clone(),
            };
            let reply = self.client.call(&call, MOST_BYTES, job).await.map_err(|_| Refusal::Failed)?;
            if reply.status != StatusCode::UNAUTHORIZED || std::mem::replace(&mut renewed, true) {
                return Ok(reply);
            }
            self.key.forget();
        }
    }
}
