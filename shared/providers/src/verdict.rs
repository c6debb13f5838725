//! Checks that the verdicts of all providers share.

use acredita_domain::{
    pictures::Sha256Digest,
    scoring::{Check, CheckName, CheckResult, Reason},
};

/// The provider does not know this kind of document: neither for nor against it.
pub(crate) fn unsupported(note: &str) -> Check {
    Check::new(CheckName::DocumentSupported, CheckResult::Inconclusive)
        .because(Reason::UnsupportedDocument)
        .noting(note)
}

pub(crate) fn supported(note: &str) -> Check {
    Check::new(CheckName::DocumentSupported, CheckResult::Pass).noting(note)
}

/// The digests of answers: all that is kept of the answers themselves.
pub(crate) fn evidence<'a>(digests: impl Iterator<Item = &'a Sha256Digest>) -> String {
    let digests: Vec<&str> = digests.map(Sha256Digest::as_str).collect();
    format!("answer SHA-256 {}", digests.join(" "))
}

/// The provider no longer has its result. It cannot be asked for again, so this is final.
pub(crate) fn lost() -> Check {
    Check::new(CheckName::Authenticity, CheckResult::Inconclusive)
        .because(Reason::ProviderResultLost)
        .noting("provider result lost")
}
