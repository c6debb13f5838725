//! `identity-document-admin` on AWS Lambda.

use acredita_lambda::{WarmUp, engine};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_lambda::Error> {
    acredita_lambda::serve(acredita_identity_document_admin::router(), WarmUp::Identifications, engine::none).await
}
