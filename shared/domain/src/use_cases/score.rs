//! Scoring a document's pictures.

use super::{
    compare_declared::with_declared_compared,
    effects,
    once::{Done, Of, once},
    repetitions::{count_number, with_repetitions},
    reservation::{give_back_retry, reserve_retry},
    reviews::changes,
    scorings::read_scoring,
    steps::require_step_open,
    telling,
};
use crate::{
    App, Conflict, Error, Request, Time,
    actor::DocumentType,
    events::{EventData, EventType, ReviewsOfStep, SCORED, Story},
    idempotency::{Idempotency, Once, Operation},
    ids::ScoringId,
    pictures::{
        Capture, MAX_PICTURE_BYTES, Picture, PictureFault, PictureKey, PicturePrefix, Sha256Digest, Side,
        UploadedPicture,
    },
    ports::{
        CollectError, DelegatedCapture, HostedCapture, Reservation, ScoreRequest, Scored, Scorer, StepError,
        StoredPicture,
    },
    scoring::{Assessment, HostedDelegation, Provider, Scoring, ScoringStatus, Verdict},
    sightings::NewSighting,
};
use bytes::Bytes;

/// Of any number of scorings that see the same at once, one is recorded at each try.
const RECORD_TRIES: usize = 20;

/// A side's picture and its stored record.
struct SidePicture {
    picture: Picture,
    capture: Capture,
}

impl SidePicture {
    /// Puts the cleaned picture in the place of the one that came.
    fn replace_by(&mut self, cleaned: Picture) {
        let Capture { side, captured_at, ref sha256, .. } = self.capture;
        self.capture = Capture::of(side, &cleaned, sha256.clone(), captured_at);
        self.picture = cleaned;
    }
}

/// A verdict, and the pictures that it is about.
struct Judged {
    verdict: Verdict,
    captures: Vec<Capture>,
}

/// Scores the pictures of the request together with the other side if it is already there; without pictures in the
/// request, those uploaded or captured before. Only a completed score uses up a retry.
pub async fn score_document(
    app: &App,
    request: &Request,
    id: ScoringId,
    uploaded: Vec<UploadedPicture>,
    idempotency: Option<Idempotency>,
) -> Result<Done, Error> {
    let sent = check_uploaded(app, uploaded)?;
    let (scoring, now) = &read_scoring(app, &request.org, id).await?;
    let step = |once| score(app, request, (scoring, *now), sent, once);
    once(app, Of::Scoring(scoring), Operation::ScoreDocument, idempotency, step).await
}

async fn score(
    app: &App,
    request: &Request,
    (scoring, now): (&Scoring, Time),
    sent: Vec<SidePicture>,
    once: Option<Once>,
) -> Result<(), Error> {
    let org = &request.org;
    scoring.require_open(now)?;
    require_step_open(app, scoring).await?;
    let scorer = app.scorer(org, scoring.provider)?;
    let reservation = reserve_retry(app, scoring).await?;
    if once.as_ref().is_some_and(|once| once.among(&reservation.scoring.once, now).is_some()) {
        // Done since the scoring was read, by the same request.
        give_back_retry(app, &reservation).await;
        return Err(Conflict::ConcurrentChange.into());
    }
    let counted = match count_number(app, &reservation.scoring).await {
        Ok(counted) => counted,
        Err(error) => {
            give_back_retry(app, &reservation).await;
            return Err(error);
        }
    };
    let scored = score_reserved(app, request, scorer, &reservation, sent, once).await;
    if let (Err(_), Some(counted)) = (&scored, &counted) {
        counted.give_back(app, org).await;
    }
    scored
}

async fn score_reserved(
    app: &App,
    request: &Request,
    scorer: &dyn Scorer,
    reservation: &Reservation,
    sent: Vec<SidePicture>,
    once: Option<Once>,
) -> Result<(), Error> {
    let mut stored = Stored::default();
    let uploaded_before = sent.is_empty();
    match judge(app, scorer, &reservation.scoring, sent, &mut stored).await {
        Ok(judged) => record(app, request, reservation, judged, &stored, once).await,
        Err(error) => {
            if let (true, Error::Picture { part, .. }) = (uploaded_before, &error) {
                remove_refused_upload(app, &reservation.scoring, part).await;
            }
            give_up(app, reservation, &stored).await;
            Err(error)
        }
    }
}

