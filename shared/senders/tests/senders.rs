//! The requests to the providers, and the effect of their answers on a message.

use acredita_domain::{
    actor::Msisdn,
    code::OtpCode,
    messages::{Refusal, RenderedMessage},
    otp::{Channel, Destination},
    ports::{MessageRef, OutgoingMessage, SendError, Sender, limits::LEASE},
    text::Private,
};
use acredita_senders::{EmailSender, Senders, SmsSender, email, sms};
use acredita_testing::{
    Log, ManualClock, beginning,
    scripted::{Reply, Scripted, error},
};
use chrono::TimeDelta;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tracing::Level;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt};

const MESSAGE: &str = "00000000-0000-4000-8000-000000000001";
const IDENTIFICATION: &str = "00000000-0000-4000-8000-000000000002";
const TEXT: &str = "Your code is abc234. It is valid for 10 min. Do not share it with anyone.";

fn phone() -> Destination {
    Destination::Sms(Msisdn::new("612345678".parse().expect("digits"), "34".parse().expect("digits")))
}

fn address() -> Destination {
    Destination::Email("James.Smith@email.com".parse().expect("an address"))
}

fn senders(aws: &Scripted) -> Senders {
    let sms = sms::Settings {
        origination_identity: "pool-1".to_owned(),
        configuration_set: Some("codes".to_owned()),
        max_price: Some("0.10".parse().expect("a price")),
    };
    let email = email::Settings {
        from: "codes@acredita.example".parse().expect("an address"),
        configuration_set: Some("codes-by-mail".to_owned()),
    };
    Senders::default()
        .with(Channel::Sms, Arc::new(SmsSender::new(&aws.sdk(), sms, Arc::new(ManualClock::default()))))
        .with(Channel::Email, Arc::new(EmailSender::new(&aws.sdk(), email)))
}

/// Sends a code with this lifetime.
async fn send_living(senders: &Senders, destination: &Destination, life: TimeDelta) -> Result<(), SendError> {
    let code = OtpCode::unsealed("abc234".to_owned());
    let reference = MessageRef {
        message_id: MESSAGE.parse().expect("an id"),
        identification_id: IDENTIFICATION.parse().expect("an id"),
    };
    let rendered = RenderedMessage {
        subject: Private::new("Your verification code".to_owned()),
        text: Private::new(TEXT.to_owned()),
    };
    let message = OutgoingMessage { reference, destination, code: &code, rendered, expires_at: beginning() + life };
    senders.send(message).await
}

async fn send(senders: &Senders, destination: &Destination) -> Result<(), SendError> {
    send_living(senders, destination, TimeDelta::minutes(10)).await
}

fn sent() -> Reply {
    Reply::Http(200, r#"{"MessageId":"provider-1"}"#.to_owned())
}

#[tokio::test]
async fn a_text_message_is_asked_for_as_documented() {
    let aws = Scripted::answering([sent()]);
    send(&senders(&aws), &phone()).await.expect("sent");
    let asked = aws.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].target, "PinpointSMSVoiceV2.SendTextMessage");
    let expected = json!({
        "DestinationPhoneNumber": "+34612345678",
        "OriginationIdentity": "pool-1",
        "ConfigurationSetName": "codes",
        "MaxPrice": "0.10",
        "MessageType": "TRANSACTIONAL",
        "MessageBody": TEXT,
        "TimeToLive": 600,
        "Context": { "message_id": MESSAGE, "identification_id": IDENTIFICATION },
    });
    assert_eq!(asked[0].json(), expected);
}

#[tokio::test]
async fn an_email_is_asked_for_as_documented() {
    let aws = Scripted::answering([sent()]);
    send(&senders(&aws), &address()).await.expect("sent");
    let asked = aws.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].method.as_str(), asked[0].uri.ends_with("/v2/email/outbound-emails")), ("POST", true));
    let expected = json!({
        "FromEmailAddress": "codes@acredita.example",
        "Destination": { "ToAddresses": ["James.Smith@email.com"] },
        "ConfigurationSetName": "codes-by-mail",
        "Content": { "Simple": {
            "Subject": { "Data": "Your verification code", "Charset": "UTF-8" },
            "Body": { "Text": { "Data": TEXT, "Charset": "UTF-8" } },
        } },
        "EmailTags": [{ "Name": "message_id", "Value": MESSAGE }, { "Name": "identification_id", "Value": IDENTIFICATION }],
    });
    assert_eq!(asked[0].json(), expected);
}

