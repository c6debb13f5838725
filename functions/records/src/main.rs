//! `records` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(acredita_records::router(), acredita_records::stores, WarmUp::Records, engine::none).await
}
