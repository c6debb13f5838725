//! Google's tokens without a key: AWS identifies us.

use crate::rig::{Rig, caller, calls, front, headers, kind, request};
use acredita_domain::{
    actor::DocumentType::Passport,
    error::Unavailable,
    ports::{ScoreError, Scorer},
    text::Private,
};
use acredita_emulators::{AWS_SESSION, Impersonation, PROCESSOR, Scenario};
use acredita_providers::google::AwsCaller;
use chrono::TimeDelta;
use std::sync::atomic::Ordering;

const EXCHANGE: &str = "POST /google/sts/v1/token";
const ACCOUNT: &str = "POST /google/iamcredentials/v1/projects/-/serviceAccounts/acredita@emulated.iam.gserviceaccount.com:generateAccessToken";

fn process() -> String {
    format!("POST /google/v1/{PROCESSOR}:process")
}

async fn score(rig: &Rig) -> Result<(), ScoreError> {
    rig.google.score(request(kind(Passport, "US"), Some(&front()), None)).await.map(drop)
}

/// The emulator refuses a wrong signature, any superfluous header or field, and anything else that contradicts the
/// documentation.
#[tokio::test]
async fn a_signed_question_is_exchanged_and_then_changed_for_a_service_accounts_token() {
    let rig = Rig::federated(Impersonation::Account, Some(caller())).await;
    score(&rig).await.expect("scored");
    let requests = rig.emulators.take_requests();
    assert_eq!(calls(&requests), [EXCHANGE.to_owned(), ACCOUNT.to_owned(), process()]);
    assert_eq!(headers(&requests[0]), ["content-length", "content-type", "host"]);
    assert_eq!(headers(&requests[1]), ["authorization", "content-length", "content-type", "host"]);
    assert_eq!(requests[1].header("authorization"), Some("Bearer federated.emulated-1"));
    assert_eq!(requests[2].header("authorization"), Some("Bearer ya29.emulated-2"));
    let exchanged = String::from_utf8(requests[0].body.clone()).expect("a form");
    // {"headers":[{"key":"host", … escaped twice: as a token, and as a field of a form.
    assert!(
        exchanged.contains("&subject_token=%257B%2522headers%2522%253A%255B%257B%2522key%2522%253A%2522host%2522"),
        "{exchanged}"
    );
    assert!(!exchanged.contains(AWS_SESSION.secret_access_key), "the key itself stays here");
}

#[tokio::test]
async fn without_a_service_account_the_federated_token_serves() {
    let rig = Rig::federated(Impersonation::None, Some(caller())).await;
    score(&rig).await.expect("scored");
    let requests = rig.emulators.take_requests();
    assert_eq!(calls(&requests), [EXCHANGE.to_owned(), process()]);
    assert_eq!(requests[1].header("authorization"), Some("Bearer federated.emulated-1"));
}

#[tokio::test]
async fn a_federated_token_serves_until_five_minutes_before_its_end() {
    for impersonation in [Impersonation::None, Impersonation::Account] {
        let rig = Rig::federated(impersonation, Some(caller())).await;
        let exchanges = async || {
            score(&rig).await.expect("scored");
            rig.emulators.take_requests().iter().filter(|request| request.path == "/google/sts/v1/token").count()
        };
        assert_eq!(exchanges().await, 1);
        rig.clock.advance(TimeDelta::seconds(3600 - 300 - 1));
        assert_eq!(exchanges().await, 0, "{impersonation:?}");
        rig.clock.advance(TimeDelta::seconds(1));
        assert_eq!(exchanges().await, 1, "{impersonation:?}");
        assert_eq!(rig.account.reads.load(Ordering::SeqCst), 1, "the configuration itself is kept");
    }
}

#[tokio::test]
async fn a_federated_token_that_is_refused_is_replaced_once() {
    let rig = Rig::federated(Impersonation::Account, Some(caller())).await;
    rig.emulators.play(Scenario::TokenExpired);
    score(&rig).await.expect("scored");
    let calls = calls(&rig.emulators.take_requests());
    assert_eq!(calls, [EXCHANGE, ACCOUNT, &process(), EXCHANGE, ACCOUNT, &process()]);
}

#[tokio::test]
async fn whoever_is_not_the_trusted_session_is_given_nothing() {
    let other = |text: &str| Private::new(text.to_owned());
    for (caller, asked) in [
        (None, 0),
        (Some(AwsCaller { secret_access_key: other("another"), ..caller() }), 1),
        (Some(AwsCaller { access_key_id: other("ASIAANOTHER"), ..caller() }), 1),
        (Some(AwsCaller { session_token: None, ..caller() }), 1),
        (Some(AwsCaller { region: "eu-west-1".to_owned(), ..caller() }), 1),
        (Some(AwsCaller { region: "evil.example/?".to_owned(), ..caller() }), 0),
    ] {
        let rig = Rig::federated(Impersonation::Account, caller).await;
        assert_eq!(score(&rig).await, Err(Unavailable("GOOGLE").into()));
        let requests = rig.emulators.take_requests();
        assert_eq!(calls(&requests), vec![EXCHANGE; asked]);
    }
}
