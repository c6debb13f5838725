//! Codes that are refused, each with its own reason. None of them is spent, and nothing of them is remembered.

use super::{check, refused};
use acceptance::{
    World, bodies,
    midni::{card, changed_code, nth_code},
    request::base64,
    subject::{Method, Subject},
    world::{AUTHORITY, Setup},
};
use acredita_domain::{Time, ports::Clock};
use acredita_local::midni::{Kind, TestAuthority, picture};
use acredita_seals::{Certificates, Draft, Reference};
use acredita_service::engine::{self, TrustedCertificates};
use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use std::sync::Arc;

const NUMBER: u8 = 0x40;
const VALID_UNTIL: u8 = 0x80;

fn without(tag: u8) -> impl Fn(&mut Draft) {
    move |draft| draft.features.retain(|(other, _)| *other != tag)
}

#[tokio::test]
async fn every_fault_of_a_code_has_its_reason() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let good = nth_code(&world, 0);
    let changed = |change: &dyn Fn(&mut Draft)| changed_code(&world, change);
    let bytes = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        bytes
    };
    let (end, signature) = (good.len(), good.len() - 64);
    let other = TestAuthority::generate();
    let by_other = card(Kind::Simple).draft(AUTHORITY.reference(), world.clock.now());
    for (what, reason, code) in [
        ("nothing", "NOT_A_SEAL", Vec::new()),
        ("a text", "NOT_A_SEAL", b"https://example.com".to_vec()),
        ("another magic", "NOT_A_SEAL", bytes(&|bytes| bytes[0] = 0xDD)),
        ("another version", "NOT_A_SEAL", bytes(&|bytes| bytes[1] = 2)),
        ("C40 that is not canonical", "NOT_A_SEAL", bytes(&|bytes| bytes[2] = 0xFE)),
        ("truncated", "NOT_A_SEAL", bytes(&|bytes| bytes.truncate(end - 1))),
        ("truncated in a feature", "NOT_A_SEAL", bytes(&|bytes| bytes.truncate(60))),
        ("more bytes", "NOT_A_SEAL", bytes(&|bytes| bytes.push(0))),
        ("a length beyond the end", "NOT_A_SEAL", bytes(&|bytes| bytes[signature - 1] = 0x7F)),
        ("more than a code holds", "NOT_A_SEAL", vec![0xDC; 4000]),
        ("another country", "NOT_A_SEAL", changed(&|draft| draft.header.country = "PT".into())),
        ("another category", "NOT_A_SEAL", changed(&|draft| draft.header.category = 8)),
        ("another definition", "NOT_A_SEAL", changed(&|draft| draft.header.definition = 6)),
        ("a tag twice", "NOT_A_SEAL", changed(&|draft| draft.features.push((NUMBER, b"1".to_vec())))),
        ("no number", "NOT_A_SEAL", changed(&without(NUMBER))),
        ("no end of validity", "NOT_A_SEAL", changed(&without(VALID_UNTIL))),
        ("no kind of its own", "NOT_A_SEAL", changed(&|draft| draft.header.definition = 9)),
        ("another signer", "UNKNOWN_SIGNER", changed(&|draft| draft.header.signer = "ESXX".into())),
        ("another certificate", "UNKNOWN_SIGNER", changed(&|draft| draft.header.reference = other.reference().clone())),
        ("another key", "SIGNATURE_INVALID", other.seal(&by_other).expect("a seal")),
        ("other data", "SIGNATURE_INVALID", bytes(&|bytes| bytes[signature - 4] ^= 1)),
        ("r is zero", "SIGNATURE_INVALID", bytes(&|bytes| bytes[signature..end - 32].fill(0))),
        ("s is zero", "SIGNATURE_INVALID", bytes(&|bytes| bytes[end - 32..].fill(0))),
        ("s out of range", "SIGNATURE_INVALID", bytes(&|bytes| bytes[end - 32..].fill(0xFF))),
    ] {
        refused(check(&world, &subject, &code).await, reason, what);
    }
    assert!(world.items_of("MDN#").await.is_empty() && world.items_of("MDC#").await.is_empty());
    // A tag that nobody knows yet is no fault.
    let newer = changed(&|draft| draft.features.push((0x7F, b"new".to_vec())));
    check(&world, &subject, &newer).await.expect(200);
}

