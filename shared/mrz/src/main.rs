//! `acredita-mrz read FILE…`: the zones of pictures, one JSON object a line.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match cli::arguments::parse(&arguments) {
        Ok(command) => cli::run(&command),
        Err(message) => {
            eprintln!("{message}");
            // What shells and `getopt` use for a wrong call.
            ExitCode::from(2)
        }
    }
}
