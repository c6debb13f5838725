//! All variables of a function. `template.yaml` sets them; this table is the only list, and
//! `tests/acceptance/template.rs` checks both against the code that reads them.
//!
//! | variable `ACREDITA_…` | |
//! |---|---|
//! | `TABLE`, `BUCKET`, `QUEUE_URL`, `DISPATCH_QUEUE_URL`, `EXPORTS_QUEUE_URL` | where the state is stored |
//! | `RETENTION_DAYS` | days that an identification or a scoring is kept after it expires, 1 to 3650 |
//! | `ORGANISATION_RATE` | requests a second of one organisation, 1 to 1,000,000; unset for 100 |
//! | `ORIGIN_SECRETS` | the secrets by which requests prove that they came through what stands in front of the gateway, separated by blanks; unset if nothing does |
//! | `SCORINGS_A_DAY` | the most scorings of one declared number in an organisation and a day, 1 to 100000; unset for 100 |
//! | `EVENT_RETENTION_YEARS` | years that events are kept, 1 to 100; unset for 5 |
//! | `SMS_COUNTRIES` | where organisations may send text messages at most: ISO 3166-1 alpha-2 codes separated by blanks or commas, or `*` for everywhere; unset for `ES` |
//! | `TEST_DESTINATIONS` | where nothing is sent, and with which code: see [`TestDestinations`]; unset for nowhere |
//! | `SEARCH_SINCE` | the time (RFC 3339) since which records can be searched; unset if they cannot: then no digests are kept |
//! | `STATED_UPLOADS` | `true` if a delegation has to state the files that will be uploaded; unset for `false` |
//! | `CODE_KEYS_SECRET` | the secret with the keys, by ARN or name: see [`SecretKeys`](acredita_aws::SecretKeys) |
//! | `MIDNI_CERTIFICATES_SECRET` | the secret with certificates (PEM) that codes of MiDNI are verified with besides the police's that are part of the program, by ARN or name; unset for none |
//! | `JWKS_URL`, `ISSUER`, `AUDIENCE` | where the issuer of tokens publishes its keys, and the values that tokens must have |
//! | `ORGANISATIONS_CLAIM`, `PERMISSIONS_CLAIM`, `SCOPE_CLAIM` | the claims' names, if not the published API's |
//! | `TOKEN_HOURS` | how far in the future a token may end, 1 to 8760; unset for 720, which is 30 days |
//! | `OFFICE_CLIENT_ID`, `OFFICE_SCOPES`, `OFFICE_ORIGINS` | how people sign in to the operator's page: the page's client id at the issuer, whose `ISSUER` is then its URL; what it asks for, unset for `openid`; where the issuer's endpoints are, besides its own origin. Unset if a token is pasted instead |
//! | `JWKS_OUTAGE_HOURS` | how long keys are good while the issuer does not answer, 1 to 8760; unset for 24 |
//! | `CHANNELS` | the channels for codes: of `SMS`, `EMAIL`, separated by commas; unset if callers deliver all codes themselves |
//! | `SMS_SENDER` | who sends text messages: `AWS` or `INFOBIP`; unset for `AWS` |
//! | `SMS_ORIGINATION_IDENTITY` | a phone number, pool or sender id, by id or ARN; needed for `SMS` by `AWS` |
//! | `SMS_CONFIGURATION_SET`, `SMS_MAX_PRICE` | optional, of `AWS`; the price is in US dollars for each part of a message, such as `0.10` |
//! | `INFOBIP_URL`, `INFOBIP_SENDER`, `INFOBIP_SECRET` | the account's own address, the name that phones show, and the secret with the API key; needed for `SMS` by `INFOBIP` |
//! | `EMAIL_FROM` | a verified address; needed for `EMAIL`. A bare one with `template.yaml`, whose right to send names exactly this value |
//! | `EMAIL_CONFIGURATION_SET` | optional |
//! | `EXTERNAL_PROVIDERS` | which organisations may have documents scored by which external provider: see [`ProviderAccess`]; unset for none |
//! | `GOOGLE_PROCESSOR`, `GOOGLE_SECRET` | the processor's full name, and the secret with the service account's key file or the configuration of an external account; needed where `GOOGLE` is used |
//! | `GOOGLE_ENDPOINT` | where the processor is served, if not by Google: an emulator |
//! | `VERIDAS_VALIDAS_URL`, `VERIDAS_XPRESSID_URL`, `VERIDAS_SECRET` | its two services, and the secret with the API key; needed where `VERIDAS` is used |
//!
//! An empty variable counts as unset. The SDK reads its own variables, such as `AWS_REGION` and
//! `AWS_ENDPOINT_URL_DYNAMODB`; Google's external accounts take the function's credentials from `AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, which the Lambda runtime sets.

use crate::{
    app::Places,
    edge::Edge,
    environment::{EnvironmentReader, SettingsError},
    providers::ProviderSettings,
    senders::SenderSettings,
    tokens::TokenSettings,
};
use acredita_domain::{
    Invalid, Time,
    app::{EVENT_RETENTION, Policy, SCORINGS_A_DAY},
    scoring::ProviderAccess,
    settings::Countries,
    test_destinations::TestDestinations,
};
use acredita_http::office::Office;
use chrono::{DateTime, TimeDelta, Utc};