#[tokio::test]
async fn a_picture_without_a_code_is_not_read_and_one_of_another_code_is_no_seal() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let other = picture(b"https://example.com/a-menu-of-a-restaurant").expect("a picture");
    let huge = {
        let mut huge = bodies::png(1);
        huge[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0x03, 0xE9]);
        let checksum = crc32fast::hash(&huge[12..29]).to_be_bytes();
        huge[29..33].copy_from_slice(&checksum);
        huge
    };
    for (bytes, reason) in [
        (bodies::png(1), "NOT_READ"),
        (b"no picture".to_vec(), "NOT_READ"),
        (Vec::new(), "NOT_READ"),
        (other[..other.len() / 2].to_vec(), "NOT_READ"),
        (huge, "NOT_READ"),
        (other, "NOT_A_SEAL"),
    ] {
        let body = json!({ "picture": base64(&bytes) });
        let answer = world.call("POST", &subject.actor_path("/midni"), Some(body)).await.expect(400);
        assert_eq!(answer.details(), [format!("/picture: {reason}")]);
    }
}

#[tokio::test]
async fn the_time_of_a_code_is_over_a_minute_later_to_the_second() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let (in_time, late) = (nth_code(&world, 0), nth_code(&world, 1));
    // The one is valid until 08:38:00, the other one until 08:37:59.
    world.clock.advance(TimeDelta::minutes(6));
    refused(check(&world, &subject, &late).await, "OUTDATED", "a second too late");
    check(&world, &subject, &in_time).await.expect(200);
}

#[tokio::test]
async fn the_certificate_has_to_be_valid_when_it_signed_and_only_then() {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    let signed_on = |world: &World, date| changed_code(world, |draft| draft.header.signed = date);
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    for date in [day(2019, 12, 31), day(2100, 1, 2)] {
        refused(check(&world, &subject, &signed_on(&world, date)).await, "CERTIFICATE_NOT_VALID", &date.to_string());
    }
    for date in [day(2020, 1, 1), day(2100, 1, 1)] {
        check(&world, &subject, &signed_on(&world, date)).await.expect(200);
    }
    let clock: Time = "2100-06-01T00:00:00Z".parse().expect("a time");
    let later = World::with(Setup { clock, ..Setup::default() }).await;
    let subject = Subject::create(&later, Method::Agent).await;
    check(&later, &subject, &signed_on(&later, day(2099, 12, 31))).await.expect(200);
}

/// As on AWS, where nothing but the police's certificates and those of the deployment count.
#[tokio::test]
async fn no_test_code_is_good_where_only_the_police_are_trusted() {
    let mut world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let mut app = world.app.clone();
    app.engine = Some(engine::everything(Vec::new(), TrustedCertificates::of_the_police()));
    world.serve(app);
    refused(check(&world, &subject, &nth_code(&world, 0)).await, "UNKNOWN_SIGNER", "a test code");
    let production = Reference::from_hex("4D393EEC9AD3289964D22FB9F744A884").expect("a number");
    let forged = changed_code(&world, |draft| draft.header.reference = production);
    refused(check(&world, &subject, &forged).await, "SIGNATURE_INVALID", "a code in the police's name");
    let mut others = Certificates::default();
    others.add(AUTHORITY.certificate()).expect("a certificate");
    assert!(others.has_one_for_tests());
    let mut app = world.app.clone();
    app.engine = Some(engine::everything(Vec::new(), TrustedCertificates::Fixed(Arc::new(others))));
    world.serve(app);
    check(&world, &subject, &nth_code(&world, 0)).await.expect(200);
}
