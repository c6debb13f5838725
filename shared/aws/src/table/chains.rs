//! Chains in the table. A change of a chain is one transaction over its item and those of its steps, on the condition that
//! the chain is as it was read: so chain and steps always agree.

use super::{
    budget::Room,
    commit::{Commit, as_found, create_in, telling_all, telling_in},
    expressions::Values,
    identifications::{DELETE_TRIES, OURS, Removal, put_identification, take_step},
    items::{
        Key, Pointer, PointsTo, decode_chain, decode_identification, decode_pointer, decode_scoring, encode_chain,
        encode_chain_pointer, encode_erasure, json, millis, number, text,
    },
    store::{Change, DynamoStore, unreadable},
    transitions::{OPEN, open_values},
};
use acredita_domain::{
    Time,
    chain::{Chain, ChainTransition},
    events::{Chapter, Story},
    identification::{Closable, Identification, Status},
    ids::{AdminChainId, ChainId, IdentificationId, OrgId, ScoringId},
    ports::{
        ById, Chains, CreateError, Erasure, FindError, FoundStep, NewChain, NewOutboxMessage, NewStep, Opening,
        StepChange, StepError,
    },
    records::RecordPosition,
    review::ReviewMark,
    scoring::Scoring,
};
use async_trait::async_trait;
use std::borrow::Cow;

/// CREATED at `:now`, with the open step that was read. Its values are [`chain_values`].
const AS_READ: &str = "#org = :org AND #status = :created AND #expires_at > :now AND #current_step = :current_step";
/// The same, whether or not it has expired.
const AS_READ_ANY_TIME: &str = "#org = :org AND #status = :created AND #current_step = :current_step";
const OVER: &str = "#org = :org AND #status = :created AND #expires_at <= :now AND #current_step = :current_step";
const VALIDATED: &str = "#org = :org AND #status = :validated";
const CREATED: &str = "#org = :org AND #status = :created AND #expires_at > :now";
const ENDS: &str = "SET #status = :next, #ended_at = :now";

#[async_trait]
impl Chains for DynamoStore {
    async fn create(&self, new: NewChain, now: Time) -> Result<(), CreateError> {
        let NewChain { mut chain, steps, keep_until, outbox, idempotency, story } = new;
        let chapter = story.after(&story.log);
        chain.log = chapter.continued();
        let events_until = keep_until + (story.keep_until - now);
        let begun = |NewStep { mut identification, scoring, story }: NewStep| {
            let chapter = story.after(&story.log);
            identification.log = Some(chapter.continued());
            (identification, scoring, chapter)
        };
        let steps: Vec<_> = steps.into_iter().map(begun).collect();
        create_in(Room::of(self, &outbox, now), |room| {
            let commit = Commit::new(self, "create chain", now)
                .put(encode_chain(&chain, keep_until))
                .put(encode_chain_pointer(&chain, events_until))
                .find_by(&chain.org, &Key::chain(chain.id), of_record(&chain), keep_until)
                .tell(&chapter);
            let commit = steps.iter().fold(commit, |commit, (identification, scoring, chapter)| {
                put_identification(commit, identification, scoring.as_ref(), chapter, (keep_until, events_until))
            });
            commit.outbox(&outbox, room).remember(&chain.org, idempotency.clone())
        })
        .await
    }

    async fn find_by_admin_id(&self, org: &OrgId, id: AdminChainId) -> Result<Option<Chain>, FindError> {
        match DynamoStore::find(self, "find chain by handle", Key::chain_pointer(id), decode_pointer).await? {
            Some(Pointer { org: owner, to: PointsTo::Chain(id) }) if owner == *org => self.chain(org, id).await,
            _ => Ok(None),
        }
    }

    async fn find_with_scoring(
        &self,
        org: &OrgId,
        id: ChainId,
        scoring: ScoringId,
    ) -> Result<(Option<Chain>, Option<Scoring>), FindError> {
        let mut found = (None, None);
        for item in self.read_all("find chain and scoring", vec![Key::chain(id), Key::scoring(scoring)]).await? {
            if Key::of(&item).is_ok_and(|key| key == Key::chain(id)) {
                found.0 =
                    Some(decode_chain(&item).map_err(unreadable("read a chain"))?).filter(|chain| chain.org == *org);
            } else {
                found.1 = Some(decode_scoring(&item).map_err(unreadable("read a chain"))?)
                    .filter(|scoring| scoring.org == *org);
            }
        }
        Ok(found)
    }

