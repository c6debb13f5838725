//! What the emulators answer.

/// A scenario, for both providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// All is well.
    Pass,
    /// Forged: manipulated, a photocopy, from the internet.
    Fraud,
    /// Nothing that the provider knows.
    Unsupported,
    /// No answer, until it is let go.
    Slow,
    /// 429 once, to come again at once.
    Busy,
    /// 429 always, to come again in a minute.
    Overloaded,
    /// 500, always.
    Down,
    /// The answer breaks off.
    Cut,
    /// The answer is not what it should be.
    Malformed,
    /// The same signal twice, saying different things.
    Contradictory,
    /// What authenticates us is refused once, after it was taken before.
    TokenExpired,
    /// The result is gone when it is fetched. Google has none to lose: it answers without a document.
    ResultLost,
    /// All is well, and nothing was read off the document. Google reads nothing anyway.
    Unread,
}

impl Scenario {
    /// All of them.
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

    /// Its name.
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

    /// The scenario of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }
}