async fn give_up(app: &App, reservation: &Reservation, stored: &Stored) {
    // Before the retry is given back: whoever reserves it next may store the same picture under the same name.
    stored.erase(app, &reservation.scoring, &reservation.scoring.captures).await;
    give_back_retry(app, reservation).await;
}

/// Has the pictures judged, whichever way they come. To be called with a retry reserved.
async fn judge(
    app: &App,
    scorer: &dyn Scorer,
    scoring: &Scoring,
    sent: Vec<SidePicture>,
    stored: &mut Stored,
) -> Result<Judged, Error> {
    match (&scoring.delegation, scorer.delegated_capture()) {
        (Some(delegation), DelegatedCapture::Hosted(hosted)) if sent.is_empty() => {
            judge_hosted(app, scoring, delegation, hosted).await
        }
        _ => judge_pictures(app, scorer, scoring, sent, stored).await,
    }
}

async fn judge_pictures(
    app: &App,
    scorer: &dyn Scorer,
    scoring: &Scoring,
    sent: Vec<SidePicture>,
    stored: &mut Stored,
) -> Result<Judged, Error> {
    let now = app.now();
    let mut sides = if sent.is_empty() { read_delegated(app, scoring, now).await? } else { sent };
    let new = sides.len();
    add_earlier_sides(app, scoring, &mut sides).await?;
    if sides.is_empty() {
        return Err(Conflict::NothingToScore.into());
    }

    let external = scoring.provider != Provider::Internal;
    if external {
        // Our own scorer cleans them when it decodes them. Others look at the bytes, may be less strict, and have no
        // use for anything but the picture.
        for side in &mut sides[..new] {
            let cleaned = app.engine()?.picture_validator.clean(&side.picture).await;
            side.replace_by(cleaned.map_err(|fault| Error::Picture { part: side.capture.side.part(), fault })?.picture);
        }
        // Before the call, so that a store that does not answer costs no call: neither money nor personal data.
        stored.keep(app, scoring, &sides[..new]).await?;
    }
    let picture = |side| sides.iter().find(|s| s.capture.side == side).map(|s| &s.picture);
    let request = ScoreRequest {
        document: scoring.document,
        declared: scoring.declared.as_ref(),
        front: picture(Side::Front),
        back: picture(Side::Back),
        now,
    };
    let request = if external { for_others(request) } else { request };
    let Scored { verdict, mut cleaned } = scorer.score(request).await?;
    let shown = [request.front, request.back].into_iter().flatten().map(|picture| picture.bytes.clone()).collect();
    if !external {
        for side in &mut sides[..new] {
            let at = cleaned.iter().position(|(cleaned, _)| *cleaned == side.capture.side);
            side.replace_by(cleaned.swap_remove(at.ok_or(Error::NotBuiltIn("cleaning of pictures"))?).1);
        }
        // After the verdict, because only now is it known that they decode.
        stored.keep(app, scoring, &sides[..new]).await?;
    }
    let verdict = with_declared_compared(app.document_number_reader()?, scoring, verdict, shown).await;
    Ok(Judged { verdict, captures: sides.into_iter().map(|side| side.capture).collect() })
}

/// The pictures that a request has stored, or tried to.
#[derive(Default)]
struct Stored(Vec<Sha256Digest>);

impl Stored {
    /// Stores pictures before any state refers to them.
    async fn keep(&mut self, app: &App, scoring: &Scoring, sides: &[SidePicture]) -> Result<(), Error> {
        for SidePicture { picture, capture } in sides {
            let key = PictureKey::capture(&scoring.org, scoring.id, &capture.sha256);
            self.0.push(capture.sha256.clone());
            app.stores.pictures.put(&key, picture.format, picture.bytes.clone()).await?;
        }
        Ok(())
    }

    /// Removes them, but for those that the scoring refers to. What cannot be removed now goes with the scoring.
    async fn erase(&self, app: &App, scoring: &Scoring, referred_to: &[Capture]) {
        for digest in self.0.iter().filter(|digest| referred_to.iter().all(|capture| capture.sha256 != **digest)) {
            let _ = app.stores.pictures.remove(&PictureKey::capture(&scoring.org, scoring.id, digest)).await;
        }
    }
}

