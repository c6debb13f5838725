//! Identification by a shop agent: its create, its metadata, its validate (§5, §7).

use super::stage::{kept_pictures, reviewed};
use acceptance::{
    ORG, World, bodies,
    request::base64,
    subject::{Method, Subject},
};
use acredita_domain::identification::State;
use serde_json::{Value, json};

async fn with_picture(world: &World) -> Subject {
    Subject::of(world, Method::Agent, bodies::agent(true)).await
}

/// Validates, and requires success, or that exactly this field is refused and nothing has changed.
async fn validate(world: &World, subject: &Subject, body: &Value, refused: Option<&str>) {
    let answer = world.call("POST", &subject.actor_path("/validate"), Some(body.clone())).await;
    let Some(pointer) = refused else {
        assert!(answer.expect(204).body.is_empty());
        assert_eq!(subject.status(world).await.as_deref(), Some("VALIDATED"));
        return;
    };
    let details = answer.expect(400).details();
    assert!(details.len() == 1 && details[0].starts_with(&format!("{pointer}: ")), "{body}: {details:?}");
    assert_eq!(subject.status(world).await.as_deref(), Some("CREATED"));
}

#[tokio::test]
async fn the_answers_have_exactly_the_members_of_the_contract() {
    let world = World::start().await;
    let created = world.call("POST", "/identifications/agent", Some(bodies::agent(true))).await.expect(201);
    reviewed("agent_created", created.json());
    let path = format!("/identifications/agent/{}", created.text("identification_id"));
    reviewed("agent_metadata", world.call("GET", &path, None).await.expect(200).json());
}

#[tokio::test]
async fn no_picture_is_asked_for_when_nothing_is_said() {
    let world = World::start().await;
    for (said, asked) in [(json!(null), false), (json!(false), false), (json!(true), true)] {
        let mut body = bodies::agent(false);
        body["personal_document_image"] = said;
        let metadata = Subject::of(&world, Method::Agent, body).await.metadata(&world).await;
        assert_eq!(metadata.json()["personal_document_image"], asked);
    }
    for wrong in [json!("true"), json!(1), json!({})] {
        let mut body = bodies::agent(false);
        body["personal_document_image"] = wrong;
        let details = world.call("POST", "/identifications/agent", Some(body)).await.expect(400).details();
        assert!(details[0].starts_with("/personal_document_image: "));
    }
}

#[tokio::test]
async fn the_agent_has_to_say_who_they_are() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    for agent in
        [json!(null), json!(""), json!("  "), json!("x".repeat(257)), json!("a\u{0}b"), json!(42), json!(["maria"])]
    {
        validate(&world, &subject, &json!({ "agent": agent }), Some("/agent")).await;
    }
    validate(&world, &subject, &json!({ "agent": format!(" {} ", "é".repeat(256)) }), None).await;
}

#[tokio::test]
async fn a_picture_is_required_when_it_was_asked_for_and_refused_when_not() {
    let world = World::start().await;
    let picture = base64(&bodies::evidence_png(1));
    let asked = with_picture(&world).await;
    validate(&world, &asked, &json!({ "agent": "maria" }), Some("/evidence")).await;
    validate(&world, &asked, &json!({ "agent": "maria", "evidence": null }), Some("/evidence")).await;
    validate(&world, &asked, &json!({ "agent": "maria", "evidence": picture }), None).await;
    let unasked = Subject::create(&world, Method::Agent).await;
    validate(&world, &unasked, &json!({ "agent": "maria", "evidence": picture }), Some("/evidence")).await;
    validate(&world, &unasked, &json!({ "agent": "maria", "evidence": null }), None).await;
}

#[tokio::test]
async fn evidence_is_a_png_in_any_of_the_usual_forms_of_base64() {
    let world = World::start().await;
    // No padding, one `=`, two `=`.
    for equals in 0..3 {
        let ends = |text: &String| text.chars().rev().take_while(|c| *c == '=').count() == equals;
        let padded = (1..).map(|seed| base64(&bodies::evidence_png(seed))).find(ends).expect("pictures of all lengths");
        let lines: Vec<String> =
            padded.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        for text in [
            padded.clone(),
            padded.trim_end_matches('=').to_owned(),
            lines.join("\n"),
            lines.join("\r\n") + "\r\n",
            padded.replace('+', "-").replace('/', "_"),
            format!("data:image/png;base64,{padded}"),
        ] {
            validate(&world, &with_picture(&world).await, &json!({ "agent": "maria", "evidence": text }), None).await;
        }
    }
    let subject = with_picture(&world).await;
    let good = base64(&bodies::evidence_png(1));
    for text in [
        String::new(),
        "*".to_owned(),
        "iVBORw0KGgo*".to_owned(),
        format!("data:image/png,{good}"),
        good.replace(['+', '/'], "."),
        good[1..].to_owned(),
        base64(b"\x89PNG\r\n\x1a"),
        base64(b"\xFF\xD8\xFF\xE0 a JPEG"),
        base64(b"%PDF-1.7"),
        base64(b"\x00\x00\x00\x18ftypheic"),
        base64(b"hello"),
    ] {
        validate(&world, &subject, &json!({ "agent": "maria", "evidence": text }), Some("/evidence")).await;
    }
    for wrong in [json!(5), json!([good]), json!({ "front": good })] {
        validate(&world, &subject, &json!({ "agent": "maria", "evidence": wrong }), Some("/evidence")).await;
    }
    assert!(
        kept_pictures(&world).await.iter().all(|key| !key.contains(&subject.id)),
        "nothing is kept of what was refused"
    );
}

