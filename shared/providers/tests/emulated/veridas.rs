use crate::rig::{BACK, FRONT, Rig, back, calls, front, headers, kind, line, person, request};
use acredita_domain::{
    actor::{
        Actor,
        DocumentType::{self, IdentityCard, Nie, Nif, Passport},
    },
    error::Unavailable,
    pictures::Picture,
    ports::{
        CaptureRequest, CollectError, DelegatedCapture, HostedCapture, OpenedCapture, ScoreError, ScoreRequest, Scorer,
    },
    scoring::{CheckName, CheckResult, Evidence, Reason, Score, Verdict},
};
use acredita_emulators::{Part, Scenario, VERIDAS_KEY};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const DOWN: ScoreError = ScoreError::Unavailable(Unavailable("VERIDAS"));
const ID: &str = "00000000000000000000000000000001";

fn on(call: &str) -> String {
    call.replace("{id}", ID)
}

fn text(name: &str, value: &str) -> Part {
    Part { name: name.to_owned(), file_name: None, content_type: None, bytes: value.as_bytes().to_vec() }
}

fn image(file_name: &str, content_type: &str, bytes: &[u8]) -> Part {
    Part {
        name: "documentImage".to_owned(),
        file_name: Some(file_name.to_owned()),
        content_type: Some(content_type.to_owned()),
        bytes: bytes.to_vec(),
    }
}

fn obverse(document_type: &str) -> Vec<Part> {
    vec![
        text("analysisType", "obverse"),
        text("serviceMode", "validation"),
        text("documentType", document_type),
        image("obverse.jpg", "image/jpeg", FRONT),
    ]
}

fn reverse() -> Vec<Part> {
    vec![text("analysisType", "reverse"), text("serviceMode", "validation"), image("reverse.png", "image/png", BACK)]
}

#[tokio::test]
async fn sides_are_uploaded_one_after_the_other_with_exactly_these_parts() {
    let (front, back) = (front(), back());
    let (front, back) = (Some(&front), Some(&back));
    for (document, sides, uploads) in [
        (kind(Nif, "ES"), (front, None), vec![obverse("ES_ID")]),
        (kind(Nif, "ES"), (None, back), vec![reverse()]),
        (kind(IdentityCard, "ES"), (front, back), vec![obverse("ES_ID"), reverse()]),
        (kind(Nie, "ES"), (front, back), vec![obverse("ES2_RP"), reverse()]),
        (kind(IdentityCard, "PT"), (front, back), vec![obverse("PT"), reverse()]),
        (kind(Passport, "ES"), (front, None), vec![obverse("ES")]),
        (None, (front, None), vec![obverse("XX_XX_XXXX")]),
    ] {
        let rig = Rig::start().await;
        rig.veridas.score(request(document, sides.0, sides.1)).await.expect("scored");
        let requests = rig.emulators.take_requests();
        let mut expected = vec!["POST /validas/v1/validation".to_owned()];
        expected.extend(uploads.iter().map(|_| on("PUT /validas/v1/validation/{id}/document")));
        expected.extend([on("PUT /validas/v1/validation/{id}/confirmation"), on("GET /validas/v1/validation/{id}")]);
        assert_eq!(calls(&requests), expected);
        assert!(requests.iter().all(|request| request.header("apikey") == Some(VERIDAS_KEY)));
        for (upload, parts) in requests[1..].iter().zip(uploads) {
            assert_eq!(headers(upload), ["apikey", "content-length", "content-type", "host"]);
            assert_eq!(upload.parts().await, Some(parts));
        }
        for plain in [&requests[0], &requests[requests.len() - 2], &requests[requests.len() - 1]] {
            assert!(plain.body.is_empty());
            assert!(
                headers(plain).iter().all(|name| ["apikey", "content-length", "host"].contains(name)),
                "{:?}",
                headers(plain)
            );
        }
        assert_eq!(rig.emulators.most_running(), 1, "one at a time");
    }
}

