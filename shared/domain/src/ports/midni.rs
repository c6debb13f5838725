//! Codes of MiDNI: who verifies them, and where those are remembered that were presented.

use super::{FindError, FirstAnswer, IdempotencyRecord};
use crate::{
    Time,
    identification::Identification,
    midni::{Card, Check, CodeRefusal, Presented},
    unavailable::Unavailable,
};
use async_trait::async_trait;

/// Why a code was not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardError {
    Refused(CodeRefusal),
    /// The certificates could not be read.
    Unavailable(Unavailable),
}

#[async_trait]
pub trait CardVerifier: Send + Sync {
    /// The card in a code, if the police signed it and it is valid at `now`, or was at most a minute ago.
    async fn verify(&self, presented: Presented, now: Time) -> Result<Card, CardError>;
}

/// A check to keep.
#[derive(Clone, Debug)]
pub struct NewCheck {
    /// By which it is found again: [`Keyring::check_digests`](crate::keys::Keyring::check_digests).
    pub digest: String,
    pub check: Check,
    pub idempotency: Option<IdempotencyRecord>,
}

/// Why a check was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckError {
    /// The same request came before: this was its answer.
    Replay(FirstAnswer),
    /// The key was used before, with another body.
    KeyReused,
    /// This very code was presented before, in whichever organisation.
    PresentedBefore,
    /// The identification is not open any more.
    Lost,
    /// The outcome is unknown.
    Unavailable(Unavailable),
}

#[async_trait]
pub trait MidniChecks: Send + Sync {
    /// Keeps a check of an identification that is open at `now`, and remembers its code as presented. One transaction.
    async fn keep(&self, identification: &Identification, new: NewCheck, now: Time) -> Result<(), CheckError>;
    /// The check with one of these digests. A read for each, until it is found.
    async fn find(&self, digests: &[String]) -> Result<Option<Check>, FindError>;
}
