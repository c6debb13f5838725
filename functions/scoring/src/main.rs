//! `scoring` on AWS Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_lambda::Error> {
    acredita_lambda::serve_scoring(acredita_scoring_api::router()).await
}
