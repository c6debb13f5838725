//! The keys of codes: read from their secret now and then, and rotated while the service runs.

use crate::samples::{now, org};
use acredita_aws::{SecretKeys, SecretText};
use acredita_domain::{
    Time,
    code::OtpCode,
    error::Unavailable,
    ids::{IdentificationId, OrgId},
    keys::{CodeContext, CodeHash, Keyring},
    ports::{CodeKeys, ProviderCredential},
};
use acredita_testing::{
    ManualClock,
    scripted::{Reply, Scripted, error},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const OLD: &str = "the old key, which is a long text";
const NEW: &str = "the new key, which is a long text";

fn keys(aws: &Scripted, clock: &ManualClock) -> SecretKeys {
    SecretKeys::new(&aws.sdk(), "codes".to_owned(), Arc::new(clock.clone()))
}

/// A version of the secret, made at this time.
fn version(secret: &Value, created_at: Time) -> Reply {
    let answer = json!({ "Name": "codes", "SecretString": secret.to_string(), "CreatedDate": created_at.timestamp() });
    Reply::Http(200, answer.to_string())
}

/// A version so old that every process has it.
fn settled(secret: &Value) -> Reply {
    version(secret, now() - TimeDelta::days(1))
}

fn the_old_one() -> Value {
    json!({ "newest": OLD })
}

fn rotated() -> Value {
    json!({ "newest": NEW, "older": [OLD] })
}

fn code() -> OtpCode {
    OtpCode::unsealed("abc234".to_owned())
}

fn nobody() -> IdentificationId {
    "00000000-0000-4000-8000-000000000000".parse().expect("an id")
}

fn context(org: &OrgId) -> CodeContext<'_> {
    CodeContext { org, id: nobody(), generation: 1 }
}

fn signed(keyring: &Keyring) -> CodeHash {
    keyring.hash_code(context(&org()), &code())
}

fn verifies(keyring: &Keyring, hash: &CodeHash) -> bool {
    keyring.code_matches(context(&org()), Some(hash), &code().expose().parse().expect("a code")).into()
}

/// The hash of a code that was signed with the key made of this text.
fn signed_by(text: &str) -> CodeHash {
    signed(&Keyring::new(vec![Sha256::digest(text.as_bytes()).into()]).expect("a key"))
}