#[tokio::test]
async fn evidence_decodes_and_is_large_enough_to_show_something() {
    let world = World::start().await;
    let subject = with_picture(&world).await;
    let whole = bodies::evidence_png(1);
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0x03, 0xE9]);
    let checksum = crc32fast::hash(&huge[12..29]).to_be_bytes();
    huge[29..33].copy_from_slice(&checksum);
    for (picture, why) in [
        (b"\x89PNG\r\n\x1a\n".to_vec(), "cannot be decoded"),
        (whole[..whole.len() - 1].to_vec(), "cannot be decoded"),
        (damaged, "cannot be decoded"),
        (bodies::png_of(199, 300, 1), "is smaller than 200 × 200 pixels"),
        (bodies::png_of(300, 199, 1), "is smaller than 200 × 200 pixels"),
        (huge, "is larger than 50 megapixels"),
    ] {
        let body = json!({ "agent": "maria", "evidence": base64(&picture) });
        let refused = world.call("POST", &subject.actor_path("/validate"), Some(body)).await.expect(400);
        assert_eq!(refused.details(), [format!("/evidence: {why}")]);
    }
    assert!(kept_pictures(&world).await.is_empty());
    validate(&world, &subject, &json!({ "agent": "maria", "evidence": base64(&whole) }), None).await;
}

#[tokio::test]
async fn a_large_picture_travels_in_the_body() {
    let world = World::start().await;
    let subject = with_picture(&world).await;
    let mut picture = bodies::evidence_png(1);
    picture.resize(4 * 1024 * 1024, 0);
    validate(&world, &subject, &json!({ "agent": "maria", "evidence": base64(&picture) }), None).await;
    picture.resize(5 * 1024 * 1024, 0);
    let other = with_picture(&world).await;
    let body = json!({ "agent": "maria", "evidence": base64(&picture) });
    world.call("POST", &other.actor_path("/validate"), Some(body)).await.expect(413);
}

#[tokio::test]
async fn metadata_is_text_that_holds_a_json_object() {
    let world = World::start().await;
    let of_length = |length: usize| json!(format!("{{\"a\":\"{}\"}}", "x".repeat(length - r#"{"a":""}"#.len())));
    let nested = json!("{\"shop\":\"042\",\"nested\":{\"a\":[1,2]}}");
    for metadata in [json!("{}"), nested, json!(" { \"a\" : 1 }\n"), json!(null), of_length(64 * 1024)] {
        let subject = Subject::create(&world, Method::Agent).await;
        validate(&world, &subject, &json!({ "agent": "maria", "evidence_metadata": metadata }), None).await;
    }
    let subject = Subject::create(&world, Method::Agent).await;
    for metadata in [
        json!(""),
        json!("shop 042"),
        json!("[]"),
        json!("[{}]"),
        json!("null"),
        json!("5"),
        json!("{"),
        json!("{} {}"),
        of_length(64 * 1024 + 1),
        json!({ "shop": "042" }),
        json!(true),
    ] {
        validate(
            &world,
            &subject,
            &json!({ "agent": "maria", "evidence_metadata": metadata }),
            Some("/evidence_metadata"),
        )
        .await;
    }
}

#[tokio::test]
async fn what_the_agent_left_is_kept_as_evidence() {
    let world = World::start().await;
    let subject = with_picture(&world).await;
    let body = json!({ "agent": " shop-042/maria ", "evidence": base64(&bodies::evidence_png(7)), "evidence_metadata": "{\"shop\":\"042\"}" });
    validate(&world, &subject, &body, None).await;
    let (org, id) = (ORG.parse().expect("an organisation"), subject.id.parse().expect("an id"));
    let kept = world.app.stores.by_id.identification(&org, id).await.expect("an answer").expect("it is there");
    let State::Validated(validation) = kept.state else { panic!("validated") };
    assert_eq!(validation.at, world.app.now());
    let evidence = validation.agent.expect("an agent's evidence");
    assert_eq!(evidence.agent.expose(), "shop-042/maria");
    assert_eq!(evidence.metadata.expect("notes").expose(), "{\"shop\":\"042\"}");
    let digest = evidence.picture.expect("a picture");
    let keys = kept_pictures(&world).await;
    assert!(keys.len() == 1 && keys[0].ends_with(digest.as_str()), "{keys:?}");
}

#[tokio::test]
async fn the_evidence_goes_with_the_identification() {
    let world = World::start().await;
    let subject = with_picture(&world).await;
    validate(&world, &subject, &json!({ "agent": "maria", "evidence": base64(&bodies::evidence_png(7)) }), None).await;
    assert_eq!(kept_pictures(&world).await.len(), 1);
    subject.delete(&world).await.expect(403);
    assert_eq!(kept_pictures(&world).await.len(), 1);
    subject.delete_by_force(&world, true).await.expect(204);
    assert!(kept_pictures(&world).await.is_empty());
}
