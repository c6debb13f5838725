//! The effects of steps: stored in the outbox in the step's transaction; then a worker is woken.

use crate::{
    App,
    ids::MessageId,
    keys::{CodeContext, Keyring},
    ports::{Effect, MessageRef, NewOutboxMessage, OutboxMessage},
};

/// The effect that sends a generation's code to `address`.
pub(super) fn send_code(app: &App, keys: &Keyring, context: CodeContext<'_>, address: &str) -> NewOutboxMessage {
    let CodeContext { org, id, generation } = context;
    let reference = MessageRef { message_id: MessageId::generate(&*app.entropy), identification_id: id };
    let effect = Effect::Code { generation };
    NewOutboxMessage {
        message: OutboxMessage { reference, org: org.clone(), effect, attempts: 0 },
        destination_digest: Some(keys.destination_digest(address)),
    }
}

/// Wakes workers for committed effects. A failed kick costs nothing: the sweep finds the message.
pub(super) async fn kick(app: &App, messages: &[MessageRef]) {
    for message in messages {
        let _ = app.queue.kick(*message).await;
    }
}

/// What to kick once these are committed.
pub(super) fn references(outbox: &[NewOutboxMessage]) -> Vec<MessageRef> {
    outbox.iter().map(|new| new.message.reference).collect()
}
