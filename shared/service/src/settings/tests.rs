//! The environment is read as the table in the module says.

use super::*;
use crate::senders::SmsSettings;
use acredita_domain::otp::Channel;
use acredita_http::jwt::TokenPolicy;
use acredita_senders::{email, sms};
use std::collections::BTreeMap;

/// All variables.
const WHOLE: [(&str, &str); 40] = [
    ("ACREDITA_TABLE", "identity"),
    ("ACREDITA_BUCKET", "pictures"),
    ("ACREDITA_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/messages"),
    ("ACREDITA_DISPATCH_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/dispatch"),
    ("ACREDITA_EXPORTS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/exports"),
    ("ACREDITA_RETENTION_DAYS", "90"),
    ("ACREDITA_ORGANISATION_RATE", "50"),
    ("ACREDITA_ORIGIN_SECRETS", "0123456789abcdef0123456789abcdef another-0123456789abcdef0123456789"),
    ("ACREDITA_SCORINGS_A_DAY", "7"),
    ("ACREDITA_STATED_UPLOADS", "true"),
    ("ACREDITA_SEARCH_SINCE", "2026-12-01T00:00:00Z"),
    ("ACREDITA_SMS_COUNTRIES", "ES, PT"),
    ("ACREDITA_TEST_DESTINATIONS", "+34600000001=123456"),
    ("ACREDITA_CODE_KEYS_SECRET", "arn:aws:secretsmanager:eu-west-1:1:secret:codes"),
    ("ACREDITA_MIDNI_CERTIFICATES_SECRET", "arn:aws:secretsmanager:eu-west-1:1:secret:midni"),
    ("ACREDITA_JWKS_URL", "https://issuer.example/jwks.json"),
    ("ACREDITA_ISSUER", "https://issuer.example/"),
    ("ACREDITA_AUDIENCE", "acredita"),
    ("ACREDITA_ORGANISATIONS_CLAIM", "orgs"),
    ("ACREDITA_PERMISSIONS_CLAIM", "roles"),
    ("ACREDITA_SCOPE_CLAIM", "scopes"),
    ("ACREDITA_TOKEN_HOURS", "12"),
    ("ACREDITA_JWKS_OUTAGE_HOURS", "6"),
    ("ACREDITA_OFFICE_CLIENT_ID", "office"),
    ("ACREDITA_OFFICE_SCOPES", "openid orgs"),
    ("ACREDITA_OFFICE_ORIGINS", "https://login.example https://token.example"),
    ("ACREDITA_CHANNELS", "SMS, EMAIL"),
    ("ACREDITA_SMS_SENDER", "AWS"),
    ("ACREDITA_SMS_ORIGINATION_IDENTITY", "pool-1"),
    ("ACREDITA_SMS_CONFIGURATION_SET", "codes"),
    ("ACREDITA_SMS_MAX_PRICE", "0.10"),
    ("ACREDITA_EMAIL_FROM", "Acredita <codes@acredita.example>"),
    ("ACREDITA_EMAIL_CONFIGURATION_SET", "codes-by-mail"),
    ("ACREDITA_EXTERNAL_PROVIDERS", "yoigo=VERIDAS; *=GOOGLE"),
    ("ACREDITA_GOOGLE_PROCESSOR", "projects/p/locations/eu/processors/x"),
    ("ACREDITA_GOOGLE_ENDPOINT", "http://127.0.0.1:8090/google"),
    ("ACREDITA_GOOGLE_SECRET", "arn:aws:secretsmanager:eu-west-1:1:secret:google"),
    ("ACREDITA_VERIDAS_VALIDAS_URL", "https://api-work.eu.veri-das.com/validas/v1"),
    ("ACREDITA_VERIDAS_XPRESSID_URL", "https://api-work.eu.veri-das.com/xpressid"),
    ("ACREDITA_VERIDAS_SECRET", "arn:aws:secretsmanager:eu-west-1:1:secret:veridas"),
];

