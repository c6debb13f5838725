//! Reserving a retry: whatever costs money or time, a provider's call or the decoding of a picture, is done by the one
//! request that holds a retry of the scoring.
//!
//! # What a crash leaves behind
//!
//! The lease, which ends after [`RETRY_LEASE`], and pictures under the scoring's prefix that its state does not refer to,
//! which are erased with it. No retry is used up.

use crate::{
    App, Conflict, Error,
    ids::LeaseId,
    ports::{Reservation, StepError, limits::RETRY_LEASE},
    scoring::Scoring,
};

/// Reserves a retry of a scoring, or says why it cannot be done now.
pub(super) async fn reserve_retry(app: &App, scoring: &Scoring) -> Result<Reservation, Error> {
    let lease = LeaseId::generate(&*app.entropy);
    let now = app.now();
    match app.stores.scorings.reserve_retry(scoring, lease, now, now + RETRY_LEASE).await {
        Ok(reservation) => Ok(reservation),
        Err(StepError::Lost) => Err(explain_lost(app, scoring, Conflict::BeingScored).await),
        Err(error) => {
            // It may be reserved all the same.
            let _ = app.stores.scorings.give_back_retry(&scoring.org, scoring.id, lease).await;
            Err(error.into())
        }
    }
}

/// Gives a retry back at once, to avoid waiting for the lease. If that fails, the lease expires on its own.
pub(super) async fn give_back_retry(app: &App, reservation: &Reservation) {
    let Reservation { scoring, lease } = reservation;
    let _ = app.stores.scorings.give_back_retry(&scoring.org, scoring.id, *lease).await;
}

/// Why a step of `scoring` was not taken: as its current state explains, or `otherwise`.
pub(super) async fn explain_lost(app: &App, scoring: &Scoring, otherwise: Conflict) -> Error {
    match app.stores.scorings.find(&scoring.org, scoring.id).await {
        Ok(Some(current)) => current.require_open(app.now()).map_or_else(Error::from, |()| otherwise.into()),
        Ok(None) => Error::NotFound("scoring"),
        Err(error) => error.into(),
    }
}