#[derive(Clone, Debug)]
pub struct Settings {
    pub places: Places,
    pub policy: Policy,
    /// The secret with the keys, by ARN or name.
    pub code_keys_secret: String,
    /// The secret with more certificates for codes of MiDNI, by ARN or name.
    pub midni_certificates: Option<String>,
    pub tokens: TokenSettings,
    pub edge: Edge,
    pub office: Office,
    pub senders: SenderSettings,
    pub providers: ProviderSettings,
}

impl Settings {
    /// Reads the environment. All missing or wrong variables are reported together.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut read = EnvironmentReader::new(&env);
        let settings = Self::read(&mut read);
        read.finish(settings)
    }

    fn read(read: &mut EnvironmentReader) -> Option<Self> {
        let retention = read.required_parsed("ACREDITA_RETENTION_DAYS", days);
        let table = read.required("ACREDITA_TABLE");
        let bucket = read.required("ACREDITA_BUCKET");
        let queue_url = read.required("ACREDITA_QUEUE_URL");
        let dispatch_queue_url = read.required("ACREDITA_DISPATCH_QUEUE_URL");
        let exports_queue_url = read.required("ACREDITA_EXPORTS_QUEUE_URL");
        let code_keys_secret = read.required("ACREDITA_CODE_KEYS_SECRET");
        let midni_certificates = read.optional("ACREDITA_MIDNI_CERTIFICATES_SECRET");
        let tokens = TokenSettings::read(read);
        let office = tokens.as_ref().and_then(|tokens| crate::office::read(read, &tokens.policy));
        let edge = read.parsed("ACREDITA_ORIGIN_SECRETS", Edge::read).unwrap_or_default();
        let senders = SenderSettings::read(read);
        let access = read.parsed::<ProviderAccess, _>("ACREDITA_EXTERNAL_PROVIDERS", str::parse).unwrap_or_default();
        let requests_a_second = read.parsed("ACREDITA_ORGANISATION_RATE", str::parse);
        let providers = ProviderSettings::read(read, &access);
        let scorings_a_day = read.parsed("ACREDITA_SCORINGS_A_DAY", scorings);
        let stated_uploads = read.parsed("ACREDITA_STATED_UPLOADS", boolean);
        let event_years = read.parsed("ACREDITA_EVENT_RETENTION_YEARS", years);
        let test_destinations = read.parsed("ACREDITA_TEST_DESTINATIONS", str::parse::<TestDestinations>);
        let search_since = read.parsed("ACREDITA_SEARCH_SINCE", time);
        let sms_countries = read.parsed("ACREDITA_SMS_COUNTRIES", str::parse::<Countries>);
        Some(Self {
            places: Places {
                table: table?,
                bucket: bucket?,
                queue_url: queue_url?,
                dispatch_queue_url: dispatch_queue_url?,
                exports_queue_url: exports_queue_url?,
            },
            policy: Policy {
                channels: senders.channels(),
                receipts: senders.reporting(),
                retention: retention?,
                providers: access,
                requests_a_second: requests_a_second.unwrap_or_default(),
                stated_uploads: stated_uploads.unwrap_or(false),
                scorings_a_day: scorings_a_day.unwrap_or(SCORINGS_A_DAY),
                events_kept: event_years.unwrap_or(EVENT_RETENTION),
                sms_countries: sms_countries.unwrap_or_else(Countries::spain),
                test_destinations: test_destinations.unwrap_or_default(),
                search_since,
            },
            code_keys_secret: code_keys_secret?,
            midni_certificates,
            tokens: tokens?,
            edge,
            office: office?,
            senders,
            providers,
        })
    }
}

fn days(text: &str) -> Result<TimeDelta, Invalid> {
    let days = text.parse().ok().filter(|days| (1..=3650).contains(days));
    days.map(TimeDelta::days).ok_or(Invalid("is not a number of days from 1 to 3650"))
}

fn years(text: &str) -> Result<TimeDelta, Invalid> {
    let years = text.parse().ok().filter(|years| (1..=100).contains(years));
    years.map(|years: i64| TimeDelta::days(years * 366)).ok_or(Invalid("is not a number of years from 1 to 100"))
}

fn scorings(text: &str) -> Result<u32, Invalid> {
    let scorings = text.parse().ok().filter(|scorings| (1..=100_000).contains(scorings));
    scorings.ok_or(Invalid("is not a number of scorings from 1 to 100000"))
}

fn time(text: &str) -> Result<Time, Invalid> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| Invalid("is not a time of RFC 3339"))?;
    Ok(time.with_timezone(&Utc))
}

fn boolean(text: &str) -> Result<bool, Invalid> {
    text.parse().map_err(|_| Invalid("is neither true nor false"))
}

#[cfg(test)]
mod tests;
