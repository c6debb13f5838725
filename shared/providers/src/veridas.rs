//! Veridas: vali-Das for pictures that we have, XpressID for pictures that Veridas takes itself.
//!
//! A validation is created, its sides are uploaded one after the other (Veridas refuses two at once), it is confirmed,
//! and its result is read, all within one job: Veridas deletes a validation automatically soon after. What is known of
//! these calls comes from product pages and from integrators' code; `infra/docs/PROVIDERS.md` says which is which.

mod calls;
mod declared;
mod delegated;
mod read;
mod wire;

use crate::{
    deadline::Job,
    gate::{Gate, Turn},
    http::Client,
    mapping::{self, Signal, SignalValue, Signals},
    verdict::{evidence, lost, supported, unsupported},
};
use acredita_domain::{
    actor::{Country, DocumentType},
    error::Unavailable,
    pictures::Side,
    ports::{
        Clock, Comparison, DelegatedCapture, Entropy, HeldCredential, ProviderCredential, ScoreError, ScoreRequest,
        Scored, Scorer,
    },
    scoring::{Check, CheckName, CheckResult, DocumentKind, Extracted, Provider, ProviderReference, Reason, Verdict},
};
use acredita_outbound::{BaseUrl, Outbound};
use async_trait::async_trait;
use calls::CallError;
use declared::{Family, Told};
use read::{Nodes, VeridasResult};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Settings {
    /// vali-Das, such as `https://api.eu.veri-das.com/validas/v1`.
    pub validas: BaseUrl,
    /// XpressID, such as `https://api.eu.veri-das.com/xpressid`.
    pub xpressid: BaseUrl,
}

/// The table of `mapping/veridas.v2.json`.
#[derive(Debug, Deserialize)]
struct Mapping {
    version: String,
    document_types: Vec<TypeCode>,
    any_document: String,
    families: Vec<Family>,
    signals: Signals,
    issuer: String,
    nodes: Nodes,
}

/// Veridas's names for kinds of documents.
#[derive(Debug, Deserialize)]
struct TypeCode {
    country: Country,
    types: Vec<DocumentType>,
    code: String,
}

impl Mapping {
    fn load() -> Self {
        serde_json::from_str(include_str!("../mapping/veridas.v2.json")).expect("a table that the tests have read")
    }

    /// The type that Veridas is to expect: one that the table knows, else the country, which it accepts too.
    fn document_type(&self, document: Option<DocumentKind>) -> String {
        let Some(DocumentKind { document_type, country }) = document else {
            return self.any_document.clone();
        };
        let known =
            self.document_types.iter().find(|known| known.country == country && known.types.contains(&document_type));
        known.map_or_else(|| country.to_string(), |known| known.code.clone())
    }
}

pub struct VeridasScorer {
    settings: Settings,
    mapping: Mapping,
    client: Client,
    gate: Gate,
    key: HeldCredential,
    comparison: Arc<dyn Comparison>,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
}

enum Outcome {
    Result(VeridasResult),
    /// Veridas does not know this kind of document.
    Unsupported,
    /// The result is gone.
    Lost,
}

impl VeridasScorer {
    /// The API key is read when it is first needed. `comparison` compares what was read with what was declared;
    /// `entropy` makes the boundaries of multipart bodies.
    pub fn new(
        settings: Settings,
        key: Arc<dyn ProviderCredential>,
        comparison: Arc<dyn Comparison>,
        outbound: Outbound,
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let client = Client::new(Provider::Veridas, outbound, clock.clone());
        Self {
            settings,
            mapping: Mapping::load(),
            client,
            gate: Gate::new(Provider::Veridas, clock.clone()),
            key: HeldCredential::new(key),
            comparison,
            entropy,
            clock,
        }
    }

    async fn validate(&self, request: &ScoreRequest<'_>, job: &mut Job) -> Result<Outcome, CallError> {
        let id = self.create(job).await?;
        for (side, picture) in [(Side::Front, request.front), (Side::Back, request.back)] {
            let Some(picture) = picture else { continue };
            match self.upload(&id, side, picture, &self.mapping.document_type(request.document), job).await {
                Ok(()) => {}
                Err(CallError::Document) => return Ok(Outcome::Unsupported),
                Err(error) => return Err(error),
            }
        }
        match self.confirm(&id, job).await {
            Err(CallError::Gone) => return Ok(Outcome::Lost),
            confirmed => confirmed?,
        }
        Ok(match self.read(&id, job).await? {
            None => Outcome::Lost,
            // It was confirmed, so the result must be there.
            Some(validation) if !validation.is_judged() => return Err(CallError::Malformed("read")),
            Some(validation) => Outcome::Result(validation),
        })
    }

