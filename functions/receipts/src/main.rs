//! `receipts` on AWS Lambda.

use acredita_receipts::{receipts, stores};
use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::work(
        stores,
        WarmUp::Identifications,
        engine::none,
        |_| (),
        async |app, (), batch| receipts(app, batch).await,
    )
    .await
}
