//! Limits the work on a picture: every stage pays for its work, and stops when nothing is left.

use std::{cell::Cell, fmt};

/// The deadline is checked once per this much work: a clock costs more than a step, and a thousandth of a second late
/// is early enough.
const ASK_EVERY: u64 = 1_000;

/// The limits of reading a picture.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The most work, in units of about a microsecond of a server's core. It is counted, not measured, so that the same
    /// picture gives the same reading on every machine of one architecture, however busy. An ordinary picture takes
    /// some twenty-five thousand; the work paid for never exceeds this. Decoding the picture, making smaller versions
    /// of it and processing text are not counted: the first two take longer than the rest in pictures of many
    /// megapixels, and the caller bounds those.
    pub work: u64,
    /// Whether time is up, by a clock of the caller's. Results up to then are still reported.
    pub expired: Option<&'a dyn Fn() -> bool>,
}

impl Default for Options<'_> {
    /// A second's work and no deadline.
    fn default() -> Self {
        Self { work: 1_000_000, expired: None }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("work", &self.work).field("expired", &self.expired.is_some()).finish()
    }
}

/// The rest of the [`Options`].
pub(crate) struct Budget<'a> {
    options: Options<'a>,
    spent: Cell<u64>,
    asked: Cell<u64>,
    over: Cell<bool>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(options: Options<'a>) -> Self {
        Self { options, spent: Cell::new(0), asked: Cell::new(0), over: Cell::new(false) }
    }

    /// Pays for some work; false if it must not be done, after which nothing more is paid.
    pub(crate) fn spend(&self, work: u64) -> bool {
        let spent = self.spent.get().saturating_add(work);
        if self.over.get() || spent > self.options.work {
            self.over.set(true);
            return false;
        }
        self.spent.set(spent);
        if spent - self.asked.get() >= ASK_EVERY {
            self.asked.set(spent);
            self.over.set(self.options.expired.is_some_and(|expired| expired()));
        }
        !self.over.get()
    }

    /// The work paid for.
    #[cfg(test)]
    pub(crate) fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// Whether the budget ran out.
    pub(crate) fn is_over(&self) -> bool {
        self.over.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_when_it_is_spent() {
        let budget = Budget::new(Options { work: 10, expired: None });
        assert!(budget.spend(10) && !budget.is_over());
        assert!(!budget.spend(1) && budget.is_over());
        assert!(!budget.spend(u64::MAX) && !budget.spend(0) && budget.spent() == 10);
    }

    #[test]
    fn work_ends_when_the_clock_says_so_and_does_not_start_again() {
        let asked = Cell::new(0);
        let expired = || asked.replace(asked.get() + 1) == 1;
        let budget = Budget::new(Options { work: u64::MAX, expired: Some(&expired) });
        assert!(budget.spend(ASK_EVERY));
        assert!(budget.spend(1), "the clock is not asked for every step");
        assert!(!budget.spend(ASK_EVERY) && !budget.spend(0));
    }
}
