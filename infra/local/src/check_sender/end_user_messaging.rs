//! AWS End User Messaging: the account, its spending limit, the identity that messages come from, the configuration set.

use super::finding::{Finding, no, note, register, unanswered, unknown, yes};
use acredita_domain::settings::Countries;
use acredita_senders::sms::Settings;
use aws_sdk_pinpointsmsvoicev2::{
    Client,
    types::{
        AccountAttributeName, NumberCapability, NumberStatus, PoolStatus, SenderIdFilter, SenderIdFilterName,
        SenderIdInformation, SpendLimitName,
    },
};
use aws_types::SdkConfig;

const CHANNEL: &str = "SMS";

pub async fn check(sdk: &SdkConfig, settings: &Settings, countries: &Countries) -> Vec<Finding> {
    let client = Client::new(sdk);
    let mut findings = vec![tier(&client).await, spending(&client).await];
    findings.extend(match Identity::of(&settings.origination_identity) {
        Identity::Phone(id) => vec![phone(&client, id).await],
        Identity::Pool(id) => vec![pool(&client, id).await],
        Identity::SenderId(name) => sender_id(&client, name, countries).await,
    });
    if let Some(set) = &settings.configuration_set {
        findings.push(configuration_set(&client, set).await);
    }
    findings
}

/// What an identity is: an id, a name, or the ARN of one.
enum Identity<'a> {
    Phone(&'a str),
    Pool(&'a str),
    SenderId(&'a str),
}

impl<'a> Identity<'a> {
    fn of(text: &'a str) -> Self {
        // `arn:aws:sms-voice:eu-west-1:123456789012:sender-id/Acredita/ES`
        let resource = if text.starts_with("arn:") { text.rsplit(':').next().unwrap_or(text) } else { text };
        match resource.split_once('/') {
            Some(("phone-number", id)) => Self::Phone(id),
            Some(("pool", id)) => Self::Pool(id),
            Some((_, name)) => Self::SenderId(name.split('/').next().unwrap_or(name)),
            None if resource.starts_with("phone-") => Self::Phone(resource),
            None if resource.starts_with("pool-") => Self::Pool(resource),
            None => Self::SenderId(resource),
        }
    }
}

async fn tier(client: &Client) -> Finding {
    let attributes = match client.describe_account_attributes().send().await {
        Ok(answer) => answer.account_attributes.unwrap_or_default(),
        Err(error) => {
            return unanswered(CHANNEL, "the account", "sms-voice:DescribeAccountAttributes", &error);
        }
    };
    let tier = attributes.into_iter().find(|attribute| attribute.name == AccountAttributeName::AccountTier);
    match tier.map(|tier| tier.value).as_deref() {
        Some("PRODUCTION") => yes(CHANNEL, "the account is out of the sandbox"),
        Some("SANDBOX") => no(CHANNEL, "the account is in the sandbox: it sends to verified numbers only"),
        _ => unknown(CHANNEL, "the account's tier is not told"),
    }
}

async fn spending(client: &Client) -> Finding {
    let limits = match client.describe_spend_limits().send().await {
        Ok(answer) => answer.spend_limits.unwrap_or_default(),
        Err(error) => return unanswered(CHANNEL, "the spending limit", "sms-voice:DescribeSpendLimits", &error),
    };
    match limits.into_iter().find(|limit| limit.name == SpendLimitName::TextMessageMonthlySpendLimit) {
        Some(limit) if limit.enforced_limit <= 0 => no(CHANNEL, "the monthly spending limit is $0"),
        Some(limit) => yes(
            CHANNEL,
            format!("${} a month may be spent, of ${} that AWS allows", limit.enforced_limit, limit.max_limit),
        ),
        None => unknown(CHANNEL, "the monthly spending limit is not told"),
    }
}

async fn phone(client: &Client, id: &str) -> Finding {
    let found = match client.describe_phone_numbers().phone_number_ids(id).send().await {
        Ok(answer) => answer.phone_numbers.unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            Vec::new()
        }
        Err(error) => {
            return unanswered(CHANNEL, &format!("the number {id}"), "sms-voice:DescribePhoneNumbers", &error);
        }
    };
    match found.first() {
        None => no(CHANNEL, format!("there is no number {id} in this region")),
        Some(number) if number.status != NumberStatus::Active => {
            no(CHANNEL, format!("the number {id} is {}", number.status.as_str()))
        }
        Some(number) if !number.number_capabilities.contains(&NumberCapability::Sms) => {
            no(CHANNEL, format!("the number {id} sends no text messages"))
        }
        Some(number) => yes(CHANNEL, format!("the number {id} of {} is active", number.iso_country_code)),
    }
}

async fn pool(client: &Client, id: &str) -> Finding {
    let found = match client.describe_pools().pool_ids(id).send().await {
        Ok(answer) => answer.pools.unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            Vec::new()
        }
        Err(error) => return unanswered(CHANNEL, &format!("the pool {id}"), "sms-voice:DescribePools", &error),
    };
    match found.first() {
        None => no(CHANNEL, format!("there is no pool {id} in this region")),
        Some(pool) if pool.status != PoolStatus::Active => {
            no(CHANNEL, format!("the pool {id} is {}", pool.status.as_str()))
        }
        Some(_) => yes(CHANNEL, format!("the pool {id} is active")),
    }
}

