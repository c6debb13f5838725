//! `chain-admin` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(
        acredita_chain_admin::router(),
        acredita_chain_admin::stores,
        WarmUp::ChainsAndCodes,
        engine::none,
    )
    .await
}
