//! `identification-agent` on AWS Lambda.

use acredita_identification_agent::{router, stores};
use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(router(), stores, WarmUp::Codes, engine::cards).await
}
