//! Google Document AI, Identity Document Proofing: one `:process` call for each side, categorical signals back.
//!
//! The processor is built for English and for passports, passcards and driver's licences of the United States. A
//! declared document of any other kind is not sent at all: its score would mean nothing, and a person's document would
//! have travelled in vain.

mod aws;
mod federation;
mod grant;
mod service_account;
pub mod token;
mod wire;

pub use aws::AwsCaller;

use crate::{
    deadline::Job,
    gate::Gate,
    http::{Call, Client, JSON},
    mapping::{self, Signal, SignalValue, Signals},
    verdict::{evidence, supported, unsupported},
};
use acredita_domain::{
    Invalid,
    pictures::Picture,
    ports::{Clock, DelegatedCapture, HeldCredential, ProviderCredential, ScoreError, ScoreRequest, Scored, Scorer},
    scoring::{DocumentKind, Provider, Verdict},
};
use acredita_outbound::{BaseUrl, Outbound};
use async_trait::async_trait;
use http::{HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use std::{str::FromStr, sync::Arc};
use token::TokenCache;
use wire::{Answer, Entity};

/// Answers hold only entities, a few dozen of them.
const MOST_BYTES: usize = 1024 * 1024;

/// A processor by its full name: `projects/…/locations/…/processors/…`, with or without `/processorVersions/…`.
///
/// Without a version, Google's default one answers, and the default changes: scores are comparable only if it is
/// pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processor {
    name: String,
    /// Where Google serves the processor.
    endpoint: BaseUrl,
    version: Option<String>,
}

impl FromStr for Processor {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const PROBLEM: Invalid =
            Invalid("is not projects/…/locations/…/processors/…, with or without /processorVersions/…");
        let word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
        };
        let parts: Vec<&str> = text.split('/').collect();
        let (location, version) = match parts[..] {
            ["projects", project, "locations", location, "processors", id] if word(project) && word(id) => {
                (location, None)
            }
            ["projects", project, "locations", location, "processors", id, "processorVersions", version]
                if word(project) && word(id) && word(version) =>
            {
                (location, Some(version.to_owned()))
            }
            _ => return Err(PROBLEM),
        };
        // It becomes part of a host name.
        let of_a_host =
            !location.is_empty() && location.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !of_a_host || text.contains("..") {
            return Err(PROBLEM);
        }
        let endpoint = format!("https://{location}-documentai.googleapis.com").parse().map_err(|_| PROBLEM)?;
        Ok(Self { name: text.to_owned(), endpoint, version })
    }
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub processor: Processor,
    /// The address of an emulator on loopback; `None` is Google.
    pub endpoint: Option<BaseUrl>,
    /// The function's AWS credentials, for a Google credential without a key.
    pub aws: Option<AwsCaller>,
}

/// The table of `mapping/google.v1.json`.
#[derive(Debug, Deserialize)]
struct Mapping {
    version: String,
    supported: Vec<Supported>,
    signals: Signals,
}

#[derive(Debug, Deserialize)]
struct Supported {
    country: acredita_domain::actor::Country,
    types: Vec<acredita_domain::actor::DocumentType>,
}

impl Mapping {
    fn load() -> Self {
        serde_json::from_str(include_str!("../mapping/google.v1.json")).expect("a table that the tests have read")
    }

    fn supports(&self, document: DocumentKind) -> bool {
        let of = |supported: &Supported| {
            supported.country == document.country && supported.types.contains(&document.document_type)
        };
        self.supported.iter().any(of)
    }
}

pub struct GoogleScorer {
    processor: Processor,
    endpoint: BaseUrl,
    mapping: Mapping,
    client: Client,
    gate: Gate,
    tokens: TokenCache,
}

/// The job failed. The log says exactly why.
struct Failed;

impl GoogleScorer {
    /// The credential is read when it is first needed: a service account's key file, or the configuration of an
    /// external account.
    pub fn new(
        settings: Settings,
        credential: Arc<dyn ProviderCredential>,
        outbound: Outbound,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let Settings { processor, endpoint, aws } = settings;
        Self {
            client: Client::new(Provider::Google, outbound, clock.clone()),
            gate: Gate::new(Provider::Google, clock.clone()),
            tokens: TokenCache::new(HeldCredential::new(credential), aws, clock),
            mapping: Mapping::load(),
            endpoint: endpoint.unwrap_or_else(|| processor.endpoint.clone()),
            processor,
        }
    }

    async fn run(&self, request: ScoreRequest<'_>, job: &mut Job) -> Result<Verdict, Failed> {
        let mut answers = Vec::new();
        // One after the other: a body is a third larger than its picture, and one at a time is enough to hold.
        for picture in [request.front, request.back].into_iter().flatten() {
            answers.push(self.process(picture, job).await?);
        }
        Ok(self.verdict(&request, &answers))
    }

