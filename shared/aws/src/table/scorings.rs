//! Scorings in the table.

use super::{
    commit::{Commit, as_found, telling},
    expressions::Values,
    items::{
        Item, Key, Standing, decode_scoring, encode_erasure, encode_score, encode_scoring, json, millis, number, text,
    },
    store::{Change, DynamoStore, Refused, corrupt},
};
use acredita_domain::{
    Time,
    events::{Chapter, ReviewsOfStep, Story, Subject},
    ids::{LeaseId, OrgId, ReviewId, ScoringId},
    pictures::{Capture, PicturePrefix},
    ports::{CreateError, Erasure, FindError, NewScoring, Reservation, Scorings, StepError},
    records::RecordPosition,
    scoring::{Assessment, HostedDelegation, Scoring},
    sightings::{NewSighting, Sighting},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

const OPEN: &str = "#org = :org AND #closed = :no AND #expires_at > :now";
/// No request holds a retry, or the one that does has let its lease end.
const FREE: &str = "(attribute_not_exists(#lease_until) OR #lease_until <= :now)";
const OPEN_AS_JUDGED: &str = "#org = :org AND #closed = :no AND #expires_at > :now AND #version = :version";
const OURS: &str = "#org = :org";
const OURS_AS_READ: &str = "#org = :org AND #version = :version";

#[async_trait]
impl Scorings for DynamoStore {
    async fn create(&self, new: NewScoring, now: Time) -> Result<(), CreateError> {
        let NewScoring { mut scoring, keep_until, idempotency, story } = new;
        let chapter = story.after(&story.log);
        scoring.log = Some(chapter.continued());
        let item = encode_scoring(&scoring, Standing::Alone, keep_until);
        let commit = Commit::new(self, "create scoring", now)
            .put(item)
            .find_by(&scoring.org, &Key::scoring(scoring.id), of_record(&scoring), keep_until)
            .tell(&chapter);
        commit.remember(&scoring.org, idempotency).create().await
    }

    async fn find(&self, org: &OrgId, id: ScoringId) -> Result<Option<Scoring>, FindError> {
        let found = DynamoStore::find(self, "find scoring", Key::scoring(id), decode_scoring).await?;
        Ok(found.filter(|scoring| scoring.org == *org))
    }

    async fn reserve_retry(
        &self,
        scoring: &Scoring,
        lease: LeaseId,
        now: Time,
        until: Time,
    ) -> Result<Reservation, StepError> {
        let operation = "reserve retry";
        let mut values = scoring_values(&scoring.org, now);
        values.extend([
            ("lease", text(lease)),
            ("until", millis(until)),
            ("max_retries", number(scoring.max_retries.get())),
        ]);
        let update = "SET #lease = :lease, #lease_until = :until";
        let condition = format!("{OPEN} AND {FREE} AND #retries_used < :max_retries");
        let change = Change { key: Key::scoring(scoring.id), update, condition: &condition, values };
        let item = match self.update(operation, change).await {
            Ok(item) => item,
            // The SDK retried after a lost answer: it was reserved by this very call.
            Err(Refused::Condition(Some(item))) if is_held(&item, lease) => item,
            Err(refused) => return Err(refused.into()),
        };
        let scoring = decode_scoring(&item).map_err(|fault| StepError::Unavailable(corrupt(operation, fault)))?;
        Ok(Reservation { scoring, lease })
    }

    async fn give_back_retry(&self, org: &OrgId, id: ScoringId, lease: LeaseId) -> Result<(), StepError> {
        let values = vec![("org", text(org)), ("lease", text(lease))];
        let update = "REMOVE #lease, #lease_until";
        let change = Change { key: Key::scoring(id), update, condition: "#org = :org AND #lease = :lease", values };
        self.update("give back retry", change).await?;
        Ok(())
    }

    async fn record_score(
        &self,
        reservation: &Reservation,
        assessment: Assessment,
        captures: Vec<Capture>,
        seen: Vec<NewSighting>,
        story: Story,
        now: Time,
    ) -> Result<(), StepError> {
        let Reservation { scoring, .. } = reservation;
        let mut values = reserved_values(reservation, now);
        values.extend([
            ("assessment", json(&assessment)),
            ("score", encode_score(assessment.verdict.score)),
            ("captures", json(&captures)),
            ("sightings", json(&all_sightings(scoring, &seen))),
        ]);
        let opened = story.reviews.as_ref().and_then(ReviewsOfStep::opened);
        let opens = match opened {
            Some(review) => {
                let reviews: Vec<ReviewId> = scoring.reviews.iter().copied().chain([review]).collect();
                values.push(("reviews", json(&reviews)));
                ", #reviews = :reviews"
            }
            None => "",
        };
        let update = format!(
            "SET #assessment = :assessment, #score = :score, #captures = :captures, #sightings = :sightings, \
             #retries_used = #retries_used + :one, #version = #version + :one{opens} \
             REMOVE #delegation, #lease, #lease_until"
        );
        let condition = reserved();
        telling("record score", &story, |chapter| {
            let change = Change {
                key: Key::scoring(scoring.id),
                update: &update,
                condition: &condition,
                values: values.clone(),
            };
            let score = ("score", encode_score(assessment.verdict.score));
            let commit = self.tell_step("record score", scoring, change, (chapter, Some(score)), now);
            seen.iter().fold(commit, |commit, new| commit.seen(self.remember(scoring, new)))
        })
        .await
    }

    async fn record_delegation(
        &self,
        reservation: &Reservation,
        delegation: HostedDelegation,
        story: Story,
        now: Time,
    ) -> Result<(), StepError> {
        let Reservation { scoring, .. } = reservation;
        let mut values = reserved_values(reservation, now);
        values.push(("delegation", json(&delegation)));
        let update = "SET #delegation = :delegation, #version = #version + :one \
                      REMOVE #lease, #lease_until";
        let condition = reserved();
        telling("record delegation", &story, |chapter| {
            let change =
                Change { key: Key::scoring(scoring.id), update, condition: &condition, values: values.clone() };
            self.tell_step("record delegation", scoring, change, (chapter, None), now)
        })
        .await
    }

    async fn close(&self, scoring: &Scoring, story: Story, now: Time) -> Result<(), StepError> {
        let Scoring { id, ref org, .. } = *scoring;
        telling("close scoring", &story, |chapter| {
            let change = close(org, id, Closing::Open, now);
            let commit = self.tell_step("close scoring", scoring, change, (chapter, None), now);
            commit.leave_leftovers(org, id)
        })
        .await
    }

    async fn delete(&self, scoring: &Scoring, force: bool, story: Story, now: Time) -> Result<Erasure, StepError> {
        let mut current = scoring.clone();
        loop {
            match self.delete_as_read(&current, force, &story, now).await {
                Err(StepError::Lost) => match Scorings::find(self, &scoring.org, scoring.id).await? {
                    // Scored meanwhile: it has seen more. Or something finds it now.
                    Some(changed) if changed.version != current.version || changed.lookups != current.lookups => {
                        current = changed;
                    }
                    _ => return Err(StepError::Lost),
                },
                done => return done,
            }
        }
    }
}

impl DynamoStore {
    /// Deletes a scoring of this version, and forgets what it saw.
    async fn delete_as_read(
        &self,
        scoring: &Scoring,
        force: bool,
        story: &Story,
        now: Time,
    ) -> Result<Erasure, StepError> {
        let Scoring { id, ref org, version, .. } = *scoring;
        let prefixes = vec![PicturePrefix::scoring(org, id), PicturePrefix::uploads(org, id)];
        let erasure = Erasure { id: id.to_string(), prefixes };
        let mut values = scoring_values(org, now);
        values.push(("version", number(version)));
        let condition = as_found(if force { OURS_AS_READ } else { OPEN_AS_JUDGED }, &scoring.lookups);
        telling("delete scoring", story, |chapter| {
            let commit = Commit::new(self, "delete scoring", now);
            let commit = commit.delete_telling(&condition, values.clone(), org, chapter);
            let commit = commit.find_no_more(org, of_record(scoring));
            let commit = commit.write(self.put(encode_erasure(&erasure, now)));
            self.forget(scoring, now).fold(commit, Commit::write)
        })
        .await?;
        Ok(erasure)
    }

    /// A step of a scoring, with the events of it: in its own log, or in that of its identification, which takes the
    /// attribute that its record shows.
    fn tell_step(
        &self,
        operation: &'static str,
        scoring: &Scoring,
        change: Change<'_>,
        (chapter, shown): (&Chapter, Option<(&'static str, AttributeValue)>),
        now: Time,
    ) -> Commit<'_> {
        let commit = Commit::new(self, operation, now);
        match chapter.subject {
            Subject::Scoring { .. } => commit.step_telling(change, chapter),
            _ => commit.step_once(change, chapter.once.as_ref()).tell_and_show(&scoring.org, chapter, shown),
        }
    }
}

/// Its place among records, and what it is found by.
fn of_record(scoring: &Scoring) -> (RecordPosition, &[String]) {
    (RecordPosition::of(scoring.id.into(), scoring.created_at), &scoring.lookups)
}

/// A scoring that could not be read before a step.
/// What a scoring saw until now, and what it sees.
fn all_sightings(scoring: &Scoring, seen: &[NewSighting]) -> Vec<Sighting> {
    let new = seen.iter().map(|new| &new.sighting).filter(|sighting| !scoring.sightings.contains(sighting));
    scoring.sightings.iter().chain(new).cloned().collect()
}

/// What a scoring has to be to be closed.
#[derive(Clone, Copy)]
pub(crate) enum Closing {
    /// Neither closed nor expired.
    Open,
    /// Open, and what a decision was made on.
    Judged { version: u64 },
    /// Anything: its identification has ended.
    Any,
}

/// Closes a scoring.
pub(crate) fn close(org: &OrgId, id: ScoringId, closing: Closing, now: Time) -> Change<'static> {
    let mut values = scoring_values(org, now);
    let condition = match closing {
        Closing::Open => OPEN,
        Closing::Judged { version } => {
            values.push(("version", number(version)));
            OPEN_AS_JUDGED
        }
        Closing::Any => OURS,
    };
    let update = "SET #closed = :yes, #version = #version + :one REMOVE #lease, #lease_until";
    Change { key: Key::scoring(id), update, condition, values }
}

/// Open, and still what the retry was reserved on. Its values are [`reserved_values`].
fn reserved() -> String {
    format!("{OPEN} AND #lease = :lease AND #version = :version")
}

fn reserved_values(reservation: &Reservation, now: Time) -> Values {
    let mut values = scoring_values(&reservation.scoring.org, now);
    values.extend([("lease", text(reservation.lease)), ("version", number(reservation.scoring.version))]);
    values
}

fn is_held(item: &Item, lease: LeaseId) -> bool {
    item.get("lease").and_then(|holder| holder.as_s().ok()).is_some_and(|holder| *holder == lease.to_string())
}

fn scoring_values(org: &OrgId, now: Time) -> Values {
    vec![
        ("org", text(org)),
        ("now", millis(now)),
        ("no", AttributeValue::Bool(false)),
        ("yes", AttributeValue::Bool(true)),
        ("one", number(1)),
    ]
}
