//! `identification-otp` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(
        acredita_identification_otp::router(),
        acredita_identification_otp::stores,
        WarmUp::Codes,
        engine::reader,
    )
    .await
}
