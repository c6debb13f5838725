//! Stand-ins for AWS's triggers: they hand the queue's messages to the worker and run the sweep on a schedule.

use crate::inbox::Inbox;
use acredita_domain::ports::{Clock, MessageRef};
use acredita_embedded_aws::REGION;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_sqs::{Client, operation::receive_message::builders::ReceiveMessageFluentBuilder, types::Message};
use std::{collections::HashSet, io, sync::Arc, time::Duration};
use tokio::sync::watch;

/// Messages in one batch, as the template has it: each has the worker to itself.
pub const BATCH: i32 = 1;
/// Dead letters received at once: as many as SQS hands out.
const DEAD_LETTERS: i32 = 10;
/// How long a receive waits for a message: the longest that SQS allows. Seconds.
const LONG_POLL: i32 = 20;
/// How soon a failed record is retried. On AWS it waits for its visibility timeout; a developer at the screen should not.
const RETRY_AFTER_SECONDS: i32 = 1;
/// How often the sweep runs. Every minute on AWS; here a lost message should not take that long to be seen.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// How often dead letters are looked for. Seconds.
const DEAD_LETTERS_EVERY: i32 = 5;
/// The pause after the queue did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Becomes true when the process should end.
pub type Stop = watch::Receiver<bool>;

/// Resolves when the process should end.
pub async fn stopped(mut stop: Stop) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits for Ctrl-C, or for the signal of a supervisor.
pub async fn asked_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Hands the queue's messages to the worker until stopped, and finishes the batch in hand.
pub async fn deliver<Batch>(notify: impl Fn(SqsEvent) -> Batch, sqs: Client, queue_url: String, stop: Stop)
where
    Batch: Future<Output = SqsBatchResponse>,
{
    loop {
        let receive = sqs.receive_message().queue_url(&queue_url).max_number_of_messages(BATCH);
        let Some(messages) = next_messages(receive, &stop).await else {
            return;
        };
        if !messages.is_empty() {
            batch(&notify, &sqs, &queue_url, messages).await;
        }
    }
}

/// The next messages, possibly none; `None` once stopped. Pauses after the queue did not answer.
pub async fn next_messages(receive: ReceiveMessageFluentBuilder, stop: &Stop) -> Option<Vec<Message>> {
    let received = tokio::select! {
        () = stopped(stop.clone()) => return None,
        received = with_long_poll(receive.wait_time_seconds(LONG_POLL)) => received,
    };
    if received.is_none() {
        tokio::time::sleep(PAUSE).await;
    }
    Some(received.unwrap_or_default())
}

/// The time limit of a call has to exceed the wait that it asks for.
async fn with_long_poll(receive: ReceiveMessageFluentBuilder) -> Option<Vec<Message>> {
    let limit = Duration::from_secs(30);
    let timeouts = aws_sdk_sqs::config::timeout::TimeoutConfig::builder()
        .operation_attempt_timeout(limit)
        .operation_timeout(limit)
        .build();
    let config = aws_sdk_sqs::config::Builder::new().timeout_config(timeouts);
    let received = receive.customize().config_override(config).send().await.ok()?;
    Some(received.messages.unwrap_or_default())
}

/// Settles a batch as Lambda's poller does: deletes what succeeded and makes what failed visible again.
async fn batch<Batch>(notify: &impl Fn(SqsEvent) -> Batch, sqs: &Client, queue_url: &str, messages: Vec<Message>)
where
    Batch: Future<Output = SqsBatchResponse>,
{
    let response = notify(event(&messages)).await;
    let failed: HashSet<&str> =
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
    for message in &messages {
        let receipt = message.receipt_handle().unwrap_or_default();
        // Either call may be lost: then the message comes again, and the worker recognises it.
        if failed.contains(message.message_id().unwrap_or_default()) {
            let change = sqs.change_message_visibility().queue_url(queue_url).receipt_handle(receipt);
            let _ = change.visibility_timeout(RETRY_AFTER_SECONDS).send().await;
        } else {
            let _ = sqs.delete_message().queue_url(queue_url).receipt_handle(receipt).send().await;
        }
    }
}

/// The event that Lambda's poller would make of these messages.
pub fn event(messages: &[Message]) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = messages.iter().map(record).collect();
    event
}

fn record(message: &Message) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = message.message_id.clone();
    record.receipt_handle = message.receipt_handle.clone();
    record.body = message.body.clone();
    record.event_source = Some("aws:sqs".to_owned());
    record.event_source_arn = Some(format!("arn:aws:sqs:{REGION}:000000000000:messages"));
    record.aws_region = Some(REGION.to_owned());
    record
}

/// Runs the sweep on its schedule until stopped, beginning now.
pub async fn sweep<Run: Future<Output = ()>>(sweep: impl Fn() -> Run, stop: Stop) {
    loop {
        // A run may stop anywhere: the rows that it has not reached are still due.
        let run = async {
            sweep().await;
            tokio::time::sleep(SWEEP_EVERY).await;
        };
        tokio::select! {
            () = stopped(stop.clone()) => return,
            () = run => {}
        }
    }
}

/// Shows dead letters in the inbox. They stay in their queue, to be redriven.
pub async fn watch_dead_letters(clock: Arc<dyn Clock>, inbox: Arc<Inbox>, sqs: Client, queue_url: String, stop: Stop) {
    loop {
        let receive = sqs.receive_message().queue_url(&queue_url).max_number_of_messages(DEAD_LETTERS);
        let Some(messages) = next_messages(receive.visibility_timeout(DEAD_LETTERS_EVERY), &stop).await else {
            return;
        };
        let references = messages.iter().filter_map(|message| serde_json::from_str::<MessageRef>(message.body()?).ok());
        references.for_each(|reference| inbox.record_dead_letter(reference, clock.now()));
    }
}
