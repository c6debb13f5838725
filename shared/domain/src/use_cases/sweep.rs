//! The sweep: wakes workers for messages that were not sent, expires what is over and erases what retention requires.
//!
//! At its end it goes on with the backfill, which has time.
//!
//! Only a stuck message depends on the sweep running on time: expiry is decided by the clock on every read. Runs may
//! overlap, and stop anywhere.

use super::{
    backfill::{Backfilled, backfill},
    chain::{change, delete_found_chain},
    effects,
    exports::wake_of,
    remove::{erase_pictures, of_deletion, of_scoring_deletion},
    reviews::{changes, end_lapsed_claim},
    telling,
};
use crate::{
    App, Error, Request, Time,
    chain::{Chain, ChainState, ChainTransition},
    events::{EventData, EventType, ReviewsOfStep, Subject},
    identification::{Identification, State, Status, Transition},
    ids::{OrgId, ScoringId},
    pictures::{PictureKey, PicturePrefix, Side},
    ports::{
        Due, Erasure, FindError, FoundStep, Order, StepError, WaitingReviews, Wake, limits::REKICK_AFTER, unless_lost,
    },
    scoring::Scoring,
};
use chrono::TimeDelta;
use futures_util::{StreamExt, future::ready};
use std::{collections::HashSet, sync::Mutex};

/// How long a run takes up new work. The schedule allows a minute; the rest is for finishing.
const RUN: TimeDelta = TimeDelta::seconds(45);
/// Why the sweep deletes.
const RETENTION: &str = "RETENTION";
/// Items in progress at the same time. Each is a few sequential calls, and spends its time waiting for answers.
const AT_ONCE: usize = 32;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SweepReport {
    pub kicked: usize,
    /// Workers woken for events and exports.
    pub woken: usize,
    /// Identifications marked as expired.
    pub expired: usize,
    /// Identifications, scorings, left-over pictures and exports erased.
    pub erased: usize,
    /// Claims of reviews that nobody used in their time.
    pub lapsed: usize,
    /// Items that could not be processed or understood now, and stay due.
    pub failed: usize,
    /// Reviews that nobody works on.
    pub open_reviews: usize,
    /// How long the first of them has been open.
    pub oldest_review_minutes: i64,
    /// Records from before that were given what lists and searches find them by.
    pub backfilled: usize,
    /// Whether there may be more of them.
    pub is_backfilling: bool,
}

/// The outcome for one due item.
enum Done {
    Kicked,
    Woken,
    Expired,
    Erased,
    Lapsed,
    /// It is due again later, or another run has handled it.
    Nothing,
}

impl SweepReport {
    fn with(mut self, outcome: Result<Done, Error>) -> Self {
        match outcome {
            Ok(Done::Kicked) => self.kicked += 1,
            Ok(Done::Woken) => self.woken += 1,
            Ok(Done::Expired) => self.expired += 1,
            Ok(Done::Erased) => self.erased += 1,
            Ok(Done::Lapsed) => self.lapsed += 1,
            Ok(Done::Nothing) => {}
            Err(_) => self.failed += 1,
        }
        self
    }

    fn with_waiting(mut self, waiting: Result<WaitingReviews, FindError>, now: Time) -> Self {
        match waiting {
            Ok(WaitingReviews { open, oldest }) => {
                self.open_reviews = open;
                self.oldest_review_minutes = oldest.map_or(0, |at| (now - at).num_minutes());
            }
            Err(_) => self.failed += 1,
        }
        self
    }

    fn with_backfilled(mut self, Backfilled { completed, failed, is_under_way }: Backfilled) -> Self {
        self.backfilled = completed;
        self.failed += failed;
        self.is_backfilling = is_under_way;
        self
    }
}

/// One run over all work due at its start, stuck messages first, or until its time is up. It visits each item once, so
/// that a failing item holds up nothing.
pub async fn sweep(app: &App) -> SweepReport {
    let (began, woken) = (app.now(), Woken::default());
    let messages = app.stores.housekeeping.stuck_messages(began);
    messages
        .chain(app.stores.housekeeping.undelivered(began))
        .chain(app.stores.housekeeping.over(began))
        .take_while(|_| ready(app.now() < began + RUN))
        .map(|due| async { handle(app, &due?, &woken).await })
        .buffer_unordered(AT_ONCE)
        .fold(SweepReport::default(), |report, outcome| ready(report.with(outcome)))
        .await
        .with_waiting(app.stores.reviews.waiting().await, app.now())
        .with_backfilled(backfill(app).await)
}

