//! The pictures that are kept of a record. Whoever looks at them is on record in its own log.

use super::records::{Look, look};
use crate::{
    App, Error, Request, Time,
    events::{EventData, EventType},
    identification::Validation,
    ids::{IdentificationId, OrgId, RecordId, ScoringId},
    pictures::{Capture, PictureFormat, PictureKey, Sha256Digest, Side, SignedLink},
    ports::{FoundIdentification, FoundRecord},
    scoring::Scoring,
    vocabulary::names,
};

names! {
    /// What a picture was taken for.
    PictureUse("is not a use of a picture") {
        /// To be scored.
        Scoring = "SCORING",
        /// As the second factor of a code.
        SecondFactor = "SECOND_FACTOR",
        /// By an agent.
        Agent = "AGENT",
    }
}

/// A picture with a link to it that works for [`LINK_LIFE`](crate::ports::limits::LINK_LIFE).
pub struct RecordPicture {
    pub kept: KeptPicture,
    pub link: SignedLink,
}

/// A picture that is kept.
#[derive(Clone)]
pub struct KeptPicture {
    pub taken_for: PictureUse,
    pub identification_id: Option<IdentificationId>,
    pub scoring_id: Option<ScoringId>,
    /// Where that is known.
    pub side: Option<Side>,
    pub format: PictureFormat,
    /// Where that is known.
    pub size_bytes: Option<u64>,
    pub sha256: Sha256Digest,
    pub captured_at: Time,
    key: PictureKey,
}

/// Links to all pictures that are kept of a record.
pub async fn read_record_pictures(app: &App, request: &Request, id: RecordId) -> Result<Vec<RecordPicture>, Error> {
    let org = &request.org;
    let add = |data: EventData, record: &FoundRecord| data.with("pictures", kept(org, record).len());
    let Look { record, now, .. } = look(app, request, id, EventType::PicturesViewed, add).await?;
    if let FoundRecord::Gone(_) = record {
        return Err(Error::NotFound("record"));
    }
    let mut pictures = Vec::new();
    for kept in kept(org, &record) {
        let link = app.stores.pictures.link_to_read(&kept.key, kept.format, now).await?;
        pictures.push(RecordPicture { kept, link });
    }
    Ok(pictures)
}

/// What is kept, in the order of the steps.
fn kept(org: &OrgId, record: &FoundRecord) -> Vec<KeptPicture> {
    match record {
        FoundRecord::Identification(found) => of_identification(org, found),
        FoundRecord::Chain(_, steps) => steps.iter().flat_map(|step| of_identification(org, step)).collect(),
        FoundRecord::Scoring(scoring) => of_scoring(org, scoring, None),
        FoundRecord::Gone(_) => Vec::new(),
    }
}

fn of_identification(org: &OrgId, found: &FoundIdentification) -> Vec<KeptPicture> {
    let identification = &found.step.identification;
    let evidence = identification.state.validation().into_iter();
    let evidence = evidence.flat_map(|validation| of_validation(org, identification.id, validation));
    let scored = found.step.scoring.iter().flat_map(|scoring| of_scoring(org, scoring, Some(identification.id)));
    evidence.chain(scored).collect()
}

fn of_validation(org: &OrgId, id: IdentificationId, validation: &Validation) -> Vec<KeptPicture> {
    let factor = validation.captures.iter().map(|capture| {
        let key = PictureKey::evidence(org, id, &capture.sha256);
        KeptPicture { identification_id: Some(id), ..of_capture(PictureUse::SecondFactor, capture, key) }
    });
    let by_agent = validation.agent.as_ref().and_then(|agent| agent.picture.clone()).map(|sha256| KeptPicture {
        taken_for: PictureUse::Agent,
        identification_id: Some(id),
        scoring_id: None,
        side: None,
        // An agent's picture is taken in no other format.
        format: PictureFormat::Png,
        size_bytes: None,
        captured_at: validation.at,
        key: PictureKey::evidence(org, id, &sha256),
        sha256,
    });
    factor.chain(by_agent).collect()
}

fn of_scoring(org: &OrgId, scoring: &Scoring, identification_id: Option<IdentificationId>) -> Vec<KeptPicture> {
    let picture = |capture: &Capture| {
        let key = PictureKey::capture(org, scoring.id, &capture.sha256);
        let picture = of_capture(PictureUse::Scoring, capture, key);
        KeptPicture { identification_id, scoring_id: Some(scoring.id), ..picture }
    };
    scoring.captures.iter().map(picture).collect()
}

fn of_capture(taken_for: PictureUse, capture: &Capture, key: PictureKey) -> KeptPicture {
    KeptPicture {
        taken_for,
        identification_id: None,
        scoring_id: None,
        side: Some(capture.side),
        format: capture.format,
        size_bytes: Some(capture.size_bytes),
        sha256: capture.sha256.clone(),
        captured_at: capture.captured_at,
        key,
    }
}