    async fn steps(&self, chain: &Chain) -> Result<Option<Vec<FoundStep>>, FindError> {
        let steps = chain.sequence.steps().iter();
        let keys = steps
            .clone()
            .flat_map(|step| [Some(Key::identification(step.identification_id)), step.scoring_id().map(Key::scoring)]);
        let (mut identifications, mut scorings) = (Vec::new(), Vec::new());
        for item in self.read_all("find steps of chain", keys.flatten().collect()).await? {
            if item.contains_key("method") {
                identifications.push(decode_identification(&item).map_err(unreadable("read a chain"))?);
            } else {
                scorings.push(decode_scoring(&item).map_err(unreadable("read a chain"))?);
            }
        }
        let found = steps.map(|step| {
            let of_step = |found: &&Identification| found.id == step.identification_id && found.org == chain.org;
            let identification = identifications.iter().find(of_step)?.clone();
            let scoring = scorings.iter().find(|scoring| Some(scoring.id) == step.scoring_id()).cloned();
            Some(FoundStep { identification, scoring })
        });
        Ok(found.collect())
    }

    async fn advance(
        &self,
        chain: &Chain,
        validated: StepChange,
        opening: Opening,
        story: Story,
        now: Time,
    ) -> Result<(), StepError> {
        let mut stories = vec![&story, &validated.story];
        if let Opening::CodeNotSent { story, .. } = &opening {
            stories.push(story);
        }
        let outbox = match &opening {
            Opening::Code(message) => std::slice::from_ref(message),
            Opening::Nothing | Opening::CodeNotSent { .. } => &[],
        };
        telling_in(Room::of(self, outbox, now), ADVANCE, &stories, |chapters, room| {
            let mut values = chain_values(chain, now);
            values.push(("next_step", number(chain.current_step as u64 + 1)));
            let update = "SET #current_step = :next_step";
            let change = Change { key: Key::chain(chain.id), update, condition: AS_READ, values };
            let commit = Commit::new(self, ADVANCE, now).step_telling(change, &chapters[0]);
            let commit = take_step(commit, &validated.identification, &validated.transition, &chapters[1], now);
            open(commit, &chain.org, &opening, chapters.get(2), now).outbox(outbox, room)
        })
        .await
    }

    async fn resend(
        &self,
        chain: &Chain,
        resent: StepChange,
        outbox: Vec<NewOutboxMessage>,
        now: Time,
    ) -> Result<(), StepError> {
        telling_in(Room::of(self, &outbox, now), RESEND, &[&resent.story], |chapters, room| {
            let open = self.check(Key::chain(chain.id), AS_READ, chain_values(chain, now));
            let commit = Commit::new(self, RESEND, now).guarded(open);
            let commit = take_step(commit, &resent.identification, &resent.transition, &chapters[0], now);
            commit.outbox(&outbox, room)
        })
        .await
    }

