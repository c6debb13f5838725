//! Identifications in the table.

use super::{
    commit::{Commit, telling},
    items::{
        Key, Pointer, Standing, decode_identification, decode_pointer, decode_remembered, encode_erasure,
        encode_identification, encode_pointer, encode_scoring, number, text,
    },
    scorings::{Closing, close, unread},
    store::{Change, DynamoStore, corrupt},
    transitions::{OPEN, Step, new_mark, open_values},
};
use acredita_domain::{
    Time,
    error::Unavailable,
    events::Story,
    idempotency::{Operation, RequestMark},
    identification::{Identification, Transition},
    ids::{AdminIdentificationId, IdentificationId, OrgId},
    pictures::PicturePrefix,
    ports::{
        CreateError, Erasure, FindError, IdempotencyRecord, Identifications, NewIdentification, NewOutboxMessage,
        Remembered, Scorings, StepError,
    },
};
use async_trait::async_trait;

#[async_trait]
impl Identifications for DynamoStore {
    async fn create(&self, new: NewIdentification, now: Time) -> Result<(), CreateError> {
        let NewIdentification { mut identification, scoring, keep_until, outbox, idempotency, story } = new;
        let chapter = story.after(&story.log);
        identification.log = Some(chapter.continued());
        let events_until = keep_until + (story.keep_until - now);
        let mut commit = Commit::new(self, "create identification", now)
            .put(encode_identification(&identification, keep_until))
            .put(encode_pointer(&identification, events_until))
            .tell(&chapter);
        if let Some(scoring) = &scoring {
            commit = commit.put(encode_scoring(scoring, Standing::Linked, keep_until));
        }
        commit.outbox(outbox).remember(&identification.org, idempotency).create().await
    }

    async fn find(&self, org: &OrgId, id: IdentificationId) -> Result<Option<Identification>, FindError> {
        let found =
            DynamoStore::find(self, "find identification", Key::identification(id), decode_identification).await?;
        Ok(found.filter(|identification| identification.org == *org))
    }

