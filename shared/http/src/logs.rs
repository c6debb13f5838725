//! Logs, on standard error.
//!
//! `RUST_LOG` chooses how much, but only for our own crates: libraries below them print requests and items when asked
//! to, and those hold names, numbers and codes. Their levels are fixed at what is harmless.

use tracing::{Level, Metadata};
use tracing_subscriber::{
    Layer,
    filter::{Targets, filter_fn},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Lines whose fields `template.yaml` counts: wrong codes, sends and their codes, budgets that are used up, deletions by force. They are logged at every level.
const COUNTED: &str = "acredita::counted";

/// Starts logging as text, for people.
pub fn start() {
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(chosen());
    // A second start within one process has no effect.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter_fn(harmless))).try_init();
}

/// Starts logging as JSON for CloudWatch, which adds the time itself.
pub fn start_json() {
    let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).without_time().with_writer(std::io::stderr);
    let _ =
        tracing_subscriber::registry().with(layer.with_filter(chosen()).with_filter(filter_fn(harmless))).try_init();
}

/// Levels by target, as in `info,acredita_http=debug`. The crate's richer filter also knows spans and brings a regular
/// expression engine for them, which every function would carry.
fn chosen() -> Targets {
    targets(std::env::var("RUST_LOG").ok())
}

fn targets(wanted: Option<String>) -> Targets {
    let wanted: Option<Targets> = wanted.and_then(|wanted| wanted.parse().ok());
    wanted.unwrap_or_else(|| Targets::new().with_default(Level::INFO)).with_target(COUNTED, Level::INFO)
}

/// A subscriber at the most verbose levels, for tests that look for leaks.
pub fn everything<W: for<'w> MakeWriter<'w> + Send + Sync + 'static>(
    writer: W,
) -> impl tracing::Subscriber + Send + Sync {
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    tracing_subscriber::registry().with(layer.with_filter(filter_fn(harmless)))
}

/// The most that may be logged.
fn harmless(metadata: &Metadata<'_>) -> bool {
    let of = |prefix: &str| metadata.target().starts_with(prefix);
    let most = if of("acredita") {
        Level::TRACE
    } else if of("dynoxide") {
        // It warns of every failed condition, which is routine here.
        Level::ERROR
    } else {
        Level::WARN
    };
    *metadata.level() <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_alarms_count_is_logged_at_every_level_that_may_be_chosen() {
        for wanted in ["warn", "error", "off", "acredita=warn", "not a level,", ""] {
            assert!(targets(Some(wanted.to_owned())).would_enable(COUNTED, &Level::INFO), "{wanted}");
        }
        assert!(!targets(Some("warn".to_owned())).would_enable("acredita_http::layers", &Level::INFO));
        assert!(targets(None).would_enable("acredita_http::layers", &Level::INFO));
    }
}