    async fn transition(
        &self,
        chain: &Chain,
        transition: ChainTransition,
        steps: Vec<StepChange>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError> {
        let stories: Vec<&Story> = [&story].into_iter().chain(steps.iter().map(|step| &step.story)).collect();
        telling_all(CHANGE, &stories, |chapters| {
            let mut change = change(chain, &transition, now);
            // A chain shows the status of the latest review of its steps.
            let marked = chapters[1..].iter().find_map(|chapter| chapter.marking?.next);
            let update = match marked {
                Some(ReviewMark { status, .. }) => {
                    change.values.push(("review", text(status)));
                    format!("{}, #review = :review", change.update)
                }
                None => change.update.to_owned(),
            };
            let change = Change { update: &update, ..change };
            let commit = Commit::new(self, CHANGE, now).step_telling(change, &chapters[0]);
            steps.iter().zip(&chapters[1..]).fold(commit, |commit, (step, chapter)| {
                take_step(commit, &step.identification, &step.transition, chapter, now)
            })
        })
        .await
    }

    async fn delete(
        &self,
        chain: &Chain,
        steps: Vec<(Identification, Story)>,
        force: bool,
        story: Story,
        now: Time,
    ) -> Result<Erasure, StepError> {
        let stories: Vec<&Story> = [&story].into_iter().chain(steps.iter().map(|(_, story)| story)).collect();
        let mut tries = DELETE_TRIES;
        let mut current = Cow::Borrowed(chain);
        loop {
            let mut removals: Vec<Removal> = Vec::with_capacity(steps.len());
            for (identification, _) in &steps {
                removals.push(self.removal(identification).await?);
            }
            let prefixes = removals.iter().flat_map(|removal| removal.prefixes.clone()).collect();
            let erasure = Erasure { id: chain.id.to_string(), prefixes };
            let deleted = telling_all(DELETE, &stories, |chapters| {
                let condition = as_found(if force { OURS } else { CREATED }, &current.lookups);
                let commit = Commit::new(self, DELETE, now);
                let commit = commit.delete_telling(&condition, chain_values(chain, now), &chain.org, &chapters[0]);
                let commit = commit.find_no_more(&chain.org, of_record(&current));
                let commit = removals.iter().zip(&chapters[1..]).fold(commit, |commit, (removal, chapter)| {
                    removal.commit(self, commit, &chain.org, OURS, chapter, now)
                });
                commit.write(self.put(encode_erasure(&erasure, now)))
            });
            match deleted.await {
                Ok(()) => return Ok(erasure),
                Err(StepError::Lost) if tries > 0 => {
                    tries -= 1;
                    let is_scored = removals.iter().any(|removal| removal.scored.is_some());
                    match self.chain(&chain.org, chain.id).await? {
                        // Scored meanwhile, perhaps: then it has seen more. Or something finds it now.
                        Some(changed) if is_scored || changed.lookups != current.lookups => {
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

const ADVANCE: &str = "advance chain";
const RESEND: &str = "resend in chain";
const CHANGE: &str = "change chain";
const DELETE: &str = "delete chain";

/// Its place among records, and what it is found by.
fn of_record(chain: &Chain) -> (RecordPosition, &[String]) {
    (RecordPosition::of(chain.admin_id.into(), chain.created_at), &chain.lookups)
}

fn chain_values(chain: &Chain, now: Time) -> Values {
    let mut values = open_values(&chain.org, now);
    values.push(("current_step", number(chain.current_step as u64)));
    values
}

/// A change in DynamoDB's terms.
fn change(chain: &Chain, transition: &ChainTransition, now: Time) -> Change<'static> {
    let mut values = chain_values(chain, now);
    let (next, update, condition) = match transition {
        ChainTransition::Validate { validation } => {
            values.push(("validation", json(validation)));
            (Status::Validated, "SET #status = :next, #validation = :validation", AS_READ)
        }
        ChainTransition::Cancel { reason } => {
            values.push(("reason", text(reason.expose())));
            (Status::Cancelled, "SET #status = :next, #ended_at = :now, #reason = :reason", AS_READ)
        }
        ChainTransition::Close { from: Closable::Created } => (Status::Closed, ENDS, AS_READ),
        ChainTransition::Close { from: Closable::Validated } => (Status::Closed, ENDS, VALIDATED),
        ChainTransition::Fail => (Status::Failed, ENDS, AS_READ_ANY_TIME),
        ChainTransition::Reject { .. } => (Status::Failed, ENDS, AS_READ),
        ChainTransition::Expire => (Status::Expired, "SET #status = :next", OVER),
    };
    values.push(("next", text(next)));
    Change { key: Key::chain(chain.id), update, condition, values }
}

/// The first code of a step that opens. Nobody has asked for one before.
fn open<'a>(commit: Commit<'a>, org: &OrgId, opening: &Opening, told: Option<&Chapter>, now: Time) -> Commit<'a> {
    let condition = format!("{OPEN} AND #generation = :none");
    let mut values = open_values(org, now);
    values.extend([("none", number(0)), ("first", number(1)), ("sends", number(1)), ("sent_at", millis(now))]);
    let change =
        |id: IdentificationId, update| Change { key: Key::identification(id), update, condition: &condition, values };
    match (opening, told) {
        (Opening::Code(message), _) => {
            let id = message.message.reference.identification_id;
            let update = "SET #generation = :first, #sends = :sends, #last_send_at = :sent_at";
            commit.step(change(id, update))
        }
        (Opening::CodeNotSent { identification_id, .. }, Some(chapter)) => {
            commit.step_telling(change(*identification_id, "SET #generation = :first"), chapter)
        }
        (Opening::Nothing | Opening::CodeNotSent { .. }, _) => commit,
    }
}
