//! The sweep: expires what is over, wakes workers for messages that nobody sent, erases what retention says.
//!
//! Nothing depends on it being on time: expiry is decided by the clock on every read. It may run twice at once, and
//! stop anywhere.

use super::remove::erase_pictures;
use crate::{
    App, Error, Time,
    identification::{Identification, State, Transition},
    ports::{Due, Erasure, StepError, limits::REKICK_AFTER, unless_lost},
};

/// The due things are spread over this many partitions, so that no create waits for another one's partition.
pub const DUE_SHARDS: u32 = 8;
/// Things looked at in one run and shard. The rest waits for the next run.
const PER_SHARD: usize = 100;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SweepReport {
    /// Workers woken for stuck messages.
    pub kicked: usize,
    /// Identifications noted as expired.
    pub expired: usize,
    /// Identifications, scorings and left-over pictures erased.
    pub erased: usize,
    /// Things that could not be done now, and stay due.
    pub failed: usize,
}

/// One run over everything that is due.
pub async fn sweep(app: &App) -> SweepReport {
    let mut report = SweepReport::default();
    for shard in 0..DUE_SHARDS {
        match app.stores.housekeeping.due(shard, app.now(), PER_SHARD).await {
            Err(_) => report.failed += 1,
            Ok(due) => {
                for due in due {
                    if handle(app, &due, &mut report).await.is_err() {
                        report.failed += 1;
                    }
                }
            }
        }
    }
    report
}

async fn handle(app: &App, due: &Due, report: &mut SweepReport) -> Result<(), Error> {
    let now = app.now();
    match due {
        Due::Message(message) => {
            app.queue.kick(*message).await?;
            app.stores.housekeeping.postpone(due, now + REKICK_AFTER).await?;
            report.kicked += 1;
        }
        Due::Erasure(erasure) => {
            // Nothing comes after it any more. Until this is done it stays due.
            erase_pictures(app, erasure).await?;
            app.stores.housekeeping.erased(erasure).await?;
            report.erased += 1;
        }
        Due::Identification(org, id) => {
            let Some(identification) = app.stores.identifications.find(org, *id).await? else {
                return Ok(());
            };
            if app.policy.keep_until(identification.expires_at) <= now {
                erase_deleted(app, app.stores.identifications.delete(&identification, true, now).await).await?;
                report.erased += 1;
            } else {
                report.expired += usize::from(expire(app, &identification, now).await?);
                app.stores.housekeeping.postpone(due, app.policy.keep_until(identification.expires_at)).await?;
            }
        }
        Due::Scoring(org, id) => {
            let Some(scoring) = app.stores.scorings.find(org, *id).await? else {
                return Ok(());
            };
            if app.policy.keep_until(scoring.expires_at) <= now {
                erase_deleted(app, app.stores.scorings.delete(&scoring, now).await).await?;
                report.erased += 1;
            } else {
                app.stores.housekeeping.postpone(due, app.policy.keep_until(scoring.expires_at)).await?;
            }
        }
    }
    Ok(())
}

/// Notes that the time of an identification is over, if it is still CREATED.
async fn expire(app: &App, identification: &Identification, now: Time) -> Result<bool, Error> {
    if identification.state != State::Created {
        return Ok(false);
    }
    let step =
        app.stores.identifications.transition(&identification.org, identification.id, Transition::Expire, now).await;
    Ok(unless_lost(step)?.is_some())
}

/// A deletion that lost was done by another run.
async fn erase_deleted(app: &App, deleted: Result<Erasure, StepError>) -> Result<(), Error> {
    match unless_lost(deleted)? {
        Some(erasure) => erase_pictures(app, &erasure).await,
        None => Ok(()),
    }
}
