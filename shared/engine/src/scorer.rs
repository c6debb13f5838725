//! The port's scorer: looks at the pictures off the caller's thread, and turns what it saw into lines.

use crate::{
    checks,
    numbers::{READER, engine},
    sight::{Expected, Found, Shot, Sight},
};
use acredita_domain::{
    Time,
    error::Unavailable,
    pictures::{Picture, Side},
    ports::{DelegatedCapture, ScoreRequest, Scorer},
    scoring::{Provider, Verdict},
};
use acredita_mrz::Options;
use async_trait::async_trait;
use std::sync::Arc;
use tokio::{sync::Semaphore, task};

/// How many documents are judged at a time. Each takes a copy of its pictures' brightness: at most 100 MB.
const PERMITS: usize = 2;
const BUSY: Unavailable = Unavailable("the internal scorer");

/// Scores the print of the machine-readable zone, and its agreement with the declared data. The same pictures get the
/// same answer on the same day, on every machine of one architecture: work is counted, not timed.
#[derive(Clone, Debug)]
pub struct InternalScorer {
    permits: Arc<Semaphore>,
    work: u64,
}

impl InternalScorer {
    /// Share one scorer per process: it bounds the memory.
    pub fn new() -> Self {
        Self::with_budget(Options::default().work)
    }

    /// Limits the work on reading a picture, in units of about a microsecond of a server's core. What was read until
    /// then counts.
    pub fn with_budget(work: u64) -> Self {
        Self { permits: Arc::new(Semaphore::new(PERMITS)), work }
    }
}

impl Default for InternalScorer {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Scorer for InternalScorer {
    fn provider(&self) -> Provider {
        Provider::Internal
    }

    fn delegated_capture(&self) -> DelegatedCapture<'_> {
        DelegatedCapture::SignedUpload
    }

    async fn score(&self, request: ScoreRequest<'_>) -> Result<Verdict, Unavailable> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| BUSY)?;
        // The work outlives the request if a caller gives up, so it takes copies: far cheaper than the work.
        let shot = |side, picture: Option<&Picture>| {
            picture.map(|picture| Shot { side, format: picture.format, luma: picture.luma.clone() })
        };
        let shots: Vec<Shot> =
            [shot(Side::Front, request.front), shot(Side::Back, request.back)].into_iter().flatten().collect();
        let expected = Expected { kind: request.document, actor: request.declared.cloned() };
        let (work, now) = (self.work, request.now);
        let judging = task::spawn_blocking(move || {
            let _permit = permit;
            judge(shots, &expected, work, now)
        });
        // Only a runtime that is shutting down, or a bug of ours, ends here: neither is the caller's fault, and it may
        // try again.
        judging.await.map_err(|_| BUSY)
    }
}

fn judge(shots: Vec<Shot>, expected: &Expected, work: u64, now: Time) -> Verdict {
    // One picture after the other, each dropped before the next is looked at.
    let sights: Vec<Sight> = shots.into_iter().map(|shot| Sight::of(shot, &READER, work)).collect();
    let found = Found::among(&sights, expected);
    let extracted = match &found {
        Found::Document(document) => document.extracted(now),
        Found::Unreadable | Found::OnOtherSide | Found::Absent => None,
    };
    let breakdown = checks::all(&sights, expected, &found, now);
    Verdict { provider_version: engine(), ..Verdict::of(breakdown, extracted) }
}

#[cfg(test)]
mod tests;
