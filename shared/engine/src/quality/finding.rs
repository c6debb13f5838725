//! What a check finds in one picture.

use acredita_domain::scoring::Reason;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// 0 (the worst) to 1; it holds from 0.5 on.
    pub(crate) score: f64,
    /// What is wrong, if it does not hold.
    pub(crate) fault: Reason,
    /// What was measured, for the back office.
    pub(crate) note: String,
}

impl Finding {
    pub(crate) fn holds(&self) -> bool {
        self.score >= 0.5
    }
}

/// The score of a measured value: 0 at `worst` and beyond, exactly 0.5 at `limit`, 1 at `best` and beyond, straight
/// lines between.
pub(crate) fn grade(value: f64, worst: f64, limit: f64, best: f64) -> f64 {
    let above = (value - limit) / (best - limit);
    let below = (limit - value) / (limit - worst);
    if above >= 0.0 { 0.5 + 0.5 * above.min(1.0) } else { 0.5 - 0.5 * below.min(1.0) }
}
