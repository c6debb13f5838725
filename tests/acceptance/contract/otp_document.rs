//! A picture of the person's document as the second factor of a one-time code (§5, §6): which input is an invalid
//! request, which is a wrong try, and that all wrong tries look the same. What is kept of the pictures is in
//! `otp_evidence`.

use super::stage::kept_pictures;
use acceptance::{
    Answer, World,
    bodies::{self, fixture},
    request::base64,
    subject::{Method, Subject},
};
use acredita_domain::actor::DocumentType;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The number that the published actor declares.
const DECLARED: &str = "12345678A";

/// Pictures and their contents, by the name that a test gives them.
struct Pictures {
    right: Vec<u8>,
    others: Vec<u8>,
    unreadable: Vec<u8>,
}

fn pictures(world: &World) -> Pictures {
    let pictures = Pictures { right: bodies::png(11), others: bodies::png(12), unreadable: bodies::png(13) };
    world.numbers.show(&pictures.right, DocumentType::Nif, &[DECLARED]);
    world.numbers.show(&pictures.others, DocumentType::Nif, &["87654321X"]);
    world.numbers.show(&pictures.unreadable, DocumentType::Nif, &[]);
    pictures
}

async fn asked(world: &World) -> (Subject, String) {
    let subject = Subject::of(world, Method::Otp, bodies::document_otp()).await;
    let code = subject.code.clone().expect("an external channel");
    (subject, code)
}

async fn attempt(world: &World, subject: &Subject, body: Value) -> Answer {
    world.call("PUT", &subject.actor_path("/validate"), Some(body)).await
}

async fn show(world: &World, subject: &Subject, code: &str, back: &[u8]) -> Answer {
    attempt(world, subject, bodies::code_and_pictures(code, &[("back", back)])).await
}

#[tokio::test]
async fn a_code_and_a_picture_of_the_document_validate() {
    let world = World::start().await;
    let (right, blank) = (pictures(&world).right, bodies::png(99));
    for sides in [
        vec![("front", &right)],
        vec![("back", &right)],
        vec![("front", &blank), ("back", &right)],
        vec![("front", &right), ("back", &right)],
    ] {
        let (subject, code) = asked(&world).await;
        assert_eq!(subject.metadata(&world).await.json()["two_factor_type"], "PERSONAL_DOCUMENT_IMAGE");
        let sides: Vec<(&str, &[u8])> = sides.into_iter().map(|(side, bytes)| (side, bytes.as_slice())).collect();
        let answer = attempt(&world, &subject, bodies::code_and_pictures(&code, &sides)).await.expect(204);
        assert!(answer.body.is_empty());
        assert_eq!(subject.status(&world).await.as_deref(), Some("VALIDATED"));
    }
}

#[tokio::test]
async fn the_picture_may_be_a_jpeg_padded_or_not_with_space_around_it() {
    let world = World::start().await;
    let mut jpeg = fixture("otp-dni.jpg");
    for _ in 0..3 {
        world.numbers.show(&jpeg, DocumentType::Nif, &[DECLARED]);
        for text in [base64(&jpeg), base64(&jpeg).trim_end_matches('=').to_owned(), format!(" {}\n", base64(&jpeg))] {
            let (subject, code) = asked(&world).await;
            attempt(
                &world,
                &subject,
                json!({ "code": code, "two_factor": { "front": null, "back": text, "side": 7 } }),
            )
            .await
            .expect(204);
        }
        // Bytes after the end of the picture are ignored.
        jpeg.push(0);
    }
}

#[tokio::test]
async fn somebody_elses_document_is_a_wrong_try() {
    let world = World::start().await;
    let (subject, code) = asked(&world).await;
    let pictures = pictures(&world);
    show(&world, &subject, &code, &pictures.others).await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 4);
    show(&world, &subject, &code, &pictures.right).await.expect(204);
}

