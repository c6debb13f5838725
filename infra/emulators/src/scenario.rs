//! Scenarios of answers.

/// A scenario, for all providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// All is well.
    Pass,
    /// Forged: manipulated, a photocopy, from the internet.
    Fraud,
    /// A document that the provider does not know.
    Unsupported,
    /// No answer until released.
    Slow,
    /// 429 once, with an immediate retry.
    Busy,
    /// 429 always, with a retry in a minute.
    Overloaded,
    /// 500, always.
    Down,
    /// A truncated answer.
    Cut,
    /// A malformed answer.
    Malformed,
    /// The same signal twice, with different values.
    Contradictory,
    /// The credential is refused once, after it was accepted before.
    TokenExpired,
    /// The result is gone when it is fetched. Google stores none: it answers without a document.
    ResultLost,
    /// All is well, but nothing was read from the document. Google reads nothing anyway.
    Unread,
}

impl Scenario {
    pub const ALL: [Self; 13] = [
        Self::Pass,
        Self::Fraud,
        Self::Unsupported,
        Self::Slow,
        Self::Busy,
        Self::Overloaded,
        Self::Down,
        Self::Cut,
        Self::Malformed,
        Self::Contradictory,
        Self::TokenExpired,
        Self::ResultLost,
        Self::Unread,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fraud => "fraud",
            Self::Unsupported => "unsupported",
            Self::Slow => "slow",
            Self::Busy => "busy",
            Self::Overloaded => "overloaded",
            Self::Down => "down",
            Self::Cut => "cut",
            Self::Malformed => "malformed",
            Self::Contradictory => "contradictory",
            Self::TokenExpired => "token-expired",
            Self::ResultLost => "result-lost",
            Self::Unread => "unread",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }
}
