//! `acredita listen`: forwards the events of a service to a receiver under development, as its endpoints get them.

mod feed;
mod forward;

use crate::{
    client::{Client, ClientError, ServiceArgs},
    workers::asked_to_stop,
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    ids::OrgId,
    webhooks::{EndpointSecret, EndpointUrl, EventTypes},
};
use clap::Args;
use feed::Feed;
use forward::Forwarder;
use std::{
    io::{self, Write},
    time::Duration,
};

/// How often new events are asked for.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Args)]
pub struct ListenArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// Where events go: an http URL on this machine, such as `http://127.0.0.1:3000/hooks`, or an https one
    #[arg(long, value_name = "URL")]
    forward_to: EndpointUrl,
    /// Only these events: types, `kind.*`, or `*` for all; separated by commas
    #[arg(long, value_delimiter = ',', value_parser = EventTypes::pattern, default_value = "*")]
    types: Vec<String>,
    /// Sign with this secret [default: a new one, which is printed]
    #[arg(long, value_name = "WHSEC", value_parser = secret)]
    secret: Option<Secret>,
}

/// It has no `Debug` of its own, and clap asks for none.
#[derive(Clone)]
struct Secret(EndpointSecret);

fn secret(text: &str) -> Result<Secret, &'static str> {
    EndpointSecret::read(text).map(Secret).ok_or("is not whsec_ and the base64 of 32 bytes")
}

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("--types {0}")]
    Types(acredita_domain::Invalid),
    #[error("--forward-to {0}")]
    Receiver(acredita_domain::Invalid),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Until Ctrl-C.
pub async fn listen(args: ListenArgs) -> Result<(), ListenError> {
    let ListenArgs { service, forward_to, types, secret } = args;
    let types = EventTypes::of(types).map_err(ListenError::Types)?;
    let secret = secret.map_or_else(|| EndpointSecret::generate(&SystemEntropy), |Secret(secret)| secret);
    let (receiver, signed_with) = (forward_to.as_str().to_owned(), secret.expose());
    let forwarder = Forwarder::new(forward_to, secret).await.map_err(ListenError::Receiver)?;
    let client = Client::of(service)?;
    let (org, address) = (client.org().clone(), client.address()?);
    let feed = Feed::from_now(client).await?;
    say(&format!(
        "Events of {org} at {} go to {receiver}, 5 seconds after they happen.\n  signed with     {signed_with}\nCtrl-C ends it.",
        address.as_str(),
    ))?;
    tokio::select! {
        stopped = asked_to_stop() => Ok(stopped?),
        failed = forward_all(feed, &forwarder, &org, &types) => failed,
    }
}

/// One event after the other, in the order in which they were written. It ends with an error only.
async fn forward_all(
    mut feed: Feed,
    forwarder: &Forwarder,
    org: &OrgId,
    types: &EventTypes,
) -> Result<(), ListenError> {
    let mut silent = false;
    loop {
        match feed.next().await {
            Ok(events) => {
                if std::mem::take(&mut silent) {
                    say("The service answers again.")?;
                }
                let wanted =
                    events.iter().filter(|event| event["type"].as_str().is_some_and(|kind| types.matches(kind)));
                for event in wanted {
                    say(&forwarder.forward(org, event).await)?;
                }
                if events.len() == feed::PAGE {
                    continue;
                }
            }
            Err(error) if error.passes() => {
                if !std::mem::replace(&mut silent, true) {
                    say(&format!("{error}. It is asked again every second, and nothing is lost."))?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Whoever reads the output line by line gets each line at once.
fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
