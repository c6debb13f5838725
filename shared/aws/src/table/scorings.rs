//! Scorings in the table.

use super::{
    commit::Commit,
    expressions::Values,
    identifications::taken_by,
    items::{Key, Standing, decode_scoring, encode_erasure, encode_scoring, json, millis, number, text},
    store::{Change, DynamoStore, Refused},
    transitions::new_mark,
};
use acredita_domain::{
    Time,
    ids::{OrgId, ScoringId},
    pictures::{Capture, PicturePrefix},
    ports::{CreateError, Erasure, FindError, NewScoring, Scorings, StepError},
    scoring::{Assessment, HostedDelegation, Scoring},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

const OPEN: &str = "#org = :org AND #closed = :no AND #expires_at > :now";
const OVER: &str = "#org = :org AND #expires_at <= :now";

#[async_trait]
impl Scorings for DynamoStore {
    async fn create(&self, new: NewScoring, now: Time) -> Result<(), CreateError> {
        let NewScoring { scoring, keep_until, idempotency } = new;
        let item = encode_scoring(&scoring, Standing::Alone, keep_until);
        Commit::new(self, "create scoring", now).put(item).remember(&scoring.org, idempotency).create().await
    }

    async fn find(&self, org: &OrgId, id: ScoringId) -> Result<Option<Scoring>, FindError> {
        let found = DynamoStore::find(self, "find scoring", Key::scoring(id), decode_scoring).await?;
        Ok(found.filter(|scoring| scoring.org == *org))
    }

    async fn record_score(
        &self,
        decided_on: &Scoring,
        assessment: Assessment,
        captures: Vec<Capture>,
        now: Time,
    ) -> Result<(), StepError> {
        let mut values = scoring_values(&decided_on.org, now);
        values.extend([
            ("assessment", json(&assessment)),
            ("captures", json(&captures)),
            ("version", number(decided_on.version)),
        ]);
        let update = "SET #assessment = :assessment, #captures = :captures, #retries_used = #retries_used + :one, #version = #version + :one, \
                      #step = :step REMOVE #delegation";
        let condition = format!("{OPEN} AND #version = :version");
        self.step("record score", decided_on.id, update, &condition, values).await
    }

    async fn record_delegation(
        &self,
        decided_on: &Scoring,
        delegation: HostedDelegation,
        now: Time,
    ) -> Result<(), StepError> {
        let mut values = scoring_values(&decided_on.org, now);
        values.extend([("delegation", json(&delegation)), ("version", number(decided_on.version))]);
        let update = "SET #delegation = :delegation, #version = #version + :one, #step = :step";
        let condition = format!("{OPEN} AND #version = :version");
        self.step("record delegation", decided_on.id, update, &condition, values).await
    }

    async fn close(&self, org: &OrgId, id: ScoringId, now: Time) -> Result<(), StepError> {
        let update = "SET #closed = :yes, #version = #version + :one, #step = :step";
        self.step("close scoring", id, update, OPEN, scoring_values(org, now)).await
    }

    async fn delete(&self, scoring: &Scoring, now: Time) -> Result<Erasure, StepError> {
        let operation = "delete scoring";
        let erasure =
            Erasure { id: scoring.id.to_string(), prefixes: vec![PicturePrefix::scoring(&scoring.org, scoring.id)] };
        let writes = vec![
            self.delete_if(Key::scoring(scoring.id), OVER, scoring_values(&scoring.org, now)),
            self.put(encode_erasure(&erasure, now)),
        ];
        self.transact(operation, writes).await.map_err(|error| error.into_step_error(operation, 1))?;
        Ok(erasure)
    }
}

impl DynamoStore {
    /// Changes a scoring, and recognizes the change as this call's own when its answer was lost and the SDK retried.
    async fn step(
        &self,
        operation: &'static str,
        id: ScoringId,
        update: &str,
        condition: &str,
        mut values: Values,
    ) -> Result<(), StepError> {
        let mark = new_mark();
        values.push(("step", text(&mark)));
        match self.update(operation, Change { key: Key::scoring(id), update, condition, values }).await {
            Err(Refused::Condition(Some(item))) if taken_by(&item, &mark) => Ok(()),
            Err(refused) => Err(refused.into()),
            Ok(_) => Ok(()),
        }
    }
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