/// A sender id is requested for each country, and registered where the country asks for that.
async fn sender_id(client: &Client, name: &str, countries: &Countries) -> Vec<Finding> {
    let filter = SenderIdFilter::builder().name(SenderIdFilterName::SenderId).values(name).build();
    let filter = filter.expect("a name and a value");
    let found = match client.describe_sender_ids().filters(filter).send().await {
        Ok(answer) => answer.sender_ids.unwrap_or_default(),
        Err(error) => {
            let what = format!("the sender id {name}");
            return vec![unanswered(CHANNEL, &what, "sms-voice:DescribeSenderIds", &error)];
        }
    };
    let wanted = match countries {
        Countries::All => found.iter().map(|id| id.iso_country_code.clone()).collect(),
        Countries::Only(_) => countries.entries(),
    };
    if wanted.is_empty() {
        return vec![no(CHANNEL, format!("there is no sender id {name} in this region"))];
    }
    let mut findings = Vec::new();
    for country in wanted {
        let id = found.iter().find(|id| id.iso_country_code == country);
        findings.push(match id {
            None => no(CHANNEL, format!("there is no sender id {name} for {country} in this region")),
            Some(id) if id.registered => yes(CHANNEL, format!("the sender id {name} is registered for {country}")),
            Some(id) => unregistered(client, id, name, &country).await,
        });
    }
    findings.extend(register(name, "AWS's partner", countries));
    findings
}

/// Spain asks for a registration. For other countries it depends, and AWS says so when the id is requested.
async fn unregistered(client: &Client, id: &SenderIdInformation, name: &str, country: &str) -> Finding {
    let state = match &id.registration_id {
        Some(registration) => format!("its registration is {}", registration_status(client, registration).await),
        None => "no registration was begun".to_owned(),
    };
    let says = format!("the sender id {name} is not registered for {country}: {state}");
    if country == "ES" || id.registration_id.is_some() { no(CHANNEL, says) } else { note(CHANNEL, says) }
}

async fn registration_status(client: &Client, id: &str) -> String {
    match client.describe_registrations().registration_ids(id).send().await {
        Ok(answer) => answer
            .registrations
            .first()
            .map_or_else(|| "gone".to_owned(), |found| found.registration_status.as_str().to_owned()),
        Err(_) => "not told (it takes the right sms-voice:DescribeRegistrations)".to_owned(),
    }
}

async fn configuration_set(client: &Client, name: &str) -> Finding {
    match client.describe_configuration_sets().configuration_set_names(name).send().await {
        Ok(answer) if !answer.configuration_sets().is_empty() => {
            yes(CHANNEL, format!("the configuration set {name} is there"))
        }
        Ok(_) => no(CHANNEL, format!("there is no configuration set {name} in this region")),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            no(CHANNEL, format!("there is no configuration set {name} in this region"))
        }
        Err(error) => {
            let what = format!("the configuration set {name}");
            unanswered(CHANNEL, &what, "sms-voice:DescribeConfigurationSets", &error)
        }
    }
}
