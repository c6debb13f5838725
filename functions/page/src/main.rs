//! `page` on AWS Lambda.

use acredita_service::serve_page;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    serve_page(acredita_page::router).await
}
