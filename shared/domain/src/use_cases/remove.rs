//! Deletes an identification with its linked scoring and all their pictures, or a scoring that stands alone.

use super::{
    effects,
    once::{Done, delete_once},
    reviews::changes,
    scorings::read_scoring,
    steps::{require_alone, reviewed_meanwhile},
    telling,
};
use crate::{
    App, Conflict, Error, Request, Time,
    events::{EventData, EventType, ReviewsOfStep, Story},
    idempotency::{Idempotency, Once, Operation},
    identification::{Identification, MethodKind, Status},
    ids::{AdminIdentificationId, ScoringId},
    ports::{Erasure, FindError, StepError},
    scoring::{Scoring, ScoringStatus},
};

/// Whether the caller requested force and has the permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    No,
    /// Whatever the state: requested and permitted.
    Permitted,
}

/// Deletes a CREATED identification, or any with permitted force. It is gone at once; its pictures are erased right
/// after, and [`ERASE_AGAIN_AFTER`](crate::ports::limits::ERASE_AGAIN_AFTER) later a sweep erases those that arrived
/// meanwhile.
pub async fn delete_identification(
    app: &App,
    request: &Request,
    kind: MethodKind,
    id: AdminIdentificationId,
    force: Force,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    // Whoever asks for one of another kind asks for something else, and it is gone: nothing but the path says which.
    let path = format!("{kind}/{id}");
    let delete = |once| delete_found(app, request, kind, id, force, once);
    delete_once(app, &request.org, Operation::DeleteIdentification, path, idempotency, delete).await
}

async fn delete_found(
    app: &App,
    request: &Request,
    kind: MethodKind,
    id: AdminIdentificationId,
    force: Force,
    once: Option<Once>,
) -> Result<(), Error> {
    let mut identification = app.find_by_admin_id(&request.org, id, kind).await?;
    require_alone(&identification)?;
    let force = force == Force::Permitted;
    let why = if force { "FORCED" } else { "REQUESTED" };
    for _ in 0..DELETE_TRIES {
        let now = app.now();
        if !force && identification.status(now) != Status::Created {
            return Err(Error::DeleteForbidden);
        }
        let story = of_deletion(app, request, &identification, why, now).await?.once(once.clone());
        let reviewed = story.reviews.as_ref().map(ReviewsOfStep::ids).unwrap_or_default();
        let deleted = app.stores.identifications.delete(&identification, force, story, now).await;
        if let Err(error @ (StepError::Lost | StepError::ReviewedMeanwhile)) = &deleted
            && let Ok(changed) = reviewed_meanwhile(app, &identification, error.clone()).await
        {
            identification = changed;
            continue;
        }
        if deleted.is_ok() {
            effects::told(app, &identification).await;
            effects::told_of_reviews(app, &request.org, &reviewed).await;
        }
        return erase_now(app, deleted, force, "identification").await;
    }
    Err(Conflict::ConcurrentChange.into())
}

/// How often a deletion is tried while reviewers and scores change the review of what it deletes.
pub(super) const DELETE_TRIES: usize = 5;

/// Deletes an open scoring that stands alone, or any with permitted force. Its pictures are erased like those of an
/// identification.
pub async fn delete_scoring(
    app: &App,
    request: &Request,
    id: ScoringId,
    force: Force,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let delete = |once| delete_alone(app, request, id, force, once);
    delete_once(app, &request.org, Operation::DeleteScoring, id, idempotency, delete).await
}

async fn delete_alone(
    app: &App,
    request: &Request,
    id: ScoringId,
    force: Force,
    once: Option<Once>,
) -> Result<(), Error> {
    let (scoring, now) = read_scoring(app, &request.org, id).await?;
    if scoring.is_linked() {
        return Err(Conflict::LinkedScoring.into());
    }
    let force = force == Force::Permitted;
    if !force && matches!(scoring.status(now), ScoringStatus::Closed | ScoringStatus::Expired) {
        return Err(Error::DeleteForbidden);
    }
    let why = if force { "FORCED" } else { "REQUESTED" };
    let story = of_scoring_deletion(app, request, &scoring, why, now).await?.once(once);
    let deleted = app.stores.scorings.delete(&scoring, force, story, now).await;
    if deleted.is_ok() {
        effects::told_of_scoring(app, &scoring).await;
    }
    erase_now(app, deleted, force, "scoring").await
}

/// The event of a deletion, with the end of its review.
pub(super) async fn of_deletion(
    app: &App,
    request: &Request,
    identification: &Identification,
    why: &'static str,
    now: Time,
) -> Result<Story, FindError> {
    // Without a status: by force it is deleted whatever it has become meanwhile.
    let data = telling::of_method(identification).with("reason", why);
    let reviews = changes::erasing(app, request, identification, now).await?;
    let kind = EventType::IdentificationDeleted;
    Ok(telling::of_identification(app, request, identification, kind, data, now).with_reviews(reviews))
}

/// The event of a deletion.
pub(super) async fn of_scoring_deletion(
    app: &App,
    request: &Request,
    scoring: &Scoring,
    why: &'static str,
    now: Time,
) -> Result<Story, Error> {
    let data = EventData::default().with("reason", why);
    telling::of_scoring(app, request, scoring, EventType::ScoringDeleted, data, now).await
}

/// Erases the pictures of what was deleted, as far as that can be done now.
pub(super) async fn erase_now(
    app: &App,
    deleted: Result<Erasure, StepError>,
    force: bool,
    what: &'static str,
) -> Result<(), Error> {
    match deleted {
        Ok(erasure) => {
            let _ = erase_pictures(app, &erasure).await;
            Ok(())
        }
        // Gone meanwhile: another request has deleted it.
        Err(StepError::Lost) if force => Err(Error::NotFound(what)),
        Err(error) => Err(error.into()),
    }
}

/// Erases the pictures that are there now. The erasure itself stays until it is due, because more may still arrive.
pub(super) async fn erase_pictures(app: &App, erasure: &Erasure) -> Result<(), Error> {
    for prefix in &erasure.prefixes {
        app.stores.pictures.erase(prefix, &[]).await?;
    }
    Ok(())
}
