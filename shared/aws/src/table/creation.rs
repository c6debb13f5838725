//! Creates: what comes into being together, in one transaction, with the memory of its idempotency key.

use super::{
    items::{Item, Key, decode_remembered, encode_message, encode_remembered, millis},
    store::{DynamoStore, NotCommitted, Reasons, cancelled, corrupt},
    throttle,
};
use crate::errors::{STORE, unusable};
use acredita_domain::{
    Time,
    error::Unavailable,
    ids::OrgId,
    ports::{CreateError, IdempotencyRecord, NewMessage},
};
use aws_sdk_dynamodb::types::TransactWriteItem;

/// An answer that is still to be repeated stands in the way; one that is not is overwritten.
const FORGOTTEN: &str = "attribute_not_exists(#pk) OR #valid_until <= :now";

/// The writes of one create, and which of them may refuse it.
pub(crate) struct Creation<'a> {
    store: &'a DynamoStore,
    operation: &'static str,
    now: Time,
    writes: Vec<TransactWriteItem>,
    memory: Option<Guard<IdempotencyRecord>>,
    throttle: Option<Guard<()>>,
}

/// A write that may refuse, by its position and its item's key.
struct Guard<T> {
    index: usize,
    key: Key,
    about: T,
}

impl<'a> Creation<'a> {
    pub fn new(store: &'a DynamoStore, operation: &'static str, now: Time) -> Self {
        Self { store, operation, now, writes: Vec::new(), memory: None, throttle: None }
    }

    /// Something new. Its id is random: that there is one already is a fault.
    pub fn put(mut self, item: Item) -> Self {
        self.writes.push(self.store.put_new(item));
        self
    }

    /// A message, counted against its destination.
    pub fn send(mut self, new: Option<NewMessage>) -> Self {
        let Some(NewMessage { message, destination_digest }) = new else {
            return self;
        };
        let key = throttle::throttle_key(&message.org, &destination_digest);
        let item = encode_message(&message, self.now);
        self = self.put(item);
        self.throttle = Some(Guard { index: self.writes.len(), key: key.clone(), about: () });
        self.writes.push(throttle::count_send(self.store, key, self.now));
        self
    }

    /// What to remember.
    pub fn remember(mut self, org: &OrgId, record: Option<IdempotencyRecord>) -> Self {
        let Some(record) = record else { return self };
        let key = Key::remembered(org, record.operation.as_str(), &record.request.key_digest());
        let item = encode_remembered(org, &record, self.now);
        self.memory = Some(Guard { index: self.writes.len(), key, about: record });
        self.writes.push(self.store.put_if(item, FORGOTTEN, vec![("now", millis(self.now))]));
        self
    }

    /// Creates all of it, or says why nothing was created. A key that was used before wins over everything: its first
    /// request was fine.
    pub async fn commit(mut self) -> Result<(), CreateError> {
        let writes = std::mem::take(&mut self.writes);
        let mut reasons = match self.store.transact(self.operation, writes).await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Unavailable(unavailable)) => return Err(CreateError::Unavailable(unavailable)),
            Err(NotCommitted::Cancelled(reasons)) => reasons,
        };
        Err(self.refusal(&mut reasons).await.unwrap_or_else(CreateError::Unavailable))
    }

    async fn refusal(self, reasons: &mut Reasons) -> Result<CreateError, Unavailable> {
        let Self { store, operation, .. } = self;
        if let Some(Guard { index, key, about }) = self.memory.filter(|guard| reasons.failed(guard.index)) {
            return first_answer(store, operation, key, reasons.item(index), &about).await;
        }
        if let Some(Guard { index, key, .. }) = self.throttle.filter(|guard| reasons.failed(guard.index)) {
            let again_at = throttle::again_at(store, operation, key, reasons.item(index)).await?;
            return Ok(CreateError::TooManyMessages { again_at });
        }
        Err(cancelled(operation))
    }
}

/// The answer to a request whose key came before.
async fn first_answer(
    store: &DynamoStore,
    operation: &'static str,
    key: Key,
    refused: Option<Item>,
    record: &IdempotencyRecord,
) -> Result<CreateError, Unavailable> {
    let item = match refused {
        Some(item) => Some(item),
        None => store.get(operation, key).await?,
    };
    let item = item.ok_or_else(|| unusable(STORE, operation, "a key was refused without its first answer"))?;
    let remembered = decode_remembered(&item).map_err(|fault| corrupt(operation, fault))?;
    if remembered.body_digest == record.request.body_digest() {
        Ok(CreateError::Replay(remembered.answer))
    } else {
        Ok(CreateError::KeyReused)
    }
}
