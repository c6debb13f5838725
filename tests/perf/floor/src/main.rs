//! `acredita-perf-floor`: the smallest possible function in Rust behind API Gateway, the baseline of the cold starts in
//! `tests/perf`.

use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Error>(Response::new(Body::from("{}"))))).await
}
