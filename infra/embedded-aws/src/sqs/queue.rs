//! A queue: its name, its settings, and the limits of AWS for them (CreateQueue in the SQS API reference).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::error::SqsError;
use crate::{ACCOUNT, REGION};

/// The longest delay, in seconds.
pub(super) const MAX_DELAY_S: i64 = 900;
/// The longest visibility timeout, in seconds.
pub(super) const MAX_VISIBILITY_S: i64 = 43_200;
/// The longest wait of a receive, in seconds.
pub(super) const MAX_WAIT_S: i64 = 20;
/// The largest message, in bytes.
pub(super) const MAX_MESSAGE_BYTES: usize = 262_144;

const RETENTION_S: RangeInclusive<i64> = 60..=1_209_600;
const RECEIVE_COUNT: RangeInclusive<i64> = 1..=1000;
const ARN_PREFIX: &str = "arn:aws:sqs:";

pub(super) struct Queue {
    pub name: String,
    pub created_ms: i64,
    pub settings: Settings,
}

/// The settings of CreateQueue. Times are in seconds; the defaults are those of AWS.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub visibility_timeout: i64,
    pub delay: i64,
    pub retention: i64,
    pub wait: i64,
    pub redrive: Option<Redrive>,
}

/// The destination of messages that were received too often.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Redrive {
    pub dead_letter_queue: String,
    pub max_receive_count: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { visibility_timeout: 30, delay: 0, retention: 345_600, wait: 0, redrive: None }
    }
}

impl Settings {
    /// These settings with the given attributes on top.
    pub(super) fn with(&self, attributes: &BTreeMap<String, String>) -> Result<Self, SqsError> {
        let mut settings = self.clone();
        for (name, value) in attributes {
            let seconds = |allowed| number(name, value, allowed);
            match name.as_str() {
                "VisibilityTimeout" => settings.visibility_timeout = seconds(0..=MAX_VISIBILITY_S)?,
                "DelaySeconds" => settings.delay = seconds(0..=MAX_DELAY_S)?,
                "MessageRetentionPeriod" => settings.retention = seconds(RETENTION_S)?,
                "ReceiveMessageWaitTimeSeconds" => settings.wait = seconds(0..=MAX_WAIT_S)?,
                "RedrivePolicy" => settings.redrive = Some(Redrive::parse(value)?),
                _ => return Err(SqsError::InvalidAttributeName(name.clone())),
            }
        }
        Ok(settings)
    }
}

impl Redrive {
    fn parse(policy: &str) -> Result<Self, SqsError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct RedrivePolicy {
            dead_letter_target_arn: String,
            max_receive_count: Count,
        }
        // CloudFormation writes a number, the console a string.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Count {
            Number(i64),
            Text(String),
        }
        let invalid = || SqsError::InvalidAttributeValue("RedrivePolicy".to_owned());
        let policy: RedrivePolicy = serde_json::from_str(policy).map_err(|_| invalid())?;
        let count = match policy.max_receive_count {
            Count::Number(count) => count,
            Count::Text(text) => text.parse().map_err(|_| invalid())?,
        };
        let own_queues = format!("{ARN_PREFIX}{REGION}:{ACCOUNT}:");
        let name = policy.dead_letter_target_arn.strip_prefix(&own_queues).ok_or_else(invalid)?;
        if !RECEIVE_COUNT.contains(&count) {
            return Err(invalid());
        }
        Ok(Self { dead_letter_queue: name.to_owned(), max_receive_count: count })
    }

    /// The policy as GetQueueAttributes shows it.
    pub(super) fn to_policy(&self) -> String {
        json!({ "deadLetterTargetArn": arn(&self.dead_letter_queue), "maxReceiveCount": self.max_receive_count })
            .to_string()
    }
}

/// The ARN of a queue of this stand-in.
pub(super) fn arn(name: &str) -> String {
    format!("{ARN_PREFIX}{REGION}:{ACCOUNT}:{name}")
}

/// Checks the name of a standard queue.
pub(super) fn check_name(name: &str) -> Result<(), SqsError> {
    let reason = if name.ends_with(".fifo") {
        "this local stand-in has standard queues only"
    } else if !is_identifier(name) {
        "can only include alphanumeric characters, hyphens, or underscores; 1 to 80 in length"
    } else {
        return Ok(());
    };
    Err(SqsError::InvalidParameter { parameter: "QueueName", reason })
}

/// Whether a text may be the name of a queue.
fn is_identifier(text: &str) -> bool {
    (1..=80).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The queue's name in its URL. Only the path counts, so a URL made on another port still works.
pub(super) fn name_in_url(url: &str) -> Result<&str, SqsError> {
    let (rest, name) = url.rsplit_once('/').ok_or(SqsError::InvalidAddress)?;
    let is_own = rest.rsplit('/').next() == Some(ACCOUNT) && !name.is_empty();
    if is_own { Ok(name) } else { Err(SqsError::InvalidAddress) }
}

fn number(attribute: &str, value: &str, allowed: RangeInclusive<i64>) -> Result<i64, SqsError> {
    match value.parse() {
        Ok(number) if allowed.contains(&number) => Ok(number),
        _ => Err(SqsError::InvalidAttributeValue(attribute.to_owned())),
    }
}