/// The wakes of a run: one is enough for all events of a subject.
type Woken = Mutex<HashSet<Wake>>;

async fn handle(app: &App, due: &Due, woken: &Woken) -> Result<Done, Error> {
    let now = app.now();
    match due {
        Due::Message(message) => {
            app.queue.kick(*message).await?;
            app.stores.housekeeping.postpone(due, now + REKICK_AFTER).await?;
            Ok(Done::Kicked)
        }
        Due::Event(org, stream, _) => wake(app, due, Wake::Events { org: org.clone(), stream: *stream }, woken).await,
        Due::Delivery(id) => wake(app, due, Wake::of(id), woken).await,
        Due::Erasure(erasure) => {
            // This is the last erasure. Until it is done, the item stays due.
            erase_pictures(app, erasure).await?;
            app.stores.housekeeping.erased(due).await?;
            Ok(Done::Erased)
        }
        Due::Leftovers(org, id) => {
            // Deleted meanwhile: then all of its pictures have an erasure of their own.
            if let Some(scoring) = app.stores.scorings.find(org, *id).await? {
                let referred_to = scoring.captures.iter().map(|capture| PictureKey::capture(org, *id, &capture.sha256));
                let spared: Vec<PictureKey> = referred_to.collect();
                app.stores.pictures.erase(&PicturePrefix::scoring(org, *id), &spared).await?;
                remove_uploads(app, org, *id).await?;
            }
            app.stores.housekeeping.erased(due).await?;
            Ok(Done::Erased)
        }
        Due::Export(org, id) => {
            let Some(export) = app.stores.exports.find(org, *id).await? else { return Ok(Done::Nothing) };
            if now < export.expires_at {
                // Nobody works on it.
                app.export_queue.wake(&wake_of(&export)).await?;
                app.stores.housekeeping.postpone(due, now + REKICK_AFTER).await?;
                return Ok(Done::Woken);
            }
            if let Some(upload) = &export.progress.upload {
                app.stores.export_files.abort(&export.file(), upload).await?;
            }
            app.stores.export_files.remove(&export.file()).await?;
            app.stores.housekeeping.erased(due).await?;
            Ok(Done::Erased)
        }
        Due::Review(org, id) => Ok(if end_lapsed_claim(app, org, *id).await? { Done::Lapsed } else { Done::Nothing }),
        Due::Identification(org, id) => {
            let Some(identification) = app.stores.by_id.identification(org, *id).await? else {
                return Ok(Done::Nothing);
            };
            if app.policy.keep_until(identification.expires_at) <= now {
                let story = of_deletion(app, &Request::system(org), &identification, RETENTION, now).await?;
                let deleted = app.stores.identifications.delete(&identification, true, story, now).await;
                return erase_deleted(app, deleted).await;
            }
            let done = expire(app, &identification, now).await?;
            app.stores.housekeeping.postpone(due, app.policy.keep_until(identification.expires_at)).await?;
            Ok(done)
        }
        Due::Chain(org, id) => {
            let Some(chain) = app.stores.by_id.chain(org, *id).await? else { return Ok(Done::Nothing) };
            let Some(steps) = app.stores.chains.steps(&chain).await? else { return Ok(Done::Nothing) };
            let request = Request::system(org);
            if app.policy.keep_until(chain.expires_at) <= now {
                let deleted = delete_found_chain(app, &request, (&chain, &steps), true, (RETENTION, None), now).await;
                return erase_deleted(app, deleted).await;
            }
            // One that went on in the same moment is looked at again in the next run.
            let Some(done) = expire_chain(app, &request, &chain, &steps, now).await? else { return Ok(Done::Nothing) };
            app.stores.housekeeping.postpone(due, app.policy.keep_until(chain.expires_at)).await?;
            Ok(done)
        }
        Due::Scoring(org, id) => {
            let Some(scoring) = app.stores.scorings.find(org, *id).await? else {
                return Ok(Done::Nothing);
            };
            let request = Request::system(org);
            if app.policy.keep_until(scoring.expires_at) <= now {
                let story = of_scoring_deletion(app, &request, &scoring, RETENTION, now).await?;
                return erase_deleted(app, app.stores.scorings.delete(&scoring, true, story, now).await).await;
            }
            // Links to upload outlive it by some minutes.
            if !scoring.closed && !is_told_to_be_over(app, &scoring).await? {
                let data = EventData::default().named("status", scoring.status(now));
                let data = data.time("expires_at", scoring.expires_at);
                let story = telling::of_scoring(app, &request, &scoring, EventType::ScoringExpired, data, now).await?;
                // Another run tells it, or something else happened: then the next run looks again.
                if unless_lost(app.stores.log.tell_next(story).await)?.is_none() {
                    return Ok(Done::Nothing);
                }
            }
            app.stores.housekeeping.leave_leftovers(org, *id, now).await?;
            app.stores.housekeeping.postpone(due, app.policy.keep_until(scoring.expires_at)).await?;
            Ok(Done::Nothing)
        }
    }
}