    /// Reports to the gate how a job went.
    fn settle<T>(&self, turn: Turn<'_>, outcome: Result<T, CallError>) -> Result<T, Unavailable> {
        match outcome {
            Ok(outcome) => {
                turn.answered();
                Ok(outcome)
            }
            Err(error) => {
                if let CallError::Malformed(call) = error {
                    tracing::warn!(provider = %Provider::Veridas, call, "the answer cannot be parsed");
                }
                turn.failed();
                Err(self.gate.unavailable())
            }
        }
    }

    fn verdict(&self, request: &ScoreRequest<'_>, outcome: Outcome) -> Verdict {
        let mut verdict = match outcome {
            Outcome::Unsupported => Verdict::of(vec![unsupported("refused by the provider")], None),
            Outcome::Lost => {
                tracing::warn!(provider = %Provider::Veridas, "a result was lost");
                Verdict::of(vec![lost()], None)
            }
            Outcome::Result(validation) => self.judge(request, &validation),
        };
        // Only the version of the API is known, which ends its path; the engine's version is nowhere.
        let version = self.settings.validas.as_str().rsplit('/').next().unwrap_or_default();
        verdict.provider_version = format!("veridas-validas/{version}");
        verdict.mapping_version = mapping::version(&self.mapping.version);
        verdict
    }

    fn judge(&self, request: &ScoreRequest<'_>, validation: &VeridasResult) -> Verdict {
        let found: Vec<Signal<'_>> =
            validation.scores.iter().map(|(name, value)| (name.as_str(), SignalValue::Degree(*value))).collect();
        let told = Told::of(validation, &self.mapping.issuer, &self.mapping.families, &*self.comparison);
        let extracted = self.mapping.nodes.extract(validation, told.is_passport(request));
        let mut breakdown = vec![supported(&evidence(std::iter::once(&validation.digest)))];
        breakdown.extend(self.mapping.signals.checks(&found));
        breakdown.push(not_expired(&extracted, request));
        breakdown.extend(declared::checks(request, told, &extracted, &*self.comparison));
        Verdict::of(breakdown, (extracted != Extracted::default()).then_some(extracted))
    }
}

fn not_expired(extracted: &Extracted, request: &ScoreRequest<'_>) -> Check {
    let today = request.now.format("%Y-%m-%d").to_string();
    match &extracted.expiry_date {
        // Both are `YYYY-MM-DD`, which sorts chronologically. A document is valid through its last day.
        Some(last_day) if *last_day.expose() < today => {
            Check::new(CheckName::NotExpired, CheckResult::Fail).because(Reason::Expired)
        }
        Some(_) => Check::new(CheckName::NotExpired, CheckResult::Pass),
        None => Check::new(CheckName::NotExpired, CheckResult::Inconclusive).because(Reason::ProviderInconclusive),
    }
}

#[async_trait]
impl Scorer for VeridasScorer {
    fn provider(&self) -> Provider {
        Provider::Veridas
    }

    fn delegated_capture(&self) -> DelegatedCapture<'_> {
        DelegatedCapture::Hosted(self)
    }

    async fn score(&self, request: ScoreRequest<'_>) -> Result<Scored, ScoreError> {
        let mut job = Job::begin();
        let turn = self.gate.enter(&job).await?;
        let outcome = self.validate(&request, &mut job).await;
        let outcome = self.settle(turn, outcome)?;
        Ok(self.verdict(&request, outcome).into())
    }
}

/// A validation's id as Veridas gave it, if it is safe in a path.
fn reference(text: &str) -> Option<ProviderReference> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_names_what_veridas_is_to_expect() {
        let mapping = Mapping::load();
        let of = |document_type, country: &str| {
            mapping.document_type(Some(DocumentKind { document_type, country: country.parse().expect("a country") }))
        };
        assert_eq!(of(DocumentType::Nif, "ES"), "ES_ID");
        assert_eq!(of(DocumentType::Passport, "ES"), "ES", "the country, where the table has no type");
        assert_eq!(of(DocumentType::IdentityCard, "PT"), "PT");
        assert_eq!(mapping.document_type(None), "XX_XX_XXXX");
    }
}
