//! `acredita-mrz read FILE…`: the zones of pictures, one JSON object per line. A problem with a picture is an answer;
//! only a problem with the program is a failure.

mod arguments;
mod explain;
mod output;
mod stopwatch;

use acredita_mrz::{Options, Reader};
use arguments::Command;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fs,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};
use stopwatch::Stopwatch;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments::parse(&arguments) {
        Ok(command) => run(&command),
        Err(message) => {
            eprintln!("{message}");
            // The exit code of shells and `getopt` for wrong usage.
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> ExitCode {
    let reader = Reader::new();
    let progress = progress(command.files.len());
    let mut out = io::stdout().lock();
    for file in &command.files {
        let line = answer(&reader, file, command);
        // If the reader of our output went away, that is not our error, and there is nobody left to report it to.
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            break;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    ExitCode::SUCCESS
}

/// A bar on the terminal, and nothing if standard error is a file.
fn progress(count: usize) -> ProgressBar {
    let terminal = io::stderr().is_terminal() && count > 1;
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    if terminal { ProgressBar::new(count as u64).with_style(style) } else { ProgressBar::hidden() }
}

fn answer(reader: &Reader, file: &str, command: &Command) -> serde_json::Value {
    let watch = Stopwatch::start();
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => return output::failed(file, &error.to_string(), &watch),
    };
    let luma = match acredita_pictures::decode(&bytes) {
        Ok(luma) => luma,
        Err(fault) => return output::failed(file, &fault.to_string(), &watch),
    };
    drop(bytes);
    let expired = || command.milliseconds.is_some_and(|limit| watch.milliseconds() > limit);
    let reading = reader.read(&luma, Options { expired: Some(&expired), ..Options::default() });
    let answer = output::read(file, &reading, &watch, command.details);
    if let Some(path) = &command.explain
        && let Err(error) = explain::write(path, &luma, &reading)
    {
        eprintln!("{path}: {error}");
    }
    answer
}
