//! The port's scorer: looks at the pictures off the caller's thread, and turns what it saw into lines.

use crate::{
    checks,
    memory::PictureMemory,
    numbers::{READER, engine},
    pictures::inspect,
    printed::Printed,
    viewed::{Expected, Found, Shot, ViewedPicture},
};
use acredita_domain::{
    Time,
    error::Unavailable,
    pictures::Side,
    ports::{DelegatedCapture, ScoreError, ScoreRequest, Scored, Scorer},
    scoring::{Provider, Verdict},
};
use acredita_mrz::Options;
use acredita_pictures::Header;
use async_trait::async_trait;

const BUSY: Unavailable = Unavailable("the internal scorer");

/// Scores the print of the machine-readable zone, and its agreement with the declared data. The same pictures get the
/// same answer on the same day, on every machine of one architecture: work is counted, not timed.
#[derive(Clone, Debug)]
pub struct InternalScorer {
    memory: PictureMemory,
    work: u64,
}

impl InternalScorer {
    pub fn new(memory: PictureMemory) -> Self {
        Self { memory, work: Options::default().work }
    }

    /// Limits the work on reading a picture, in units of about a microsecond of a server's core. What was read until
    /// then counts.
    #[cfg(test)]
    fn with_budget(work: u64) -> Self {
        Self { memory: PictureMemory::default(), work }
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

    async fn score(&self, request: ScoreRequest<'_>) -> Result<Scored, ScoreError> {
        let sides = [(Side::Front, request.front), (Side::Back, request.back)];
        let shots: Vec<Shot> =
            sides.into_iter().filter_map(|(side, picture)| Some(Shot { side, picture: picture?.clone() })).collect();
        let headers: Vec<Header> = shots
            .iter()
            .map(|shot| inspect(&shot.picture.bytes).map_err(|fault| shot.refused(fault)))
            .collect::<Result<_, _>>()?;
        let expected = Expected { kind: request.document, actor: request.declared.cloned() };
        let (work, now) = (self.work, request.now);
        let judged = self.memory.work_on(&headers, move || judge(&shots, &expected, work, now)).await;
        // Neither case is the caller's fault, and it may try again.
        judged.ok_or(BUSY)?
    }
}

fn judge(shots: &[Shot], expected: &Expected, work: u64, now: Time) -> Result<Scored, ScoreError> {
    let pictures: Vec<ViewedPicture> =
        shots.iter().map(|shot| ViewedPicture::of(shot, &READER, work)).collect::<Result<_, _>>()?;
    let found = Found::among(&pictures, expected);
    let (extracted, printed) = match &found {
        Found::Document(document) => {
            (document.extracted(now), Printed::of(&pictures, document, now).map_err(unreadable)?)
        }
        Found::Unreadable | Found::OnOtherSide | Found::Absent => (None, None),
    };
    let breakdown = checks::all(&pictures, expected, &found, printed.as_ref(), now);
    let verdict = Verdict {
        provider_version: format!("{}, acredita-front {}", engine(), acredita_front::VERSION),
        ..Verdict::of(breakdown, extracted)
    };
    let cleaned = pictures.into_iter().map(|picture| (picture.side(), picture.cleaned)).collect();
    Ok(Scored { verdict, cleaned })
}

fn unreadable(failure: acredita_front::Failure) -> Unavailable {
    tracing::error!(%failure, "print cannot be read");
    BUSY
}

#[cfg(test)]
mod tests;
