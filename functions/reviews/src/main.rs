//! `reviews` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(acredita_reviews::router(), acredita_reviews::stores, WarmUp::Reviews, engine::none).await
}
