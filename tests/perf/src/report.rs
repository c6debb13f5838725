use crate::load::{CONNECTIONS, Measured, PHASE};
use std::{fmt::Write, fs, num::NonZero, thread, time::Duration};

pub struct Row {
    name: &'static str,
    requests: usize,
    per_second: f64,
    median: Duration,
    slow: Duration,
    service: Duration,
    embedded: Duration,
}

impl Row {
    pub fn new(name: &'static str, measured: &Measured) -> Self {
        let requests = measured.latencies.len();
        let each = |cpu: Duration| cpu / u32::try_from(requests.max(1)).unwrap_or(u32::MAX);
        Self {
            name,
            requests,
            per_second: requests as f64 / measured.elapsed.as_secs_f64(),
            median: percentile(&measured.latencies, 50),
            slow: percentile(&measured.latencies, 99),
            service: each(measured.cpu.service),
            embedded: each(measured.cpu.embedded),
        }
    }
}

/// The nearest rank of sorted values; zero if there are none.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The table in Markdown, with its conditions.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    let build = if cfg!(debug_assertions) { "debug build, so these figures mean nothing" } else { "release build" };
    let seconds = PHASE.as_secs();
    // Writing into a String does not fail.
    let _ = writeln!(
        text,
        "One run on one machine ({}), {build}: the service and the load in one process, {CONNECTIONS} keep-alive connections, about {seconds} s for each line.\n",
        machine()
    );
    text.push_str("| operation | requests | requests/s | p50 | p99 | CPU of our code | CPU of the embedded AWS |\n|---|--:|--:|--:|--:|--:|--:|\n");
    for Row { name, requests, per_second, median, slow, service, embedded } in rows {
        let (median, slow) = (milliseconds(*median), milliseconds(*slow));
        let (service, embedded) = (service.as_micros(), embedded.as_micros());
        let _ = writeln!(
            text,
            "| {name} | {requests} | {per_second:.0} | {median} | {slow} | {service} µs | {embedded} µs |"
        );
    }
    text.push_str(
        "\nCPU is per request, user and system. Our code is HTTP, tokens, rules, the AWS SDK and, where codes are sent, the worker that delivers them meanwhile; \
         the embedded AWS is what DynamoDB, S3 and SQS would do elsewhere.\n",
    );
    text
}

/// A time in milliseconds, with the unit.
pub fn milliseconds(latency: Duration) -> String {
    format!("{:.2} ms", latency.as_secs_f64() * 1_000.0)
}

/// The number of processors and their model.
pub fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, model)| model.trim()));
    format!("{cores} × {}", model.unwrap_or("unknown processor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&sorted, 50), Duration::from_millis(100));
        assert_eq!(percentile(&sorted, 99), Duration::from_millis(198));
        assert_eq!(percentile(&sorted[..1], 99), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
