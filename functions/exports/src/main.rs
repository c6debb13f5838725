//! `exports` on AWS Lambda.

use acredita_exports::{exports, stores};
use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::work(
        stores,
        WarmUp::Exports,
        engine::none,
        |_| (),
        async |app, (), batch| exports(app, batch).await,
    )
    .await
}
