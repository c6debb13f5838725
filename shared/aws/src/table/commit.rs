//! One transaction: new entities or a step of one, their effects, and the record of an idempotency key.

use super::{
    items::{Item, Key, decode_remembered, encode_leftovers, encode_message, encode_remembered, millis},
    store::{Change, DynamoStore, NotCommitted, Reasons, cancelled, corrupt},
    throttle,
};
use crate::errors::{STORE, unusable};
use acredita_domain::{
    Time,
    error::Unavailable,
    idempotency::RequestMark,
    ids::{OrgId, ScoringId},
    ports::{CreateError, IdempotencyRecord, NewOutboxMessage, StepError},
};
use aws_sdk_dynamodb::types::TransactWriteItem;

/// An answer that is still valid blocks the write; an outdated one is overwritten.
const FORGOTTEN: &str = "attribute_not_exists(#pk) OR #valid_until <= :now";

/// Writes that are committed together, and which of them may refuse.
pub(crate) struct Commit<'a> {
    store: &'a DynamoStore,
    operation: &'static str,
    now: Time,
    writes: Vec<TransactWriteItem>,
    steps: Vec<usize>,
    destinations: Vec<(usize, Key)>,
    memory: Vec<(usize, Key, RequestMark)>,
}

impl<'a> Commit<'a> {
    pub fn new(store: &'a DynamoStore, operation: &'static str, now: Time) -> Self {
        let (writes, steps, destinations) = (Vec::new(), Vec::new(), Vec::new());
        Self { store, operation, now, writes, steps, destinations, memory: Vec::new() }
    }

    /// A new item. Its id is random, so an existing one is a fault.
    pub fn put(mut self, item: Item) -> Self {
        self.writes.push(self.store.put_new(item));
        self
    }

    /// A step, which its condition may refuse.
    pub fn step(mut self, change: Change<'_>) -> Self {
        self.steps.push(self.writes.len());
        self.writes.push(self.store.change(change));
        self
    }

    /// What is left of a scoring that ends, to be erased later.
    pub fn leave_leftovers(mut self, org: &OrgId, scoring: ScoringId) -> Self {
        self.writes.push(self.store.put(encode_leftovers(org, scoring, self.now)));
        self
    }

    /// Effects, each counted against its destination, if any.
    pub fn outbox(mut self, outbox: Vec<NewOutboxMessage>) -> Self {
        for NewOutboxMessage { message, destination_digest } in outbox {
            self.writes.push(self.store.put_new(encode_message(&message, self.now)));
            if let Some(digest) = destination_digest {
                let key = throttle::throttle_key(&message.org, &digest);
                self.destinations.push((self.writes.len(), key.clone()));
                self.writes.push(throttle::count_send(self.store, key, self.now));
            }
        }
        self
    }

    pub fn remember(mut self, org: &OrgId, record: Option<IdempotencyRecord>) -> Self {
        let Some(record) = record else { return self };
        for (at, mark) in record.marks.iter().enumerate() {
            let key = Key::remembered(org, record.operation.as_str(), &mark.key);
            let values = vec![("now", millis(self.now))];
            self.memory.push((self.writes.len(), key.clone(), mark.clone()));
            self.writes.push(match at {
                0 => self.store.put_if(encode_remembered(org, &record, mark, self.now), FORGOTTEN, values),
                // Recorded by a key that has been replaced since.
                _ => self.store.check(key, FORGOTTEN, values),
            });
        }
        self
    }

    /// Creates everything, or returns why nothing was created. A used key takes precedence: its first request was fine.
    pub async fn create(mut self) -> Result<(), CreateError> {
        let mut reasons = match self.transact().await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Unavailable(unavailable)) => return Err(CreateError::Unavailable(unavailable)),
            Err(NotCommitted::Cancelled(reasons)) => reasons,
        };
        if let Some(at) = self.memory.iter().position(|(index, ..)| reasons.failed(*index)) {
            let (index, key, mark) = self.memory.swap_remove(at);
            let answer = first_answer(self.store, self.operation, key, reasons.item(index), &mark).await;
            return Err(answer.unwrap_or_else(CreateError::Unavailable));
        }
        Err(match self.too_many_messages(&mut reasons).await {
            Ok(again_at) => CreateError::TooManyMessages { again_at },
            Err(unavailable) => CreateError::Unavailable(unavailable),
        })
    }

    /// Takes the steps with their effects, or returns why they were not taken.
    pub async fn take(mut self) -> Result<(), StepError> {
        let mut reasons = match self.transact().await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Unavailable(unavailable)) => return Err(StepError::Unavailable(unavailable)),
            Err(NotCommitted::Cancelled(reasons)) => reasons,
        };
        if self.steps.iter().any(|index| reasons.failed(*index)) {
            return Err(StepError::Lost);
        }
        Err(match self.too_many_messages(&mut reasons).await {
            Ok(again_at) => StepError::TooManyMessages { again_at },
            Err(unavailable) => StepError::Unavailable(unavailable),
        })
    }

    async fn transact(&mut self) -> Result<(), NotCommitted> {
        self.store.transact(self.operation, std::mem::take(&mut self.writes)).await
    }

    /// When the destination that refused may get its next message. If none did, it is an outage.
    async fn too_many_messages(self, reasons: &mut Reasons) -> Result<Time, Unavailable> {
        match self.destinations.into_iter().find(|(index, _)| reasons.failed(*index)) {
            Some((index, key)) => throttle::again_at(self.store, self.operation, key, reasons.item(index)).await,
            None => Err(cancelled(self.operation)),
        }
    }
}

/// The answer to a request whose key was used before.
async fn first_answer(
    store: &DynamoStore,
    operation: &'static str,
    key: Key,
    refused: Option<Item>,
    mark: &RequestMark,
) -> Result<CreateError, Unavailable> {
    let item = match refused {
        Some(item) => Some(item),
        None => store.get(operation, key).await?,
    };
    let item = item.ok_or_else(|| unusable(STORE, operation, "a key was refused without its first answer"))?;
    let remembered = decode_remembered(&item).map_err(|fault| corrupt(operation, fault))?;
    if remembered.body_digest == mark.body {
        Ok(CreateError::Replay(remembered.answer))
    } else {
        Ok(CreateError::KeyReused)
    }
}
