//! The system's clock and randomness: the only place where they enter the system.

use acredita_domain::{
    Time,
    ports::{Clock, Entropy},
};

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that the Clock port exists for")]
    fn now(&self) -> Time {
        std::time::SystemTime::now().into()
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a system without randomness must not run this service");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let [mut first, mut second] = [[0; 16]; 2];
        SystemEntropy.fill(&mut first);
        SystemEntropy.fill(&mut second);
        assert_ne!(first, second);
    }

    #[test]
    fn the_clock_does_not_run_backwards_between_two_looks() {
        let before = SystemClock.now();
        assert!(before <= SystemClock.now());
    }
}
