//! Scorings: create, read, captures, delegate, close. Scoring itself is in `score`.

use super::{
    create::{first_answer, record},
    effects,
    lookups::lookups,
    once::{Done, Of, done_already, once},
    reservation::{explain_lost, give_back_retry, reserve_retry},
    reviews::changes,
    steps::require_step_open,
    telling,
};
use crate::{
    App, Conflict, Error, Request, Time,
    error::Unavailable,
    events::{EventData, EventType, Log, ReviewsOfStep, Story},
    expires_in::ExpiresIn,
    idempotency::{Idempotency, Once, Operation},
    ids::{DelegationId, OrgId, ScoringId},
    pictures::{Capture, PictureKey, Side, SignedLink, StatedPicture, UploadLink},
    ports::{
        CaptureRequest, DelegatedCapture, HostedCapture, NewScoring, OpenedCapture, Reservation, StepError,
        limits::LINK_LIFE,
    },
    reference::Reference,
    scoring::{
        DocumentKind, HostedDelegation, MaxScoreRetries, Provider, ProviderReference, Scoring, ScoringStatus,
        ScoringTerms,
    },
    text::Private,
    webhooks::Stream,
};
use chrono::SubsecRound;
use serde::{Deserialize, Serialize};

/// How often a close is tried while reviewers change the review of the scoring.
const CLOSE_TRIES: usize = 5;

