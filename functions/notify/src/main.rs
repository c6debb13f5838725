//! `notify` on AWS Lambda.

use acredita_lambda::{WarmUp, senders};
use acredita_notify::notify;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_lambda::Error> {
    acredita_lambda::work(
        WarmUp::Codes,
        |settings, connector| Ok(senders(settings, connector)?),
        async |app, senders, batch| notify(app, senders, batch).await,
    )
    .await
}
