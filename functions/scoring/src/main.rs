//! `scoring` on AWS Lambda.

use acredita_lambda::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_lambda::Error> {
    acredita_lambda::serve(acredita_scoring_api::router(), WarmUp::Scorings, engine::scorers).await
}