/// Reads the complete environment with these changes; an empty value removes the variable.
fn read(changes: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let mut env = BTreeMap::from(WHOLE);
    env.extend(changes.iter().copied());
    Settings::from_env(|name| env.get(name).map(|value| (*value).to_owned()))
}

fn whole(changes: &[(&str, &str)]) -> Settings {
    read(changes).expect("a complete environment")
}

fn missing(changes: &[(&str, &str)]) -> Vec<&'static str> {
    read(changes).expect_err("something is missing").missing
}

fn wrong(changes: &[(&str, &str)]) -> Vec<&'static str> {
    let SettingsError { missing, wrong } = read(changes).expect_err("something is wrong");
    assert!(missing.is_empty(), "{missing:?}");
    wrong.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn every_variable_goes_where_it_belongs() {
    let settings = whole(&[]);
    let places = &settings.places;
    assert_eq!((places.table.as_str(), places.bucket.as_str()), ("identity", "pictures"));
    assert_eq!(places.queue_url, "https://sqs.eu-west-1.amazonaws.com/1/messages");
    assert_eq!(settings.policy.retention, TimeDelta::days(90));
    assert_eq!(Ok(settings.policy.requests_a_second), "50".parse());
    assert_eq!(format!("{:?}", settings.edge), "Edge(2 secrets)");
    assert_eq!(settings.policy.scorings_a_day, 7);
    assert_eq!(whole(&[("ACREDITA_SCORINGS_A_DAY", "")]).policy.scorings_a_day, 100);
    assert_eq!(wrong(&[("ACREDITA_SCORINGS_A_DAY", "0")]), ["ACREDITA_SCORINGS_A_DAY"]);
    assert!(settings.policy.stated_uploads && !whole(&[("ACREDITA_STATED_UPLOADS", "")]).policy.stated_uploads);
    assert_eq!(settings.policy.search_since.map(|since| since.timestamp()), Some(1_796_083_200));
    assert_eq!(whole(&[("ACREDITA_SEARCH_SINCE", "")]).policy.search_since, None);
    assert_eq!(wrong(&[("ACREDITA_SEARCH_SINCE", "today")]), ["ACREDITA_SEARCH_SINCE"]);
    assert_eq!(settings.policy.sms_countries.to_string(), "ES PT");
    assert_eq!(whole(&[("ACREDITA_SMS_COUNTRIES", "")]).policy.sms_countries.to_string(), "ES");
    assert_eq!(wrong(&[("ACREDITA_SMS_COUNTRIES", "Spain")]), ["ACREDITA_SMS_COUNTRIES"]);
    assert_eq!(format!("{:?}", settings.policy.test_destinations), "1 test destinations");
    assert_eq!(
        format!("{:?}", whole(&[("ACREDITA_TEST_DESTINATIONS", "")]).policy.test_destinations),
        "0 test destinations"
    );
    assert_eq!(wrong(&[("ACREDITA_TEST_DESTINATIONS", "+34600000001")]), ["ACREDITA_TEST_DESTINATIONS"]);
    assert_eq!(settings.code_keys_secret, "arn:aws:secretsmanager:eu-west-1:1:secret:codes");
    let more = settings.midni_certificates.as_deref();
    assert_eq!(more, Some("arn:aws:secretsmanager:eu-west-1:1:secret:midni"));
    assert_eq!(whole(&[("ACREDITA_MIDNI_CERTIFICATES_SECRET", "")]).midni_certificates, None);
    assert_eq!(settings.tokens.jwks_url.as_str(), "https://issuer.example/jwks.json");
    assert_eq!(settings.tokens.longest_outage, TimeDelta::hours(6));
    let TokenPolicy { issuer, audience, organisations_claim, permissions_claim, scope_claim, longest_life } =
        settings.tokens.policy;
    assert_eq!(longest_life, TimeDelta::hours(12));
    assert_eq!((issuer.as_deref(), audience.as_deref()), (Some("https://issuer.example/"), Some("acredita")));
    assert_eq!([organisations_claim, permissions_claim, scope_claim], ["orgs", "roles", "scopes"]);
    assert_eq!(settings.policy.channels, [Channel::Sms, Channel::Email]);
    let sms = sms::Settings {
        origination_identity: "pool-1".to_owned(),
        configuration_set: Some("codes".to_owned()),
        max_price: "0.10".parse().ok(),
    };
    assert_eq!(settings.senders.sms, Some(SmsSettings::Aws(sms)));
    let email = email::Settings {
        from: "Acredita <codes@acredita.example>".parse().expect("an address"),
        configuration_set: Some("codes-by-mail".to_owned()),
    };
    assert_eq!(settings.senders.email, Some(email));
}