/// The outcome of one scenario, and the calls it made.
async fn outcome(
    scenario: Scenario,
    document_type: DocumentType,
    front: Option<&Picture>,
    back: Option<&Picture>,
) -> (Result<Verdict, ScoreError>, Vec<String>) {
    let rig = Rig::start().await;
    rig.emulators.play(scenario);
    let verdict = rig.veridas.score(request(kind(document_type, "ES"), front, back)).await;
    (verdict.map(|scored| scored.verdict), calls(&rig.emulators.take_requests()))
}

#[tokio::test]
async fn every_scenario_is_a_verdict_or_an_outage() {
    use CheckResult::{Fail, Inconclusive, Pass};
    let (front, back) = (front(), back());
    let (front, back) = (Some(&front), Some(&back));
    for (document_type, front, back) in
        [(Nif, front, None), (Nif, None, back), (Nif, front, back), (Passport, front, None)]
    {
        let outcome = async |scenario| outcome(scenario, document_type, front, back).await;
        for (scenario, authenticity, tampering) in [
            (Scenario::Pass, (Pass, None), (Pass, None)),
            (Scenario::Busy, (Pass, None), (Pass, None)),
            (Scenario::TokenExpired, (Pass, None), (Pass, None)),
            (Scenario::Fraud, (Fail, Some(Reason::NotAuthentic)), (Fail, Some(Reason::ImageManipulated))),
            (
                Scenario::Contradictory,
                (Inconclusive, Some(Reason::ProviderInconclusive)),
                (Fail, Some(Reason::ImageManipulated)),
            ),
        ] {
            let verdict = outcome(scenario).await.0.expect("a verdict");
            assert_eq!(line(&verdict, CheckName::Authenticity), Some(authenticity), "{scenario:?}");
            assert_eq!(line(&verdict, CheckName::Tampering), Some(tampering), "{scenario:?}");
            assert!(verdict.mapping_version.starts_with("veridas.v2/"), "{}", verdict.mapping_version);
            assert_eq!(verdict.provider_version, "veridas-validas/v1");
        }
        for scenario in [Scenario::Overloaded, Scenario::Down, Scenario::Cut, Scenario::Malformed] {
            assert_eq!(outcome(scenario).await.0, Err(DOWN), "{scenario:?}");
        }
        let unsupported = outcome(Scenario::Unsupported).await.0.expect("a verdict");
        assert_eq!(
            line(&unsupported, CheckName::DocumentSupported),
            Some((Inconclusive, Some(Reason::UnsupportedDocument)))
        );
        assert_eq!((unsupported.score, unsupported.coverage), (Score::new(Evidence::Nothing.ceiling()), Score::ZERO));
        let (lost, calls) = outcome(Scenario::ResultLost).await;
        let lost = lost.expect("a verdict: nobody can ask again");
        assert_eq!(line(&lost, CheckName::Authenticity), Some((Inconclusive, Some(Reason::ProviderResultLost))));
        assert_eq!(lost.breakdown[0].operator_details, "provider result lost");
        assert!(calls.last().is_some_and(|call| call.starts_with("GET")), "asked once: {calls:?}");
    }
}

#[tokio::test]
async fn a_forged_documents_score_is_low_and_a_good_ones_high() {
    let front = front();
    let good = outcome(Scenario::Pass, Nif, Some(&front), None).await.0.expect("a verdict");
    let forged = outcome(Scenario::Fraud, Nif, Some(&front), None).await.0.expect("a verdict");
    assert!(good.score > Score::new(0.9) && forged.score <= Score::new(0.15), "{:?} {:?}", good.score, forged.score);
}