    async fn find_by_admin_id(
        &self,
        org: &OrgId,
        id: AdminIdentificationId,
    ) -> Result<Option<Identification>, FindError> {
        match DynamoStore::find(self, "find identification by handle", Key::pointer(id), decode_pointer).await? {
            Some(Pointer { org: owner, identification_id }) if owner == *org => {
                Identifications::find(self, org, identification_id).await
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
        let Identification { id, ref org, ref method, .. } = *identification;
        let Step { name, update, condition, values } = Step::of(org, &transition, now);
        let scoring = method.scoring_id().filter(|_| !matches!(transition, Transition::Resend { .. }));
        telling(name, &story, |chapter| {
            let change = Change { key: Key::identification(id), update, condition, values: values.clone() };
            let mut commit = Commit::new(self, name, now).step_telling(change, chapter).outbox(outbox.clone());
            if let Some(scoring) = scoring {
                commit = commit.leave_leftovers(org, scoring);
                if let Some(closing) = closing(&transition) {
                    commit = commit.step(close(org, scoring, closing, now));
                }
            }
            commit
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
        let Step { name, update, condition, values } = Step::of(org, &transition, now);
        telling(name, &story, |chapter| {
            let change = Change { key: Key::identification(id), update, condition, values: values.clone() };
            Commit::new(self, name, now).step_telling(change, chapter).remember(org, idempotency.clone())
        })
        .await
    }

    async fn recall(
        &self,
        org: &OrgId,
        operation: Operation,
        marks: &[RequestMark],
        now: Time,
    ) -> Result<Option<Remembered>, Unavailable> {
        for mark in marks {
            let key = Key::remembered(org, operation.as_str(), &mark.key);
            if let Some(item) = self.get(RECALL, key).await? {
                match decode_remembered(&item).map_err(|fault| corrupt(RECALL, fault))? {
                    remembered if now >= remembered.valid_until => {}
                    remembered if remembered.body_digest != mark.body => return Ok(Some(Remembered::AnotherBody)),
                    remembered => return Ok(Some(Remembered::Answer(remembered.answer))),
                }
            }
        }
        Ok(None)
    }

    async fn count_try(&self, org: &OrgId, id: IdentificationId, now: Time) -> Result<Identification, StepError> {
        let operation = "count try";
        let mut values = open_values(org, now);
        values.push(("one", number(1)));
        let condition = "#org = :org AND #status = :created AND #expires_at > :now AND #tries < :max_tries";
        let change = Change { key: Key::identification(id), update: "ADD #tries :one", condition, values };
        let item = self.update(operation, change).await?;
        decode_identification(&item).map_err(|fault| StepError::Unavailable(corrupt(operation, fault)))
    }

    async fn give_back_try(&self, org: &OrgId, id: IdentificationId) -> Result<(), StepError> {
        let mut values = open_values(org, Time::UNIX_EPOCH);
        let mark = new_mark();
        values.extend([("zero", number(0)), ("one", number(1)), ("step", text(&mark))]);
        let condition = "#org = :org AND (#status = :created OR #status = :validated) AND #tries > :zero AND \
                         (attribute_not_exists(#step) OR #step <> :step)";
        let update = "SET #tries = #tries - :one, #step = :step";
        self.step("give back try", Change { key: Key::identification(id), update, condition, values }, &mark).await
    }

    async fn delete(
        &self,
        identification: &Identification,
        force: bool,
        story: Story,
        now: Time,
    ) -> Result<Erasure, StepError> {
        let Identification { id, ref org, .. } = *identification;
        let mut tries = DELETE_TRIES;
        loop {
            let mut erasure = Erasure { id: id.to_string(), prefixes: vec![PicturePrefix::identification(org, id)] };
            let mut scored = None;
            if let Some(scoring_id) = identification.method.scoring_id() {
                scored = Some((scoring_id, Scorings::find(self, org, scoring_id).await.map_err(unread)?));
                let prefixes = [PicturePrefix::scoring(org, scoring_id), PicturePrefix::uploads(org, scoring_id)];
                erasure.prefixes.extend(prefixes);
            }
            let deleted = telling(DELETE, &story, |chapter| {
                let condition = if force { OURS } else { OPEN };
                let mut commit =
                    Commit::new(self, DELETE, now).delete_telling(condition, open_values(org, now), org, chapter);
                if let Some((scoring_id, scoring)) = &scored {
                    let mut values = open_values(org, now);
                    values.push(("version", number(scoring.as_ref().map_or(0, |scoring| scoring.version))));
                    commit = commit.guarded(self.delete_if(Key::scoring(*scoring_id), GONE_OR_AS_READ, values));
                    commit = scoring.iter().flat_map(|scoring| self.forget(scoring, now)).fold(commit, Commit::write);
                }
                commit.write(self.put(encode_erasure(&erasure, now)))
            });
            match deleted.await {
                Ok(()) => return Ok(erasure),
                // Scored meanwhile, perhaps: then it has seen more.
                Err(StepError::Lost) if scored.is_some() && tries > 0 => tries -= 1,
                Err(error) => return Err(error),
            }
        }
    }
}

const RECALL: &str = "recall request";
const DELETE: &str = "delete identification";
/// How often a deletion reads the linked scoring anew.
const DELETE_TRIES: usize = 3;
const OURS: &str = "#org = :org";
/// The scoring as it was read, so that all that it saw is forgotten.
const GONE_OR_AS_READ: &str = "attribute_not_exists(#pk) OR (#org = :org AND #version = :version)";

/// How a step closes the linked scoring, if it does: one that is over by the clock needs no closing.
fn closing(transition: &Transition) -> Option<Closing> {
    match transition {
        Transition::Validate { validation, .. } => {
            let judged = validation.scoring.as_ref();
            Some(judged.map_or(Closing::Open, |evidence| Closing::Judged { version: evidence.version }))
        }
        Transition::Cancel { .. } | Transition::Close { .. } | Transition::Fail => Some(Closing::Any),
        Transition::Resend { .. } | Transition::NewCode { .. } | Transition::Expire => None,
    }
}
