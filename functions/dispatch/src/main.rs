//! `dispatch` on AWS Lambda.

use acredita_dispatch::{dispatch, stores};
use acredita_service::{WarmUp, receivers};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), acredita_service::Error> {
    acredita_service::work(
        stores,
        WarmUp::Endpoints,
        receivers::public,
        |_| (),
        async |app, (), batch| dispatch(app, batch).await,
    )
    .await
}
