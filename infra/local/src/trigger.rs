//! `acredita trigger`: makes an event of a type happen, by the transitions that lead to one.

mod flow;
mod walk;

use crate::client::{Client, ClientError, ServiceArgs, visible};
use acredita_domain::{actor::EmailAddress, events::EventType, webhooks::EventTypes};
use clap::Args;
use flow::{Flow, flow};
use serde_json::Value;
use std::{
    io::{self, Write},
    time::Duration,
};
use walk::Walk;

/// How often the event is looked for, and how many times: an expiry takes a minute, and the sweep another one.
const EVERY: Duration = Duration::from_millis(250);
const LOOKS: usize = 720;

#[derive(Args)]
pub struct TriggerArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// The type, such as `identification.validated`
    #[arg(value_name = "TYPE", value_parser = kind)]
    kind: EventType,
    /// Where the code of `identification.sent` goes. Needed with --url only: without, it stays on this machine
    #[arg(long)]
    email: Option<EmailAddress>,
}

#[derive(Debug, thiserror::Error)]
pub enum TriggerError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("{0} cannot be triggered: {1}")]
    Never(EventType, &'static str),
    #[error("a code would be sent: name an address of your own in --email")]
    NoEmail,
    #[error("only the service of this machine refuses a message when asked to")]
    NotRefused,
    #[error("the answer to {0} has no {1}")]
    Missing(String, &'static str),
    #[error("all of it succeeded, and no event of the type {0} is there")]
    NoEvent(EventType),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A type that can be triggered, or why it cannot.
fn kind(text: &str) -> Result<EventType, String> {
    let reason = match text.parse::<EventType>() {
        Ok(kind) => match flow(kind) {
            Ok(_) => return Ok(kind),
            Err(reason) => reason,
        },
        Err(_) if !text.contains('*') && EventTypes::pattern(text).is_ok() => "this version has no such events yet",
        Err(_) => "there is no such type of events",
    };
    let possible: Vec<&str> =
        EventType::ALL.iter().filter(|kind| flow(**kind).is_ok()).map(|kind| kind.as_str()).collect();
    Err(format!("{reason}\n\nThese can be triggered:\n  {}", possible.join("\n  ")))
}

pub async fn trigger(args: TriggerArgs) -> Result<(), TriggerError> {
    let TriggerArgs { service, kind, email } = args;
    let client = Client::of(service)?;
    let event = make(&client, kind, email.as_ref(), &|step| drop(writeln!(io::stderr(), "{step}"))).await?;
    Ok(writeln!(io::stdout(), "{}", visible(&event.to_string()))?)
}

/// Makes an event of this type happen, and returns it. `say` gets each step.
pub async fn make(
    client: &Client,
    kind: EventType,
    email: Option<&EmailAddress>,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Value, TriggerError> {
    let flow = flow(kind).map_err(|reason| TriggerError::Never(kind, reason))?;
    let walk = Walk { client, say };
    let subject = match flow {
        Flow::Agent(step) => walk.agent(step).await?,
        Flow::Code(step) => walk.code(step).await?,
        Flow::Message(end) => walk.message(end, email).await?,
        Flow::Scoring(step) => walk.scoring(step).await?,
        Flow::Chain(step) => walk.chain(step).await?,
        Flow::Endpoint(step) => walk.endpoint(step).await?,
    };
    let path = format!("/events?subject_id={subject}&type={kind}&limit=1");
    for _ in 0..LOOKS {
        let mut found = client.get(path.clone()).await?;
        if found["events"][0].is_object() {
            return Ok(found["events"][0].take());
        }
        tokio::time::sleep(EVERY).await;
    }
    Err(TriggerError::NoEvent(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_cannot_be_triggered_says_why_and_names_those_that_can() {
        for (text, reason) in [
            ("identification.delivered", "deliver a message in the inbox"),
            ("identification.adopted", "before there were events"),
            ("review.opened", "it takes a score that falls short"),
            ("identification.*", "there is no such type of events"),
            ("identification.teleported", "there is no such type of events"),
        ] {
            let problem = kind(text).expect_err(text);
            assert!(problem.starts_with(reason) || problem.contains(reason), "{text}: {problem}");
            assert!(
                problem.contains("\n  identification.validated\n") && !problem.contains("\n  identification.adopted")
            );
        }
        assert_eq!(kind("scoring.scored"), Ok(EventType::ScoringScored));
    }
}
