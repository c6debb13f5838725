//! Of what comes as a picture, only the picture is kept, sent to providers and handed out (§6): not where it was taken, nor
//! anything that a browser could run.

use super::stage::create_scoring;
use acceptance::{
    ORG, World, bodies,
    request::base64,
    subject::{Method, Subject, put_pictures},
    world::Setup,
};
use acredita_aws::SystemClock;
use acredita_domain::{
    actor::DocumentType,
    identification::{State, Validation},
    pictures::{PictureKey, Sha256Digest},
    ports::{Clock, StoredPicture},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::{Client, StatusCode};
use serde_json::json;

/// 40° 25′ 0″, as EXIF has it.
const LATITUDE: &[u8] = b"\x28\0\0\0\x01\0\0\0\x19\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0";
const XMP: &[u8] = b"<x:xmpmeta>Calle Mayor 1</x:xmpmeta>";
const COMMENT: &[u8] = b"taken by the phone of somebody";
const PAGE: &[u8] = b"<html><script>alert(1)</script></html>";

fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    [&[0xFF, marker][..], &(payload.len() as u16 + 2).to_be_bytes(), &payload].concat()
}

/// A JPEG that says where it was taken (GPSLatitudeRef and GPSLatitude, tags 1 and 2) and carries a page.
fn loaded_jpeg(name: &str) -> Vec<u8> {
    let plain = bodies::fixture(name);
    let pointer = b"\x01\0\x25\x88\x04\0\x01\0\0\0\x1A\0\0\0\0\0\0\0";
    let reference = b"\x02\0\x01\0\x02\0\x02\0\0\0N\0\0\0";
    let latitude = b"\x02\0\x05\0\x03\0\0\0\x38\0\0\0\0\0\0\0";
    let metadata = [
        segment(0xE1, &[b"Exif\0\0", b"II*\0\x08\0\0\0", pointer, reference, latitude, LATITUDE]),
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", XMP]),
        segment(0xFE, &[COMMENT]),
    ];
    [&plain[..2], &metadata.concat(), &plain[2..], PAGE].concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let checked = [kind, data].concat();
    let checksum = crc32fast::hash(&checked).to_be_bytes();
    [&(data.len() as u32).to_be_bytes()[..], &checked, &checksum].concat()
}

