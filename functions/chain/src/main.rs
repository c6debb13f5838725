//! `chain` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(acredita_chain::router(), acredita_chain::stores, WarmUp::Chains, engine::none).await
}
