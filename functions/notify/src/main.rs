//! `notify` on AWS Lambda.

use acredita_notify::{notify, stores};
use acredita_service::{Root, WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::work(stores, WarmUp::Codes, engine::none, Root::senders, async |app, senders, batch| {
        notify(app, senders, batch).await
    })
    .await
}
