//! `events` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(acredita_events::router(), acredita_events::stores, WarmUp::Events, engine::none).await
}