/// Whether an earlier run told that a scoring has expired, and did not come further.
async fn is_told_to_be_over(app: &App, scoring: &Scoring) -> Result<bool, Error> {
    let subject = Subject::Scoring { scoring_id: scoring.id };
    let latest = app.stores.events.of_subject(&scoring.org, subject, None, Order::Descending, 1).await?;
    Ok(latest.iter().any(|event| event.kind() == EventType::ScoringExpired))
}

/// Wakes a worker for events to deliver.
async fn wake(app: &App, due: &Due, wake: Wake, woken: &Woken) -> Result<Done, Error> {
    let is_first = woken.lock().is_ok_and(|mut woken| woken.insert(wake.clone()));
    if is_first {
        app.wakes.wake(&wake, TimeDelta::zero()).await?;
    }
    app.stores.housekeeping.postpone(due, app.now() + REKICK_AFTER).await?;
    Ok(if is_first { Done::Woken } else { Done::Nothing })
}

async fn remove_uploads(app: &App, org: &OrgId, id: ScoringId) -> Result<(), Error> {
    for side in Side::ALL.iter().copied() {
        app.stores.pictures.remove(&PictureKey::upload(org, id, side)).await?;
    }
    Ok(())
}

/// Marks an identification as expired, if it is still CREATED.
async fn expire(app: &App, identification: &Identification, now: Time) -> Result<Done, Error> {
    if identification.state != State::Created {
        return Ok(Done::Nothing);
    }
    // Whoever counted the last try may have died before the failure was recorded.
    let step = if identification.status(now) == Status::Failed { Transition::Fail } else { Transition::Expire };
    let request = Request::system(&identification.org);
    let reviews = changes::ending(app, &request, identification, now).await?;
    let reviewed = reviews.as_ref().map(ReviewsOfStep::ids).unwrap_or_default();
    let story = telling::of_step(app, &request, identification, &step, now).with_reviews(reviews);
    let step = app.stores.identifications.transition(identification, step, Vec::new(), story, now).await;
    let done = unless_lost(step)?.map_or(Done::Nothing, |()| Done::Expired);
    effects::told_of_reviews(app, &identification.org, &reviewed).await;
    Ok(done)
}

/// Marks a chain and its steps as expired, if it is still CREATED.
async fn expire_chain(
    app: &App,
    request: &Request,
    chain: &Chain,
    steps: &[FoundStep],
    now: Time,
) -> Result<Option<Done>, Error> {
    if chain.state != ChainState::Created {
        return Ok(Some(Done::Nothing));
    }
    // Whoever counted the last try may have died before the failure was recorded.
    let failed = change::status(chain, steps, now) == Status::Failed;
    let transition = if failed { ChainTransition::Fail } else { ChainTransition::Expire };
    let step = change::take(app, request, chain, steps, (transition, None), now).await;
    Ok(unless_lost(step)?.map(|()| Done::Expired))
}

/// A deletion that lost the race was done by another run.
async fn erase_deleted(app: &App, deleted: Result<Erasure, StepError>) -> Result<Done, Error> {
    match unless_lost(deleted)? {
        Some(erasure) => erase_pictures(app, &erasure).await.map(|()| Done::Erased),
        None => Ok(Done::Nothing),
    }
}
