//! The report, of accounts as they are before the first message. AWS's part is scripted in its own wire format, Infobip's
//! is the emulator.

use super::*;
use acredita_domain::{error::Unavailable, text::Private};
use acredita_emulators::{Emulators, INFOBIP_KEY, INFOBIP_SENDER, InfobipAccount, Recording, Scenario};
use acredita_testing::scripted::{Reply, Scripted, error};
use async_trait::async_trait;
use serde_json::{Value, json};

struct Known(Option<&'static str>);

#[async_trait]
impl ProviderCredential for Known {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        self.0.map(|key| Private::new(key.to_owned())).ok_or(Unavailable("the secret"))
    }
}

fn settings(variables: &[(&str, &str)]) -> SenderSettings {
    let find = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
    SenderSettings::from_env(find).expect("senders")
}

const EMAIL: [(&str, &str); 3] = [
    ("ACREDITA_CHANNELS", "EMAIL"),
    ("ACREDITA_EMAIL_FROM", "Acredita <codes@acredita.example>"),
    ("ACREDITA_EMAIL_CONFIGURATION_SET", "codes-by-mail"),
];

fn sms(identity: &str) -> [(&str, &str); 3] {
    [
        ("ACREDITA_CHANNELS", "SMS"),
        ("ACREDITA_SMS_ORIGINATION_IDENTITY", identity),
        ("ACREDITA_SMS_CONFIGURATION_SET", "codes"),
    ]
}

fn ok(body: Value) -> Reply {
    Reply::Http(200, body.to_string())
}

/// The report on AWS's senders, with these answers in order: a verdict and what it says, a line each.
async fn report(variables: &[(&str, &str)], countries: &str, replies: impl IntoIterator<Item = Reply>) -> Vec<String> {
    let aws = Scripted::answering(replies);
    let countries = countries.parse().expect("countries");
    let none = |_: &str| Arc::new(Known(None)) as Arc<dyn ProviderCredential>;
    let findings = check(&settings(variables), &countries, &aws.sdk(), &Outbound::default(), none).await;
    assert!(aws.asked().iter().all(|asked| !asked.target.contains(".Send") && !asked.uri.contains("outbound-emails")));
    findings.iter().map(|finding| format!("{:?} {}", finding.verdict, finding.says)).collect()
}

fn verified(verified: bool) -> Reply {
    ok(json!({ "VerifiedForSendingStatus": verified }))
}

fn account(production: bool, enabled: bool, sent: f64) -> Reply {
    ok(json!({
        "ProductionAccessEnabled": production,
        "SendingEnabled": enabled,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": { "Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": sent },
    }))
}

