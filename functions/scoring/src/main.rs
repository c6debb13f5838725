//! `scoring` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(acredita_scoring::router(), acredita_scoring::stores, WarmUp::Scorings, engine::scorers)
        .await
}
