//! The sweep: wakes workers for messages that nobody sent, then expires what is over and erases what retention says.
//!
//! Nothing but a stuck message depends on it being on time: expiry is decided by the clock on every read. A run may
//! overlap with another, and stop anywhere.

use super::remove::erase_pictures;
use crate::{
    App, Error, Time,
    identification::{Identification, State, Transition},
    ports::{Due, Erasure, StepError, limits::REKICK_AFTER, unless_lost},
};
use chrono::TimeDelta;
use futures_util::{StreamExt, future::ready};

/// How long a run takes up things. The schedule gives it a minute, of which the last ones need a part to be finished.
const RUN: TimeDelta = TimeDelta::seconds(45);
/// Things in hand at the same time. Each is a few calls one after the other, and spends its time waiting for answers.
const AT_ONCE: usize = 32;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SweepReport {
    /// Workers woken for stuck messages.
    pub kicked: usize,
    /// Identifications noted as expired.
    pub expired: usize,
    /// Identifications, scorings and left-over pictures erased.
    pub erased: usize,
    /// Things that could not be done now or not be understood, and stay due.
    pub failed: usize,
}

/// What became of something that was due.
enum Done {
    Kicked,
    Expired,
    Erased,
    /// It is due again later, or somebody else has seen to it.
    Nothing,
}

impl SweepReport {
    fn with(mut self, outcome: Result<Done, Error>) -> Self {
        match outcome {
            Ok(Done::Kicked) => self.kicked += 1,
            Ok(Done::Expired) => self.expired += 1,
            Ok(Done::Erased) => self.erased += 1,
            Ok(Done::Nothing) => {}
            Err(_) => self.failed += 1,
        }
        self
    }
}

/// One run: over everything that is due when it begins, stuck messages first, or until its time is up. It comes to each
/// thing once, so that one that fails holds up nothing.
pub async fn sweep(app: &App) -> SweepReport {
    let began = app.now();
    let messages = app.stores.housekeeping.stuck_messages(began);
    messages
        .chain(app.stores.housekeeping.over(began))
        .take_while(|_| ready(app.now() < began + RUN))
        .map(|due| async move { handle(app, &due?).await })
        .buffer_unordered(AT_ONCE)
        .fold(SweepReport::default(), |report, outcome| ready(report.with(outcome)))
        .await
}

async fn handle(app: &App, due: &Due) -> Result<Done, Error> {
    let now = app.now();
    match due {
        Due::Message(message) => {
            app.queue.kick(*message).await?;
            app.stores.housekeeping.postpone(due, now + REKICK_AFTER).await?;
            Ok(Done::Kicked)
        }
        Due::Erasure(erasure) => {
            // Nothing comes after it any more. Until this is done it stays due.
            erase_pictures(app, erasure).await?;
            app.stores.housekeeping.erased(erasure).await?;
            Ok(Done::Erased)
        }
        Due::Identification(org, id) => {
            let Some(identification) = app.stores.identifications.find(org, *id).await? else {
                return Ok(Done::Nothing);
            };
            if app.policy.keep_until(identification.expires_at) <= now {
                return erase_deleted(app, app.stores.identifications.delete(&identification, true, now).await).await;
            }
            let done = expire(app, &identification, now).await?;
            app.stores.housekeeping.postpone(due, app.policy.keep_until(identification.expires_at)).await?;
            Ok(done)
        }
        Due::Scoring(org, id) => {
            let Some(scoring) = app.stores.scorings.find(org, *id).await? else {
                return Ok(Done::Nothing);
            };
            if app.policy.keep_until(scoring.expires_at) <= now {
                return erase_deleted(app, app.stores.scorings.delete(&scoring, now).await).await;
            }
            app.stores.housekeeping.postpone(due, app.policy.keep_until(scoring.expires_at)).await?;
            Ok(Done::Nothing)
        }
    }
}

/// Notes that the time of an identification is over, if it is still CREATED.
async fn expire(app: &App, identification: &Identification, now: Time) -> Result<Done, Error> {
    if identification.state != State::Created {
        return Ok(Done::Nothing);
    }
    let step = app
        .stores
        .identifications
        .transition(&identification.org, identification.id, Transition::Expire, Vec::new(), now)
        .await;
    Ok(unless_lost(step)?.map_or(Done::Nothing, |()| Done::Expired))
}

/// A deletion that lost the race was done by another run.
async fn erase_deleted(app: &App, deleted: Result<Erasure, StepError>) -> Result<Done, Error> {
    match unless_lost(deleted)? {
        Some(erasure) => erase_pictures(app, &erasure).await.map(|()| Done::Erased),
        None => Ok(Done::Nothing),
    }
}
