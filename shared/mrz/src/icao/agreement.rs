//! How far declared and printed data agree.

/// How far something declared agrees with what was read; the better, the larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// They are different.
    Mismatch,
    /// They may be the same: shortened, in another order, or one shape apart. A person should look.
    Doubtful,
    /// They are the same.
    Match,
}
