//! From a provider's findings to our checks, by a table in data (`mapping/*.json`). Its version is in every answer.
//!
//! If a signal comes several times, or a check has several signals, the worst counts. A value that the table does not
//! know is inconclusive, never a pass. The weights of the checks are the same for all providers:
//! [`acredita_domain::scoring::table`].

use acredita_domain::scoring::{Check, CheckName, CheckResult, Reason, Score, table::TABLE_VERSION};
use serde::Deserialize;

/// The value of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SignalValue<'a> {
    /// One of a provider's words.
    Word(&'a str),
    /// A confidence from 0 to 1.
    Degree(f64),
}

pub type Signal<'a> = (&'a str, SignalValue<'a>);

#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Signals(Vec<Rule>);

/// One signal, and the check that it is for.
#[derive(Debug, Deserialize)]
struct Rule {
    signal: String,
    /// The signal that stands in for it when it is absent.
    instead: Option<String>,
    check: CheckName,
    /// The reason for a failure.
    reason: Reason,
    #[serde(flatten)]
    reading: Reading,
    /// The result when it is absent.
    absent: CheckResult,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Reading {
    Words { pass: Vec<String>, fail: Vec<String> },
    Degree { pass_from: f64, fail_below: f64 },
}

impl Reading {
    fn read(&self, found: SignalValue<'_>) -> (CheckResult, Option<Score>) {
        let one_of = |words: &[String], word| words.iter().any(|known| known == word);
        match (self, found) {
            (Self::Words { pass, .. }, SignalValue::Word(word)) if one_of(pass, word) => (CheckResult::Pass, None),
            (Self::Words { fail, .. }, SignalValue::Word(word)) if one_of(fail, word) => (CheckResult::Fail, None),
            (Self::Degree { pass_from, fail_below }, SignalValue::Degree(degree)) if (0.0..=1.0).contains(&degree) => {
                let result = if degree >= *pass_from {
                    CheckResult::Pass
                } else if degree < *fail_below {
                    CheckResult::Fail
                } else {
                    CheckResult::Inconclusive
                };
                (result, Some(Score::new(degree)))
            }
            _ => (CheckResult::Inconclusive, None),
        }
    }
}

impl Signals {
    /// The checks of these signals, in the order of the table, each once.
    pub fn checks(&self, found: &[Signal<'_>]) -> Vec<Check> {
        let mut checks: Vec<Check> = Vec::new();
        for rule in &self.0 {
            let line = rule.check(found);
            match checks.iter_mut().find(|check| check.name == line.name) {
                Some(so_far) if is_worse(&line, so_far) => *so_far = line,
                Some(_) => {}
                None => checks.push(line),
            }
        }
        checks
    }
}

impl Rule {
    /// The check of this signal only. It notes the signal's name as the table has it, and none of the provider's text.
    fn check(&self, found: &[Signal<'_>]) -> Check {
        let of = |name: &str| {
            let values = found.iter().filter(|(signal, _)| *signal == name);
            let lines = values.map(|(_, value)| self.line(name, *value));
            lines.reduce(|worst, line| if is_worse(&line, &worst) { line } else { worst })
        };
        let line = of(&self.signal).or_else(|| of(self.instead.as_deref()?));
        line.unwrap_or_else(|| {
            self.because(Check::new(self.check, self.absent)).noting(format!("{}: absent", self.signal))
        })
    }

    fn line(&self, name: &str, value: SignalValue<'_>) -> Check {
        let (result, score) = self.reading.read(value);
        let check = self.because(Check::new(self.check, result)).noting(name);
        score.map_or(check.clone(), |score| check.scored(score))
    }

    fn because(&self, check: Check) -> Check {
        match check.result {
            CheckResult::Fail => check.because(self.reason),
            CheckResult::Inconclusive => check.because(Reason::ProviderInconclusive),
            CheckResult::Pass | CheckResult::NotApplicable => check,
        }
    }
}

/// Whether a check is worse than another: failed before unknown before passed before not applicable; among equals, the
/// lower score.
fn is_worse(line: &Check, other: &Check) -> bool {
    let rank = |check: &Check| match check.result {
        CheckResult::Fail => 3,
        CheckResult::Inconclusive => 2,
        CheckResult::Pass => 1,
        CheckResult::NotApplicable => 0,
    };
    (rank(line), other.score) > (rank(other), line.score)
}

/// The version of a mapping together with that of the weights.
pub fn version(of_mapping: &str) -> String {
    format!("{of_mapping}/{TABLE_VERSION}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use CheckResult::{Fail, Inconclusive, NotApplicable, Pass};

    fn signals() -> Signals {
        let table = r#"[
            {"signal":"a","check":"TAMPERING","reason":"IMAGE_MANIPULATED","pass":["PASS"],"fail":["BAD"],"absent":"INCONCLUSIVE"},
            {"signal":"b","instead":"c","check":"AUTHENTICITY","reason":"NOT_AUTHENTIC","pass_from":0.7,"fail_below":0.5,"absent":"NOT_APPLICABLE"}]"#;
        serde_json::from_str(table).expect("a table")
    }

    fn results(found: &[Signal<'_>]) -> Vec<(CheckResult, Option<Reason>)> {
        signals().checks(found).iter().map(|check| (check.result, check.reason)).collect()
    }

    fn first(values: &[&str]) -> (CheckResult, Option<Reason>) {
        let found: Vec<Signal<'_>> = values.iter().map(|value| ("a", SignalValue::Word(value))).collect();
        results(&found)[0]
    }

    #[test]
    fn the_worst_of_what_repeats_counts_in_whatever_order() {
        assert_eq!(first(&["PASS"]), (Pass, None));
        for values in [["PASS", "BAD"], ["BAD", "PASS"], ["BAD", "?"], ["?", "BAD"]] {
            assert_eq!(first(&values), (Fail, Some(Reason::ImageManipulated)), "{values:?}");
        }
        assert_eq!(first(&["PASS", "?"]), (Inconclusive, Some(Reason::ProviderInconclusive)));
    }

    #[test]
    fn what_nobody_knows_is_never_a_pass() {
        for value in ["", "pass", "PASS ", "OK", "INCONCLUSIVE", "NONE"] {
            assert_eq!(first(&[value]).0, Inconclusive, "{value}");
        }
        for found in [
            SignalValue::Degree(f64::NAN),
            SignalValue::Degree(1.1),
            SignalValue::Degree(-0.1),
            SignalValue::Word("0.9"),
        ] {
            assert_eq!(results(&[("b", found)])[1].0, Inconclusive, "{found:?}");
        }
        assert_eq!(results(&[("a", SignalValue::Degree(1.0))])[0].0, Inconclusive);
    }

    #[test]
    fn a_degree_is_read_by_its_thresholds_and_the_lowest_counts() {
        for (degrees, result) in [
            (&[0.7_f64][..], Pass),
            (&[0.69], Inconclusive),
            (&[0.5], Inconclusive),
            (&[0.49], Fail),
            (&[1.0, 0.2], Fail),
        ] {
            let found: Vec<Signal<'_>> = degrees.iter().map(|degree| ("b", SignalValue::Degree(*degree))).collect();
            assert_eq!(results(&found)[1].0, result, "{degrees:?}");
        }
        let checks = signals().checks(&[("b", SignalValue::Degree(0.8)), ("b", SignalValue::Degree(0.9))]);
        assert_eq!(checks[1].score, Some(Score::new(0.8)));
    }

    #[test]
    fn what_is_absent_is_what_the_table_says_unless_something_stands_in() {
        assert_eq!(results(&[]), [(Inconclusive, Some(Reason::ProviderInconclusive)), (NotApplicable, None)]);
        assert_eq!(results(&[("c", SignalValue::Degree(0.1))])[1].0, Fail);
        assert_eq!(results(&[("c", SignalValue::Degree(0.1)), ("b", SignalValue::Degree(0.9))])[1].0, Pass);
    }
}
