//! `aws-local`: the AWS shape on one machine.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    acredita_aws_local::cli::run().await
}