#[tokio::test]
async fn a_text_message_lives_as_long_as_its_code_within_what_the_api_takes() {
    for (life, seconds) in
        [(600, 600), (61, 61), (5, 5), (4, 5), (0, 5), (-60, 5), (259_200, 259_200), (2_592_000, 259_200)]
    {
        let aws = Scripted::answering([sent()]);
        send_living(&senders(&aws), &phone(), TimeDelta::seconds(life)).await.expect("sent");
        assert_eq!(aws.asked()[0].json()["TimeToLive"], seconds, "{life} s");
    }
    let aws = Scripted::answering([sent()]);
    send_living(&senders(&aws), &phone(), TimeDelta::milliseconds(599_999)).await.expect("sent");
    assert_eq!(aws.asked()[0].json()["TimeToLive"], 599, "never longer than the code");
}

const UNAVAILABLE: SendError = SendError::Unavailable;

/// Answers of End User Messaging, their reasons, and their effect on the message.
#[rustfmt::skip]
const SMS_ERRORS: &[(u16, &str, &str, SendError)] = &[
    (400, "ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", SendError::Refused(Refusal::OptedOut)),
    (400, "ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", SendError::Refused(Refusal::CountryBlocked)),
    (400, "ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", UNAVAILABLE),
    (400, "ConflictException", "NO_ORIGINATION_IDENTITIES_FOUND", UNAVAILABLE),
    (400, "ConflictException", "SOMETHING_NEW", UNAVAILABLE),
    (400, "ConflictException", "", UNAVAILABLE),
    (400, "ValidationException", "DESTINATION_COUNTRY_BLOCKED", SendError::Refused(Refusal::CountryBlocked)),
    (400, "ValidationException", "COUNTRY_NOT_ENABLED", SendError::Refused(Refusal::CountryBlocked)),
    (400, "ValidationException", "INTERNATIONAL_SENDING_NOT_SUPPORTED", SendError::Refused(Refusal::CountryBlocked)),
    (400, "ValidationException", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", SendError::Refused(Refusal::CountryBlocked)),
    (400, "ValidationException", "PRICE_OVER_THRESHOLD", SendError::Refused(Refusal::Rejected)),
    (400, "ValidationException", "SENDER_ID_NOT_REGISTERED", UNAVAILABLE),
    (400, "ValidationException", "FIELD_VALIDATION_FAILED", UNAVAILABLE),
    (400, "ValidationException", "", UNAVAILABLE),
    (402, "ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", UNAVAILABLE),
    (400, "AccessDeniedException", "INSUFFICIENT_ACCOUNT_REPUTATION", UNAVAILABLE),
    (400, "AccessDeniedException", "", UNAVAILABLE),
    (404, "ResourceNotFoundException", "", UNAVAILABLE),
    (400, "ThrottlingException", "", UNAVAILABLE),
    (500, "InternalServerException", "", UNAVAILABLE),
    (403, "ExpiredTokenException", "", UNAVAILABLE),
    (400, "SomethingNewException", "", UNAVAILABLE),
];

#[tokio::test]
async fn what_end_user_messaging_answers_decides_what_becomes_of_a_text_message() {
    for (status, code, reason, expected) in SMS_ERRORS {
        let more = if reason.is_empty() { String::new() } else { format!(r#","Reason":"{reason}""#) };
        let aws = Scripted::answering([error(*status, code, &more)]);
        assert_eq!(send(&senders(&aws), &phone()).await, Err(*expected), "{code} {reason}");
        assert_eq!(aws.asked().len(), 1, "{code} {reason}: tried again");
    }
}

#[tokio::test]
async fn a_number_that_cannot_be_one_is_the_destinations_fault_and_another_field_is_not() {
    let refused = Err(SendError::Refused(Refusal::BadDestination));
    for (field, expected) in [
        ("DestinationPhoneNumber", refused),
        ("destinationPhoneNumber", refused),
        ("OriginationIdentity", Err(UNAVAILABLE)),
    ] {
        for reason in ["FIELD_VALIDATION_FAILED", "INVALID_PARAMETER", "SOMETHING_NEW"] {
            let more = format!(r#","Reason":"{reason}","Fields":[{{"Name":"{field}","Message":"no"}}]"#);
            let aws = Scripted::answering([error(400, "ValidationException", &more)]);
            assert_eq!(send(&senders(&aws), &phone()).await, expected, "{field} {reason}");
        }
    }
}

#[rustfmt::skip]
const EMAIL_ERRORS: &[(u16, &str, SendError)] = &[
    (400, "BadRequestException", SendError::Refused(Refusal::BadDestination)),
    (400, "MessageRejected", UNAVAILABLE),
    (400, "MailFromDomainNotVerifiedException", UNAVAILABLE),
    (400, "AccountSuspendedException", UNAVAILABLE),
    (400, "SendingPausedException", UNAVAILABLE),
    (400, "LimitExceededException", UNAVAILABLE),
    (429, "TooManyRequestsException", UNAVAILABLE),
    (404, "NotFoundException", UNAVAILABLE),
    (403, "AccessDeniedException", UNAVAILABLE),
    (500, "InternalServiceErrorException", UNAVAILABLE),
    (503, "ServiceUnavailable", UNAVAILABLE),
    (400, "SomethingNewException", UNAVAILABLE),
];

#[tokio::test]
async fn what_ses_answers_decides_what_becomes_of_an_email() {
    for (status, code, expected) in EMAIL_ERRORS {
        let aws = Scripted::answering([error(*status, code, "")]);
        assert_eq!(send(&senders(&aws), &address()).await, Err(*expected), "{code}");
        assert_eq!(aws.asked().len(), 1, "{code}: tried again");
    }
}

#[tokio::test]
async fn when_nobody_knows_whether_it_was_sent_it_was_sent_once_at_most() {
    let replies =
        [Reply::Silence, Reply::Broken, Reply::Http(200, "{".to_owned()), Reply::Http(502, "<html>".to_owned())];
    for destination in [phone(), address()] {
        for reply in replies.clone() {
            let aws = Scripted::answering([reply.clone()]);
            assert_eq!(send(&senders(&aws), &destination).await, Err(UNAVAILABLE), "{reply:?}");
            assert_eq!(aws.asked().len(), 1, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_is_silent_is_waited_for_ten_seconds_and_less_than_the_lease() {
    for destination in [phone(), address()] {
        let aws = Scripted::answering([Reply::Silence]);
        assert_eq!(send(&senders(&aws), &destination).await, Err(UNAVAILABLE));
        let (send, lease) = (Duration::from_secs(10), LEASE.to_std().expect("a positive time"));
        assert!(aws.waits().contains(&send) && send < lease);
    }
}

#[tokio::test]
async fn a_channel_without_a_sender_is_refused_and_nothing_is_asked() {
    let aws = Scripted::default();
    let none = Senders::default();
    let Destination::Sms(number) = phone() else { panic!("a phone") };
    for (senders, destination) in
        [(&none, phone()), (&none, address()), (&senders(&aws), Destination::Whatsapp(number))]
    {
        assert_eq!(send(senders, &destination).await, Err(SendError::Refused(Refusal::NotConfigured)));
    }
    assert!(aws.asked().is_empty());
}

#[tokio::test]
async fn a_failure_is_logged_by_its_ids_and_codes_and_by_nothing_that_names_a_person() {
    let log = Log::default();
    let writer = log.clone();
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    let ours = Targets::new().with_target("acredita_senders", Level::TRACE);
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer.with_filter(ours)));

    let quoting =
        r#","Reason":"DESTINATION_PHONE_NUMBER_OPTED_OUT","message":"+34612345678 and James.Smith@email.com""#;
    let aws = Scripted::answering([error(400, "ConflictException", quoting), error(400, "MessageRejected", quoting)]);
    let senders = senders(&aws);
    send(&senders, &phone()).await.expect_err("opted out");
    send(&senders, &address()).await.expect_err("rejected");

    let text = String::from_utf8(log.bytes()).expect("UTF-8");
    for expected in [
        MESSAGE,
        IDENTIFICATION,
        "ConflictException",
        "DESTINATION_PHONE_NUMBER_OPTED_OUT",
        "OPTED_OUT",
        "MessageRejected",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    for private in ["612345678", "Smith", "abc234"] {
        assert!(!text.contains(private), "{private} in {text}");
        assert!(!format!("{senders:?}").contains(private));
    }
}
