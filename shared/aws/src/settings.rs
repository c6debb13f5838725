//! What a Lambda is told by its environment. `template.yaml` sets it.
//!
//! | variable `ACREDITA_…` | |
//! |---|---|
//! | `TABLE`, `BUCKET`, `QUEUE_URL` | where everything is kept |
//! | `RETENTION_DAYS` | days that an identification or a scoring is kept after its time is over, 1 to 3650 |
//! | `CODE_KEYS_SECRET` | the secret with the keys, by ARN or name: see [`SecretKeys`](crate::SecretKeys) |
//! | `JWKS_URL` | where the issuer of tokens publishes its keys |
//! | `ISSUER`, `AUDIENCE` | what tokens must say, if anything |
//! | `ORGANISATIONS_CLAIM`, `PERMISSIONS_CLAIM`, `SCOPE_CLAIM` | the claims' names, where they are not the published API's |
//! | `CHANNELS` | what codes are sent by: of `SMS`, `EMAIL`, with commas between; none, if callers deliver all codes themselves |
//! | `SMS_ORIGINATION_IDENTITY` | a phone number, pool or sender id, by id or ARN; needed for `SMS` |
//! | `SMS_CONFIGURATION_SET`, `SMS_MAX_PRICE` | optional; the price is in US dollars for each part of a message, such as `0.10` |
//! | `EMAIL_FROM` | a verified address, with or without a name before it; needed for `EMAIL` |
//! | `EMAIL_CONFIGURATION_SET` | optional |
//! | `EXTERNAL_PROVIDERS` | which organisations may have documents scored by which external provider: see [`ProviderAccess`](acredita_domain::scoring::ProviderAccess); none, if nobody |
//! | `GOOGLE_PROCESSOR`, `GOOGLE_SECRET` | the processor's full name, and the secret with the service account's key file or the configuration of an external account; needed where `GOOGLE` is used |
//! | `GOOGLE_ENDPOINT` | where the processor is served, if not by Google: an emulator |
//! | `VERIDAS_VALIDAS_URL`, `VERIDAS_XPRESSID_URL`, `VERIDAS_SECRET` | its two services, and the secret with the API key; needed where `VERIDAS` is used |
//!
//! A variable that is empty is not set. The SDK reads its own ones, such as `AWS_REGION` and
//! `AWS_ENDPOINT_URL_DYNAMODB`; Google's external accounts take the function's credentials from `AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, which the Lambda runtime sets.

mod providers;

pub use providers::{CallerSettings, GoogleSettings, ProviderSettings, VeridasSettings};

use acredita_domain::otp::Channel;
use chrono::TimeDelta;

/// All of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The DynamoDB table.
    pub table: String,
    /// The S3 bucket.
    pub bucket: String,
    /// The SQS queue.
    pub queue_url: String,
    /// How long an identification or a scoring is kept after its time is over.
    pub retention: TimeDelta,
    /// The secret with the keys, by ARN or name.
    pub code_keys_secret: String,
    /// Whose tokens are good.
    pub tokens: TokenSettings,
    /// How text messages are sent, if they are.
    pub sms: Option<SmsSettings>,
    /// How e-mails are sent, if they are.
    pub email: Option<EmailSettings>,
    /// External providers.
    pub providers: ProviderSettings,
    /// Whether S3 is addressed by path: it is when it lies at another endpoint than AWS's.
    pub s3_by_path: bool,
}

/// Whose tokens are good.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// Where the issuer publishes its keys.
    pub jwks_url: String,
    /// The issuer to demand.
    pub issuer: Option<String>,
    /// The audience to demand.
    pub audience: Option<String>,
    /// The claim that holds the organisations, if it is not the default one.
    pub organisations_claim: Option<String>,
    /// The claim that holds the permissions, likewise.
    pub permissions_claim: Option<String>,
    /// The claim that holds the scopes, likewise.
    pub scope_claim: Option<String>,
}

/// How text messages are sent.
#[derive(Clone, Debug)]
pub struct SmsSettings {
    /// Whom they come from: a phone number, pool or sender id, by id or ARN.
    pub origination_identity: String,
    /// The configuration set.
    pub configuration_set: Option<String>,
    /// The most that a part of a message may cost, in US dollars.
    pub max_price: Option<String>,
}

/// How e-mails are sent.
#[derive(Clone, Debug)]
pub struct EmailSettings {
    /// Whom they come from.
    pub from: String,
    /// The configuration set.
    pub configuration_set: Option<String>,
}

/// All that is wrong with an environment. It shows the names of variables, not their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the environment is not whole: {}", faults(.missing, .wrong))]
pub struct SettingsError {
    /// Variables that are not set.
    pub missing: Vec<&'static str>,
    /// Variables that are not right, and what they would have to be.
    pub wrong: Vec<(&'static str, &'static str)>,
}

