//! `events` on AWS Lambda.

use acredita_events::{router, stores};
use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(router(), stores, WarmUp::Events, engine::none).await
}