#[tokio::test]
async fn what_is_read_off_a_document_is_compared_with_what_was_declared() {
    let (front, rig) = (front(), Rig::start().await);
    let score = async |number: &str| {
        let declared = person(number);
        let request = ScoreRequest { declared: Some(&declared), ..request(kind(Nif, "ES"), Some(&front), None) };
        rig.veridas.score(request).await.expect("a verdict").verdict
    };
    let own = score("99999999-r").await;
    assert_eq!(line(&own, CheckName::DeclaredMatch), Some((CheckResult::Pass, None)));
    let extracted = own.extracted.expect("something was read");
    assert_eq!(extracted.document_number.as_ref().map(|number| number.expose().as_str()), Some("99999999R"));
    assert_eq!(extracted.birth_date.as_ref().map(|date| date.expose().as_str()), Some("1980-01-01"));
    let anothers = score("12345678Z").await;
    assert_eq!(line(&anothers, CheckName::DeclaredMatch), Some((CheckResult::Fail, Some(Reason::NumberMismatch))));
    assert!(anothers.score <= Score::new(0.1), "somebody else's genuine document");
}

#[tokio::test]
async fn the_name_that_was_read_is_compared_with_the_declared_one() {
    let (front, rig) = (front(), Rig::start().await);
    let score = async |last_name: &str, name: &str| {
        let declared = Actor { last_name: last_name.parse().ok(), name: name.parse().ok(), ..Actor::default() };
        let request = ScoreRequest { declared: Some(&declared), ..request(kind(Nif, "ES"), Some(&front), None) };
        rig.veridas.score(request).await.expect("a verdict").verdict
    };
    let found = |verdict: &Verdict| line(verdict, CheckName::NameMatch);
    assert_eq!(found(&score("Española Española", "Carmen").await), Some((CheckResult::Pass, None)));
    let doubtful = score("Española Española", "doubtful").await;
    assert_eq!(found(&doubtful), Some((CheckResult::Inconclusive, Some(Reason::NameDoubtful))));
    assert!(doubtful.score < Score::new(0.9), "short of HIGH");
    let anothers = score("Smith", "James").await;
    assert_eq!(found(&anothers), Some((CheckResult::Fail, Some(Reason::NameMismatch))));
    assert!(anothers.score < Score::new(0.5), "somebody else");
    assert_eq!(found(&score("", "").await), None, "nothing was declared");

    rig.emulators.play(Scenario::Unread);
    let unread = score("Smith", "James").await;
    assert_eq!(found(&unread), None, "who scores notes that it is open");
}

/// The `KIND_MATCH` check of a document declared like this, when Veridas was to expect, and finds, another.
async fn kind_found(declared: Value, expected: (DocumentType, &str)) -> Option<(CheckResult, Option<Reason>)> {
    let (front, rig) = (front(), Rig::start().await);
    let declared: Actor =
        serde_json::from_value(json!({ "language": "ES", "identity_document": declared })).expect("an actor");
    let capture = CaptureRequest { document: kind(expected.0, expected.1) };
    let opened = rig.veridas.open(capture).await.expect("opened");
    rig.emulators.capture(opened.reference.as_str());
    let request = ScoreRequest { declared: Some(&declared), ..request(None, Some(&front), None) };
    line(&rig.veridas.collect(&opened.reference, request).await.expect("a verdict"), CheckName::KindMatch)
}

#[tokio::test]
async fn the_kind_that_veridas_found_is_compared_with_the_declared_one() {
    let pass = Some((CheckResult::Pass, None));
    let fail = |reason| Some((CheckResult::Fail, Some(reason)));
    for (document_type, country, expected, found) in [
        ("NIF", "ES", (Nif, "ES"), pass),
        ("IDENTITY_CARD", "ES", (Nif, "ES"), pass),
        ("NIE", "ES", (Nie, "ES"), pass),
        ("IDENTITY_CARD", "PT", (IdentityCard, "PT"), pass),
        ("PASSPORT", "ES", (Passport, "ES"), pass),
        ("NIF", "ES", (Nie, "ES"), fail(Reason::TypeMismatch)),
        ("PASSPORT", "ES", (Nif, "ES"), fail(Reason::TypeMismatch)),
        ("IDENTITY_CARD", "ES", (Passport, "ES"), fail(Reason::TypeMismatch)),
        ("IDENTITY_CARD", "ES", (IdentityCard, "PT"), fail(Reason::CountryMismatch)),
    ] {
        let declared = json!({ "document_type": document_type, "country": country });
        assert_eq!(kind_found(declared, expected).await, found, "{document_type} {country} as {expected:?}");
    }
    assert_eq!(kind_found(json!({ "country": "ES" }), (Passport, "ES")).await, pass, "the country alone was declared");
    assert_eq!(kind_found(json!({}), (Nif, "ES")).await, None, "nothing was declared");
}

