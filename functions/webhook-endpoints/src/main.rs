//! `webhook-endpoints` on AWS Lambda.

use acredita_service::{WarmUp, receivers};
use acredita_webhook_endpoints::{router, stores};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(router(), stores, WarmUp::Endpoints, receivers::public).await
}
