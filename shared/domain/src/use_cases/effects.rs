//! The effects of steps: stored in the outbox in the step's transaction; then a worker is woken.

use crate::{
    App,
    identification::Identification,
    ids::{MessageId, OrgId, ReviewId},
    keys::{CodeContext, Keyring},
    otp::Destination,
    ports::{CountedSend, Effect, MessageRef, NewOutboxMessage, OutboxMessage, SendBudget, Wake},
    scoring::Scoring,
    settings::OrgSettings,
    webhooks::Stream,
};
use chrono::TimeDelta;

/// The effect that sends a generation's code.
pub(super) fn send_code(
    app: &App,
    keys: &Keyring,
    settings: &OrgSettings,
    context: CodeContext<'_>,
    destination: &Destination,
) -> NewOutboxMessage {
    let CodeContext { org, id, generation } = context;
    let reference = MessageRef { message_id: MessageId::generate(&*app.entropy), identification_id: id };
    let effect = Effect::Code { generation };
    // Where nothing is sent nothing is counted: a review begins as often as it likes.
    let is_test = app.policy.test_destinations.code_of(destination).is_some();
    let counted = || CountedSend {
        destination: keys.destination_digest(destination.counted().expose()),
        budget: destination.phone().map(|phone| SendBudget {
            daily: settings.daily_budget.messages(),
            country: phone.country(),
            country_daily: settings.country_daily_budget.messages(),
        }),
    };
    NewOutboxMessage {
        message: OutboxMessage { reference, org: org.clone(), effect, attempts: 0 },
        counted: (!is_test).then(counted),
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

/// Wakes a worker for committed events of an identification, as [`kick`] does for messages.
pub(super) async fn told(app: &App, identification: &Identification) {
    wake(app, &identification.org, stream_of(identification)).await;
}

/// The same, if no message is sent: whoever sends one wakes a worker for the events, too.
pub(super) async fn told_or_sent(app: &App, identification: &Identification, messages: &[MessageRef]) {
    match messages {
        [] => told(app, identification).await,
        messages => kick(app, messages).await,
    }
}

/// What to wake a worker for: a chain's stands for those of its steps.
pub(super) fn stream_of(identification: &Identification) -> Stream {
    identification
        .membership
        .map_or(Stream::IdentificationId(identification.id), |place| Stream::ChainId(place.chain_id))
}

/// The same for events of a scoring, which are its identification's if it has one.
pub(super) async fn told_of_scoring(app: &App, scoring: &Scoring) {
    let stream = scoring.identification.map_or(Stream::ScoringId(scoring.id), Stream::IdentificationId);
    wake(app, &scoring.org, stream).await;
}

/// The same for the events of reviews that changed with a step.
pub(super) async fn told_of_reviews(app: &App, org: &OrgId, reviews: &[ReviewId]) {
    for review in reviews {
        wake(app, org, Stream::ReviewId(*review)).await;
    }
}

pub(super) async fn wake(app: &App, org: &OrgId, stream: Stream) {
    let _ = app.wakes.wake(&Wake::Events { org: org.clone(), stream }, TimeDelta::zero()).await;
}