#[tokio::test]
async fn a_passport_goes_by_its_own_number() {
    let front = front();
    let verdict = outcome(Scenario::Pass, Passport, Some(&front), None).await.0.expect("a verdict");
    let number = verdict.extracted.expect("something was read").document_number.expect("a number");
    assert_eq!(number.expose(), "CAA000000");
}

/// The number and kind checks of a Spanish passport that was captured elsewhere and only partly declared.
async fn found_of_a_passport(declared: Value) -> [Option<CheckResult>; 2] {
    let rig = Rig::start().await;
    let opened = rig.veridas.open(CaptureRequest { document: kind(Passport, "ES") }).await.expect("opened");
    rig.emulators.capture(opened.reference.as_str());
    let declared: Actor =
        serde_json::from_value(json!({ "language": "ES", "identity_document": declared })).expect("an actor");
    let request = ScoreRequest { declared: Some(&declared), ..request(None, None, None) };
    let verdict = rig.veridas.collect(&opened.reference, request).await.expect("a verdict");
    [CheckName::DeclaredMatch, CheckName::KindMatch].map(|name| line(&verdict, name).map(|(result, _)| result))
}

#[tokio::test]
async fn a_passport_goes_by_its_own_number_when_not_all_was_declared_too() {
    let (pass, fail) = (Some(CheckResult::Pass), Some(CheckResult::Fail));
    for (declared, found) in [
        (json!({ "document_type": "PASSPORT", "document_number": "CAA000000" }), [pass, pass]),
        (json!({ "document_number": "CAA000000" }), [pass, None]),
        (json!({ "document_number": "CAA000001" }), [fail, None]),
    ] {
        assert_eq!(found_of_a_passport(declared.clone()).await, found, "{declared}");
    }
}

#[tokio::test]
async fn an_expired_document_fails_from_the_day_after_its_last() {
    let (front, rig) = (front(), Rig::start().await);
    let on = async |day: &str| {
        let now = format!("{day}T12:00:00Z").parse().expect("a time");
        let request = ScoreRequest { now, ..request(kind(Nif, "ES"), Some(&front), None) };
        line(&rig.veridas.score(request).await.expect("a verdict").verdict, CheckName::NotExpired)
    };
    assert_eq!(on("2036-01-01").await, Some((CheckResult::Pass, None)));
    assert_eq!(on("2036-01-02").await, Some((CheckResult::Fail, Some(Reason::Expired))));
}

#[tokio::test]
async fn a_key_that_is_refused_in_the_middle_is_read_again_and_the_call_made_once_more() {
    let (front, rig) = (front(), Rig::start().await);
    rig.emulators.play(Scenario::TokenExpired);
    rig.veridas.score(request(kind(Nif, "ES"), Some(&front), None)).await.expect("scored");
    let upload = on("PUT /validas/v1/validation/{id}/document");
    let calls = calls(&rig.emulators.take_requests());
    assert_eq!(calls[1..3], [upload.clone(), upload]);
    assert_eq!(rig.key.reads.load(Ordering::SeqCst), 2);
}

async fn open(rig: &Rig) -> OpenedCapture {
    rig.veridas.open(CaptureRequest { document: kind(Nif, "ES") }).await.expect("opened")
}

