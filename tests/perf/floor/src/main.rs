//! `acredita-perf-floor`: the least that a function in Rust behind API Gateway can be. What the cold starts in
//! `tests/perf` are measured against.

use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Error>(Response::new(Body::from("{}"))))).await
}
