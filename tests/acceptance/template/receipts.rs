//! The rules that pass on what providers report: they take what the function reads, and nothing about a person.

use super::reading::{properties, resources};
use acredita_domain::otp::Channel;
use acredita_local::{
    inbox::{DeliveredMessage, InboxMessage, Outcome},
    reports::{self, Fate},
};
use acredita_testing::beginning;
use serde_json::{Value, json};

const PHONE: &str = "+34699223344";
const ADDRESS: &str = "canary.address@example.org";

/// What a provider reports of a message, as it comes to the bus.
fn reported(channel: Channel, fate: Fate) -> Value {
    let delivery = DeliveredMessage {
        channel,
        to: if channel == Channel::Email { ADDRESS } else { PHONE }.to_owned(),
        subject: "canary subject".to_owned(),
        text: "canary text".to_owned(),
        code: "abc234".to_owned(),
        sent_at: beginning(),
        expires_at: beginning(),
    };
    let message = InboxMessage {
        message_id: "c0a8012e-5f1d-4b8e-9c3e-2f6d7a8b9c01".parse().expect("an id"),
        identification_id: "7c9e6679-7425-40de-944b-e07fc1f90ae7".parse().expect("an id"),
        outcome: Outcome::Delivered(delivery),
    };
    reports::report(&message, fate, beginning()).expect("a provider that reports")
}

/// Whether an event matches a pattern of EventBridge, as far as ours go: lists of values, and of `exists`.
fn matches(pattern: &Value, event: Option<&Value>) -> bool {
    match pattern {
        Value::Object(fields) => {
            fields.iter().all(|(name, pattern)| matches(pattern, event.and_then(|event| event.get(name))))
        }
        Value::Array(allowed) => {
            let values = match event {
                Some(Value::Array(values)) => values.iter().collect(),
                value => value.into_iter().collect::<Vec<_>>(),
            };
            allowed.iter().any(|allowed| match allowed.get("exists") {
                Some(exists) => *exists == json!(!values.is_empty()),
                None => values.contains(&allowed),
            })
        }
        other => panic!("not a pattern: {other}"),
    }
}

/// What a path such as `$.detail.mail.tags.message_id[0]` leads to.
fn at<'a>(path: &str, event: &'a Value) -> &'a Value {
    let pointer = path.strip_prefix("$.").expect("a path").replace(['.', '['], "/").replace(']', "");
    event.pointer(&format!("/{pointer}")).unwrap_or_else(|| panic!("no {path} in {event}"))
}

/// What a rule puts into the queue for an event.
fn transformed(rule: &Value, event: &Value) -> String {
    let transformer = &rule["Targets"][0]["InputTransformer"];
    let paths = transformer["InputPathsMap"].as_object().expect("paths");
    let template = transformer["InputTemplate"].as_str().expect("a template").to_owned();
    paths.iter().fold(template, |text, (name, path)| {
        text.replace(&format!("<{name}>"), &at(path.as_str().expect("a path"), event).to_string())
    })
}

/// The rules that an event matches.
fn rules_of(event: &Value) -> Vec<&'static Value> {
    let rules = resources("AWS::Events::Rule").map(|(_, rule)| &rule["Properties"]);
    rules.filter(|rule| matches(&rule["EventPattern"], Some(event))).collect()
}

#[test]
fn every_report_goes_into_the_queue_once_and_without_the_person() {
    for channel in [Channel::Sms, Channel::Email] {
        for fate in Fate::ALL {
            let event = reported(channel, *fate);
            let [rule] = rules_of(&event)[..] else { panic!("one rule for {channel} {fate}") };
            assert_eq!(rule["Targets"][0]["Arn"]["Fn::GetAtt"], "ReceiptsQueue.Arn");
            let queued = transformed(rule, &event);
            for personal in [PHONE, ADDRESS, "canary", "abc234"] {
                assert!(event.to_string().contains(personal) || !queued.contains(personal));
                assert!(!queued.contains(personal), "{queued}");
            }
            // What is left says the same.
            let left: Value = serde_json::from_str(&queued).expect("JSON");
            assert_is_part(&left, &event);
            let [id, message] = ["identification_id", "message_id"].map(|name| queued.contains(name));
            assert!(id && message, "{queued}");
        }
    }
}

/// Requires that everything in `part` is in `whole`, under the same names.
#[track_caller]
fn assert_is_part(part: &Value, whole: &Value) {
    match part {
        Value::Object(fields) => fields.iter().for_each(|(name, part)| assert_is_part(part, &whole[name])),
        part => assert_eq!(part, whole),
    }
}

#[test]
fn what_is_not_ours_or_not_the_end_is_left_where_it_is() {
    let mut of_others = reported(Channel::Sms, Fate::Deliver);
    of_others["detail"]["context"] = json!({ "campaign": "summer" });
    let mut untagged = reported(Channel::Email, Fate::Bounce);
    untagged["detail"]["mail"]["tags"] = json!({});
    let mut under_way = reported(Channel::Sms, Fate::Deliver);
    under_way["detail"]["isFinal"] = json!(false);
    let mut opened = reported(Channel::Email, Fate::Deliver);
    opened["detail"]["eventType"] = json!("Open");
    for event in [of_others, untagged, under_way, opened] {
        assert!(rules_of(&event).is_empty(), "{event}");
    }
}

#[test]
fn ses_reports_to_the_bus_whichever_configuration_set_its_e_mails_have() {
    let reports = properties("EmailReports");
    let used = &super::reading::TEMPLATE["Globals"]["Function"]["Environment"]["Variables"];
    assert_eq!(reports["ConfigurationSetName"], used["ACREDITA_EMAIL_CONFIGURATION_SET"]);
    assert_eq!(reports["EventDestination"]["MatchingEventTypes"], json!(["delivery", "bounce", "reject"]));
}