#[test]
fn an_empty_environment_is_told_all_that_it_needs_at_once() {
    let error = Settings::from_env(|_| None).expect_err("nothing is set");
    let expected = [
        "ACREDITA_RETENTION_DAYS",
        "ACREDITA_TABLE",
        "ACREDITA_BUCKET",
        "ACREDITA_QUEUE_URL",
        "ACREDITA_DISPATCH_QUEUE_URL",
        "ACREDITA_EXPORTS_QUEUE_URL",
        "ACREDITA_CODE_KEYS_SECRET",
        "ACREDITA_JWKS_URL",
        "ACREDITA_ISSUER",
        "ACREDITA_AUDIENCE",
    ];
    assert_eq!(error.missing, expected);
    assert_eq!(error.wrong, []);
    assert!(expected.iter().all(|name| error.to_string().contains(name)), "{error}");
}

#[test]
fn faults_of_both_kinds_are_told_together_and_without_values() {
    let error =
        read(&[("ACREDITA_TABLE", ""), ("ACREDITA_RETENTION_DAYS", "secret"), ("ACREDITA_EMAIL_FROM", "secret")])
            .expect_err("faults");
    assert_eq!(error.missing, ["ACREDITA_TABLE"]);
    assert_eq!(
        error.wrong.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["ACREDITA_RETENTION_DAYS", "ACREDITA_EMAIL_FROM"]
    );
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[test]
fn what_is_empty_or_blank_is_not_set() {
    for blank in ["", "  "] {
        let settings = whole(&[("ACREDITA_SMS_CONFIGURATION_SET", blank), ("ACREDITA_SMS_MAX_PRICE", blank)]);
        let Some(SmsSettings::Aws(sms)) = settings.senders.sms else { panic!("text messages") };
        assert_eq!((sms.configuration_set, sms.max_price), (None, None));
        assert_eq!(missing(&[("ACREDITA_BUCKET", blank)]), ["ACREDITA_BUCKET"]);
    }
}

#[test]
fn keys_without_issuer_and_audience_start_nothing() {
    for name in ["ACREDITA_JWKS_URL", "ACREDITA_ISSUER", "ACREDITA_AUDIENCE"] {
        for blank in ["", "  "] {
            assert_eq!(missing(&[(name, blank)]), [name]);
        }
    }
}

#[test]
fn tokens_and_keys_are_good_for_hours() {
    let unset = whole(&[("ACREDITA_TOKEN_HOURS", ""), ("ACREDITA_JWKS_OUTAGE_HOURS", "")]).tokens;
    assert_eq!((unset.policy.longest_life, unset.longest_outage), (TimeDelta::days(30), TimeDelta::hours(24)));
    for name in ["ACREDITA_TOKEN_HOURS", "ACREDITA_JWKS_OUTAGE_HOURS"] {
        for hours in ["0", "-1", "8761", "1.5", "PT1H", "99999999999999999999"] {
            assert_eq!(wrong(&[(name, hours)]), [name], "{hours}");
        }
        assert!(["1", "8760"].iter().all(|hours| read(&[(name, hours)]).is_ok()));
    }
}

#[test]
fn a_channel_asks_for_what_it_is_sent_with_and_for_nothing_else() {
    let senders = [("ACREDITA_SMS_ORIGINATION_IDENTITY", ""), ("ACREDITA_EMAIL_FROM", "")];
    let with = |channels| [&senders[..], &[("ACREDITA_CHANNELS", channels)]].concat();
    assert_eq!(missing(&with("SMS,EMAIL")), ["ACREDITA_SMS_ORIGINATION_IDENTITY", "ACREDITA_EMAIL_FROM"]);
    assert_eq!(missing(&with("SMS")), ["ACREDITA_SMS_ORIGINATION_IDENTITY"]);
    assert_eq!(missing(&with("EMAIL")), ["ACREDITA_EMAIL_FROM"]);
    assert_eq!(whole(&with("")).policy.channels, []);
    assert_eq!(
        whole(&[("ACREDITA_CHANNELS", "EMAIL")]).policy.channels,
        [Channel::Email],
        "an identity alone sends nothing"
    );
}

#[test]
fn text_messages_are_sent_by_whom_the_deployment_says_and_the_others_variables_are_not_asked_for() {
    let infobip = [
        ("ACREDITA_SMS_SENDER", "INFOBIP"),
        ("ACREDITA_SMS_ORIGINATION_IDENTITY", ""),
        ("ACREDITA_SMS_MAX_PRICE", "anything"),
        ("ACREDITA_INFOBIP_URL", "https://xyz.api.infobip.com"),
        ("ACREDITA_INFOBIP_SENDER", "Acredita"),
        ("ACREDITA_INFOBIP_SECRET", "arn:aws:secretsmanager:eu-west-1:1:secret:infobip"),
    ];
    let settings = whole(&infobip);
    assert_eq!(settings.policy.channels, [Channel::Sms, Channel::Email]);
    let Some(SmsSettings::Infobip(configured)) = settings.senders.sms else { panic!("Infobip") };
    assert_eq!(configured.settings.url.as_str(), "https://xyz.api.infobip.com");
    assert_eq!(configured.settings.sender.as_str(), "Acredita");
    assert_eq!(configured.secret, "arn:aws:secretsmanager:eu-west-1:1:secret:infobip");

    let names = ["ACREDITA_INFOBIP_URL", "ACREDITA_INFOBIP_SENDER", "ACREDITA_INFOBIP_SECRET"];
    assert_eq!(missing(&infobip[..3]), names);
    assert_eq!(whole(&[("ACREDITA_SMS_SENDER", "")]).policy.channels, [Channel::Sms, Channel::Email], "AWS");
    for (name, value) in [
        ("ACREDITA_SMS_SENDER", "infobip"),
        ("ACREDITA_INFOBIP_URL", "http://xyz.api.infobip.com"),
        ("ACREDITA_INFOBIP_URL", "https://xyz.api.infobip.com?key=1"),
        ("ACREDITA_INFOBIP_SENDER", "A name that is too long"),
        ("ACREDITA_INFOBIP_SENDER", "Ac"),
    ] {
        assert_eq!(wrong(&[&infobip[..], &[(name, value)]].concat()), [name], "{value}");
    }
}

#[test]
fn senders_can_be_read_alone_out_of_a_functions_environment() {
    let variables = BTreeMap::from(WHOLE);
    let alone = SenderSettings::from_env(|name| variables.get(name).map(|value| (*value).to_owned()));
    let alone = alone.expect("senders");
    assert_eq!((alone.sms, alone.email), (whole(&[]).senders.sms, whole(&[]).senders.email));
    let none = SenderSettings::from_env(|_| None).expect("nobody sends");
    assert!(none.sms.is_none() && none.email.is_none());
    assert!(SenderSettings::from_env(|name| (name == "ACREDITA_CHANNELS").then(|| "SMS".to_owned())).is_err());
}

#[test]
fn a_channel_that_nobody_can_send_on_is_refused() {
    for channels in ["WHATSAPP", "SMS,WHATSAPP", "sms", "SMS EMAIL", "SMS,", "PIGEON"] {
        assert_eq!(wrong(&[("ACREDITA_CHANNELS", channels)]), ["ACREDITA_CHANNELS"], "{channels}");
    }
}

#[test]
fn days_and_prices_have_their_bounds() {
    for days in ["0", "-1", "3651", "1.5", "P90D", "99999999999999999999"] {
        assert_eq!(wrong(&[("ACREDITA_RETENTION_DAYS", days)]), ["ACREDITA_RETENTION_DAYS"], "{days}");
    }
    for (days, kept) in [("1", 1), ("3650", 3650), (" 30 ", 30)] {
        assert_eq!(whole(&[("ACREDITA_RETENTION_DAYS", days)]).policy.retention, TimeDelta::days(kept));
    }
    for price in ["1", "1.", "100.0", "1.000000", "-0.1", "0,10", "€0.10"] {
        assert_eq!(wrong(&[("ACREDITA_SMS_MAX_PRICE", price)]), ["ACREDITA_SMS_MAX_PRICE"], "{price}");
    }
    for price in [".5", "0.10", "99.99999"] {
        assert!(read(&[("ACREDITA_SMS_MAX_PRICE", price)]).is_ok(), "{price}");
    }
}

#[test]
fn an_organisation_makes_a_hundred_requests_a_second_unless_the_deployment_says_otherwise() {
    let unset = whole(&[("ACREDITA_ORGANISATION_RATE", "")]);
    assert_eq!(Ok(unset.policy.requests_a_second), "100".parse());
    for rate in ["0", "-1", "1000001", "1.5", "unlimited"] {
        assert_eq!(wrong(&[("ACREDITA_ORGANISATION_RATE", rate)]), ["ACREDITA_ORGANISATION_RATE"], "{rate}");
    }
}

#[test]
fn a_secret_that_can_be_guessed_protects_nothing() {
    for secrets in
        ["secret", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef short", &"é".repeat(40)]
    {
        assert_eq!(wrong(&[("ACREDITA_ORIGIN_SECRETS", secrets)]), ["ACREDITA_ORIGIN_SECRETS"], "{secrets}");
    }
    assert_eq!(format!("{:?}", whole(&[("ACREDITA_ORIGIN_SECRETS", " ")]).edge), "Edge(0 secrets)");
}

#[test]
fn what_a_provider_or_an_issuer_is_called_by_is_checked_at_the_start() {
    for (name, value) in [
        ("ACREDITA_JWKS_URL", "http://issuer.example/jwks.json"),
        ("ACREDITA_GOOGLE_PROCESSOR", "projects/p"),
        ("ACREDITA_GOOGLE_ENDPOINT", "http://emulator.example"),
        ("ACREDITA_VERIDAS_VALIDAS_URL", "http://api.veri-das.com"),
        ("ACREDITA_VERIDAS_XPRESSID_URL", "https://key@api.veri-das.com"),
    ] {
        assert_eq!(wrong(&[(name, value)]), [name], "{value}");
    }
}

#[test]
fn a_provider_that_anybody_may_use_is_whole_and_one_that_nobody_uses_asks_for_nothing() {
    let providers = whole(&[]).providers;
    let (google, veridas) = (providers.google.expect("Google"), providers.veridas.expect("Veridas"));
    assert_eq!(google.settings.processor, "projects/p/locations/eu/processors/x".parse().expect("a processor"));
    assert_eq!(google.settings.endpoint, "http://127.0.0.1:8090/google".parse().ok());
    assert_eq!(google.secret, "arn:aws:secretsmanager:eu-west-1:1:secret:google");
    assert_eq!(veridas.settings.validas.as_str(), "https://api-work.eu.veri-das.com/validas/v1");
    assert_eq!(veridas.settings.xpressid.as_str(), "https://api-work.eu.veri-das.com/xpressid");
    assert_eq!(veridas.secret, "arn:aws:secretsmanager:eu-west-1:1:secret:veridas");

    assert!(google.settings.aws.is_none(), "the environment does not say who the function is to AWS");

    let lacking = [("ACREDITA_GOOGLE_PROCESSOR", ""), ("ACREDITA_VERIDAS_SECRET", "")];
    assert_eq!(missing(&lacking), ["ACREDITA_GOOGLE_PROCESSOR", "ACREDITA_VERIDAS_SECRET"]);
    let google_alone = whole(&[("ACREDITA_EXTERNAL_PROVIDERS", "*=GOOGLE"), ("ACREDITA_VERIDAS_SECRET", "")]).providers;
    assert!(google_alone.google.is_some() && google_alone.veridas.is_none());
    let nobody = whole(&[("ACREDITA_EXTERNAL_PROVIDERS", ""), ("ACREDITA_GOOGLE_PROCESSOR", "")]).providers;
    assert!(nobody.google.is_none() && nobody.veridas.is_none());
    assert_eq!(wrong(&[("ACREDITA_EXTERNAL_PROVIDERS", "GOOGLE")]), ["ACREDITA_EXTERNAL_PROVIDERS"]);
}

#[test]
fn who_the_function_is_to_aws_is_read_whole_or_not_at_all_and_not_shown() {
    let session = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "canary-1"),
        ("AWS_SECRET_ACCESS_KEY", "canary-2"),
        ("AWS_SESSION_TOKEN", "canary-3"),
    ];
    let settings = whole(&session);
    assert!(!format!("{settings:?}").contains("canary"));
    let caller = settings.providers.google.and_then(|google| google.settings.aws).expect("a session");
    assert_eq!((caller.region.as_str(), caller.secret_access_key.expose().as_str()), ("eu-west-1", "canary-2"));
    assert_eq!(caller.session_token.expect("a token").expose(), "canary-3");
    for lacking in 0..3 {
        let mut session = session;
        session[lacking].1 = "";
        let google = whole(&session).providers.google.expect("Google");
        assert!(google.settings.aws.is_none(), "{}", session[lacking].0);
    }
}

