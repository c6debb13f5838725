//! The check of a code that the person shows on their phone, and what a validation takes from it.
//!
//! Nothing that the code says is kept: a request that is repeated with its idempotency key is answered by verifying the
//! code again, as of the time of the first answer.

use super::{create::record, once::recalled, steps};
use crate::{
    App, Conflict, Error, Request, Time,
    caller::{Caller, CallerName},
    idempotency::{Idempotency, Operation},
    identification::{Identification, Method, MethodKind, Midni},
    ids::{IdentificationId, MidniCheckId},
    keys::CheckHolder,
    midni::{CHECK_LIFE, Card, Check, DeclaredMatch, Evidence, Presented},
    ports::{CardError, CheckError, FirstAnswer, Likeness, NewCheck},
    scoring::CheckResult,
};
use chrono::SubsecRound;
use serde::{Deserialize, Serialize};

pub struct MidniChecked {
    pub id: MidniCheckId,
    pub card: Card,
    pub declared_match: DeclaredMatch,
    /// Whether an earlier request with the same idempotency key got it.
    pub replayed: bool,
}

/// Verifies a code, and remembers that it was presented. A code that is refused can be presented again.
pub async fn check_midni(
    app: &App,
    request: &Request,
    id: IdentificationId,
    presented: Presented,
    idempotency: Option<Idempotency>,
) -> Result<MidniChecked, Error> {
    let identification = &app.find(&request.org, id, MethodKind::Agent).await?;
    let idempotency = idempotency.map(|idempotency| idempotency.on(id));
    match first_answer(app, identification, idempotency.clone()).await? {
        Some(first) => repeated(app, identification, presented, &first).await,
        None => check(app, request, identification, presented, idempotency).await,
    }
}

async fn check(
    app: &App,
    request: &Request,
    identification: &Identification,
    presented: Presented,
    idempotency: Option<Idempotency>,
) -> Result<MidniChecked, Error> {
    if taken(identification) == Midni::Refused {
        return Err(Conflict::MidniRefused.into());
    }
    // As it is stored: a repetition verifies as of the same time.
    let now = app.now().trunc_subsecs(3);
    steps::require_open(app, identification, None, now).await?;
    let (card, declared_match) = verified(app, identification, presented.clone(), now).await?;
    let id = MidniCheckId::generate(&*app.entropy);
    let digests = app.keys.current().await?.check_digests(holder(request, identification, id));
    let digest = digests.into_iter().next().ok_or(Error::NotBuiltIn("keys"))?;
    let answered = Answered { midni_check_id: id, checked_at: now };
    let idempotency = record(app, &request.org, Operation::CheckMidni, idempotency, &answered).await?;
    let check = Check { evidence: Evidence::of(&card, declared_match, now), expires_at: now + CHECK_LIFE };
    let new = NewCheck { digest, check, idempotency };
    match app.stores.midni_checks.keep(identification, new, now).await {
        Ok(()) => Ok(MidniChecked { id, card, declared_match, replayed: false }),
        Err(CheckError::Replay(first)) => repeated(app, identification, presented, &first).await,
        Err(CheckError::KeyReused) => Err(Conflict::IdempotencyKeyReused.into()),
        Err(CheckError::PresentedBefore) => Err(Conflict::MidniPresentedBefore.into()),
        // The change by the other request explains why this one is too late.
        Err(CheckError::Lost) => {
            app.find(&request.org, identification.id, MethodKind::Agent).await?.require_open(now)?;
            Err(Conflict::ConcurrentChange.into())
        }
        Err(CheckError::Unavailable(unavailable)) => Err(unavailable.into()),
    }
}

/// The check that an identification is validated with, by whoever made it.
pub(super) async fn checked(
    app: &App,
    request: &Request,
    identification: &Identification,
    id: MidniCheckId,
    now: Time,
) -> Result<Evidence, Error> {
    let digests = app.keys.current().await?.check_digests(holder(request, identification, id));
    let found = app.stores.midni_checks.find(&digests).await?;
    let Some(Check { evidence, .. }) = found.filter(|check| now < check.expires_at) else {
        let problem = "is no check that this caller made for this identification in the last five minutes";
        return Err(Error::BadField { pointer: "/midni_check_id", problem });
    };
    if evidence.declared_match.is_mismatch() { Err(Conflict::MidniOfAnother.into()) } else { Ok(evidence) }
}

/// Whether the identification takes the DNI on the phone.
pub(super) fn taken(identification: &Identification) -> Midni {
    match identification.method {
        Method::Agent { midni, .. } => midni,
        _ => Midni::Refused,
    }
}

async fn verified(
    app: &App,
    identification: &Identification,
    presented: Presented,
    now: Time,
) -> Result<(Card, DeclaredMatch), Error> {
    let cards = app.cards()?;
    let pointer = presented.pointer();
    let card = cards.verifier.verify(presented, now).await.map_err(|error| match error {
        CardError::Refused(refusal) => Error::CodeRefused { pointer, refusal },
        CardError::Unavailable(unavailable) => unavailable.into(),
    })?;
    let declared = &identification.actor;
    let [last_name, name] = [&card.last_name, &card.name].map(|name| name.as_ref().map(|name| name.expose().as_str()));
    let name = match cards.comparison.names(declared, last_name, name) {
        None => CheckResult::NotApplicable,
        Some(Likeness::Same) => CheckResult::Pass,
        Some(Likeness::Doubtful) => CheckResult::Inconclusive,
        Some(Likeness::Different) => CheckResult::Fail,
    };
    let declared_match = DeclaredMatch { document_number: card.number_matches(declared), name };
    Ok((card, declared_match))
}

fn holder<'a>(request: &'a Request, identification: &'a Identification, check: MidniCheckId) -> CheckHolder<'a> {
    let text = |name: Option<&'a CallerName>| name.map_or("", CallerName::expose);
    let (issuer, subject) = match request.by.caller() {
        Some(Caller { subject, client_id, issuer }) => (issuer.as_ref(), subject.as_ref().or(client_id.as_ref())),
        None => (None, None),
    };
    let Identification { org, id: identification, .. } = identification;
    CheckHolder { org, identification: *identification, check, issuer: text(issuer), subject: text(subject) }
}

/// The part of an answer that is stored.
#[derive(Serialize, Deserialize)]
struct Answered {
    midni_check_id: MidniCheckId,
    checked_at: Time,
}

/// What the same request was answered before.
async fn first_answer(
    app: &App,
    identification: &Identification,
    idempotency: Option<Idempotency>,
) -> Result<Option<FirstAnswer>, Error> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let (org, operation) = (&identification.org, Operation::CheckMidni);
    let marks = app.keys.current().await?.request_marks(org, operation, &idempotency);
    recalled(app, org, operation, &marks).await
}

/// The first answer again, for a request with the same code.
async fn repeated(
    app: &App,
    identification: &Identification,
    presented: Presented,
    FirstAnswer(text): &FirstAnswer,
) -> Result<MidniChecked, Error> {
    let Answered { midni_check_id: id, checked_at } =
        serde_json::from_str(text).map_err(|_| Error::Corrupt("first answer"))?;
    let (card, declared_match) = verified(app, identification, presented, checked_at).await?;
    Ok(MidniChecked { id, card, declared_match, replayed: true })
}
