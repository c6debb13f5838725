//! `identification-otp` on AWS Lambda.

use acredita_lambda::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_lambda::Error> {
    acredita_lambda::serve(acredita_identification_otp::router(), WarmUp::Codes, engine::reader).await
}