#[tokio::test]
async fn a_picture_that_cannot_be_read_is_a_wrong_try() {
    let world = World::start().await;
    let jpeg = fixture("otp-dni.jpg");
    let broken = [&jpeg[..jpeg.len() / 2], &[0; 64]].concat();
    for unreadable in [pictures(&world).unreadable, bodies::png(7), bodies::png_of_noise(300, 200), broken] {
        let (subject, code) = asked(&world).await;
        show(&world, &subject, &code, &unreadable).await.expect(400);
        assert_eq!(subject.attempts_left(&world).await, 4);
    }
}

#[tokio::test]
async fn another_kind_of_document_is_a_wrong_try() {
    let world = World::start().await;
    let (subject, code) = asked(&world).await;
    let passport = bodies::png(21);
    world.numbers.show(&passport, DocumentType::Passport, &[DECLARED]);
    show(&world, &subject, &code, &passport).await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 4);
}

/// Otherwise a collage of a hundred documents would be a hundred guesses.
#[tokio::test]
async fn a_try_shows_one_document() {
    let world = World::start().await;
    let collage = bodies::png(22);
    world.numbers.show(&collage, DocumentType::Nif, &["87654321X", DECLARED]);
    let Pictures { right, others, .. } = pictures(&world);
    for sides in [
        [("front", &collage), ("back", &collage)],
        [("front", &others), ("back", &right)],
        [("front", &right), ("back", &others)],
    ] {
        let (subject, code) = asked(&world).await;
        let sides = sides.map(|(side, bytes)| (side, bytes.as_slice()));
        attempt(&world, &subject, bodies::code_and_pictures(&code, &sides)).await.expect(400);
        assert_eq!(subject.attempts_left(&world).await, 4);
    }
}

#[tokio::test]
async fn the_fifth_wrong_try_fails_the_identification_and_a_right_picture_comes_too_late() {
    let world = World::start().await;
    let (subject, code) = asked(&world).await;
    let Pictures { right, others, unreadable } = pictures(&world);
    let right_code = code.as_str();
    for (code, picture, left) in [
        (right_code, &others, 4),
        (right_code, &unreadable, 3),
        ("untrue", &right, 2),
        ("untrue", &others, 1),
        (right_code, &others, 0),
    ] {
        show(&world, &subject, code, picture).await.expect(400);
        assert_eq!(subject.attempts_left(&world).await, left);
    }
    assert_eq!(subject.status(&world).await.as_deref(), Some("FAILED"));
    show(&world, &subject, &code, &right).await.expect(409);
    assert!(kept_pictures(&world).await.is_empty(), "nothing is kept of tries that were not right");
}

#[tokio::test]
async fn nobody_learns_which_of_code_and_picture_was_wrong() {
    let world = World::start().await;
    let mut body = bodies::otp();
    body["two_factor_type"] = json!("PERSONAL_DOCUMENT_IMAGE");
    let subject = Subject::of(&world, Method::Otp, body).await;
    world.deliver().await;
    let code = world.code_of(&subject.id);
    let Pictures { right, others, unreadable } = pictures(&world);
    let mut refusals = Vec::new();
    for (code, picture) in
        [("untrue", &right), (code.as_str(), &others), (code.as_str(), &unreadable), ("untrue", &unreadable)]
    {
        world.numbers.take_reads();
        world.wire.take();
        let answer = show(&world, &subject, code, picture).await.expect(400);
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        refusals.push((answer.json(), format!("{headers:?}"), world.wire.take(), world.numbers.take_reads()));
    }
    assert_eq!(subject.attempts_left(&world).await, 1);
    world.clock.advance(TimeDelta::minutes(10));
    let outdated = show(&world, &subject, &code, &right).await.expect(400);
    let (body, _, calls, reads) = &refusals[0];
    assert_eq!((&outdated.json(), *reads), (body, 1), "the picture is read although the code is wrong");
    assert!(body["errors"][0]["details"].as_str().is_some_and(|details| details.starts_with("/code: ")));
    assert!(!calls.iter().any(|call| call == "PutObject"), "{calls:?}");
    for refusal in &refusals[1..] {
        assert_eq!(refusal, &refusals[0], "the same answer, after the same work");
    }
}

