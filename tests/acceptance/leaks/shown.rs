//! The `Debug` and `Display` of values, commands and errors: somebody will log them one day.

use super::{
    AGENT, CANARIES, DOCUMENT, EMAIL, EVIDENCE_METADATA, FINGERPRINT, KEY, LAST_NAME, LOCATION, NAME, PHONE, REASON,
    STRAY, USER_AGENT, assert_none_in, evidence, request, with_actor,
};
use acceptance::{ORG, World, bodies, request::base64};
use acredita_domain::{
    actor::{CountryCode, DocumentType, EmailAddress, Language, Msisdn, PhoneNumber},
    caller::Caller,
    code::OtpCode,
    device::{Fingerprint, Location, UserAgent},
    document_numbers::normal_form,
    documents::CarriedNumber,
    error::Invalid,
    events::{EventData, EventType, Happened, Log, Now, Story, Subject},
    idempotency::{Idempotency, IdempotencyKey, Operation},
    identification::{Identification, Transition},
    ids::{EventId, OrgId},
    keys::{CodeContext, Keyring},
    otp::{Channel, Destination, Given},
    pictures::{PictureFormat, SignedLink},
    ports::{FirstAnswer, IdempotencyRecord, NewIdentification, NewScoring, ReviewQuery},
    request::By,
    review::ReviewStatus,
    scoring::Extracted,
    settings::{Bounds, Choices, Countries, OrgSettings},
    text::{AgentName, Attempt, CancellationReason, DocumentNumber, PersonName, Private},
};
use serde_json::json;
use std::fmt::Debug;

const CODE: &str = "cnry23";

#[track_caller]
fn assert_hidden(value: &(impl Debug + ?Sized)) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert_none_in(&text, CANARIES);
        assert_none_in(&text, [CODE]);
    }
}