#[tokio::test]
async fn an_account_of_ses_that_may_send_says_so_in_every_line() {
    let set = ok(json!({ "SendingOptions": { "SendingEnabled": true } }));
    let lines = report(&EMAIL, "ES", [verified(true), account(true, true, 12.0), set]).await;
    let expected = [
        "Yes codes@acredita.example is verified",
        "Yes the account is out of the sandbox",
        "Yes sending is on, and the reputation is HEALTHY",
        "Yes 12 of 50000 messages of the day are sent",
        "Yes the configuration set codes-by-mail is there",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_new_account_of_ses_may_not_send_and_the_report_says_why() {
    let missing = || error(404, "NotFoundException", "");
    let lines = report(&EMAIL, "ES", [missing(), verified(false), account(false, false, 50_000.0), missing()]).await;
    let expected = [
        "No neither codes@acredita.example nor its domain is verified in this region",
        "No the account is in the sandbox: it sends to verified addresses only",
        "No sending is paused for the account",
        "No 50000 of 50000 messages of the day are sent",
        "No there is no configuration set codes-by-mail in this region",
    ];
    assert_eq!(lines, expected);
    let by_domain = report(&EMAIL[..2], "ES", [missing(), verified(true), account(true, true, 0.0)]).await;
    assert_eq!(by_domain[0], "Yes acredita.example is verified");
}

fn tier(tier: &str) -> Reply {
    ok(json!({ "AccountAttributes": [{ "Name": "ACCOUNT_TIER", "Value": tier }] }))
}

fn limit(dollars: i64) -> Reply {
    let limit = |name: &str, dollars: i64| json!({ "Name": name, "EnforcedLimit": dollars, "MaxLimit": 500, "Overridden": true });
    ok(
        json!({ "SpendLimits": [limit("VOICE_MESSAGE_MONTHLY_SPEND_LIMIT", 0), limit("TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", dollars)] }),
    )
}

fn set() -> Reply {
    ok(json!({ "ConfigurationSets": [{ "ConfigurationSetName": "codes" }] }))
}

fn sender_id(country: &str, registered: bool, registration: Option<&str>) -> Value {
    json!({
        "SenderId": "Acredita",
        "IsoCountryCode": country,
        "MessageTypes": ["TRANSACTIONAL"],
        "Registered": registered,
        "RegistrationId": registration,
    })
}

#[tokio::test]
async fn a_registered_sender_id_may_send_and_the_register_of_the_cnmc_is_to_be_looked_up() {
    let ids = ok(json!({ "SenderIds": [sender_id("ES", true, None)] }));
    for identity in ["Acredita", "arn:aws:sms-voice:eu-west-1:123456789012:sender-id/Acredita/ES"] {
        let lines = report(&sms(identity), "ES", [tier("PRODUCTION"), limit(200), ids.clone(), set()]).await;
        assert_eq!(
            lines[..3],
            [
                "Yes the account is out of the sandbox",
                "Yes $200 a month may be spent, of $500 that AWS allows",
                "Yes the sender id Acredita is registered for ES",
            ]
        );
        assert!(lines[3].starts_with("Note ") && lines[3].contains("CNMC"), "{}", lines[3]);
        assert_eq!(lines[4..], ["Yes the configuration set codes is there"]);
    }
}

#[tokio::test]
async fn a_sender_id_needs_each_country_that_messages_go_to() {
    let ids =
        ok(json!({ "SenderIds": [sender_id("ES", false, Some("registration-1")), sender_id("FR", false, None)] }));
    let status = ok(
        json!({ "Registrations": [{ "RegistrationId": "registration-1", "RegistrationStatus": "REQUIRES_UPDATES" }] }),
    );
    let lines = report(&sms("Acredita"), "ES FR PT", [tier("SANDBOX"), limit(0), ids, status, set()]).await;
    assert_eq!(
        lines[..5],
        [
            "No the account is in the sandbox: it sends to verified numbers only",
            "No the monthly spending limit is $0",
            "No the sender id Acredita is not registered for ES: its registration is REQUIRES_UPDATES",
            "Note the sender id Acredita is not registered for FR: no registration was begun",
            "No there is no sender id Acredita for PT in this region",
        ]
    );
    let none = ok(json!({ "SenderIds": [] }));
    let lines = report(&sms("Acredita"), "*", [tier("PRODUCTION"), limit(1), none, set()]).await;
    assert_eq!(lines[2], "No there is no sender id Acredita in this region");
}

#[tokio::test]
async fn numbers_and_pools_have_to_be_active() {
    let number = |status: &str, capability: &str| {
        ok(json!({ "PhoneNumbers": [{
            "PhoneNumber": "+34600000000", "Status": status, "IsoCountryCode": "ES", "NumberCapabilities": [capability],
        }] }))
    };
    let pool = |status: &str| ok(json!({ "Pools": [{ "PoolId": "pool-1", "Status": status }] }));
    for (identity, found, expected) in [
        ("phone-1", number("ACTIVE", "SMS"), "Yes the number phone-1 of ES is active"),
        (
            "arn:aws:sms-voice:eu-west-1:1:phone-number/phone-1",
            number("PENDING", "SMS"),
            "No the number phone-1 is PENDING",
        ),
        ("phone-1", number("ACTIVE", "VOICE"), "No the number phone-1 sends no text messages"),
        ("phone-1", error(400, "ResourceNotFoundException", ""), "No there is no number phone-1 in this region"),
        ("pool-1", pool("ACTIVE"), "Yes the pool pool-1 is active"),
        ("pool-1", pool("CREATING"), "No the pool pool-1 is CREATING"),
        (
            "arn:aws:sms-voice:eu-west-1:1:pool/pool-1",
            ok(json!({ "Pools": [] })),
            "No there is no pool pool-1 in this region",
        ),
    ] {
        let no_set = error(400, "ResourceNotFoundException", "");
        let lines = report(&sms(identity), "ES", [tier("PRODUCTION"), limit(200), found, no_set]).await;
        assert_eq!(lines[2], expected);
        assert_eq!(lines[3], "No there is no configuration set codes in this region");
        assert_eq!(lines.len(), 4, "a number is in no register of names");
    }
}

#[tokio::test]
async fn what_whoever_asks_may_not_read_is_unknown_and_named_with_the_right_that_it_takes() {
    let aws = Scripted::default();
    aws.always(error(400, "AccessDeniedException", r#","note":"codes@acredita.example""#));
    let none = |_: &str| Arc::new(Known(None)) as Arc<dyn ProviderCredential>;
    let both = settings(&[
        ("ACREDITA_CHANNELS", "SMS,EMAIL"),
        ("ACREDITA_SMS_ORIGINATION_IDENTITY", "Acredita"),
        ("ACREDITA_EMAIL_FROM", "codes@acredita.example"),
    ]);
    let findings = check(&both, &Countries::spain(), &aws.sdk(), &Outbound::default(), none).await;
    assert_eq!(findings.len(), 5);
    for finding in findings {
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.says.contains("AccessDeniedException (it takes the right "), "{finding}");
    }
}

#[tokio::test]
async fn a_deployment_without_a_sender_may_not_send() {
    assert_eq!(report(&[], "ES", []).await, ["No no sender is configured: callers deliver all codes themselves"]);
}

/// The report on the emulated account, by a key.
async fn of_infobip(emulators: &Emulators, sender: &str, key: Option<&'static str>) -> Vec<Finding> {
    let variables = [
        ("ACREDITA_CHANNELS", "SMS"),
        ("ACREDITA_SMS_SENDER", "INFOBIP"),
        ("ACREDITA_INFOBIP_URL", &emulators.infobip()),
        ("ACREDITA_INFOBIP_SENDER", sender),
        ("ACREDITA_INFOBIP_SECRET", "infobip"),
    ];
    let credential = |secret: &str| {
        assert_eq!(secret, "infobip");
        Arc::new(Known(key)) as Arc<dyn ProviderCredential>
    };
    let aws = Scripted::default();
    let findings =
        check(&settings(&variables), &Countries::spain(), &aws.sdk(), &Outbound::default(), credential).await;
    assert!(aws.asked().is_empty(), "nothing of AWS sends");
    findings
}

fn said(findings: &[Finding]) -> Vec<(Verdict, &str)> {
    findings.iter().map(|finding| (finding.verdict, finding.says.as_str())).collect()
}

#[tokio::test]
async fn an_account_of_infobip_with_credit_and_the_sender_may_send() {
    let emulators = Emulators::start(Recording::On).await.expect("emulators");
    let findings = of_infobip(&emulators, INFOBIP_SENDER, Some(INFOBIP_KEY)).await;
    assert_eq!(
        said(&findings[..2]),
        [
            (Verdict::Yes, "the key is good, and the balance is 47.50 EUR"),
            (Verdict::Yes, "the account has the sender Acredita"),
        ]
    );
    assert_eq!((findings.len(), findings[2].verdict), (3, Verdict::Note));
    assert!(findings[2].says.contains("CNMC") && findings[2].says.contains("Infobip"));
    assert!(emulators.take_requests().iter().all(|request| !request.path.contains("/sms/")), "nothing is sent");
    assert!(findings.iter().all(|finding| !finding.to_string().contains(INFOBIP_KEY)));
    let number = of_infobip(&emulators, "34600000000", Some(INFOBIP_KEY)).await;
    assert_eq!((number.len(), number[1].verdict), (2, Verdict::Note));
}

#[tokio::test]
async fn what_keeps_infobip_from_sending_is_said() {
    let emulators = Emulators::start(Recording::Off).await.expect("emulators");
    let refused = of_infobip(&emulators, INFOBIP_SENDER, Some("another key")).await;
    assert_eq!(said(&refused), [(Verdict::No, "Infobip does not accept the API key")]);
    let gone = of_infobip(&emulators, INFOBIP_SENDER, None).await;
    assert_eq!(said(&gone), [(Verdict::Unknown, "the secret with the API key cannot be read")]);

    emulators.set_infobip_account(InfobipAccount { balance: 0.0, senders: vec!["ACREDITA"], readable: true });
    let empty = of_infobip(&emulators, INFOBIP_SENDER, Some(INFOBIP_KEY)).await;
    assert_eq!((empty[0].verdict, empty[1].verdict), (Verdict::Unknown, Verdict::No), "names differ by case");

    emulators.set_infobip_account(InfobipAccount { readable: false, ..InfobipAccount::default() });
    let least = of_infobip(&emulators, INFOBIP_SENDER, Some(INFOBIP_KEY)).await;
    assert_eq!((least[0].verdict, least[1].verdict), (Verdict::Unknown, Verdict::Unknown));
    assert!(least[0].says.starts_with("the key is good") && least[1].says.contains("numbers:manage"));

    emulators.play(Scenario::Down);
    let down = of_infobip(&emulators, INFOBIP_SENDER, Some(INFOBIP_KEY)).await;
    assert_eq!(
        said(&down[..2]),
        [(Verdict::Unknown, "the balance: HTTP 500"), (Verdict::Unknown, "the sender Acredita: HTTP 500"),]
    );
}

#[test]
fn a_line_begins_with_its_verdict_and_the_channel() {
    assert_eq!(finding::no("SMS", "why").to_string(), "no       SMS     why");
    assert_eq!(finding::unknown("e-mail", "why").to_string(), "unknown  e-mail  why");
}

#[test]
fn variables_come_as_the_aws_command_prints_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("variables.json");
    fs::write(&file, r#"{ "ACREDITA_CHANNELS": "SMS", "RUST_LOG": "info" }"#).expect("written");
    assert_eq!(variables(&file).expect("variables")["ACREDITA_CHANNELS"], "SMS");
    fs::write(&file, r#"{ "ACREDITA_ORIGIN_SECRETS": ["hush"] }"#).expect("written");
    let error = variables(&file).expect_err("no texts");
    assert!(matches!(error, CheckSenderError::NoVariables) && !error.to_string().contains("hush"));
    assert!(matches!(countries(Some(" ".to_owned())), Ok(countries) if countries == Countries::spain()));
}
