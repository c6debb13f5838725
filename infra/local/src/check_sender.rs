//! `acredita check-sender`: what a deployment's senders may do, asked before the first message.
//!
//! The settings are those of the deployed function, the credentials those of whoever asks: they need to read, and
//! nothing is sent or changed. The functions have no part of this in them.

mod end_user_messaging;
mod finding;
mod infobip;
mod ses;

pub use finding::{Finding, Verdict};

use acredita_aws::{NoRegion, SecretText, sdk_config};
use acredita_domain::{Invalid, ports::ProviderCredential, settings::Countries};
use acredita_outbound::Outbound;
use acredita_service::{SenderSettings, SettingsError, SmsSettings};
use aws_types::SdkConfig;
use clap::Args;
use finding::no;
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// For all questions together.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Args)]
pub struct CheckSenderArgs {
    /// A file with the variables of the function notify, as `aws lambda get-function-configuration --query
    /// Environment.Variables` prints them; - is the standard input [default: this command's own environment]
    #[arg(long, value_name = "FILE")]
    variables: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum CheckSenderError {
    #[error("the variables: {0}")]
    Io(#[from] io::Error),
    #[error("the variables are no JSON object of texts")]
    NoVariables,
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("ACREDITA_SMS_COUNTRIES {0}")]
    Countries(Invalid),
    #[error(transparent)]
    Sdk(#[from] NoRegion),
    #[error("the providers did not answer in a minute")]
    TooLong,
    #[error("not everything is known to be able to send")]
    MayNotSend,
}

/// Prints a line for each finding. An error if not everything may send, or if that could not be found out.
pub async fn check_sender(args: CheckSenderArgs) -> Result<(), CheckSenderError> {
    let of_a_file = args.variables.map(|file| variables(&file)).transpose()?;
    let variable = |name: &str| match &of_a_file {
        Some(variables) => variables.get(name).cloned(),
        None => std::env::var(name).ok(),
    };
    let settings = SenderSettings::from_env(variable)?;
    let countries = countries(variable("ACREDITA_SMS_COUNTRIES")).map_err(CheckSenderError::Countries)?;
    let outbound = Outbound::default();
    let sdk = sdk_config(outbound.connector(), |name| std::env::var(name).ok())?;
    let credential = |secret: &str| Arc::new(SecretText::new(&sdk, secret.to_owned())) as _;
    let findings = check(&settings, &countries, &sdk, &outbound, credential);
    let findings = tokio::time::timeout(PATIENCE, findings).await.map_err(|_| CheckSenderError::TooLong)?;
    let mut out = io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    let may_send = findings.iter().all(|finding| matches!(finding.verdict, Verdict::Yes | Verdict::Note));
    if may_send { Ok(()) } else { Err(CheckSenderError::MayNotSend) }
}

/// What the senders of these settings may do. `credential` finds a secret.
pub async fn check(
    settings: &SenderSettings,
    countries: &Countries,
    sdk: &SdkConfig,
    outbound: &Outbound,
    credential: impl Fn(&str) -> Arc<dyn ProviderCredential>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &settings.sms {
        Some(SmsSettings::Aws(sms)) => findings.extend(end_user_messaging::check(sdk, sms, countries).await),
        Some(SmsSettings::Infobip(configured)) => {
            let key = credential(&configured.secret);
            findings.extend(infobip::check(outbound, &configured.settings, &*key, countries).await);
        }
        None => {}
    }
    if let Some(email) = &settings.email {
        findings.extend(ses::check(sdk, email).await);
    }
    if findings.is_empty() {
        findings.push(no("-", "no sender is configured: callers deliver all codes themselves"));
    }
    findings
}

fn variables(file: &Path) -> Result<BTreeMap<String, String>, CheckSenderError> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(file)?;
    }
    // The error is not passed on: its message might quote a value.
    serde_json::from_str(&text).map_err(|_| CheckSenderError::NoVariables)
}

/// As functions read them.
fn countries(list: Option<String>) -> Result<Countries, Invalid> {
    match list.filter(|list| !list.trim().is_empty()) {
        Some(list) => list.parse(),
        None => Ok(Countries::spain()),
    }
}

#[cfg(test)]
mod tests;