fn parsed<T: std::str::FromStr<Err = Invalid>>(text: &str) -> T {
    text.parse().unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn no_value_shows_what_it_holds() {
    assert_hidden(&parsed::<PersonName>(NAME));
    assert_hidden(&parsed::<PersonName>(LAST_NAME));
    assert_hidden(&parsed::<DocumentNumber>(DOCUMENT));
    assert_hidden(&normal_form(DOCUMENT));
    assert_hidden(&parsed::<CancellationReason>(REASON));
    assert_hidden(&parsed::<AgentName>(AGENT));
    assert_hidden(&parsed::<Attempt>(CODE));
    assert_hidden(&parsed::<Fingerprint>(FINGERPRINT));
    assert_hidden(&parsed::<UserAgent>(USER_AGENT));
    assert_hidden(&parsed::<Location>(LOCATION));
    assert_hidden(&parsed::<EmailAddress>(EMAIL));
    assert_hidden(&parsed::<EmailAddress>(EMAIL).normalized());
    assert_hidden(&Private::new(EVIDENCE_METADATA));
    let carried = CarriedNumber {
        document_type: DocumentType::Nif,
        countries: Vec::new(),
        numbers: vec![Private::new(DOCUMENT.to_owned())],
    };
    assert_hidden(&Given::Numbers(std::slice::from_ref(&carried)));
    assert_hidden(&Given::Text(&parsed(CODE)));
    let phone = Msisdn::new(parsed::<PhoneNumber>(PHONE), parsed::<CountryCode>("34"));
    assert_hidden(&phone);
    assert_hidden(&phone.e164());
    assert_hidden(&[Destination::Sms(phone.clone()), Destination::Whatsapp(phone), Destination::Email(parsed(EMAIL))]);
    let key: IdempotencyKey = parsed(KEY);
    assert_hidden(&key);
    assert_hidden(&Idempotency::new(&key, STRAY.as_bytes()));
    let read = || Some(Private::new(STRAY.to_owned()));
    assert_hidden(&Extracted {
        document_number: read(),
        name: read(),
        last_name: read(),
        nationality: read(),
        birth_date: read(),
        expiry_date: read(),
        sex: read(),
    });
    assert_hidden(&SignedLink {
        url: format!("https://example.com/{STRAY}"),
        expires_at: acredita_domain::Time::UNIX_EPOCH,
    });
}

#[test]
fn no_code_shows_hashed_sealed_or_in_its_message() {
    let keys = Keyring::new(vec![*b"canary-stray-canary-stray-canary"]).expect("one key");
    let (org, id, code) =
        (parsed(ORG), parsed("7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11"), OtpCode::unsealed(CODE.to_owned()));
    assert_hidden(&keys);
    assert_hidden(&keys.hash_code(CodeContext { org: &org, id, generation: 1 }, &code));
    assert_hidden(&keys.seal(&acredita_aws::SystemEntropy, "context", CODE));
    let settings =
        OrgSettings::of(&org, &Choices::default(), Bounds { countries: &Countries::All, channels: Channel::ALL });
    for (language, channel) in
        Language::ALL.iter().flat_map(|language| Channel::ALL.iter().map(move |channel| (language, channel)))
    {
        assert_hidden(&settings.code_message(*language, *channel, &code, 10));
    }
}

#[test]
fn no_refusal_says_what_was_refused() {
    let broken = format!("{STRAY}\u{0}");
    assert_hidden(&broken.parse::<PersonName>().map(drop));
    assert_hidden(&STRAY.parse::<EmailAddress>().map(drop));
    assert_hidden(&STRAY.parse::<PhoneNumber>().map(drop));
    assert_hidden(&STRAY.parse::<Location>().map(drop));
    assert_hidden(&format!("{STRAY} {KEY}").parse::<IdempotencyKey>().map(drop));
    assert_hidden(&STRAY.parse::<PictureFormat>().map(drop));
    assert_hidden(&STRAY.parse::<acredita_domain::ids::IdentificationId>().map(drop));
    assert_hidden(&STRAY.parse::<acredita_domain::expires_in::ExpiresIn>().map(drop));
    let invalid = STRAY.parse::<EmailAddress>().expect_err("no address");
    assert_none_in(&invalid.to_string(), CANARIES);
}

async fn stored(world: &World, kind: &str, body: serde_json::Value) -> (String, Identification) {
    let created = world.send(request(world, "POST", &format!("/identifications/{kind}"), Some(with_actor(body)))).await;
    let id = created.text("identification_id");
    let found = world.app.stores.by_id.identification(&parsed(ORG), parsed(&id)).await.expect("the table answers");
    (id, found.expect("it is there"))
}

#[tokio::test]
async fn no_identification_shows_whom_it_is_about() {
    let world = World::start().await;
    let (agent, created) = stored(&world, "agent", bodies::agent(true)).await;
    assert_hidden(&created);
    world
        .send(request(&world, "POST", &format!("/identifications/agent/{agent}/validate"), Some(evidence())))
        .await
        .expect(204);
    let validated = world
        .app
        .stores
        .by_id
        .identification(&parsed(ORG), parsed(&agent))
        .await
        .expect("the table answers")
        .expect("it is there");
    assert!(format!("{validated:?}").contains("Validated"));
    assert_hidden(&validated);
    assert_hidden(&Transition::Cancel { reason: parsed(REASON) });

    for body in [bodies::otp(), bodies::external_otp()] {
        let (_, otp) = stored(&world, "otp", body).await;
        assert_hidden(&otp);
        let operation = Operation::CreateOtpIdentification;
        let keys = world.app.keys.current().await.expect("keys");
        let marks = keys.request_marks(&otp.org, operation, &Idempotency::new(&parsed(KEY), STRAY.as_bytes()));
        let record = IdempotencyRecord { operation, marks, answer: FirstAnswer("{}".to_owned()) };
        assert_hidden(&NewIdentification {
            keep_until: otp.expires_at,
            story: told(&otp.org, otp.subject()),
            identification: otp,
            scoring: None,
            outbox: Vec::new(),
            idempotency: Some(record),
        });
    }
    let (_, document) = stored(&world, "identity_document", bodies::identity_document("LOW")).await;
    let acredita_domain::identification::Method::IdentityDocument { scoring_id, .. } = document.method else {
        panic!("an identity document")
    };
    let scoring = world
        .app
        .stores
        .scorings
        .find(&parsed(ORG), scoring_id)
        .await
        .expect("the table answers")
        .expect("it is there");
    assert!(scoring.declared.is_some());
    assert_hidden(&document);
    let story = told(&scoring.org, Subject::Scoring { scoring_id: scoring.id });
    assert_hidden(&story.after(&story.log).events);
    assert_hidden(&NewScoring { keep_until: scoring.expires_at, scoring, idempotency: None, story });
}

#[tokio::test]
async fn no_review_shows_what_was_noted_and_by_whom() {
    let world = World::with_external_provider().await;
    super::flows::review(&world, &mut super::flows::Secrets::default()).await;
    let statuses = vec![ReviewStatus::Approved, ReviewStatus::Rejected];
    let query = ReviewQuery { statuses, after: None, limit: 10 };
    let page = world.app.stores.reviews.list(&parsed(ORG), query).await.expect("the table answers");
    assert_eq!(page.reviews.len(), 2);
    assert!(page.reviews.iter().all(|review| review.decisions[0].note.is_some()));
    assert_hidden(&page);
}

/// A story that has a name, before and after it is digested, and a caller's.
fn told(org: &OrgId, subject: Subject) -> Story {
    let caller = Caller { subject: Some(parsed(NAME)), ..Caller::default() };
    let at = acredita_domain::Time::UNIX_EPOCH;
    let event = Happened {
        id: EventId::at(at, &acredita_aws::SystemEntropy),
        kind: EventType::IdentificationCreated,
        at,
        data: EventData::default().personal("name", Some(NAME)).state(NAME.to_owned()),
        by: By::Business(caller),
        request_id: None,
    };
    let log = Log::begin(&acredita_aws::SystemEntropy);
    let (org, events) = (org.clone(), vec![event]);
    Story {
        org,
        subject,
        log,
        adopted: None,
        events,
        keep_until: at,
        once: None,
        reviews: None,
        now: Now::standing_still(at),
    }
}

#[tokio::test]
async fn a_picture_shows_its_size_and_not_its_bytes() {
    let world = World::start().await;
    let bytes = bodies::png(1);
    let validator = &world.app.engine.as_ref().expect("an engine").picture_validator;
    let picture = validator.check(bytes.clone().into()).expect("a picture");
    assert_eq!(format!("{picture:?}"), format!("image/png of {} bytes", bytes.len()));
    assert_none_in(&format!("{picture:?}"), [&base64(&bytes)[..20], "137, 80, 78, 71"]);
}

#[tokio::test]
async fn an_answer_to_the_actors_side_is_masked() {
    let world = World::start().await;
    let (id, _) = stored(&world, "otp", bodies::otp()).await;
    let metadata = world.call("GET", &format!("/identifications/otp/{id}"), None).await.expect(200).json();
    assert_eq!(
        metadata["actor"],
        json!({ "name": NAME, "language": "ES", "email": "c************s@example.org", "msisdn": "******344" })
    );
}
