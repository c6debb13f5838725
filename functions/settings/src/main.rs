//! `settings` on AWS Lambda.

use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(acredita_settings::router(), acredita_settings::stores, WarmUp::Settings, engine::none)
        .await
}
