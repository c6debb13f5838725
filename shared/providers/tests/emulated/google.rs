use crate::rig::{BACK, FRONT, Rig, back, calls, front, headers, kind, line, person, request};
use acredita_domain::{
    actor::DocumentType::{IdentityCard, Nif, Passport},
    error::Unavailable,
    ports::{DelegatedCapture, ScoreError, ScoreRequest, Scorer},
    scoring::{CheckName, CheckResult, Evidence, Reason, Score},
};
use acredita_emulators::{PROCESSOR, Scenario};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const DOWN: ScoreError = ScoreError::Unavailable(Unavailable("GOOGLE"));

fn process() -> String {
    format!("POST /google/v1/{PROCESSOR}:process")
}

#[tokio::test]
async fn each_side_is_one_request_with_a_picture_and_a_mask_and_nothing_else() {
    let (front, back) = (front(), back());
    for (document, sides) in [
        (kind(IdentityCard, "US"), [Some(&front), None]),
        (kind(IdentityCard, "US"), [None, Some(&back)]),
        (kind(IdentityCard, "US"), [Some(&front), Some(&back)]),
        (kind(Passport, "US"), [Some(&front), None]),
        (None, [Some(&front), Some(&back)]),
    ] {
        let rig = Rig::start().await;
        rig.google.score(request(document, sides[0], sides[1])).await.expect("scored");
        let requests = rig.emulators.take_requests();
        let pictures: Vec<_> = sides.into_iter().flatten().collect();
        let mut expected = vec!["POST /google/token".to_owned()];
        expected.resize(1 + pictures.len(), process());
        assert_eq!(calls(&requests), expected);
        assert_eq!(headers(&requests[0]), ["content-length", "content-type", "host"]);
        for (request, picture) in requests[1..].iter().zip(pictures) {
            assert_eq!(headers(request), ["authorization", "content-length", "content-type", "host"]);
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.header("authorization"), Some("Bearer ya29.emulated-1"));
            let body: Value = serde_json::from_slice(&request.body).expect("JSON");
            let document =
                json!({ "content": BASE64_STANDARD.encode(&picture.bytes), "mimeType": picture.format.as_str() });
            assert_eq!(body, json!({ "rawDocument": document, "skipHumanReview": true, "fieldMask": "entities" }));
        }
    }
}

/// The outcome of one scenario.
async fn outcome(scenario: Scenario, sides: usize) -> (Result<acredita_domain::scoring::Verdict, ScoreError>, usize) {
    let rig = Rig::start().await;
    rig.emulators.play(scenario);
    let (front, back) = (front(), back());
    let verdict =
        rig.google.score(request(kind(IdentityCard, "US"), Some(&front), (sides == 2).then_some(&back))).await;
    let processed = rig.emulators.take_requests().iter().filter(|request| request.path.ends_with(":process")).count();
    (verdict.map(|scored| scored.verdict), processed)
}

#[tokio::test]
async fn every_scenario_is_a_verdict_or_an_outage() {
    use CheckResult::{Fail, Inconclusive, Pass};
    for sides in [1, 2] {
        for (scenario, identity, words, tampering) in [
            (Scenario::Pass, (Pass, None), (Pass, None), (Pass, None)),
            (Scenario::Busy, (Pass, None), (Pass, None), (Pass, None)),
            (Scenario::TokenExpired, (Pass, None), (Pass, None), (Pass, None)),
            (
                Scenario::Fraud,
                (Pass, None),
                (Fail, Some(Reason::SuspiciousWords)),
                (Fail, Some(Reason::ImageManipulated)),
            ),
            (Scenario::Unsupported, (Fail, Some(Reason::NotAnIdentityDocument)), (Pass, None), (Pass, None)),
            (
                Scenario::Contradictory,
                (Pass, None),
                (Inconclusive, Some(Reason::ProviderInconclusive)),
                (Fail, Some(Reason::ImageManipulated)),
            ),
        ] {
            let (verdict, _) = outcome(scenario, sides).await;
            let verdict = verdict.expect("a verdict");
            assert_eq!(line(&verdict, CheckName::IdentityDocument), Some(identity), "{scenario:?}");
            assert_eq!(line(&verdict, CheckName::SuspiciousWords), Some(words), "{scenario:?}");
            assert_eq!(line(&verdict, CheckName::Tampering), Some(tampering), "{scenario:?}");
            assert_eq!(verdict.provider_version, "google-document-ai/pretrained-id-proofing-v1.1-2023-05-18");
            assert!(verdict.mapping_version.starts_with("google.v1/"), "{}", verdict.mapping_version);
        }
        for scenario in [Scenario::Overloaded, Scenario::Down, Scenario::Cut, Scenario::Malformed, Scenario::ResultLost]
        {
            let (verdict, processed) = outcome(scenario, sides).await;
            assert_eq!((verdict, processed), (Err(DOWN), 1), "{scenario:?}: asked once, and no second side");
        }
    }
}

#[tokio::test]
async fn a_good_document_is_certain_and_a_forged_one_is_not() {
    assert_eq!(outcome(Scenario::Pass, 2).await.0.expect("a verdict").score, Score::ONE);
    let forged = outcome(Scenario::Fraud, 2).await.0.expect("a verdict");
    assert!(forged.score <= Score::new(0.15), "{:?}", forged.score);
    assert_eq!(line(&forged, CheckName::OriginalCaptured), Some((CheckResult::Fail, Some(Reason::Photocopy))));
    assert_eq!(line(&forged, CheckName::NotPublished), Some((CheckResult::Fail, Some(Reason::OnlineDuplicate))));
}