    /// If Google no longer accepts the token, drops it and repeats the call once with a new one.
    async fn process(&self, picture: &Picture, job: &mut Job) -> Result<Answer, Failed> {
        let body = wire::request(picture);
        let mut renewed = false;
        loop {
            let token = self.tokens.token(&self.client, job).await.map_err(|_| Failed)?;
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| Failed)?;
            bearer.set_sensitive(true);
            let call = Call {
                name: "process",
                method: Method::POST,
                base: &self.endpoint,
                path: format!("/v1/{}:process", self.processor.name),
                headers: vec![(header::AUTHORIZATION, bearer), (header::CONTENT_TYPE, JSON)],
                body: body.clone(),
            };
            let reply = self.client.call(&call, MOST_BYTES, job).await.map_err(|_| Failed)?;
            match reply.status {
                StatusCode::OK => return wire::answer(&reply.body).ok_or_else(|| malformed("process")),
                StatusCode::UNAUTHORIZED if !renewed => {
                    renewed = true;
                    self.tokens.forget(&token);
                }
                _ => return Err(Failed),
            }
        }
    }

    fn verdict(&self, request: &ScoreRequest<'_>, answers: &[Answer]) -> Verdict {
        let found: Vec<Signal<'_>> = answers.iter().flat_map(|answer| &answer.entities).map(Entity::signal).collect();
        let evidence = evidence(answers.iter().map(|answer| &answer.digest));
        // Proofing reads nothing off a document: Google does not report whose it is, so there is no check of ownership.
        // If no kind was declared and Google does not know the document, its own limits are as likely the reason as the
        // person.
        let breakdown = if request.document.is_none() && says_no_document(&found) {
            vec![unsupported(&evidence)]
        } else {
            let mut lines = vec![supported(&evidence)];
            lines.extend(self.mapping.signals.checks(&found));
            lines
        };
        let mut verdict = Verdict::of(breakdown, None);
        self.sign(&mut verdict);
        verdict
    }

    fn sign(&self, verdict: &mut Verdict) {
        let version = self.processor.version.as_deref().unwrap_or("default");
        verdict.provider_version = format!("google-document-ai/{version}");
        verdict.mapping_version = mapping::version(&self.mapping.version);
    }
}

fn says_no_document(found: &[Signal<'_>]) -> bool {
    found.contains(&("fraud_signals_is_identity_document", SignalValue::Word("NOT_AN_ID")))
}

fn malformed(call: &'static str) -> Failed {
    tracing::warn!(provider = %Provider::Google, call, "the answer cannot be parsed");
    Failed
}

#[async_trait]
impl Scorer for GoogleScorer {
    fn provider(&self) -> Provider {
        Provider::Google
    }

    fn delegated_capture(&self) -> DelegatedCapture<'_> {
        DelegatedCapture::NotOffered
    }

    async fn score(&self, request: ScoreRequest<'_>) -> Result<Scored, ScoreError> {
        if request.document.is_some_and(|document| !self.mapping.supports(document)) {
            let mut verdict = Verdict::of(vec![unsupported("not sent")], None);
            self.sign(&mut verdict);
            return Ok(verdict.into());
        }
        let mut job = Job::begin();
        let turn = self.gate.enter(&job).await?;
        match self.run(request, &mut job).await {
            Ok(verdict) => {
                turn.answered();
                Ok(verdict.into())
            }
            Err(Failed) => {
                turn.failed();
                Err(self.gate.unavailable().into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_knows_what_google_says_it_supports() {
        let mapping = Mapping::load();
        let kind =
            |document_type, country: &str| DocumentKind { document_type, country: country.parse().expect("a country") };
        use acredita_domain::actor::DocumentType::{IdentityCard, Nif, Passport};
        assert!(mapping.supports(kind(Passport, "US")) && mapping.supports(kind(IdentityCard, "US")));
        for (document_type, country) in [(Passport, "ES"), (Nif, "ES"), (IdentityCard, "ES"), (Nif, "US")] {
            assert!(!mapping.supports(kind(document_type, country)), "{document_type} {country}");
        }
    }

    #[test]
    fn a_processor_is_its_full_name_and_cannot_lead_elsewhere() {
        let name = "projects/my-project/locations/eu/processors/abc123";
        let processor: Processor = name.parse().expect("a processor");
        assert_eq!(processor.endpoint.as_str(), "https://eu-documentai.googleapis.com");
        assert_eq!(processor.version, None);
        let pinned: Processor =
            format!("{name}/processorVersions/pretrained-id-proofing-v1.0-2022-10-03").parse().expect("a processor");
        assert_eq!(pinned.version.as_deref(), Some("pretrained-id-proofing-v1.0-2022-10-03"));
        for text in [
            "",
            "abc123",
            "projects/p/locations/evil.example/processors/x",
            "projects/p/locations/eu@evil/processors/x",
            "projects/../locations/eu/processors/x",
            "projects/p/locations/eu/processors/x?y",
            "projects/p/locations/eu/processors/x/processorVersions/",
        ] {
            assert!(text.parse::<Processor>().is_err(), "{text}");
        }
    }
}