#[tokio::test]
async fn an_outdated_code_with_the_right_picture_costs_no_try() {
    let world = World::start().await;
    let mut body = bodies::otp();
    body["two_factor_type"] = json!("PERSONAL_DOCUMENT_IMAGE");
    let subject = Subject::of(&world, Method::Otp, body).await;
    world.deliver().await;
    let (code, Pictures { right, others, .. }) = (world.code_of(&subject.id), pictures(&world));
    world.clock.advance(TimeDelta::minutes(10));
    show(&world, &subject, &code, &right).await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 5);
    show(&world, &subject, &code, &others).await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 4);
    assert!(kept_pictures(&world).await.is_empty());
}

/// Requires that a request is refused with an error of this field, counts as no try, and has no picture read.
async fn is_no_try(world: &World, subject: &Subject, body: Value, status: u16, pointer: &str) {
    let shown: String = body.to_string().chars().take(100).collect();
    let answer = attempt(world, subject, body).await;
    assert_eq!(answer.status.as_u16(), status, "{shown}: {}", answer.json());
    assert!(answer.details()[0].starts_with(pointer), "{shown}: {:?}", answer.details());
    assert_eq!(subject.attempts_left(world).await, 5, "{shown}");
    assert_eq!(world.numbers.take_reads(), 0, "{shown}");
}

#[tokio::test]
async fn pictures_have_to_be_there_and_in_their_form() {
    let world = World::start().await;
    let (subject, code) = asked(&world).await;
    let right = base64(&pictures(&world).right);
    for (factor, pointer) in [
        (Value::Null, "/two_factor: "),
        (json!(DECLARED), "/two_factor: "),
        (json!(right), "/two_factor: "),
        (json!(5), "/two_factor: "),
        (json!([right]), "/two_factor: "),
        (json!({}), "/two_factor: "),
        (json!({ "front": null, "back": null }), "/two_factor: "),
        (json!({ "left": right }), "/two_factor: "),
        (json!({ "front": 5 }), "/two_factor/front: "),
        (json!({ "front": right, "back": { "bytes": right } }), "/two_factor/back: "),
    ] {
        is_no_try(&world, &subject, json!({ "code": code, "two_factor": factor }), 400, pointer).await;
    }
    is_no_try(&world, &subject, json!({ "code": code }), 400, "/two_factor: ").await;
    is_no_try(&world, &subject, json!({ "two_factor": { "back": right } }), 400, "/code: ").await;
    attempt(&world, &subject, json!({ "code": code, "two_factor": { "back": right } })).await.expect(204);
}

#[tokio::test]
async fn what_is_no_base64_or_no_picture_is_no_try() {
    let world = World::start().await;
    let (subject, code) = asked(&world).await;
    let right = base64(&pictures(&world).right);
    for text in [
        String::new(),
        "*".to_owned(),
        "iVBORw0KGgo*".to_owned(),
        format!("data:image/png,{right}"),
        right.replace(['+', '/'], "."),
        right[1..].to_owned(),
        base64(b"\x89PNG\r\n\x1a"),
        base64(b"\xFF\xD8"),
        base64(b"%PDF-1.7"),
        base64(b"\x00\x00\x00\x18ftypheic"),
        base64(b"GIF89a"),
        // Begins like a picture, but has no header.
        base64(b"\x89PNG\r\n\x1a\n"),
        base64(b"\xFF\xD8\xFF\xE0 a JPEG?"),
    ] {
        for side in ["front", "back"] {
            let body = json!({ "code": code, "two_factor": { (side): text } });
            is_no_try(&world, &subject, body, 400, &format!("/two_factor/{side}: ")).await;
        }
    }
    let both =
        attempt(&world, &subject, json!({ "code": "", "two_factor": { "front": "*", "back": base64(b"%PDF-1.7") } }))
            .await;
    let details = both.expect(400).details();
    assert_eq!(details.len(), 3, "all faults at once: {details:?}");
    let text = Subject::create(&world, Method::Otp).await;
    is_no_try(&world, &text, json!({ "code": "222222", "two_factor": { "front": "*" } }), 400, "/two_factor/front: ")
        .await;
}

