//! The calls to vali-Das, one function each.

use super::{
    VeridasScorer,
    read::VeridasResult,
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

/// A result holds scores and texts; some configurations add cropped pictures, which we do not want.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const APIKEY: HeaderName = HeaderName::from_static("apikey");

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallError {
    /// No answer, or one that says nothing about the document. The log says exactly why.
    Failed,
    /// The answer to this call cannot be parsed.
    Malformed(&'static str),
    /// Veridas refuses the document.
    Document,
    /// The validation does not exist, or no longer does.
    Gone,
    /// It cannot be confirmed: most likely because it already was.
    Settled,
}

pub(super) struct Ask<'a> {
    pub name: &'static str,
    pub method: Method,
    pub base: &'a BaseUrl,
    pub path: String,
    pub content_type: Option<HeaderValue>,
    pub body: Bytes,
}

impl VeridasScorer {
    pub(super) async fn create(&self, job: &mut Job) -> Result<ProviderReference, CallError> {
        let reply = self.ask(self.plain("create", Method::POST, "/validation".to_owned()), job).await?;
        if !reply.status.is_success() {
            return Err(CallError::Failed);
        }
        wire::created(&reply.body).as_deref().and_then(reference).ok_or(CallError::Malformed("create"))
    }

    pub(super) async fn upload(
        &self,
        id: &ProviderReference,
        side: Side,
        picture: &Picture,
        document_type: &str,
        job: &mut Job,
    ) -> Result<(), CallError> {
        let Form { content_type, body } =
            wire::side(side, picture, document_type, &*self.entropy).ok_or(CallError::Failed)?;
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
            status if status.is_client_error() && wire::refuses_document(&reply.body) => Err(CallError::Document),
            _ => Err(CallError::Failed),
        }
    }

    /// Declares the validation complete.
    pub(super) async fn confirm(&self, id: &ProviderReference, job: &mut Job) -> Result<(), CallError> {
        let reply = self
            .ask(self.plain("confirm", Method::PUT, format!("/validation/{}/confirmation", id.as_str())), job)
            .await?;
        match reply.status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(CallError::Gone),
            StatusCode::BAD_REQUEST | StatusCode::CONFLICT => Err(CallError::Settled),
            _ => Err(CallError::Failed),
        }
    }

    /// Reads a validation; `None` if Veridas no longer has it.
    pub(super) async fn read(&self, id: &ProviderReference, job: &mut Job) -> Result<Option<VeridasResult>, CallError> {
        let reply = self.ask(self.plain("read", Method::GET, format!("/validation/{}", id.as_str())), job).await?;
        match reply.status {
            StatusCode::OK => VeridasResult::of(&reply.body).map(Some).ok_or(CallError::Malformed("read")),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            _ => Err(CallError::Failed),
        }
    }

    fn plain(&self, name: &'static str, method: Method, path: String) -> Ask<'_> {
        Ask { name, method, base: &self.settings.validas, path, content_type: None, body: Bytes::new() }
    }

    /// Calls with the key. If Veridas no longer accepts the key, it is read again and the call repeated once.
    pub(super) async fn ask(&self, ask: Ask<'_>, job: &mut Job) -> Result<Reply, CallError> {
        let mut renewed = false;
        loop {
            let key = self.key.text().await.map_err(|_| CallError::Failed)?;
            let mut apikey = HeaderValue::try_from(key.expose().trim()).map_err(|_| CallError::Failed)?;
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
            let reply = self.client.call(&call, MOST_BYTES, job).await.map_err(|_| CallError::Failed)?;
            if reply.status != StatusCode::UNAUTHORIZED || std::mem::replace(&mut renewed, true) {
                return Ok(reply);
            }
            self.key.forget();
        }
    }
}