fn loaded_png() -> Vec<u8> {
    let plain = bodies::evidence_png(1);
    [&plain[..33], &chunk(b"tEXt", COMMENT), &chunk(b"eXIf", LATITUDE), &chunk(b"iTXt", XMP), &plain[33..], PAGE]
        .concat()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Requires the same pixels, and nothing else that came with them.
fn assert_cleaned(kept: &[u8], came: &[u8]) {
    for secret in [LATITUDE, XMP, COMMENT, PAGE, b"Exif", b"tEXt", b"<script"] {
        assert!(!holds(kept, secret), "{:?}", String::from_utf8_lossy(secret));
    }
    let decode = |bytes: &[u8]| acredita_pictures::decode(bytes).expect("a picture");
    assert!(decode(kept) == decode(came), "not a pixel is changed");
}

/// Signed links are checked against the real time.
async fn world_of_today() -> World {
    World::with(Setup { clock: SystemClock.now(), external: true, ..Setup::default() }).await
}

/// What a scoring's links give, and what is recorded of it.
async fn assert_only_the_picture_is_handed_out(world: &World, scoring: &str, came: &[&[u8]]) {
    let captures = world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json()["captures"].clone();
    let captures = captures.as_array().expect("a list");
    let id = scoring.rsplit('/').next().expect("an id").parse().expect("an id");
    let org = ORG.parse().expect("an organisation");
    let stored = world.app.stores.scorings.find(&org, id).await.expect("an answer").expect("a scoring");
    assert_eq!((captures.len(), stored.captures.len()), (came.len(), came.len()));
    for ((capture, stored), came) in captures.iter().zip(&stored.captures).zip(came) {
        let answer = Client::new().get(capture["url"].as_str().expect("a link")).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let header = |name| answer.headers()[name].to_str().expect("ASCII").to_owned();
        assert_eq!(header("content-disposition"), "attachment; filename=\"picture.jpg\"");
        assert_eq!(header("content-type"), "image/jpeg");
        let kept = answer.bytes().await.expect("a body");
        assert_cleaned(&kept, came);
        assert_eq!(
            (&capture["sha256"], &capture["size_bytes"]),
            (&json!(Sha256Digest::of(&kept).as_str()), &json!(kept.len()))
        );
        assert_eq!(stored.received_sha256, Some(Sha256Digest::of(came)));
    }
}

#[tokio::test]
async fn what_is_sent_to_be_scored_is_kept_and_handed_out_as_a_picture_only() {
    let world = world_of_today().await;
    world.scorer.answer(0.9, Vec::new());
    let [front, back] = ["dni-front.jpg", "dni-back.jpg"].map(loaded_jpeg);
    for provider in ["INTERNAL", "GOOGLE"] {
        let scoring = create_scoring(&world, |body| body["provider"] = json!(provider)).await;
        put_pictures(&world, &scoring, &[("front", &front), ("back", &back)]).await.expect(204);
        assert_only_the_picture_is_handed_out(&world, &scoring, &[&front, &back]).await;
        // The other side alone: this one is read from where it is kept.
        put_pictures(&world, &scoring, &[("back", &back)]).await.expect(204);
        assert_only_the_picture_is_handed_out(&world, &scoring, &[&front, &back]).await;
    }
}

#[tokio::test]
async fn what_is_uploaded_through_a_link_is_kept_and_handed_out_as_a_picture_only() {
    let world = world_of_today().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let delegated = world.call("POST", &format!("{scoring}/delegate"), None).await.expect(200).json();
    let link = delegated["metadata"]["uploads"]["back"]["url"].as_str().expect("a link");
    let back = loaded_jpeg("dni-back.jpg");
    let put = Client::new().put(link).header("content-type", "text/html").body(back.clone());
    assert_eq!(put.send().await.expect("an answer").status(), StatusCode::OK);
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(204);
    assert_only_the_picture_is_handed_out(&world, &scoring, &[&back]).await;
}

#[tokio::test]
async fn providers_are_sent_the_picture_only() {
    for (provider, document_type, country) in [("GOOGLE", "IDENTITY_CARD", "US"), ("VERIDAS", "NIF", "ES")] {
        let (world, emulators) = World::with_emulated_providers().await;
        let document = json!({ "type": document_type, "country": country });
        let scoring = create_scoring(&world, |body| {
            (body["provider"], body["document"]) = (json!(provider), document);
        })
        .await;
        put_pictures(&world, &scoring, &[("front", &loaded_jpeg("dni-front.jpg"))]).await.expect(204);
        let requests = emulators.take_requests();
        assert!(requests.iter().any(|request| request.body.len() > 10_000), "a picture was sent");
        for request in requests {
            let text = String::from_utf8_lossy(&request.body);
            let pictures = text.split('"').filter_map(|part| BASE64_STANDARD.decode(part).ok());
            for bytes in pictures.chain([request.body.to_vec()]) {
                assert!([LATITUDE, XMP, COMMENT, PAGE].iter().all(|secret| !holds(&bytes, secret)), "{provider}");
            }
        }
    }
}

async fn validation(world: &World, subject: &Subject) -> Validation {
    let (org, id) = (ORG.parse().expect("an organisation"), subject.id.parse().expect("an id"));
    let found = world.app.stores.by_id.identification(&org, id).await.expect("an answer").expect("it is there");
    let State::Validated(validation) = found.state else { panic!("validated") };
    validation
}

async fn kept(world: &World, subject: &Subject, digest: &Sha256Digest) -> Vec<u8> {
    let (org, id) = (ORG.parse().expect("an organisation"), subject.id.parse().expect("an id"));
    let found = world.app.stores.pictures.get(&PictureKey::evidence(&org, id, digest), 1 << 20).await;
    let Some(StoredPicture::Bytes(bytes)) = found.expect("S3 answers") else { panic!("a picture") };
    bytes.to_vec()
}

#[tokio::test]
async fn a_second_factor_is_kept_as_a_picture_only() {
    let world = World::start().await;
    let subject = Subject::of(&world, Method::Otp, bodies::document_otp()).await;
    let back = loaded_jpeg("otp-dni.jpg");
    world.numbers.show(&back, DocumentType::Nif, &["12345678A"]);
    let body = bodies::code_and_pictures(subject.code.as_deref().expect("an external channel"), &[("back", &back)]);
    world.call("PUT", &subject.actor_path("/validate"), Some(body)).await.expect(204);
    let captures = validation(&world, &subject).await.captures;
    assert_eq!(captures[0].received_sha256, Some(Sha256Digest::of(&back)));
    let kept = kept(&world, &subject, &captures[0].sha256).await;
    assert_eq!(captures[0].size_bytes, kept.len() as u64);
    assert_cleaned(&kept, &back);
}

#[tokio::test]
async fn a_right_number_next_to_a_picture_that_does_not_decode_is_a_wrong_try() {
    let world = World::start().await;
    let subject = Subject::of(&world, Method::Otp, bodies::document_otp()).await;
    let (right, png) = (bodies::png(1), bodies::png(2));
    world.numbers.show(&right, DocumentType::Nif, &["12345678A"]);
    let sides: [(&str, &[u8]); 2] = [("front", &png[..png.len() - 20]), ("back", &right)];
    let body = bodies::code_and_pictures(subject.code.as_deref().expect("an external channel"), &sides);
    world.call("PUT", &subject.actor_path("/validate"), Some(body)).await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 4);
}

#[tokio::test]
async fn an_agents_evidence_is_kept_as_a_picture_only() {
    let world = World::start().await;
    let subject = Subject::of(&world, Method::Agent, bodies::agent(true)).await;
    let png = loaded_png();
    let body = json!({ "agent": "maria", "evidence": base64(&png) });
    world.call("POST", &subject.actor_path("/validate"), Some(body)).await.expect(204);
    let evidence = validation(&world, &subject).await.agent.expect("an agent's evidence");
    assert_eq!(evidence.received_picture, Some(Sha256Digest::of(&png)));
    let kept = kept(&world, &subject, &evidence.picture.expect("a picture")).await;
    assert_cleaned(&kept, &png);
    assert!(kept == bodies::evidence_png(1));
}
