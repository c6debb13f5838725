//! Reads variables on when one is missing or wrong, and remembers all that are.

use acredita_domain::Invalid;
use acredita_outbound::InvalidUrl;

/// All that is wrong with an environment. It shows the names of variables, not their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("invalid environment: {}", faults(.missing, .wrong))]
pub struct SettingsError {
    /// Variables that are not set.
    pub missing: Vec<&'static str>,
    /// Variables that are not right, and why.
    pub wrong: Vec<(&'static str, &'static str)>,
}

fn faults(missing: &[&str], wrong: &[(&str, &str)]) -> String {
    let missing = missing.iter().map(|name| format!("{name} is missing"));
    let wrong = wrong.iter().map(|(name, problem)| format!("{name} {problem}"));
    missing.chain(wrong).collect::<Vec<_>>().join("; ")
}

/// Why a text is not what a variable has to be, without the text.
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

pub(crate) struct Reader<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
    faults: SettingsError,
}

impl<'a> Reader<'a> {
    pub fn new(env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { env, faults: SettingsError::default() }
    }

    /// A variable that is empty is not set.
    pub fn optional(&self, name: &str) -> Option<String> {
        let value = (self.env)(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    /// `None` is noted as a fault, as it is in all that follows: whoever gets it gives up, after reading the rest.
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

    /// `None` for a variable that is not set is no fault.
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

    /// What was read, if nothing was at fault.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, SettingsError> {
        let faultless = self.faults == SettingsError::default();
        read.filter(|_| faultless).ok_or(self.faults)
    }
}
