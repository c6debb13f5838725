//! The effects of steps: put into the outbox in the step's transaction; then a worker is woken.

use crate::{
    App,
    ids::MessageId,
    keys::{CodeContext, Keyring},
    ports::{Effect, MessageRef, NewMessage, OutboxMessage},
};

/// Has the code of a generation sent to `address`.
pub(super) fn send_code(app: &App, keys: &Keyring, context: CodeContext<'_>, address: &str) -> NewMessage {
    let CodeContext { org, id, generation } = context;
    let reference = MessageRef { message_id: MessageId::generate(&*app.entropy), identification_id: id };
    let effect = Effect::Code { generation };
    NewMessage {
        message: OutboxMessage { reference, org: org.clone(), effect, attempts: 0 },
        destination_digest: Some(keys.destination_digest(address)),
    }
}

/// Wakes workers for effects that were committed. A kick that fails costs nothing: the sweep finds the message.
pub(super) async fn kick(app: &App, messages: &[MessageRef]) {
    for message in messages {
        let _ = app.queue.kick(*message).await;
    }
}

/// What is to be kicked once these are committed.
pub(super) fn references(effects: &[NewMessage]) -> Vec<MessageRef> {
    effects.iter().map(|new| new.message.reference).collect()
}
