//! `settings` on AWS Lambda.

use acredita_service::{WarmUp, engine};
use acredita_settings::{router, stores};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(router(), stores, WarmUp::Settings, engine::none).await
}
