//! The events of steps: what they say, and whose log they belong to.

use crate::{
    App, Error, Time,
    actor::Actor,
    device::DeviceEvidence,
    events::{EventData, EventType, Happened, Log, Now, Story, Subject},
    identification::{Identification, State, Transition, Validation},
    ids::EventId,
    pictures::Capture,
    request::Request,
    review::ReviewEvidence,
    scoring::Scoring,
};
use chrono::SubsecRound;

/// The story of one event.
pub fn story(
    app: &App,
    request: &Request,
    (subject, log): (Subject, Log),
    kind: EventType,
    data: EventData,
    now: Time,
) -> Story {
    let events = vec![happened(app, request, kind, data)];
    let (org, keep_until) = (request.org.clone(), now + app.policy.events_kept);
    let now = Now::by(app.clock.clone());
    Story { org, subject, log, adopted: None, events, keep_until, once: None, reviews: None, now }
}

/// Something that is about to be committed: its time is now, however long ago the step was decided on.
fn happened(app: &App, request: &Request, kind: EventType, data: EventData) -> Happened {
    let at = app.now().trunc_subsecs(3);
    let (id, by) = (EventId::at(at, &*app.entropy), request.by.clone());
    Happened { id, kind, at, data, by, request_id: request.id.clone() }
}

/// An event of an identification as it is. The log of one from before there were events begins with its adoption.
pub(super) fn of_identification(
    app: &App,
    request: &Request,
    identification: &Identification,
    kind: EventType,
    data: EventData,
    now: Time,
) -> Story {
    let log = identification.log.clone().unwrap_or_else(|| Log::begin(&*app.entropy));
    let adopted = identification.log.is_none().then(|| {
        let data = basics(identification, now).state(identification.vouched());
        happened(app, &Request::system(&request.org), EventType::IdentificationAdopted, data)
    });
    Story { adopted, ..story(app, request, (identification.subject(), log), kind, data, now) }
}

/// The event of the creation.
pub(super) fn of_creation(app: &App, request: &Request, identification: &Identification, now: Time) -> Story {
    let data = of_actor(basics(identification, now), &identification.actor)
        .time("expires_at", identification.expires_at)
        .state(identification.vouched());
    of_identification(app, request, identification, EventType::IdentificationCreated, data, now)
}

/// The event of a step.
pub(super) fn of_step(
    app: &App,
    request: &Request,
    identification: &Identification,
    transition: &Transition,
    now: Time,
) -> Story {
    let after = identification.clone().after(transition, now);
    let data = basics(&after, now).state(after.vouched());
    let data = match transition {
        Transition::Validate { validation, .. } => of_validation(wrong_tries(data, &after, now), validation),
        Transition::Fail => wrong_tries(data, &after, now),
        Transition::Reject { reason } => data.named("reason", reason),
        Transition::Expire => data.time("expires_at", identification.expires_at),
        Transition::Resend { generation } | Transition::NewCode { generation, .. } => {
            data.with("generation", *generation)
        }
        Transition::Fallback { generation, channel } => data.with("generation", *generation).named("channel", *channel),
        Transition::Cancel { .. } | Transition::Close { .. } => data,
    };
    of_identification(app, request, identification, transition.event(), data, now)
}

/// What every event of an identification has.
pub(super) fn of_method(identification: &Identification) -> EventData {
    let data = EventData::default().named("method", identification.method.kind());
    match identification.method.scoring_id() {
        Some(scoring) => data.named("scoring_id", scoring),
        None => data,
    }
}

/// The same, and the status.
pub(super) fn basics(identification: &Identification, now: Time) -> EventData {
    let data = of_method(identification);
    let status = match identification.state {
        State::Created => identification.status(now),
        // What was decided, whatever the clock says.
        _ => identification.status(identification.created_at),
    };
    let data = data.named("status", status);
    match identification.otp() {
        Some(otp) if otp.is_test => data.with("test", true),
        _ => data,
    }
}

/// What every event of the message with a generation's code has.
pub(super) fn of_message(identification: &Identification, generation: u32, now: Time) -> EventData {
    let data = basics(identification, now).with("generation", generation);
    identification.otp().into_iter().fold(data, |data, otp| data.named("channel", otp.channel()))
}

