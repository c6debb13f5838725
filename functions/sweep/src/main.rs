//! `sweep` on AWS Lambda.

use acredita_service::{WarmUp, engine};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::work(
        acredita_sweep::stores,
        WarmUp::Identifications,
        engine::none,
        |_| (),
        async |app, (), _: IgnoredAny| acredita_sweep::sweep(app).await,
    )
    .await
}