/// A scoring without an identification.
pub struct CreateScoring {
    pub document: DocumentKind,
    pub provider: Provider,
    pub expires_in: ExpiresIn,
    pub max_retries: MaxScoreRetries,
    pub reference: Reference,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct ScoringCreated {
    pub id: ScoringId,
    pub created_at: Time,
    pub expires_at: Time,
    /// Whether an earlier request with the same idempotency key created it.
    #[serde(skip)]
    pub replayed: bool,
}

/// Creates a scoring. A provider that this deployment does not have, or this organisation may not use, is treated as
/// nonexistent.
pub async fn create_scoring(
    app: &App,
    request: &Request,
    command: CreateScoring,
    idempotency: Option<Idempotency>,
) -> Result<ScoringCreated, Error> {
    let org = &request.org;
    app.scorer(org, command.provider)?;
    let now = app.now();
    let created_at = now.trunc_subsecs(0);
    let terms = ScoringTerms {
        document: Some(command.document),
        declared: None,
        provider: command.provider,
        max_retries: command.max_retries,
        reference: command.reference,
    };
    let id = ScoringId::generate(&*app.entropy);
    let lookups = lookups(app, org, None, &terms.reference).await?;
    let scoring = Scoring {
        log: Some(Log::begin(&*app.entropy)),
        lookups,
        ..Scoring::new(id, org.clone(), terms, created_at, created_at + command.expires_in.delta())
    };
    let created = ScoringCreated { id: scoring.id, created_at, expires_at: scoring.expires_at, replayed: false };
    let idempotency = record(app, org, Operation::CreateScoring, idempotency, &created).await?;
    let keep_until = app.policy.keep_until(scoring.expires_at);
    let data = EventData::default().named("status", ScoringStatus::Created).time("expires_at", scoring.expires_at);
    let data = data.state(scoring.vouched());
    let story = telling::of_scoring(app, request, &scoring, EventType::ScoringCreated, data, now).await?;
    match app.stores.scorings.create(NewScoring { scoring, keep_until, idempotency, story }, now).await {
        Ok(()) => {
            effects::wake(app, org, Stream::ScoringId(created.id)).await;
            Ok(created)
        }
        Err(error) => {
            let first: ScoringCreated =
                serde_json::from_str(&first_answer(error)?.0).map_err(|_| Error::Corrupt("first answer"))?;
            app.stores.scorings.find(org, first.id).await?.ok_or(Conflict::CreatedAndDeleted)?;
            Ok(ScoringCreated { replayed: true, ..first })
        }
    }
}

/// A scoring, and the time at which this was true.
pub async fn read_scoring(app: &App, org: &OrgId, id: ScoringId) -> Result<(Scoring, Time), Error> {
    let scoring = app.stores.scorings.find(org, id).await?.ok_or(Error::NotFound("scoring"))?;
    Ok((scoring, app.now()))
}

/// Each link works for [`LINK_LIFE`].
pub type Captures = Vec<LinkedCapture>;

pub struct LinkedCapture {
    pub capture: Capture,
    pub link: SignedLink,
}

/// Whoever looks at them is on record.
pub async fn read_captures(app: &App, request: &Request, id: ScoringId) -> Result<Captures, Error> {
    let org = &request.org;
    let (scoring, now) = read_scoring(app, org, id).await?;
    let data = telling::of_pictures(EventData::default(), &scoring.captures);
    let story = telling::of_scoring(app, request, &scoring, EventType::PicturesViewed, data, now).await?;
    app.stores.log.tell(story).await.map_err(gone)?;
    effects::told_of_scoring(app, &scoring).await;
    let mut captures = Vec::with_capacity(scoring.captures.len());
    for capture in scoring.captures {
        let key = PictureKey::capture(org, id, &capture.sha256);
        let link = app.stores.pictures.link_to_read(&key, capture.format, now).await?;
        captures.push(LinkedCapture { capture, link });
    }
    Ok(captures)
}

/// How a third party may take the pictures.
pub struct Delegation {
    pub provider: Provider,
    /// Identifies this delegation. It grants nothing: each link carries its own signature.
    pub id: DelegationId,
    pub expires_at: Time,
    pub to: DelegatedTo,
}

pub enum DelegatedTo {
    /// Our own picture store: one upload link for each side, or for each that was stated.
    Uploads(Vec<(Side, UploadLink)>),
    Hosted(HostedPages),
}

/// The provider's capture pages. Their token goes to the caller, and is never stored.
pub struct HostedPages {
    pub reference: ProviderReference,
    pub access_token: Private<String>,
    /// Contains the token.
    pub url: Private<String>,
}

/// Lets a third party put the pictures where a score without a body finds them, or the provider take them on its pages.
/// A capture that was opened before is superseded: its token was returned once, and two open captures would be two
/// documents for one score.
///
/// `stated`: the pictures that will be uploaded. A provider's pages need no such statement.
pub async fn delegate_scoring(
    app: &App,
    request: &Request,
    id: ScoringId,
    stated: Option<Vec<(Side, StatedPicture)>>,
) -> Result<Delegation, Error> {
    let org = &request.org;
    let (scoring, now) = read_scoring(app, org, id).await?;
    scoring.require_open(now)?;
    require_step_open(app, &scoring).await?;
    let scorer = app.scorer(org, scoring.provider)?;
    match scorer.delegated_capture() {
        DelegatedCapture::NotOffered => Err(Conflict::NoDelegatedCapture.into()),
        DelegatedCapture::SignedUpload => {
            let mut uploads = Vec::with_capacity(Side::ALL.len());
            for (side, stated) in sides_to_upload(app, stated)? {
                let key = PictureKey::upload(org, id, side);
                uploads.push((side, app.stores.pictures.link_to_write(&key, stated.as_ref(), now).await?));
            }
            let story = of_delegation(app, request, &scoring, now).await?;
            app.stores.log.tell(story).await.map_err(gone)?;
            effects::told_of_scoring(app, &scoring).await;
            let id = DelegationId::generate(&*app.entropy);
            Ok(Delegation {
                provider: scoring.provider,
                id,
                expires_at: now + LINK_LIFE,
                to: DelegatedTo::Uploads(uploads),
            })
        }
        DelegatedCapture::Hosted(hosted) => {
            let reservation = reserve_retry(app, &scoring).await?;
            let opened = open_pages(app, request, &reservation, hosted).await;
            if opened.is_err() {
                give_back_retry(app, &reservation).await;
            }
            opened
        }
    }
}

/// The sides that get a link, each with the picture that was stated for it. Without a statement it is both sides, for
/// any picture, where the deployment allows that.
fn sides_to_upload(
    app: &App,
    stated: Option<Vec<(Side, StatedPicture)>>,
) -> Result<Vec<(Side, Option<StatedPicture>)>, Error> {
    match stated {
        Some(stated) => Ok(stated.into_iter().map(|(side, picture)| (side, Some(picture))).collect()),
        None if app.policy.stated_uploads => Err(Error::BadField { pointer: "/uploads", problem: "is required" }),
        None => Ok(Side::ALL.iter().map(|side| (*side, None)).collect()),
    }
}

/// Opens a capture on the provider's pages. Its retry is given back with the record of it: the score that fetches the
/// result reserves one again.
async fn open_pages(
    app: &App,
    request: &Request,
    reservation: &Reservation,
    hosted: &dyn HostedCapture,
) -> Result<Delegation, Error> {
    let Reservation { scoring, .. } = reservation;
    let OpenedCapture { reference, access_token, url, expires_at } =
        hosted.open(CaptureRequest { document: scoring.document }).await?;
    let id = DelegationId::generate(&*app.entropy);
    let expires_at = expires_at.min(scoring.expires_at);
    let delegation = HostedDelegation { id, reference: reference.clone(), expires_at };
    let now = app.now();
    let story = of_delegation(app, request, scoring, now).await?;
    match app.stores.scorings.record_delegation(reservation, delegation, story, now).await {
        Ok(()) => {
            effects::told_of_scoring(app, scoring).await;
            let to = DelegatedTo::Hosted(HostedPages { reference, access_token, url });
            Ok(Delegation { provider: scoring.provider, id, expires_at, to })
        }
        Err(StepError::Lost) => Err(explain_lost(app, scoring, Conflict::ConcurrentChange).await),
        Err(error) => Err(error.into()),
    }
}

/// What is told of something that was deleted meanwhile is refused.
fn gone(error: StepError) -> Error {
    match error {
        StepError::Lost => Error::NotFound("scoring"),
        error => error.into(),
    }
}

async fn of_delegation(app: &App, request: &Request, scoring: &Scoring, now: Time) -> Result<Story, Error> {
    let data = EventData::default().named("status", scoring.status(now));
    telling::of_scoring(app, request, scoring, EventType::ScoringDelegated, data, now).await
}

/// Closes a scoring. Closing one that is already closed or expired changes nothing and succeeds: the contract has no
/// conflict here.
pub async fn close_scoring(
    app: &App,
    request: &Request,
    id: ScoringId,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let (scoring, now) = &read_scoring(app, &request.org, id).await?;
    let of = Of::Scoring(scoring);
    if matches!(scoring.status(*now), ScoringStatus::Closed | ScoringStatus::Expired) {
        return done_already(app, of, Operation::CloseScoring, idempotency).await;
    }
    let step = |once| close(app, request, scoring, *now, once);
    match once(app, of, Operation::CloseScoring, idempotency.clone(), step).await {
        // Lost the race: closed by another request meanwhile.
        Err(Error::Conflict(Conflict::ConcurrentChange)) => {
            done_already(app, of, Operation::CloseScoring, idempotency).await
        }
        closed => closed,
    }
}

async fn close(app: &App, request: &Request, scoring: &Scoring, now: Time, once: Option<Once>) -> Result<(), Error> {
    let closed = Scoring { closed: true, ..scoring.clone() };
    for _ in 0..CLOSE_TRIES {
        let data = EventData::default().named("status", ScoringStatus::Closed).state(closed.vouched());
        let identification = telling::identification_of(app, request, scoring).await?;
        let of = (scoring, identification.as_ref());
        let story = telling::of_scoring_of(app, request, of, EventType::ScoringClosed, data, now).once(once.clone());
        // A review of what can no longer be validated leads nowhere.
        let reviews = match &identification {
            Some(identification) => changes::ending(app, request, identification, now).await?,
            None => None,
        };
        let changed = reviews.as_ref().map(ReviewsOfStep::ids).unwrap_or_default();
        match app.stores.scorings.close(scoring, story.with_reviews(reviews), now).await {
            Err(StepError::ReviewedMeanwhile) => {}
            closed => {
                closed?;
                effects::told_of_scoring(app, scoring).await;
                effects::told_of_reviews(app, &scoring.org, &changed).await;
                return Ok(());
            }
        }
    }
    Err(Unavailable("the review of a scoring").into())
}
