//! `acredita-mrz read FILE…`: the zones of pictures, one JSON object a line. What goes wrong with a picture is an
//! answer; only what goes wrong with the program is a failure.

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
            // What shells and `getopt` use for a wrong call.
            ExitCode::from(2)
        }
    }
}

/// Reads every file and writes its line.
fn run(command: &Command) -> ExitCode {
    let reader = Reader::new();
    let progress = progress(command.files.len());
    let mut out = io::stdout().lock();
    for file in &command.files {
        let line = answer(&reader, file, command);
        // A reader of our output that went away is no error of ours, and nobody is left to tell.
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            break;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    ExitCode::SUCCESS
}

/// A bar on the terminal, and nothing where standard error is a file.
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