impl Settings {
    /// Reads the environment. All that is missing or wrong is said together.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let s3_by_path =
            ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].iter().any(|name| env(name).is_some_and(|url| !url.is_empty()));
        let mut read = Reader { env, faults: SettingsError::default() };
        let retention = read.checked("ACREDITA_RETENTION_DAYS", "a number of days from 1 to 3650", days);
        let settings = Self {
            table: read.required("ACREDITA_TABLE"),
            bucket: read.required("ACREDITA_BUCKET"),
            queue_url: read.required("ACREDITA_QUEUE_URL"),
            retention: retention.unwrap_or_default(),
            code_keys_secret: read.required("ACREDITA_CODE_KEYS_SECRET"),
            tokens: TokenSettings {
                jwks_url: read.required("ACREDITA_JWKS_URL"),
                issuer: read.optional("ACREDITA_ISSUER"),
                audience: read.optional("ACREDITA_AUDIENCE"),
                organisations_claim: read.optional("ACREDITA_ORGANISATIONS_CLAIM"),
                permissions_claim: read.optional("ACREDITA_PERMISSIONS_CLAIM"),
                scope_claim: read.optional("ACREDITA_SCOPE_CLAIM"),
            },
            sms: None,
            email: None,
            providers: ProviderSettings::default(),
            s3_by_path,
        };
        let channels = read.channels();
        let sms = channels.contains(&Channel::Sms).then(|| read.sms());
        let email = channels.contains(&Channel::Email).then(|| read.email());
        let providers = read.providers();
        match read.faults {
            SettingsError { missing, wrong } if missing.is_empty() && wrong.is_empty() => {
                Ok(Self { sms, email, providers, ..settings })
            }
            faults => Err(faults),
        }
    }

    /// The channels that codes are sent on.
    pub fn channels(&self) -> Vec<Channel> {
        let sms = self.sms.is_some().then_some(Channel::Sms);
        let email = self.email.is_some().then_some(Channel::Email);
        sms.into_iter().chain(email).collect()
    }
}

/// Reads on when something is missing or wrong, and remembers it.
struct Reader<E> {
    env: E,
    faults: SettingsError,
}

impl<E: Fn(&str) -> Option<String>> Reader<E> {
    fn optional(&self, name: &str) -> Option<String> {
        let value = (self.env)(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    /// What stands in for a value that is missing is never used.
    fn required(&mut self, name: &'static str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.faults.missing.push(name);
            String::new()
        })
    }

    fn checked<T>(
        &mut self,
        name: &'static str,
        must_be: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.required(name);
        self.check(name, must_be, Some(value).filter(|value| !value.is_empty()), parse)
    }

    fn check<T>(
        &mut self,
        name: &'static str,
        must_be: &'static str,
        value: Option<String>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = parse(&value?);
        if parsed.is_none() {
            self.faults.wrong.push((name, must_be));
        }
        parsed
    }

    fn channels(&mut self) -> Vec<Channel> {
        let name = "ACREDITA_CHANNELS";
        let value = self.optional(name);
        let channels = self.check(name, "a list of SMS and EMAIL, which are all that can be sent yet", value, |list| {
            list.split(',')
                .map(|channel| channel.trim().parse().ok().filter(|channel| *channel != Channel::Whatsapp))
                .collect()
        });
        channels.unwrap_or_default()
    }

    fn sms(&mut self) -> SmsSettings {
        let (name, value) = ("ACREDITA_SMS_MAX_PRICE", self.optional("ACREDITA_SMS_MAX_PRICE"));
        SmsSettings {
            origination_identity: self.required("ACREDITA_SMS_ORIGINATION_IDENTITY"),
            configuration_set: self.optional("ACREDITA_SMS_CONFIGURATION_SET"),
            max_price: self.check(name, "US dollars such as 0.10", value, price),
        }
    }

    fn email(&mut self) -> EmailSettings {
        let from = self
            .checked("ACREDITA_EMAIL_FROM", "an e-mail address", |from| from.contains('@').then(|| from.to_owned()));
        EmailSettings {
            from: from.unwrap_or_default(),
            configuration_set: self.optional("ACREDITA_EMAIL_CONFIGURATION_SET"),
        }
    }
}

fn days(text: &str) -> Option<TimeDelta> {
    let days = text.parse().ok().filter(|days| (1..=3650).contains(days));
    days.map(TimeDelta::days)
}

/// A price as End User Messaging takes it: at most two digits before the point, one to five after it.
fn price(text: &str) -> Option<String> {
    let (dollars, fraction) = text.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let right = dollars.len() <= 2 && (1..=5).contains(&fraction.len()) && digits(dollars) && digits(fraction);
    right.then(|| text.to_owned())
}

fn faults(missing: &[&str], wrong: &[(&str, &str)]) -> String {
    let missing = (!missing.is_empty()).then(|| format!("{} missing", missing.join(", ")));
    let wrong = wrong.iter().map(|(name, must_be)| format!("{name} must be {must_be}"));
    missing.into_iter().chain(wrong).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