#[tokio::test]
async fn the_secret_is_asked_for_by_its_name_and_at_most_every_five_minutes() {
    let (aws, clock) = (Scripted::default(), ManualClock::at(now()));
    aws.always(settled(&the_old_one()));
    let keys = keys(&aws, &clock);
    assert!(aws.asked().is_empty(), "a function that needs no key does not ask");
    assert!(signed(&keys.current().await.expect("keys")) == signed_by(OLD));
    let asked = aws.asked();
    assert_eq!(
        (asked.len(), asked[0].target.as_str(), asked[0].json()),
        (1, "secretsmanager.GetSecretValue", json!({ "SecretId": "codes" }))
    );
    for (seconds, asks) in [(0, 0), (299, 0), (300, 1), (301, 0), (599, 0), (3600, 1)] {
        clock.set(now() + TimeDelta::seconds(seconds));
        keys.current().await.expect("keys");
        assert_eq!(aws.asked().len(), asks, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_new_key_signs_after_ten_minutes_and_verifies_at_once() {
    let (aws, clock) = (Scripted::default(), ManualClock::at(now()));
    aws.always(version(&rotated(), now()));
    let keys = keys(&aws, &clock);
    for (minutes, signer) in [(0, OLD), (5, OLD), (10, NEW), (600, NEW)] {
        clock.set(now() + TimeDelta::minutes(minutes));
        let keyring = keys.current().await.expect("keys");
        assert!(signed(&keyring) == signed_by(signer), "after {minutes} min");
        assert!([OLD, NEW].iter().all(|text| verifies(&keyring, &signed_by(text))), "after {minutes} min");
    }
}

#[tokio::test]
async fn a_first_key_signs_at_once() {
    let aws = Scripted::answering([version(&the_old_one(), now())]);
    let keyring = keys(&aws, &ManualClock::at(now())).current().await.expect("keys");
    assert!(signed(&keyring) == signed_by(OLD));
}

#[tokio::test]
async fn no_function_ever_refuses_a_code_of_another_one_during_a_rotation() {
    let (aws, clock) = (Scripted::default(), ManualClock::at(now() - TimeDelta::seconds(1)));
    aws.always(settled(&the_old_one()));
    let running = keys(&aws, &clock);
    running.current().await.expect("keys");
    aws.always(version(&rotated(), now()));
    for seconds in (0..1_200).step_by(10) {
        clock.set(now() + TimeDelta::seconds(seconds));
        let (running, started) =
            (running.current().await.expect("keys"), keys(&aws, &clock).current().await.expect("keys"));
        assert!(verifies(&running, &signed(&started)), "after {seconds} s");
        assert!(verifies(&started, &signed(&running)), "after {seconds} s");
    }
}

#[tokio::test]
async fn without_any_keys_a_secret_that_cannot_be_had_is_unavailable() {
    let unavailable = Unavailable("the store of secrets");
    for (reply, asks) in [
        (error(400, "ResourceNotFoundException", ""), 1),
        (error(400, "AccessDeniedException", ""), 1),
        (error(400, "ThrottlingException", ""), 3),
        (error(500, "InternalServiceError", ""), 3),
        (Reply::Silence, 2),
        (Reply::Broken, 3),
        (Reply::Http(200, "{".to_owned()), 1),
    ] {
        let aws = Scripted::default();
        aws.always(reply.clone());
        let keys = keys(&aws, &ManualClock::at(now()));
        assert_eq!(keys.current().await.expect_err("no keys"), unavailable, "{reply:?}");
        let asked = aws.asked().len();
        assert_eq!(asked, asks, "{reply:?}");
        aws.always(settled(&the_old_one()));
        assert!(keys.current().await.is_ok(), "and asked for again as soon as somebody needs it");
    }
}

#[tokio::test]
async fn keys_that_are_there_serve_on_while_the_secret_cannot_be_had() {
    for bad in [
        error(500, "InternalServiceError", ""),
        Reply::Silence,
        settled(&json!({ "newest": "short" })),
        settled(&json!("nonsense")),
    ] {
        let (aws, clock) = (Scripted::default(), ManualClock::at(now()));
        aws.always(settled(&the_old_one()));
        let keys = keys(&aws, &clock);
        keys.current().await.expect("keys");
        aws.always(bad);
        clock.set(now() + TimeDelta::minutes(5));
        assert!(signed(&keys.current().await.expect("the old keys")) == signed_by(OLD));
        aws.asked();
        clock.set(now() + TimeDelta::seconds(329));
        keys.current().await.expect("the old keys");
        assert!(aws.asked().is_empty(), "no request waits for it again before 30 s are over");
        aws.always(settled(&rotated()));
        clock.set(now() + TimeDelta::seconds(330));
        assert!(signed(&keys.current().await.expect("the new keys")) == signed_by(NEW));
    }
}

#[tokio::test]
async fn a_secret_that_is_not_as_documented_gives_no_keys() {
    let short = "x".repeat(31);
    for secret in [
        json!("text"),
        json!([]),
        json!({}),
        json!({ "older": [OLD] }),
        json!({ "newest": short }),
        json!({ "newest": NEW, "older": [short] }),
        json!({ "newest": NEW, "older": OLD }),
        json!({ "newest": NEW, "old": [OLD] }),
        json!({ "newest": null }),
    ] {
        let aws = Scripted::answering([settled(&secret)]);
        assert!(keys(&aws, &ManualClock::at(now())).current().await.is_err(), "{secret}");
    }
    let binary =
        Scripted::answering([Reply::Http(200, json!({ "Name": "codes", "SecretBinary": "AAAA" }).to_string())]);
    assert!(keys(&binary, &ManualClock::at(now())).current().await.is_err());
    let undated = json!({ "Name": "codes", "SecretString": rotated().to_string() });
    let undated = Scripted::answering([Reply::Http(200, undated.to_string())]);
    let keyring = keys(&undated, &ManualClock::at(now())).current().await.expect("keys");
    assert!(signed(&keyring) == signed_by(NEW), "a version of unknown age counts as old");
}

#[test]
fn the_debug_of_the_keys_tells_nothing() {
    assert_eq!(format!("{:?}", keys(&Scripted::default(), &ManualClock::at(now()))), "SecretKeys");
}

#[tokio::test]
async fn a_providers_credential_is_the_text_as_it_is() {
    let answer = |text: &str| Reply::Http(200, json!({ "Name": "google", "SecretString": text }).to_string());
    let aws = Scripted::answering([
        answer("{\"type\":\"service_account\"}"),
        answer("  "),
        error(400, "ResourceNotFoundException", ""),
    ]);
    let secret = SecretText::new(&aws.sdk(), "google".to_owned());
    assert_eq!(secret.read().await.expect("a text").expose(), "{\"type\":\"service_account\"}");
    for lacking in ["blank", "not there"] {
        assert!(secret.read().await.is_err(), "{lacking}");
    }
    assert_eq!(format!("{secret:?}"), "SecretText");
}