#[tokio::test]
async fn a_hosted_capture_is_asked_for_with_a_document_alone() {
    let rig = Rig::start().await;
    assert!(matches!(rig.veridas.delegated_capture(), DelegatedCapture::Hosted(_)));
    let opened = open(&rig).await;
    let requests = rig.emulators.take_requests();
    assert_eq!(calls(&requests), ["POST /xpressid/api/v2/token"]);
    assert_eq!(headers(&requests[0]), ["apikey", "content-length", "content-type", "host"]);
    let body: Value = serde_json::from_slice(&requests[0].body).expect("JSON");
    let flow = json!({
        "core": { "confirmProcess": false },
        "stages": ["document"],
        "options": { "document": { "captures": [{ "documentTypes": ["ES_ID"] }] } },
    });
    assert_eq!(body, json!({ "data": { "platform": "web", "operationMode": "idv", "flowSetup": flow } }));
    assert_eq!(opened.access_token.expose(), "emulated-access-token-1");
    assert_eq!(*opened.url.expose(), format!("{}/v2/?access_token=emulated-access-token-1", rig.emulators.xpressid()));
    assert_eq!(opened.reference.as_str(), ID);
}

async fn collect(rig: &Rig, opened: &OpenedCapture) -> Result<Verdict, CollectError> {
    rig.veridas.collect(&opened.reference, request(kind(Nif, "ES"), None, None)).await
}

#[tokio::test]
async fn a_hosted_capture_is_fetched_when_the_person_is_done_and_not_cut_short_before() {
    let rig = Rig::start().await;
    let opened = open(&rig).await;
    rig.emulators.take_requests();
    assert_eq!(collect(&rig, &opened).await, Err(CollectError::NotCaptured));
    let (read, confirm) = (on("GET /validas/v1/validation/{id}"), on("PUT /validas/v1/validation/{id}/confirmation"));
    assert_eq!(calls(&rig.emulators.take_requests()), std::slice::from_ref(&read), "nothing is confirmed yet");

    assert!(rig.emulators.capture(ID));
    let verdict = collect(&rig, &opened).await.expect("a verdict");
    assert_eq!(line(&verdict, CheckName::Authenticity), Some((CheckResult::Pass, None)));
    assert_eq!(calls(&rig.emulators.take_requests()), [read.clone(), confirm, read]);
    assert!(
        collect(&rig, &opened).await.is_ok(),
        "again, should the first answer have been lost on its way into the store"
    );
}

#[tokio::test]
async fn a_hosted_capture_meets_every_scenario() {
    for (scenario, outcome) in [
        (Scenario::Fraud, Ok((CheckResult::Fail, Some(Reason::NotAuthentic)))),
        (Scenario::ResultLost, Ok((CheckResult::Inconclusive, Some(Reason::ProviderResultLost)))),
        (Scenario::Busy, Ok((CheckResult::Pass, None))),
        (Scenario::TokenExpired, Ok((CheckResult::Pass, None))),
        (Scenario::Contradictory, Ok((CheckResult::Inconclusive, Some(Reason::ProviderInconclusive)))),
        (Scenario::Overloaded, Err(())),
        (Scenario::Down, Err(())),
        (Scenario::Cut, Err(())),
        (Scenario::Malformed, Err(())),
    ] {
        let rig = Rig::start().await;
        let opened = open(&rig).await;
        rig.emulators.capture(ID);
        rig.emulators.play(scenario);
        let found = collect(&rig, &opened).await;
        match outcome {
            Ok(expected) => {
                assert_eq!(line(&found.expect("a verdict"), CheckName::Authenticity), Some(expected), "{scenario:?}")
            }
            Err(()) => assert_eq!(found, Err(CollectError::Unavailable(Unavailable("VERIDAS"))), "{scenario:?}"),
        }
    }
}

#[tokio::test]
async fn no_capture_is_opened_at_a_provider_that_is_down() {
    for scenario in [Scenario::Down, Scenario::Cut, Scenario::Malformed, Scenario::Overloaded] {
        let rig = Rig::start().await;
        rig.emulators.play(scenario);
        let opened = rig.veridas.open(CaptureRequest { document: None }).await;
        assert_eq!(opened.err(), Some(Unavailable("VERIDAS")), "{scenario:?}");
    }
}
