//! `acredita`: the whole service on one machine.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    acredita_local::cli::run().await
}
