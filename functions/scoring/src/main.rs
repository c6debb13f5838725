//! `scoring` on AWS Lambda.

use acredita_scoring::{router, stores};
use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(router(), stores, WarmUp::Scorings, engine::scorers).await
}
