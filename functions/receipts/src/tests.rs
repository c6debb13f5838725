use super::*;
use acredita_domain::delivery::DeliveryFailure;
use serde_json::{Value, json};

const MESSAGE: &str = "c0a8012e-5f1d-4b8e-9c3e-2f6d7a8b9c01";
const IDENTIFICATION: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

fn text(event_type: &str, is_final: bool) -> Value {
    let context = json!({ "message_id": MESSAGE, "identification_id": IDENTIFICATION });
    json!({ "source": "aws.sms-voice", "detail-type": "Text Message Delivery Status Updated", "detail": {
        "eventType": event_type, "isFinal": is_final, "destinationPhoneNumber": "+34600000001", "context": context } })
}

fn email(event_type: &str, bounce: Option<(&str, &str)>) -> Value {
    let tags =
        json!({ "message_id": [MESSAGE], "identification_id": [IDENTIFICATION], "ses:operation": ["SendEmail"] });
    let mail = json!({ "destination": ["james@example.com"], "tags": tags });
    let mut detail = json!({ "eventType": event_type, "mail": mail });
    if let Some((kind, sub_kind)) = bounce {
        detail["bounce"] = json!({ "bounceType": kind, "bounceSubType": sub_kind });
    }
    json!({ "source": "aws.ses", "detail": detail })
}

#[track_caller]
fn receipt(report: &Value) -> Option<Receipt> {
    let report: Report = serde_json::from_value(report.clone()).expect("a report");
    assert_eq!(report.message().message_id.to_string(), MESSAGE);
    assert_eq!(report.message().identification_id.to_string(), IDENTIFICATION);
    report.receipt()
}

#[test]
fn each_report_on_a_text_message_has_its_meaning() {
    let failed = |reason| Some(Receipt::Failed(reason));
    for (event_type, expected) in [
        ("TEXT_QUEUED", None),
        ("TEXT_PENDING", None),
        ("TEXT_SUCCESSFUL", Some(Receipt::Arrived)),
        ("TEXT_DELIVERED", Some(Receipt::Arrived)),
        ("TEXT_INVALID", failed(DeliveryFailure::InvalidDestination)),
        ("TEXT_INVALID_MESSAGE", failed(DeliveryFailure::Blocked)),
        ("TEXT_UNREACHABLE", failed(DeliveryFailure::Unreachable)),
        ("TEXT_CARRIER_UNREACHABLE", failed(DeliveryFailure::Unreachable)),
        ("TEXT_TTL_EXPIRED", failed(DeliveryFailure::Unreachable)),
        ("TEXT_UNKNOWN", failed(DeliveryFailure::Unreachable)),
        ("TEXT_BLOCKED", failed(DeliveryFailure::Blocked)),
        ("TEXT_CARRIER_BLOCKED", failed(DeliveryFailure::Blocked)),
        ("TEXT_SPAM", failed(DeliveryFailure::Blocked)),
        ("TEXT_PROTECT_BLOCKED", failed(DeliveryFailure::Blocked)),
    ] {
        assert_eq!(receipt(&text(event_type, true)), expected, "{event_type}");
        assert_eq!(receipt(&text(event_type, false)), None, "{event_type}, and more will be said");
    }
}

#[test]
fn each_report_on_an_e_mail_has_its_meaning() {
    let failed = |reason| Some(Receipt::Failed(reason));
    assert_eq!(receipt(&email("Delivery", None)), Some(Receipt::Arrived));
    assert_eq!(receipt(&email("Reject", None)), failed(DeliveryFailure::Blocked));
    for (kind, sub_kind, expected) in [
        ("Permanent", "General", DeliveryFailure::InvalidDestination),
        ("Permanent", "NoEmail", DeliveryFailure::InvalidDestination),
        ("Permanent", "Suppressed", DeliveryFailure::Blocked),
        ("Permanent", "OnAccountSuppressionList", DeliveryFailure::Blocked),
        ("Permanent", "UnsubscribedRecipient", DeliveryFailure::OptedOut),
        ("Transient", "General", DeliveryFailure::Unreachable),
        ("Transient", "MailboxFull", DeliveryFailure::Unreachable),
        ("Transient", "MessageTooLarge", DeliveryFailure::Blocked),
        ("Transient", "ContentRejected", DeliveryFailure::Blocked),
        ("Undetermined", "Undetermined", DeliveryFailure::Unreachable),
    ] {
        assert_eq!(receipt(&email("Bounce", Some((kind, sub_kind)))), failed(expected), "{kind} {sub_kind}");
    }
}

#[test]
fn what_is_no_report_is_none() {
    let mut of_nobody = text("TEXT_DELIVERED", true);
    of_nobody["detail"]["context"] = json!({ "campaign": "summer" });
    let bounce_without_a_reason = email("Bounce", None);
    let unknown = [text("TEXT_TELEPORTED", true), email("Click", None), json!({ "source": "aws.s3", "detail": {} })];
    for value in [of_nobody, bounce_without_a_reason, json!({}), json!("a text")].iter().chain(&unknown) {
        assert!(serde_json::from_value::<Report>(value.clone()).is_err(), "{value}");
    }
}
