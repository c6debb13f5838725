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
    let wanted = std::env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse().ok());
    wanted.unwrap_or_else(|| Targets::new().with_default(Level::INFO))
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
