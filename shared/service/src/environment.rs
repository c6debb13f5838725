//! Reads all variables even if some are missing or wrong, and reports all faults together.

use acredita_domain::Invalid;
use acredita_outbound::InvalidUrl;

/// All faults of an environment. It shows the names of variables, not their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("invalid environment: {}", faults(.missing, .wrong))]
pub struct SettingsError {
    pub missing: Vec<&'static str>,
    /// Each with the problem.
    pub wrong: Vec<(&'static str, &'static str)>,
}

fn faults(missing: &[&str], wrong: &[(&str, &str)]) -> String {
    let missing = missing.iter().map(|name| format!("{name} is missing"));
    let wrong = wrong.iter().map(|(name, problem)| format!("{name} {problem}"));
    missing.chain(wrong).collect::<Vec<_>>().join("; ")
}

/// Why a text is not a valid value of a variable, without the text.
pub(crate) struct Problem(&'static str);

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self(invalid.0)
    }
}

impl From<InvalidUrl> for Problem {
    fn from(invalid: InvalidUrl) -> Self {
        Self(invalid.0)
    }
}

pub(crate) struct EnvironmentReader<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
    faults: SettingsError,
}

impl<'a> EnvironmentReader<'a> {
    pub fn new(env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { env, faults: SettingsError::default() }
    }

    /// An empty variable counts as unset.
    pub fn optional(&self, name: &str) -> Option<String> {
        let value = (self.env)(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    /// `None` is recorded as a fault, here and below: the caller reads the rest, then gives up.
    pub fn required(&mut self, name: &'static str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.faults.missing.push(name);
        }
        value
    }

    pub fn required_parsed<T, E: Into<Problem>>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.required(name)?;
        self.parsed(name, parse)
    }

    /// An unset variable is `None` without a fault.
    pub fn parsed<T, E: Into<Problem>>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(&self.optional(name)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.faults.wrong.push((name, problem.into().0));
                None
            }
        }
    }

    /// The result, if there was no fault.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, SettingsError> {
        let faultless = self.faults == SettingsError::default();
        read.filter(|_| faultless).ok_or(self.faults)
    }
}
