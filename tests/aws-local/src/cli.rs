//! The command line.

use crate::serve::{AwsShape, Options};
use acredita_local::{
    keys::{AUDIENCE, ISSUER},
    logs,
};
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
    /// Verify tokens with the keys of this JSON Web Key Set only, instead of the data folder's own
    #[arg(long)]
    jwks: Option<PathBuf>,
    /// The issuer that tokens have to name
    #[arg(long, default_value = ISSUER)]
    issuer: String,
    /// The audience that tokens have to name
    #[arg(long, default_value = AUDIENCE)]
    audience: String,
    /// The folder of all data
    #[arg(long, default_value = ".acredita/aws-local")]
    data_dir: PathBuf,
    /// The folder of the functions' binaries
    #[arg(long)]
    binaries: PathBuf,
    /// The most processes of each function; they are started on demand
    #[arg(long, default_value_t = 4, value_parser = at_least_one)]
    processes: usize,
}

fn at_least_one(text: &str) -> Result<usize, &'static str> {
    text.parse().ok().filter(|processes| *processes > 0).ok_or("is not a number from 1")
}

pub async fn run() -> ExitCode {
    let Cli { listen, jwks, issuer, audience, data_dir, binaries, processes } = Cli::parse();
    logs::start();
    let options = Options { listen, jwks, issuer, audience, data_dir, binaries, processes };
    let shape = match AwsShape::start(options).await {
        Ok(shape) => shape,
        Err(error) => {
            let _ = writeln!(io::stderr(), "aws-local: {error}");
            return ExitCode::FAILURE;
        }
    };
    let greeted = greet(&shape);
    let stopped = acredita_local::workers::asked_to_stop().await;
    shape.stop().await;
    if greeted.and(stopped).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn greet(shape: &AwsShape) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let address = format!("http://{}", shape.address);
    writeln!(out, "Acredita's AWS shape runs at  {address}")?;
    writeln!(out, "  inbox           {address}/local/inbox")?;
    writeln!(out, "  events          {address}/local/events")?;
    writeln!(out, "  office          {address}/office")?;
    writeln!(out, "  health          {address}/health")?;
    writeln!(out, "  providers       http://{}/emulator  emulated", shape.emulators.address)?;
    writeln!(
        out,
        "  invoke          cargo lambda invoke --invoke-address {} --invoke-port {} <function>",
        shape.address.ip(),
        shape.address.port()
    )?;
    match &shape.token {
        None => writeln!(out, "  tokens          only those signed by the keys in --jwks")?,
        Some(token) => writeln!(out, "  token           {token}")?,
    }
    writeln!(out, "Ctrl-C ends it.")?;
    out.flush()
}
