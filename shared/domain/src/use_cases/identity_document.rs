//! Identification by a scored identity document.

use super::{
    create::{Created, Creation, Draft},
    once::{Done, Of, once},
    reviews::changes,
    steps,
};
use crate::{
    App, Conflict, Error, Request,
    actor::Actor,
    device::DeviceEvidence,
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Once, Operation},
    identification::{Identification, Method, MethodKind, ScoringEvidence, Validation},
    ids::{IdentificationId, ScoringId},
    reference::Reference,
    scoring::{ConfigurationName, DocumentKind, MaxScoreRetries, Provider, Scoring, ScoringStatus, ScoringTerms},
};

pub struct CreateIdentityDocument {
    pub actor: Actor,
    pub configuration: ConfigurationName,
    pub reference: Reference,
    pub expires_in: ExpiresIn,
    /// The caller has checked that the organisation may use it.
    pub provider: Provider,
}

/// Creates the identification together with its linked scoring.
pub async fn create_identity_document_identification(
    app: &App,
    request: &Request,
    command: CreateIdentityDocument,
    idempotency: Option<Idempotency>,
) -> Result<Created, Error> {
    let CreateIdentityDocument { actor, configuration, reference, expires_in, provider } = command;
    let draft = Draft::new(app, &request.org, actor, reference, expires_in);
    creation(app, draft, configuration, provider).commit(app, request, idempotency).await
}

/// What a create stores: the linked scoring, too.
pub(super) fn creation(app: &App, draft: Draft, configuration: ConfigurationName, provider: Provider) -> Creation {
    let declared = draft.actor.identity_document.as_ref();
    let terms = ScoringTerms {
        document: declared.and_then(|d| Some(DocumentKind { document_type: d.document_type?, country: d.country? })),
        declared: Some(draft.actor.clone()),
        provider,
        max_retries: MaxScoreRetries::default(),
        reference: Reference::default(),
    };
    let scoring_id = ScoringId::generate(&*app.entropy);
    let scoring = Scoring {
        identification: Some(draft.id),
        membership: draft.membership,
        ..Scoring::new(scoring_id, draft.org.clone(), terms, draft.created_at, draft.expires_at)
    };
    let method = Method::IdentityDocument { configuration, scoring_id, provider };
    Creation { scoring: Some(scoring), ..draft.with(method) }
}

/// CREATED → VALIDATED, when the linked scoring reaches the threshold of the configuration, or its review is approved.
pub async fn validate_identity_document_identification(
    app: &App,
    request: &Request,
    id: IdentificationId,
    device: DeviceEvidence,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let identification = &app.find(&request.org, id, MethodKind::IdentityDocument).await?;
    let step = |once| validate(app, request, identification, device, once);
    once(app, Of::Identification(identification), Operation::ValidateIdentification, idempotency, step).await
}

async fn validate(
    app: &App,
    request: &Request,
    identification: &Identification,
    device: DeviceEvidence,
    once: Option<Once>,
) -> Result<(), Error> {
    let now = app.now();
    let Method::IdentityDocument { configuration, scoring_id, .. } = identification.method else {
        return Err(Error::NotFound("identification"));
    };
    let (opened, scoring) = steps::require_open_with_scoring(app, identification, scoring_id, once, now).await?;
    let scoring = scoring.ok_or(Error::Corrupt("an identity document without its scoring"))?;
    let status = scoring.status(now);
    if status != ScoringStatus::Scored {
        return Err(Conflict::ScoringState(status).into());
    }
    let verdict = scoring.assessment.as_ref().map(|assessment| &assessment.verdict).ok_or(Conflict::ScoreTooLow)?;
    let review = match verdict {
        verdict if configuration.accepts(verdict) => None,
        // An approval stands in for the threshold, and for nothing else.
        verdict if configuration.is_failed_by(verdict) => return Err(Conflict::ScoreTooLow.into()),
        _ => Some(changes::approval(app, identification, &scoring).await?),
    };
    let evidence = ScoringEvidence { review, ..ScoringEvidence::of(scoring).ok_or(Conflict::ScoreTooLow)? };
    let validation = Validation { at: now, device, agent: None, captures: Vec::new(), scoring: Some(evidence) };
    Ok(steps::validate(app, request, &opened, validation, None, now).await?)
}
