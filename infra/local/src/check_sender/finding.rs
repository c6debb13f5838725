//! What was found, a line each.

use acredita_domain::settings::Countries;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may send.
    Yes,
    /// It may not.
    No,
    /// Nobody said.
    Unknown,
    /// Something to know, or to look up elsewhere.
    Note,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub verdict: Verdict,
    pub channel: &'static str,
    pub says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Unknown => "unknown",
            Verdict::Note => "note",
        };
        write!(f, "{verdict:<8} {:<7} {}", self.channel, self.says)
    }
}

pub(super) fn yes(channel: &'static str, says: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Yes, channel, says: says.into() }
}

pub(super) fn no(channel: &'static str, says: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::No, channel, says: says.into() }
}

pub(super) fn unknown(channel: &'static str, says: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Unknown, channel, says: says.into() }
}

pub(super) fn note(channel: &'static str, says: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Note, channel, says: says.into() }
}

/// A question that AWS did not answer, with the reason in one word and the right that it needs.
pub(super) fn unanswered<E: ProvideErrorMetadata, R>(
    channel: &'static str,
    what: &str,
    right: &str,
    error: &SdkError<E, R>,
) -> Finding {
    let why = match error {
        SdkError::ServiceError(service) => service.err().code().unwrap_or("an error without a code"),
        SdkError::TimeoutError(_) => "timeout",
        SdkError::ConstructionFailure(_) => "no credentials, perhaps",
        _ => "no answer",
    };
    unknown(channel, format!("{what}: {why} (it takes the right {right})"))
}

/// What no provider can say: whether the register knows the name.
pub(super) fn register(name: &str, originator: &str, countries: &Countries) -> Option<Finding> {
    let spain = "ES".parse().is_ok_and(|spain| countries.allow(spain));
    spain.then(|| {
        note(
            "SMS",
            format!(
                "Spain delivers from the name {name} only if the register of the CNMC has it, written exactly so, with \
                 {originator} as a provider of origin: look it up there"
            ),
        )
    })
}
