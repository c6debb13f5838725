//! `identification-otp-admin` on AWS Lambda.

use acredita_lambda::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_lambda::Error> {
    acredita_lambda::serve(acredita_identification_otp_admin::router(), WarmUp::Codes, engine::none).await
}
