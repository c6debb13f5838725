//! Amazon SES: the identity, the account, the configuration set.

use super::finding::{Finding, no, unanswered, yes};
use acredita_senders::email::Settings;
use aws_sdk_sesv2::{Client, operation::get_account::GetAccountOutput};
use aws_types::SdkConfig;

const CHANNEL: &str = "e-mail";

pub async fn check(sdk: &SdkConfig, settings: &Settings) -> Vec<Finding> {
    let client = Client::new(sdk);
    let mut findings = vec![identity(&client, settings.from.address()).await];
    findings.extend(account(&client).await);
    if let Some(set) = &settings.configuration_set {
        findings.push(configuration_set(&client, set).await);
    }
    findings
}

/// An address may send if it is verified itself, or its domain is.
async fn identity(client: &Client, address: &str) -> Finding {
    let domain = address.rsplit('@').next().unwrap_or_default();
    for identity in [address, domain] {
        match client.get_email_identity().email_identity(identity).send().await {
            Ok(found) if found.verified_for_sending_status() => {
                return yes(CHANNEL, format!("{identity} is verified"));
            }
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {}
            Err(error) => {
                return unanswered(CHANNEL, &format!("the identity {identity}"), "ses:GetEmailIdentity", &error);
            }
        }
    }
    no(CHANNEL, format!("neither {address} nor its domain is verified in this region"))
}

async fn account(client: &Client) -> Vec<Finding> {
    match client.get_account().send().await {
        Ok(account) => vec![sandbox(&account), sending(&account), quota(&account)],
        Err(error) => vec![unanswered(CHANNEL, "the account", "ses:GetAccount", &error)],
    }
}

fn sandbox(account: &GetAccountOutput) -> Finding {
    if account.production_access_enabled() {
        yes(CHANNEL, "the account is out of the sandbox")
    } else {
        no(CHANNEL, "the account is in the sandbox: it sends to verified addresses only")
    }
}

fn sending(account: &GetAccountOutput) -> Finding {
    match account.enforcement_status() {
        Some("SHUTDOWN") => no(CHANNEL, "AWS has shut down sending for its reputation"),
        _ if !account.sending_enabled() => no(CHANNEL, "sending is paused for the account"),
        Some(status) => yes(CHANNEL, format!("sending is on, and the reputation is {status}")),
        None => yes(CHANNEL, "sending is on"),
    }
}

fn quota(account: &GetAccountOutput) -> Finding {
    let (most, sent) =
        account.send_quota().map_or((0.0, 0.0), |quota| (quota.max24_hour_send(), quota.sent_last24_hours()));
    // −1 stands for no limit.
    if most < 0.0 {
        return yes(CHANNEL, "there is no quota");
    }
    let says = format!("{sent:.0} of {most:.0} messages of the day are sent");
    if sent < most { yes(CHANNEL, says) } else { no(CHANNEL, says) }
}

async fn configuration_set(client: &Client, name: &str) -> Finding {
    match client.get_configuration_set().configuration_set_name(name).send().await {
        Ok(set) if set.sending_options().is_some_and(|options| !options.sending_enabled()) => {
            no(CHANNEL, format!("the configuration set {name} does not send"))
        }
        Ok(_) => yes(CHANNEL, format!("the configuration set {name} is there")),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {
            no(CHANNEL, format!("there is no configuration set {name} in this region"))
        }
        Err(error) => unanswered(CHANNEL, &format!("the configuration set {name}"), "ses:GetConfigurationSet", &error),
    }
}