fn wrong_tries(data: EventData, identification: &Identification, now: Time) -> EventData {
    match identification.wrong_tries(now) {
        Some(tries) => data.with("wrong_tries", tries),
        None => data,
    }
}

fn of_actor(data: EventData, actor: &Actor) -> EventData {
    let number = actor.identity_document.as_ref().and_then(|document| document.document_number.as_ref());
    data.personal("name", actor.name.as_ref().map(|name| name.expose()))
        .personal("last_name", actor.last_name.as_ref().map(|name| name.expose()))
        .personal("document_number", number.map(|number| number.expose()))
        .personal("email", actor.email.as_ref().map(|email| email.expose()))
        .personal("msisdn", actor.msisdn.as_ref().map(|phone| phone.e164().expose().clone()))
}

fn of_validation(data: EventData, validation: &Validation) -> EventData {
    let data = of_device(data, &validation.device);
    let data = of_pictures(data, &validation.captures);
    let data = match &validation.agent {
        Some(agent) => data
            .personal("agent", Some(agent.agent.expose()))
            .personal("picture", agent.picture.as_ref().map(|digest| digest.as_str())),
        None => data,
    };
    let data = match validation.agent.as_ref().and_then(|agent| agent.midni.as_ref()) {
        Some(midni) => data
            .named("midni_kind", midni.kind)
            .named("midni_number", midni.declared_match.document_number)
            .named("midni_name", midni.declared_match.name)
            .personal("midni", Some(midni.digest.as_str())),
        None => data,
    };
    match &validation.scoring {
        Some(scoring) => of_approval(of_pictures(data, &scoring.captures), scoring.review.as_ref())
            .with("scoring_version", scoring.version)
            .with("score", scoring.assessment.verdict.score.value()),
        None => data,
    }
}

fn of_approval(data: EventData, review: Option<&ReviewEvidence>) -> EventData {
    let Some(ReviewEvidence { review_id, approvals }) = review else { return data };
    let reviewers: Vec<&str> = approvals.iter().map(|approval| approval.by.name.expose()).collect();
    data.named("review_id", review_id).personal("reviewers", Some(reviewers.join("\n")))
}

pub(super) fn of_device(data: EventData, device: &DeviceEvidence) -> EventData {
    data.personal("installation_id", Some(device.installation_id))
        .personal("fingerprint", Some(device.fingerprint.expose()))
        .personal("user_agent", Some(device.user_agent.expose()))
        .personal("location", device.location.as_ref().map(|location| location.expose()))
        .personal("address", device.ip.as_ref().map(|ip| ip.expose()))
}

pub(super) fn of_pictures(data: EventData, captures: &[Capture]) -> EventData {
    captures.iter().fold(data, |data, capture| data.personal(capture.side.part(), Some(capture.sha256.as_str())))
}

/// An event of a scoring, in the log of its identification if it has one. One read then.
pub(super) async fn of_scoring(
    app: &App,
    request: &Request,
    scoring: &Scoring,
    kind: EventType,
    data: EventData,
    now: Time,
) -> Result<Story, Error> {
    let identification = identification_of(app, request, scoring).await?;
    Ok(of_scoring_of(app, request, (scoring, identification.as_ref()), kind, data, now))
}

/// The identification that a scoring's events belong to, if it has one. One read then.
pub(super) async fn identification_of(
    app: &App,
    request: &Request,
    scoring: &Scoring,
) -> Result<Option<Identification>, Error> {
    let Some(identification) = scoring.identification else { return Ok(None) };
    let found = app.stores.by_id.identification(&request.org, identification).await?;
    found.map(Some).ok_or(Error::NotFound("scoring"))
}

/// The same of an identification that was read.
pub(super) fn of_scoring_of(
    app: &App,
    request: &Request,
    (scoring, identification): (&Scoring, Option<&Identification>),
    kind: EventType,
    data: EventData,
    now: Time,
) -> Story {
    let data = data.named("scoring_id", scoring.id).named("provider", scoring.provider);
    if let Some(identification) = identification {
        return of_identification(app, request, identification, kind, data, now);
    }
    let log = scoring.log.clone().unwrap_or_else(|| Log::begin(&*app.entropy));
    story(app, request, (Subject::Scoring { scoring_id: scoring.id }, log), kind, data, now)
}
