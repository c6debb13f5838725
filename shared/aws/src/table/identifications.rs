//! Identifications in the table.

use super::{
    budget::Room,
    commit::{Commit, as_found, create_in, telling, telling_in},
    items::{
        Key, Pointer, PointsTo, Standing, decode_identification, decode_pointer, encode_erasure, encode_identification,
        encode_pointer, encode_scoring, number, text,
    },
    scorings::{Closing, close},
    store::{Change, DynamoStore, corrupt},
    transitions::{OPEN, Step, new_mark, open_values, step_name},
};
use acredita_domain::{
    Time,
    events::{Chapter, Story},
    identification::{Identification, Transition},
    ids::{AdminIdentificationId, IdentificationId, OrgId, ReviewId, ScoringId},
    pictures::PicturePrefix,
    ports::{
        ById, CreateError, Erasure, FindError, IdempotencyRecord, Identifications, NewIdentification, NewOutboxMessage,
        Scorings, StepError,
    },
    records::RecordPosition,
    scoring::Scoring,
};
use async_trait::async_trait;
use std::borrow::Cow;

#[async_trait]
impl Identifications for DynamoStore {
    async fn create(&self, new: NewIdentification, now: Time) -> Result<(), CreateError> {
        let NewIdentification { mut identification, scoring, keep_until, outbox, idempotency, story } = new;
        let chapter = story.after(&story.log);
        identification.log = Some(chapter.continued());
        let events_until = keep_until + (story.keep_until - now);
        let until = (keep_until, events_until);
        create_in(Room::of(self, &outbox, now), |room| {
            let commit = Commit::new(self, "create identification", now);
            let commit = put_identification(commit, &identification, scoring.as_ref(), &chapter, until);
            commit.outbox(&outbox, room).remember(&identification.org, idempotency.clone())
        })
        .await
    }

    async fn find_by_admin_id(
        &self,
        org: &OrgId,
        id: AdminIdentificationId,
    ) -> Result<Option<Identification>, FindError> {
        match DynamoStore::find(self, "find identification by handle", Key::pointer(id), decode_pointer).await? {
            Some(Pointer { org: owner, to: PointsTo::Identification(id) }) if owner == *org => {
                self.identification(org, id).await
            }
            _ => Ok(None),
        }
    }

