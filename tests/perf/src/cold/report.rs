//! The tables of the cold starts.

use super::{BLOCK, BLOCKS, Contender, Measured, STARTS, Transport};
use crate::report::{machine, milliseconds, percentile};
use std::{fmt::Write, time::Duration};

/// Positions in the list of contenders.
const FLOOR: usize = 0;
const OURS: usize = 1;

/// The complete report in Markdown.
pub fn markdown(contenders: &[Contender], results: &[(Transport, Vec<Measured>)]) -> String {
    let mut text = String::new();
    // Writing into a String does not fail.
    let _ = writeln!(
        text,
        "One run on one machine ({}), release build, all under our own runtime API and over the embedded AWS: {STARTS} cold starts and {} warm invocations \
         of each program over each transport, interleaved. Every create was answered 201. Median / 95th percentile.",
        machine(),
        BLOCKS * BLOCK
    );
    for (transport, measured) in results {
        let how = match transport {
            Transport::Plain => "Over plain HTTP",
            Transport::Tls => "Over TLS, as on AWS",
        };
        let _ = writeln!(
            text,
            "\n| {how} | start → asks for an event | start → first answer | × floor | CPU to the first answer | × floor | peak memory | warm invocation | its CPU |"
        );
        text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (contender, row) in contenders.iter().zip(measured) {
            text.push_str(&line(contender.name, row, &measured[FLOOR]));
        }
        text.push('\n');
        for (contender, row) in contenders.iter().zip(measured).skip(OURS + 1) {
            let _ = writeln!(text, "- {}: {}", contender.name, against(row, &measured[OURS]));
        }
    }
    text
}

fn line(name: &str, row: &Measured, floor: &Measured) -> String {
    let init = sorted(row.starts.iter().map(|start| start.init));
    let (answer, cpu) = (answers(row), start_cpu(row));
    let wall = sorted(row.invocations.iter().map(|invocation| invocation.wall));
    let mut memory: Vec<u64> = row.starts.iter().map(|start| start.memory).collect();
    memory.sort_unstable();
    format!(
        "| {name} | {} | {} | {:.1} | {} | {:.1} | {:.1} MiB | {} | {} |\n",
        spread(&init),
        spread(&answer),
        ratio(&answer, &answers(floor)),
        spread(&cpu),
        ratio(&cpu, &start_cpu(floor)),
        memory.get(memory.len() / 2).copied().unwrap_or_default() as f64 / 1024.0,
        spread(&wall),
        microseconds(&warm_cpu(row)),
    )
}

/// The stand-in's figures as multiples of ours.
fn against(row: &Measured, ours: &Measured) -> String {
    format!(
        "{:.1} × our time to the first answer, {:.1} × the CPU of it, {:.1} × the CPU of a warm invocation",
        ratio(&answers(row), &answers(ours)),
        ratio(&start_cpu(row), &start_cpu(ours)),
        ratio(&warm_cpu(row), &warm_cpu(ours)),
    )
}

fn answers(row: &Measured) -> Vec<Duration> {
    sorted(row.starts.iter().map(|start| start.answer))
}

fn start_cpu(row: &Measured) -> Vec<Duration> {
    sorted(row.starts.iter().map(|start| start.cpu))
}

fn warm_cpu(row: &Measured) -> Vec<Duration> {
    sorted(row.invocations.iter().map(|invocation| invocation.cpu))
}

fn sorted(values: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut values: Vec<Duration> = values.collect();
    values.sort_unstable();
    values
}

/// Of medians.
fn ratio(these: &[Duration], those: &[Duration]) -> f64 {
    percentile(these, 50).as_secs_f64() / percentile(those, 50).as_secs_f64()
}

fn spread(sorted: &[Duration]) -> String {
    let high = percentile(sorted, 95).as_secs_f64() * 1_000.0;
    format!("{} / {high:.2}", milliseconds(percentile(sorted, 50)).replace(" ms", "")) + " ms"
}

fn microseconds(sorted: &[Duration]) -> String {
    format!("{} / {} µs", percentile(sorted, 50).as_micros(), percentile(sorted, 95).as_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cold::Start;

    fn starts(milliseconds: &[u64]) -> Measured {
        let start = |n: &u64| {
            let time = Duration::from_millis(*n);
            Start { init: time, answer: time * 2, cpu: time, memory: 2_048 }
        };
        Measured { starts: milliseconds.iter().map(start).collect(), invocations: Vec::new() }
    }

    #[test]
    fn a_line_has_medians_and_their_ratio_to_the_floor() {
        let (floor, ours) = (starts(&[1, 2, 9]), starts(&[8, 3, 4]));
        let line = line("ours", &ours, &floor);
        assert!(
            line.starts_with("| ours | 4.00 / 8.00 ms | 8.00 / 16.00 ms | 2.0 | 4.00 / 8.00 ms | 2.0 | 2.0 MiB |"),
            "{line}"
        );
    }
}