/// The pictures that external providers are shown. Only one side of a passport counts: another picture would be
/// needless personal data. Nor does our own reader look at it then, because nobody has vouched that a picture not shown
/// is of a genuine document.
fn for_others(request: ScoreRequest<'_>) -> ScoreRequest<'_> {
    let one_is_enough = request.front.is_some() && request.document_type() == Some(DocumentType::Passport);
    ScoreRequest { back: request.back.filter(|_| !one_is_enough), ..request }
}

/// Has the provider judge what it captured on its pages. It keeps those pictures; ours stay as they are.
async fn judge_hosted(
    app: &App,
    scoring: &Scoring,
    delegation: &HostedDelegation,
    hosted: &dyn HostedCapture,
) -> Result<Judged, Error> {
    let declared = scoring.declared.as_ref();
    let request = ScoreRequest { document: scoring.document, declared, front: None, back: None, now: app.now() };
    let verdict = hosted.collect(&delegation.reference, request).await.map_err(|error| match error {
        CollectError::NotCaptured => Conflict::NotCapturedYet.into(),
        CollectError::Unavailable(unavailable) => Error::from(unavailable),
    })?;
    let verdict = with_declared_compared(app.document_number_reader()?, scoring, verdict, Vec::new()).await;
    Ok(Judged { verdict, captures: scoring.captures.clone() })
}

/// Faults visible without decoding the pictures are reported before the scoring is loaded.
fn check_uploaded(app: &App, uploaded: Vec<UploadedPicture>) -> Result<Vec<SidePicture>, Error> {
    let now = app.now();
    uploaded.into_iter().map(|UploadedPicture { side, bytes }| check_side(app, side, bytes, now)).collect()
}

fn check_side(app: &App, side: Side, bytes: Bytes, captured_at: Time) -> Result<SidePicture, Error> {
    let checked = app.engine()?.picture_validator.check(bytes);
    let picture = checked.map_err(|fault| Error::Picture { part: side.part(), fault })?;
    let (format, size_bytes, sha256) = (picture.format, picture.bytes.len() as u64, Sha256Digest::of(&picture.bytes));
    let capture = Capture { side, format, size_bytes, sha256, received_sha256: None, captured_at };
    Ok(SidePicture { picture, capture })
}

/// It would be refused again.
async fn remove_refused_upload(app: &App, scoring: &Scoring, part: &str) {
    for side in Side::ALL.iter().copied().filter(|side| side.part() == part) {
        let _ = app.stores.pictures.remove(&PictureKey::upload(&scoring.org, scoring.id, side)).await;
    }
}

/// The pictures put behind the signed upload links.
async fn read_delegated(app: &App, scoring: &Scoring, now: Time) -> Result<Vec<SidePicture>, Error> {
    let mut sides = Vec::new();
    for side in Side::ALL.iter().copied() {
        let key = PictureKey::upload(&scoring.org, scoring.id, side);
        match app.stores.pictures.get(&key, MAX_PICTURE_BYTES).await? {
            None => {}
            Some(StoredPicture::TooLarge) => {
                return Err(Error::Picture { part: side.part(), fault: PictureFault::TooManyBytes });
            }
            Some(StoredPicture::Bytes(bytes)) => sides.push(check_side(app, side, bytes, now)?),
        }
    }
    Ok(sides)
}

/// A side that is not new is the one that was scored before.
async fn add_earlier_sides(app: &App, scoring: &Scoring, sides: &mut Vec<SidePicture>) -> Result<(), Error> {
    for capture in &scoring.captures {
        if sides.iter().any(|s| s.capture.side == capture.side) {
            continue;
        }
        let key = PictureKey::capture(&scoring.org, scoring.id, &capture.sha256);
        let Some(StoredPicture::Bytes(bytes)) = app.stores.pictures.get(&key, MAX_PICTURE_BYTES).await? else {
            return Err(Error::Corrupt("a capture without its picture"));
        };
        let picture = Picture { format: capture.format, bytes };
        sides.push(SidePicture { picture, capture: capture.clone() });
    }
    Ok(())
}

/// Records the score with its lines on repetition, and what it means for a review. If another scoring saw the same
/// meanwhile, or a reviewer changed the review, both are made anew.
async fn record(
    app: &App,
    request: &Request,
    reservation: &Reservation,
    judged: Judged,
    stored: &Stored,
    once: Option<Once>,
) -> Result<(), Error> {
    let Judged { verdict, mut captures } = judged;
    let Scoring { id, ref org, .. } = reservation.scoring;
    captures.sort_by_key(|capture| capture.side as u8);
    for _ in 0..RECORD_TRIES {
        let now = app.now();
        let decided = decide(app, request, &reservation.scoring, verdict.clone(), &captures, now).await;
        let (assessment, seen, story) = match decided {
            Ok(decided) => decided,
            Err(error) => {
                give_up(app, reservation, stored).await;
                return Err(error);
            }
        };
        let story = story.once(once.clone());
        let reviews = story.reviews.as_ref().map(ReviewsOfStep::ids).unwrap_or_default();
        match app.stores.scorings.record_score(reservation, assessment, captures.clone(), seen, story, now).await {
            Ok(()) => {
                effects::told_of_scoring(app, &reservation.scoring).await;
                effects::told_of_reviews(app, org, &reviews).await;
                // Scored: the uploads are captures now. Left in place, they would only be scored again.
                for side in Side::ALL.iter().copied() {
                    let _ = app.stores.pictures.remove(&PictureKey::upload(org, id, side)).await;
                }
                return Ok(());
            }
            Err(StepError::SeenMeanwhile | StepError::ReviewedMeanwhile) => {}
            Err(StepError::Lost) => return Err(explain_late_score(app, reservation, stored).await),
            Err(error) => {
                // It may be recorded all the same, so its pictures stay.
                give_back_retry(app, reservation).await;
                return Err(error.into());
            }
        }
    }
    give_up(app, reservation, stored).await;
    Err(Conflict::ConcurrentChange.into())
}

/// What is recorded of a score at `now`: with its lines on repetition, what it saw, and the event of it with what becomes of
/// reviews.
async fn decide(
    app: &App,
    request: &Request,
    scoring: &Scoring,
    verdict: Verdict,
    captures: &[Capture],
    now: Time,
) -> Result<(Assessment, Vec<NewSighting>, Story), Error> {
    let (verdict, seen) = with_repetitions(app, scoring, verdict, captures).await?;
    let assessment = Assessment { verdict, scored_at: now };
    let data =
        EventData::default().named("status", ScoringStatus::Scored).with("score", assessment.verdict.score.value());
    let data = telling::of_pictures(data, captures);
    let after = Scoring {
        assessment: Some(assessment.clone()),
        captures: captures.to_vec(),
        retries_used: scoring.retries_used + 1,
        ..scoring.clone()
    };
    let data = data.personal(SCORED, Some(after.scored()));
    let identification = telling::identification_of(app, request, scoring).await?;
    let of = (scoring, identification.as_ref());
    let story = telling::of_scoring_of(app, request, of, EventType::ScoringScored, data, now);
    let reviews = match &identification {
        Some(identification) => Some(changes::after_score(app, request, identification, &after, now).await?),
        None => None,
    };
    Ok((assessment, seen, story.with_reviews(reviews)))
}

/// Closed or deleted meanwhile, or the lease ended and another request took over. The pictures of this request are
/// erased, unless the scoring is still open: then whoever took over may be storing the same picture, and they go with
/// the scoring.
async fn explain_late_score(app: &App, reservation: &Reservation, stored: &Stored) -> Error {
    let Scoring { id, ref org, .. } = reservation.scoring;
    match read_scoring(app, org, id).await {
        Ok((current, now)) => match current.require_open(now) {
            Ok(()) => Conflict::ConcurrentChange.into(),
            Err(not_open) => {
                stored.erase(app, &current, &current.captures).await;
                not_open.into()
            }
        },
        Err(gone @ Error::NotFound(_)) => {
            match app.stores.pictures.erase(&PicturePrefix::scoring(org, id), &[]).await {
                Ok(()) => gone,
                Err(unavailable) => unavailable.into(),
            }
        }
        Err(error) => error,
    }
}
