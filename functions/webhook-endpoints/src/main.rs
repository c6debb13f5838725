//! `webhook-endpoints` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(
        acredita_webhook_endpoints::router(),
        acredita_webhook_endpoints::stores,
        WarmUp::Endpoints,
        engine::none,
    )
    .await
}