#[tokio::test]
async fn who_is_asked_to_come_again_comes_once() {
    assert_eq!(outcome(Scenario::Busy, 1).await.1, 2);
    assert_eq!(outcome(Scenario::Busy, 2).await.1, 3);
    let started = tokio::time::Instant::now();
    outcome(Scenario::Overloaded, 1).await.0.expect_err("an outage");
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "a minute is more than there is, so nobody waits");
}

#[tokio::test]
async fn a_document_beyond_googles_support_is_not_sent_and_not_held_against_anybody() {
    let (front, rig) = (front(), Rig::start().await);
    for (document_type, country) in [(Nif, "ES"), (Passport, "ES"), (IdentityCard, "DE")] {
        let verdict = rig
            .google
            .score(request(kind(document_type, country), Some(&front), None))
            .await
            .expect("a verdict")
            .verdict;
        assert_eq!(
            line(&verdict, CheckName::DocumentSupported),
            Some((CheckResult::Inconclusive, Some(Reason::UnsupportedDocument)))
        );
        assert_eq!(
            (verdict.score, verdict.coverage),
            (Score::new(Evidence::Nothing.ceiling()), Score::ZERO),
            "neither for nor against"
        );
        assert_eq!(verdict.breakdown.len(), 1);
    }
    assert!(rig.emulators.take_requests().is_empty());
}

#[tokio::test]
async fn what_nobody_declared_and_google_does_not_know_is_not_held_against_anybody() {
    let (front, rig) = (front(), Rig::start().await);
    rig.emulators.play(Scenario::Unsupported);
    let verdict = rig.google.score(request(None, Some(&front), None)).await.expect("a verdict").verdict;
    assert_eq!(
        line(&verdict, CheckName::DocumentSupported),
        Some((CheckResult::Inconclusive, Some(Reason::UnsupportedDocument)))
    );
    assert_eq!((verdict.score, verdict.coverage), (Score::new(Evidence::Nothing.ceiling()), Score::ZERO));
}

#[tokio::test]
async fn whose_document_it_is_google_does_not_tell() {
    let (front, rig) = (front(), Rig::start().await);
    let declared = person("99999999R");
    let request = ScoreRequest { declared: Some(&declared), ..request(None, Some(&front), None) };
    let verdict = rig.google.score(request).await.expect("a verdict").verdict;
    assert_eq!(line(&verdict, CheckName::DeclaredMatch), None, "who scores looks for it elsewhere");
}

#[tokio::test]
async fn a_token_serves_until_five_minutes_before_its_end() {
    let (front, rig) = (front(), Rig::start().await);
    let tokens = async || {
        rig.google.score(request(None, Some(&front), None)).await.expect("scored");
        rig.emulators.take_requests().iter().filter(|request| request.path == "/google/token").count()
    };
    assert_eq!(tokens().await, 1);
    assert_eq!(tokens().await, 0);
    rig.clock.advance(TimeDelta::seconds(3599 - 300 - 1));
    assert_eq!(tokens().await, 0);
    rig.clock.advance(TimeDelta::seconds(1));
    assert_eq!(tokens().await, 1);
    assert_eq!(rig.account.reads.load(Ordering::SeqCst), 1, "the key itself is kept");
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once_and_the_key_read_again() {
    let (front, back, rig) = (front(), back(), Rig::start().await);
    rig.google.score(request(None, Some(&front), None)).await.expect("scored");
    rig.emulators.take_requests();
    rig.emulators.play(Scenario::TokenExpired);
    rig.google.score(request(None, Some(&front), Some(&back))).await.expect("scored");
    let requests = rig.emulators.take_requests();
    assert_eq!(calls(&requests), [process(), "POST /google/token".to_owned(), process(), process()]);
    assert_eq!(requests[0].body, requests[2].body);
    assert_eq!(rig.account.reads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn many_at_once_ask_for_one_token() {
    let (front, rig) = (front(), Rig::start().await);
    let jobs = (0..10).map(|_| rig.google.score(request(None, Some(&front), None)));
    for verdict in futures_util::future::join_all(jobs).await {
        verdict.expect("scored");
    }
    let tokens = rig.emulators.take_requests().iter().filter(|request| request.path == "/google/token").count();
    assert_eq!(tokens, 1);
}

#[tokio::test]
async fn nobody_else_takes_pictures_for_google() {
    assert!(matches!(Rig::start().await.google.delegated_capture(), DelegatedCapture::NotOffered));
}

#[tokio::test]
async fn of_an_answer_only_its_digest_is_kept() {
    let (verdict, _) = outcome(Scenario::Fraud, 1).await;
    let verdict = verdict.expect("a verdict");
    let noted = &verdict.breakdown[0].operator_details;
    let digest = noted.strip_prefix("answer SHA-256 ").expect("a digest");
    assert!(digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{noted}");
    let shown = format!("{verdict:?}");
    for text in
        ["SPECIMEN", "emulated.invalid", "provider-text", &BASE64_STANDARD.encode(FRONT), &BASE64_STANDARD.encode(BACK)]
    {
        assert!(!shown.contains(text), "{text}");
    }
}
