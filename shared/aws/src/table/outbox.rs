//! The outbox in the table. A worker's claim is on the message itself: one item, one write.

use super::{
    commit::{Commit, telling},
    expressions::Values,
    items::{
        Key, MessageState, StoredMessage, decode_message, encode_delivery_state, json, message_of, millis, number, text,
    },
    store::{Change, DynamoStore, Refused},
    transitions::{OPEN, open_values},
};
use acredita_domain::{
    Time,
    delivery::{DeliveryState, DeliveryStatus},
    ids::LeaseId,
    otp::LiveCode,
    ports::limits::MAX_DELIVERY_ATTEMPTS,
    ports::{Claim, Effect, FindError, MessageRef, Outbox, OutboxMessage, Settlement, StepError, Told},
};
use async_trait::async_trait;

const FREE: &str = "#state = :pending AND (attribute_not_exists(#lease_until) OR #lease_until <= :now)";
const MINE: &str = "#org = :org AND #lease = :lease";
const STILL_MINE: &str = "#org = :org AND #lease = :lease AND #lease_until > :now";

#[async_trait]
impl Outbox for DynamoStore {
    async fn claim(&self, message: MessageRef, lease: LeaseId, now: Time, until: Time) -> Result<Claim, FindError> {
        let values = vec![
            ("pending", text(MessageState::Pending.as_str())),
            ("now", millis(now)),
            ("until", millis(until)),
            ("lease", text(lease)),
            ("one", number(1)),
        ];
        let update = "SET #lease = :lease, #lease_until = :until ADD #attempts :one";
        let item = match self
            .update("claim message", Change { key: Key::message(message), update, condition: FREE, values })
            .await
        {
            Ok(item) | Err(Refused::Condition(Some(item))) => item,
            Err(Refused::Condition(None)) => return Ok(Claim::Settled),
            Err(Refused::Unavailable(unavailable)) => return Err(FindError::Unavailable(unavailable)),
        };
        // The refusal may show this very lease: then an earlier attempt of this call succeeded, and only its answer was
        // lost.
        Ok(match decode_message(&item).map_err(|corrupt| FindError::Corrupt(corrupt.0))? {
            StoredMessage { state: MessageState::Settled(_), .. } => Claim::Settled,
            StoredMessage { message, lease: Some(holder), .. } if holder == lease => Claim::Taken(message),
            _ => Claim::Leased,
        })
    }

    async fn issue_code(
        &self,
        message: &OutboxMessage,
        lease: LeaseId,
        code: LiveCode,
        now: Time,
    ) -> Result<(), StepError> {
        let operation = "issue code";
        let generation = message.effect.generation();
        let mut values = open_values(&message.org, now);
        values.extend([("code", json(&code)), ("generation", number(generation)), ("lease", text(lease))]);
        let live = format!("{OPEN} AND #generation = :generation");
        let writes = vec![
            self.check(Key::message(message.reference), STILL_MINE, values.clone()),
            self.change(Change {
                key: Key::identification(message.reference.identification_id),
                update: "SET #code = :code",
                condition: &live,
                values,
            }),
        ];
        let guards = writes.len();
        self.transact(operation, writes).await.map_err(|error| error.into_step_error(operation, guards))
    }

    async fn settle(
        &self,
        message: &OutboxMessage,
        lease: LeaseId,
        how: Settlement,
        told: Option<Told>,
    ) -> Result<(), StepError> {
        let mut values = lease_values(message, lease);
        values.push(("settled", text(how.as_str())));
        let update = match how {
            Settlement::Refused(refusal) => {
                values.push(("refusal", text(refusal)));
                "SET #state = :settled, #refusal = :refusal REMOVE #lease, #lease_until, #due_shard, #due_at"
            }
            Settlement::Sent | Settlement::Dropped | Settlement::FellBack => {
                "SET #state = :settled REMOVE #lease, #lease_until, #due_shard, #due_at"
            }
        };
        let change =
            || Change { key: Key::message(message.reference), update, condition: MINE, values: values.clone() };
        if let Some(Told { story, later }) = told {
            let at = story.events.first().map_or(Time::UNIX_EPOCH, |event| event.at);
            let state = match (message.effect, how) {
                (Effect::Code { .. }, Settlement::Sent) => Some(DeliveryState::of(DeliveryStatus::Sent, at)),
                (Effect::Code { .. }, Settlement::Refused(refusal)) => Some(DeliveryState::failed(refusal.into(), at)),
                _ => None,
            };
            let note = state.map(|state| (message_of(message.effect.generation()), encode_delivery_state(&state)));
            let settled = telling("settle message", &story, |chapter| {
                let commit = Commit::new(self, "settle message", at).step(change());
                commit.tell_and_note(&message.org, chapter, note.as_ref()).later(later.as_ref())
            });
            match settled.await {
                // The lease is lost, or the subject is gone: then only the message is left.
                Err(StepError::Lost) => {}
                told => return told,
            }
        }
        self.update("settle message", change()).await?;
        Ok(())
    }

    async fn find(&self, message: MessageRef) -> Result<Option<OutboxMessage>, FindError> {
        let found = DynamoStore::find(self, "find message", Key::message(message), decode_message).await?;
        Ok(found.map(|found| found.message))
    }

    async fn record_receipt(&self, message: &OutboxMessage, state: DeliveryState, told: Told) -> Result<(), StepError> {
        let operation = "record receipt";
        let Told { story, later } = told;
        let generation = message.effect.generation();
        let known = message_of(generation);
        let before = state.status.before().iter().map(|status| format!(" OR begins_with(#{known}, :{status})"));
        let condition = format!(
            "#org = :org AND #generation = :generation AND (attribute_not_exists(#{known}){})",
            before.collect::<String>()
        );
        let update = format!("SET #{known} = :state");
        let mut values: Values = state.status.before().iter().map(|status| (status.as_str(), text(status))).collect();
        values.extend([
            ("org", text(&message.org)),
            ("generation", number(generation)),
            ("state", encode_delivery_state(&state)),
        ]);
        telling(operation, &story, |chapter| {
            let key = Key::identification(message.reference.identification_id);
            let change = Change { key, update: &update, condition: &condition, values: values.clone() };
            Commit::new(self, operation, state.updated_at).step_telling(change, chapter).later(later.as_ref())
        })
        .await
    }

    async fn release(&self, message: &OutboxMessage, lease: LeaseId, stuck_at: Time) -> Result<(), StepError> {
        let mut values = lease_values(message, lease);
        let update = if message.attempts >= MAX_DELIVERY_ATTEMPTS {
            "REMOVE #lease, #lease_until, #due_shard, #due_at"
        } else {
            values.push(("stuck_at", millis(stuck_at)));
            "SET #due_at = :stuck_at REMOVE #lease, #lease_until"
        };
        self.update(
            "release message",
            Change { key: Key::message(message.reference), update, condition: MINE, values },
        )
        .await?;
        Ok(())
    }
}

fn lease_values(message: &OutboxMessage, lease: LeaseId) -> Values {
    vec![("org", text(&message.org)), ("lease", text(lease))]
}