/// A PNG that claims this size, and ends after its header.
fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = bodies::png(1);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// CRC-32 of PNG's chunks (W3C PNG, third edition, annex D), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[tokio::test]
async fn what_is_too_large_is_no_try() {
    let world = World::start().await;
    let (subject, code) = asked(&world).await;
    let right = pictures(&world).right;
    let huge = png_that_claims(10_000, 5_001);
    is_no_try(&world, &subject, bodies::code_and_pictures(&code, &[("back", &huge)]), 413, "/two_factor/back: ").await;
    let mut long = right.clone();
    long.resize(5 * 1024 * 1024, 0);
    is_no_try(&world, &subject, bodies::code_and_pictures(&code, &[("back", &long)]), 413, "").await;
    let half = &long[..2_500_000];
    is_no_try(&world, &subject, bodies::code_and_pictures(&code, &[("front", half), ("back", half)]), 413, "").await;
    // A request within the limit is accepted.
    let fits = &long[..2_000_000];
    world.numbers.show(fits, DocumentType::Nif, &[DECLARED]);
    attempt(&world, &subject, bodies::code_and_pictures(&code, &[("front", fits), ("back", fits)])).await.expect(204);
}

#[tokio::test]
async fn a_text_factor_is_no_picture_and_what_nobody_asked_for_is_not_looked_at() {
    let world = World::start().await;
    let right = pictures(&world).right;
    for factor in ["DOCUMENT_NUMBER", "EMAIL"] {
        let mut body = bodies::external_otp();
        body["two_factor_type"] = json!(factor);
        let subject = Subject::of(&world, Method::Otp, body).await;
        let code = subject.code.clone().expect("an external channel");
        is_no_try(&world, &subject, bodies::code_and_pictures(&code, &[("back", &right)]), 400, "/two_factor: ").await;
    }
    let unasked = Subject::create(&world, Method::Otp).await;
    let code = unasked.code.clone().expect("an external channel");
    attempt(&world, &unasked, bodies::code_and_pictures(&code, &[("back", &bodies::png(7))])).await.expect(204);
    assert_eq!(world.numbers.take_reads(), 0);
    assert!(kept_pictures(&world).await.is_empty(), "what nobody asked for is not kept");
}

#[tokio::test]
async fn faults_of_pictures_come_before_what_is_not_there() {
    let world = World::start().await;
    let path = "/identifications/otp/00000000-0000-4000-8000-000000000000/validate";
    for (picture, status) in [(png_that_claims(10_000, 5_001), 413), (b"GIF89a".to_vec(), 400), (bodies::png(1), 404)] {
        let body = bodies::code_and_pictures("222222", &[("front", &picture)]);
        world.call("PUT", path, Some(body)).await.expect(status);
    }
}

/// An OTP of the person shown in the fixtures.
async fn of_the_fixtures(world: &World) -> (Subject, String) {
    let mut body = bodies::document_otp();
    body["actor"]["identity_document"]["document_number"] = json!("12345678-Z");
    let subject = Subject::of(world, Method::Otp, body).await;
    let code = subject.code.clone().expect("an external channel");
    (subject, code)
}

#[tokio::test]
async fn a_document_is_really_read() {
    let world = World::start().await;
    let (subject, code) = of_the_fixtures(&world).await;
    for (left, wrong) in [(4, "otp-other.jpg"), (3, "otp-blurred.jpg"), (2, "otp-wrong-digit.jpg")] {
        show(&world, &subject, &code, &fixture(wrong)).await.expect(400);
        assert_eq!(subject.attempts_left(&world).await, left, "{wrong}");
    }
    show(&world, &subject, "untrue", &fixture("otp-dni.jpg")).await.expect(400);
    show(&world, &subject, &code, &fixture("otp-dni.jpg")).await.expect(204);
}

/// The number of the card itself does not identify its holder.
#[tokio::test]
async fn a_dni_is_known_by_its_nif_alone() {
    let world = World::start().await;
    let mut body = bodies::document_otp();
    body["actor"]["identity_document"]["document_number"] = json!("BAA000589");
    let subject = Subject::of(&world, Method::Otp, body).await;
    show(&world, &subject, subject.code.as_deref().expect("a code"), &fixture("otp-dni.jpg")).await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 4);
}
