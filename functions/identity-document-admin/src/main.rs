//! `identity-document-admin` on AWS Lambda.

use acredita_identity_document_admin::{router, stores};
use acredita_service::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::serve(router(), stores, WarmUp::Identifications, engine::none).await
}
