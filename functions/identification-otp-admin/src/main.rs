//! `identification-otp-admin` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(
        acredita_identification_otp_admin::router(),
        acredita_identification_otp_admin::stores,
        WarmUp::Codes,
        engine::none,
    )
    .await
}
