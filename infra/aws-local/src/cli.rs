//! The command line.

use crate::serve::{AwsShape, Options};
use acredita_local::logs;
use clap::Parser;
use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

/// The AWS shape on this machine: the real Lambda binaries, with AWS embedded
#[derive(Parser)]
#[command(name = "aws-local", version)]
struct Cli {
    /// Where the gateway listens
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The JSON Web Key Set of the issuer of tokens
    #[arg(long)]
    jwks: PathBuf,
    /// Where everything is kept
    #[arg(long, default_value = ".acredita/aws-local")]
    data_dir: PathBuf,
    /// The folder of the functions' binaries
    #[arg(long)]
    binaries: PathBuf,
    /// Processes for each function
    #[arg(long, default_value_t = 2)]
    processes: usize,
}

/// Runs the command line.
pub async fn run() -> ExitCode {
    let Cli { listen, jwks, data_dir, binaries, processes } = Cli::parse();
    logs::start();
    let shape = match AwsShape::start(Options { listen, jwks, data_dir, binaries, processes }).await {
        Ok(shape) => shape,
        Err(error) => {
            let _ = writeln!(io::stderr(), "aws-local: {error}");
            return ExitCode::FAILURE;
        }
    };
    let greeted = writeln!(io::stdout(), "Acredita's AWS shape runs at  http://{}\nCtrl-C ends it.", shape.address);
    let stopped = acredita_local::cli::asked_to_stop().await;
    shape.stop().await;
    if greeted.and(stopped).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