    async fn transition(
        &self,
        identification: &Identification,
        transition: Transition,
        outbox: Vec<NewOutboxMessage>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError> {
        let name = step_name(&transition);
        telling_in(Room::of(self, &outbox, now), name, &[&story], |chapters, room| {
            let commit = Commit::new(self, name, now);
            take_step(commit, identification, &transition, &chapters[0], now).outbox(&outbox, room)
        })
        .await
    }

    async fn transition_once(
        &self,
        identification: &Identification,
        transition: Transition,
        idempotency: Option<IdempotencyRecord>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError> {
        let Identification { id, ref org, .. } = *identification;
        let name = step_name(&transition);
        let Step { update, condition, values } = Step::of(org, &transition, now);
        telling(name, &story, |chapter| {
            let change = Change { key: Key::identification(id), update, condition, values: values.clone() };
            Commit::new(self, name, now).step_telling(change, chapter).remember(org, idempotency.clone())
        })
        .await
    }

    async fn count_try(&self, identification: &Identification, now: Time) -> Result<Identification, StepError> {
        let otp = identification.otp().ok_or(StepError::Lost)?;
        let mut values = open_values(&identification.org, now);
        values.extend([("one", number(1)), ("tries", number(otp.tries)), ("judged_wrong", number(otp.judged_wrong))]);
        let (update, condition) =
            if otp.wrong_tries(now) == otp.judged_wrong { COUNT } else { JUDGE_THE_GONE_AND_COUNT };
        let change = Change { key: Key::identification(identification.id), update, condition, values };
        let item = self.update(COUNT_TRY, change).await?;
        decode_identification(&item).map_err(|fault| StepError::Unavailable(corrupt(COUNT_TRY, fault)))
    }

    async fn judge_wrong(&self, org: &OrgId, id: IdentificationId) -> Result<Identification, StepError> {
        let mut values = open_values(org, Time::UNIX_EPOCH);
        let mark = new_mark();
        values.extend([("one", number(1)), ("step", text(&mark))]);
        let condition = "#org = :org AND #status = :created AND #tries > #judged_wrong AND \
                         (attribute_not_exists(#step) OR #step <> :step)";
        let update = "SET #judged_wrong = #judged_wrong + :one, #step = :step";
        let change = Change { key: Key::identification(id), update, condition, values };
        let item = self.step(JUDGE_TRY, change, &mark).await?;
        decode_identification(&item).map_err(|fault| StepError::Unavailable(corrupt(JUDGE_TRY, fault)))
    }

    async fn give_back_try(&self, org: &OrgId, id: IdentificationId) -> Result<(), StepError> {
        let mut values = open_values(org, Time::UNIX_EPOCH);
        let mark = new_mark();
        values.extend([("one", number(1)), ("step", text(&mark))]);
        let condition = "#org = :org AND (#status = :created OR #status = :validated) AND #tries > #judged_wrong AND \
                         (attribute_not_exists(#step) OR #step <> :step)";
        let update = "SET #tries = #tries - :one, #step = :step";
        let change = Change { key: Key::identification(id), update, condition, values };
        self.step("give back try", change, &mark).await.map(drop)
    }

    async fn delete(
        &self,
        identification: &Identification,
        force: bool,
        story: Story,
        now: Time,
    ) -> Result<Erasure, StepError> {
        let (org, mut tries) = (&identification.org, DELETE_TRIES);
        let mut current = Cow::Borrowed(identification);
        loop {
            let removal = self.removal(&current).await?;
            let erasure = Erasure { id: identification.id.to_string(), prefixes: removal.prefixes.clone() };
            let deleted = telling(DELETE, &story, |chapter| {
                let condition = if force { OURS } else { OPEN };
                let commit = removal.commit(self, Commit::new(self, DELETE, now), org, condition, chapter, now);
                commit.write(self.put(encode_erasure(&erasure, now)))
            });
            match deleted.await {
                Ok(()) => return Ok(erasure),
                Err(StepError::Lost) if tries > 0 => {
                    tries -= 1;
                    match self.identification(org, identification.id).await? {
                        // Scored meanwhile, perhaps: then it has seen more. Or something finds it now.
                        Some(changed) if removal.scored.is_some() || changed.lookups != current.lookups => {
                            current = Cow::Owned(changed);
                        }
                        _ => return Err(StepError::Lost),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// What there is to remove with an identification.
pub(crate) struct Removal {
    pub prefixes: Vec<PicturePrefix>,
    /// The linked scoring, as it was read.
    pub scored: Option<(ScoringId, Option<Scoring>)>,
    position: RecordPosition,
    lookups: Vec<String>,
}

impl DynamoStore {
    /// Reads the linked scoring, if there is one.
    pub(crate) async fn removal(&self, identification: &Identification) -> Result<Removal, StepError> {
        let Identification { id, ref org, ref method, .. } = *identification;
        let mut prefixes = vec![PicturePrefix::identification(org, id)];
        let (position, lookups) = of_record(identification);
        let lookups = lookups.to_vec();
        let Some(scoring_id) = method.scoring_id() else {
            return Ok(Removal { prefixes, scored: None, position, lookups });
        };
        prefixes.extend([PicturePrefix::scoring(org, scoring_id), PicturePrefix::uploads(org, scoring_id)]);
        let scoring = Scorings::find(self, org, scoring_id).await?;
        Ok(Removal { prefixes, scored: Some((scoring_id, scoring)), position, lookups })
    }
}

impl Removal {
    /// The writes that remove it all but for its pictures.
    pub fn commit<'a>(
        &self,
        store: &'a DynamoStore,
        commit: Commit<'a>,
        org: &OrgId,
        condition: &str,
        chapter: &Chapter,
        now: Time,
    ) -> Commit<'a> {
        let condition = as_found(condition, &self.lookups);
        let commit = commit.delete_telling(&condition, open_values(org, now), org, chapter);
        let mut commit = commit.find_no_more(org, (self.position, &self.lookups));
        if let Some((scoring_id, scoring)) = &self.scored {
            let mut values = open_values(org, now);
            values.push(("version", number(scoring.as_ref().map_or(0, |scoring| scoring.version))));
            commit = commit.guarded(store.delete_if(Key::scoring(*scoring_id), GONE_OR_AS_READ, values));
            commit = scoring.iter().flat_map(|scoring| store.forget(scoring, now)).fold(commit, Commit::write);
            // The latest review goes with the story of the deletion.
            let latest = chapter.marking.and_then(|marking| marking.known);
            let earlier = scoring.iter().flat_map(|scoring| &scoring.reviews).filter(|id| Some(**id) != latest);
            let values = || vec![("org", text(org))];
            let gone = |id: &ReviewId| store.delete_if(Key::review(*id), GONE_OR_OURS, values());
            commit = earlier.map(gone).fold(commit, Commit::write);
        }
        commit
    }
}

/// A new identification with the back office's id, its scoring and its first events.
pub(crate) fn put_identification<'a>(
    commit: Commit<'a>,
    identification: &Identification,
    scoring: Option<&Scoring>,
    chapter: &Chapter,
    (keep_until, events_until): (Time, Time),
) -> Commit<'a> {
    let commit = commit
        .put(encode_identification(identification, keep_until))
        .put(encode_pointer(identification, events_until))
        .find_by(&identification.org, &Key::identification(identification.id), of_record(identification), keep_until)
        .tell(chapter);
    match scoring {
        Some(scoring) => commit.put(encode_scoring(scoring, Standing::Linked, keep_until)),
        None => commit,
    }
}

/// Its place among records, and what it is found by.
fn of_record(identification: &Identification) -> (RecordPosition, &[String]) {
    (RecordPosition::of(identification.admin_id.into(), identification.created_at), &identification.lookups)
}

/// The writes of a step of an identification, with the end of its scoring and with its events.
pub(crate) fn take_step<'a>(
    commit: Commit<'a>,
    identification: &Identification,
    transition: &Transition,
    chapter: &Chapter,
    now: Time,
) -> Commit<'a> {
    let Identification { id, ref org, ref method, .. } = *identification;
    let Step { update, condition, values, .. } = Step::of(org, transition, now);
    let mut commit = commit.step_telling(Change { key: Key::identification(id), update, condition, values }, chapter);
    if let Some(scoring) = method.scoring_id().filter(|_| !matches!(transition, Transition::Resend { .. })) {
        commit = commit.leave_leftovers(org, scoring);
        if let Some(closing) = closing(transition) {
            commit = commit.step(close(org, scoring, closing, now));
        }
    }
    commit
}

const COUNT_TRY: &str = "count try";
const JUDGE_TRY: &str = "judge try";
/// An identification from before tries had verdicts has judged all that it has counted.
const COUNT: (&str, &str) = (
    "SET #tries = #tries + :one, #tried_at = :now, #judged_wrong = if_not_exists(#judged_wrong, #tries)",
    "#org = :org AND #status = :created AND #expires_at > :now AND #tries < :max_tries",
);
const JUDGE_THE_GONE_AND_COUNT: (&str, &str) = (
    "SET #tries = #tries + :one, #tried_at = :now, #judged_wrong = :tries",
    "#org = :org AND #status = :created AND #expires_at > :now AND #tries < :max_tries \
     AND #tries = :tries AND #judged_wrong = :judged_wrong",
);
const DELETE: &str = "delete identification";
/// How often a deletion reads the linked scoring anew.
pub(crate) const DELETE_TRIES: usize = 3;
pub(crate) const OURS: &str = "#org = :org";
/// The scoring as it was read, so that all that it saw is forgotten.
const GONE_OR_AS_READ: &str = "attribute_not_exists(#pk) OR (#org = :org AND #version = :version)";

const GONE_OR_OURS: &str = "attribute_not_exists(#pk) OR #org = :org";

/// How a step closes the linked scoring, if it does: one that is over by the clock needs no closing.
fn closing(transition: &Transition) -> Option<Closing> {
    match transition {
        Transition::Validate { validation, .. } => {
            let judged = validation.scoring.as_ref();
            Some(judged.map_or(Closing::Open, |evidence| Closing::Judged { version: evidence.version }))
        }
        Transition::Cancel { .. } | Transition::Close { .. } | Transition::Fail | Transition::Reject { .. } => {
            Some(Closing::Any)
        }
        Transition::Resend { .. } | Transition::Fallback { .. } | Transition::NewCode { .. } | Transition::Expire => {
            None
        }
    }
}