#[test]
fn people_sign_in_to_the_page_at_an_issuer_that_is_a_url_and_elsewhere_they_paste_a_token() {
    let office = whole(&[("AWS_REGION", "eu-west-1")]).office;
    let origins: Vec<&str> = office.asks.iter().map(|origin| origin.as_str()).collect();
    assert_eq!(origins, ["https://issuer.example", "https://login.example", "https://token.example"]);
    let pictures = office.pictures.expect("an origin");
    assert_eq!(pictures.as_str(), "https://pictures.s3.eu-west-1.amazonaws.com");
    let sign_in = office.sign_in.expect("an issuer");
    assert_eq!((sign_in.client_id.as_str(), sign_in.scopes.as_str()), ("office", "openid orgs"));
    assert_eq!((sign_in.issuer.as_str(), sign_in.audience.as_deref()), ("https://issuer.example/", Some("acredita")));

    let pasted = whole(&[("ACREDITA_OFFICE_CLIENT_ID", ""), ("ACREDITA_ISSUER", "of our own")]).office;
    assert_eq!((pasted.sign_in, pasted.asks), (None, Vec::new()));
    let scopes = whole(&[("ACREDITA_OFFICE_SCOPES", "")]).office.sign_in.map(|sign_in| sign_in.scopes);
    assert_eq!(scopes.as_deref(), Some("openid"));
    for (name, value) in [("ACREDITA_ISSUER", "of our own"), ("ACREDITA_OFFICE_ORIGINS", "https://a; script-src *")] {
        assert_eq!(wrong(&[(name, value)]), [name]);
    }
}
