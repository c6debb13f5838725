//! The flows, successful and failed, with canaries for all values.

use super::{KEY, REASON, STRAY, actor, evidence, referenced, request, with_actor};
use acceptance::{
    Answer, Call, ORG, World, bodies,
    faults::{Faults, Moment},
    midni as codes,
    request::base64,
};
use acredita_domain::{actor::DocumentType, ports::limits::EXPORT_LEASE};
use acredita_local::midni::{self, Kind, TestCard};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The codes and refusals that the flows produced.
#[derive(Default)]
pub struct Secrets {
    /// Codes that were sent or returned in an answer.
    pub codes: Vec<String>,
    /// The bodies of all refusals.
    pub refusals: Vec<String>,
}

impl Secrets {
    async fn send(&mut self, world: &World, call: Call, statuses: &[u16]) -> Answer {
        let answer = world.send(call).await;
        assert!(
            statuses.contains(&answer.status.as_u16()),
            "{} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        if !answer.status.is_success() {
            self.refusals.push(String::from_utf8_lossy(&answer.body).into_owned());
        }
        answer
    }

    fn note_sent(&mut self, world: &World) {
        self.codes.extend(world.sender.sent().into_iter().map(|message| message.code));
    }
}

fn force(world: &World, path: &str) -> Call {
    let token = world.token_with(ORG, "identifications:admin identifications:force_delete");
    Call::org("DELETE", ORG, &format!("{path}?force=true")).token(&token)
}

/// Identification by agent, with a picture, to its end.
pub async fn agent(world: &World, secrets: &mut Secrets) {
    let create = request(world, "POST", "/identifications/agent", Some(with_actor(bodies::agent(true))))
        .header("idempotency-key", KEY);
    let created = secrets.send(world, create.clone(), &[201]).await;
    secrets.send(world, create.json(&with_actor(bodies::agent(false))), &[409]).await;
    let (id, admin) = (
        created.text("identification_id"),
        format!("/identifications/agent/{}", created.text("admin_identification_id")),
    );
    let validate = |body| request(world, "POST", &format!("/identifications/agent/{id}/validate"), Some(body));
    secrets.send(world, validate(json!({ "agent": STRAY, "evidence_metadata": STRAY })), &[400]).await;
    secrets.send(world, validate(json!({ "agent": STRAY })), &[400]).await;
    secrets.send(world, validate(evidence()), &[204]).await;
    secrets.send(world, validate(evidence()), &[409]).await;
    secrets
        .send(world, request(world, "POST", &format!("{admin}/cancel"), Some(json!({ "reason": REASON }))), &[409])
        .await;
    secrets.send(world, request(world, "DELETE", &admin, None), &[403]).await;
    secrets.send(world, request(world, "POST", &format!("{admin}/close"), None), &[204]).await;
    secrets.send(world, force(world, &admin), &[204]).await;

    let other = secrets
        .send(world, request(world, "POST", "/identifications/agent", Some(with_actor(bodies::agent(false)))), &[201])
        .await;
    let path = format!("/identifications/agent/{}/cancel", other.text("admin_identification_id"));
    secrets.send(world, request(world, "POST", &path, Some(json!({ "reason": REASON }))), &[204]).await;
}

/// A file of everything: refused, asked for, begun by a worker that fails, made by the next.
pub async fn export(world: &World, secrets: &mut Secrets) {
    let ask = |body| request(world, "POST", "/record_exports", Some(body));
    let create = request(world, "POST", "/identifications/agent", Some(with_actor(bodies::agent(false))));
    secrets.send(world, create, &[201]).await;
    secrets.send(world, ask(json!({ "created_from": STRAY, "created_to": STRAY, "columns": STRAY })), &[400]).await;
    let path = format!(
        "/record_exports/{}",
        secrets.send(world, ask(bodies::export("PERSONAL")), &[202]).await.text("export_id")
    );
    let faults = Faults::on("ExportFiles::put_part", 0, Moment::After);
    assert_eq!(world.export_by(&faults.around(&world.app)).await, 1);
    world.clock.advance(EXPORT_LEASE + TimeDelta::minutes(1));
    world.sweep().await;
    assert_eq!(world.export().await, 0);
    let made = secrets.send(world, request(world, "GET", &path, None), &[200]).await;
    assert_eq!(made.text("status"), "DONE");
}

/// The DNI on the phone: refused, presented, presented again, and validated with.
pub async fn midni(world: &World, secrets: &mut Secrets) {
    let created = request(world, "POST", "/identifications/agent", Some(with_actor(bodies::agent(false))));
    let id = secrets.send(world, created, &[201]).await.text("identification_id");
    let call = |step: &str, body| request(world, "POST", &format!("/identifications/agent/{id}/{step}"), Some(body));
    let card = TestCard {
        document_number: super::DOCUMENT.to_owned(),
        name: super::NAME.to_owned(),
        last_name: super::LAST_NAME.to_owned(),
        ..codes::card(Kind::Complete)
    };
    let code = codes::code(world, &card);
    let other = TestCard { name: STRAY.to_owned(), document_number: STRAY.to_owned(), ..card };
    let other = codes::code(world, &other);
    let drawn = midni::picture(&other).expect("a picture");
    let mut broken = code.clone();
    broken[80] ^= 1;
    secrets.send(world, call("midni", codes::body(&broken)), &[400]).await;
    secrets.send(world, call("midni", codes::body(STRAY.as_bytes())), &[400]).await;
    secrets.send(world, call("midni", json!({ "code": STRAY, "picture": STRAY })), &[400]).await;
    let check = call("midni", codes::body(&code)).header("idempotency-key", format!("{KEY}-midni"));
    let checked = secrets.send(world, check.clone(), &[200]).await.text("midni_check_id");
    secrets.send(world, check, &[200]).await;
    secrets.send(world, call("midni", codes::body(&code)), &[409]).await;
    let another = secrets.send(world, call("midni", json!({ "picture": base64(&drawn) })), &[200]).await;
    secrets.send(world, call("midni", codes::body(&other)), &[409]).await;
    secrets.send(world, call("validate", codes::confirmation(STRAY)), &[400]).await;
    secrets.send(world, call("validate", codes::confirmation(&another.text("midni_check_id"))), &[409]).await;
    let mut confirmation = codes::confirmation(&checked);
    confirmation["agent"] = json!(super::AGENT);
    secrets.send(world, call("validate", confirmation), &[204]).await;
}

/// Identification by code: through every channel, with both second factors, with wrong and outdated codes, resent, and
/// external.
pub async fn otp(world: &World, secrets: &mut Secrets) {
    for (channel, factor, second) in [
        ("SMS", "DOCUMENT_NUMBER", super::DOCUMENT),
        ("EMAIL", "DOCUMENT_NUMBER", super::DOCUMENT),
        ("WHATSAPP", "EMAIL", super::EMAIL),
    ] {
        let mut body = with_actor(bodies::otp());
        body["channel"]["type"] = json!(channel);
        body["two_factor_type"] = json!(factor);
        let create = request(world, "POST", "/identifications/otp", Some(body))
            .header("idempotency-key", format!("{KEY}-{channel}"));
        let id = secrets.send(world, create, &[201]).await.text("identification_id");
        world.sender.fail_next(&[acredita_domain::ports::SendError::Unavailable]);
        assert_eq!(world.deliver().await, 1);
        world.clock.advance(TimeDelta::seconds(91));
        world.deliver().await;
        let path = format!("/identifications/otp/{id}");
        let validate = |code: &str, second: &str| {
            request(world, "PUT", &format!("{path}/validate"), Some(json!({ "code": code, "two_factor": second })))
        };
        secrets.send(world, validate(STRAY, STRAY), &[400]).await;
        secrets
            .send(world, request(world, "PUT", &format!("{path}/validate"), Some(json!({ "code": STRAY }))), &[400])
            .await;
        secrets.send(world, validate(&world.code_of(&id), STRAY), &[400]).await;
        secrets.send(world, request(world, "POST", &format!("{path}/resend"), None), &[204]).await;
        secrets.send(world, request(world, "POST", &format!("{path}/resend"), None), &[429]).await;
        world.deliver().await;
        world.clock.advance(TimeDelta::minutes(10));
        secrets.send(world, validate(&world.code_of(&id), second), &[400]).await;
        secrets.send(world, request(world, "POST", &format!("{path}/resend"), None), &[204]).await;
        world.deliver().await;
        secrets.send(world, request(world, "GET", &path, None), &[200]).await;
        secrets.send(world, validate(&world.code_of(&id), second), &[204]).await;
    }
    secrets.note_sent(world);
    let create = request(world, "POST", "/identifications/otp", Some(with_actor(bodies::external_otp())))
        .header("idempotency-key", format!("{KEY}-e"));
    for _ in 0..2 {
        let code = secrets.send(world, create.clone(), &[201]).await.text("code");
        secrets.codes.push(code);
    }
}

/// Identification by a code and a picture of the document: another person's, an invalid picture, the right one. Each of
/// them shows a canary.
pub async fn picture(world: &World, secrets: &mut Secrets) {
    let (right, others) = (bodies::png(1), bodies::png(2));
    world.numbers.show(&right, DocumentType::Nif, &[super::DOCUMENT]);
    world.numbers.show(&others, DocumentType::Nif, &[super::STRAY]);
    let create = request(world, "POST", "/identifications/otp", Some(with_actor(bodies::document_otp())));
    let created = secrets.send(world, create, &[201]).await;
    let (id, code) = (created.text("identification_id"), created.text("code"));
    let validate = |body: Value| request(world, "PUT", &format!("/identifications/otp/{id}/validate"), Some(body));
    let show = |code: &str, picture: &[u8]| {
        validate(bodies::code_and_pictures(code, &[("front", &bodies::png(3)), ("back", picture)]))
    };
    secrets.send(world, show(&code, &others), &[400]).await;
    secrets.send(world, show(STRAY, &right), &[400]).await;
    secrets.send(world, show(&code, STRAY.as_bytes()), &[400]).await;
    secrets.send(world, validate(json!({ "code": STRAY, "two_factor": { "front": STRAY } })), &[400]).await;
    secrets.send(world, validate(json!({ "code": code, "two_factor": STRAY })), &[400]).await;
    secrets.send(world, show(&code, &right), &[204]).await;
    secrets.send(world, show(&code, &right), &[409]).await;
    secrets.codes.push(code);
}

/// Identity document and scoring, with a provider that is down now and then.
pub async fn document(world: &World, secrets: &mut Secrets) {
    let mut body = with_actor(bodies::identity_document("LOW"));
    body["scoring"] = json!({ "provider": "EXTERNAL" });
    let create =
        request(world, "POST", "/identifications/identity_document", Some(body)).header("idempotency-key", KEY);
    let created = secrets.send(world, create, &[200]).await;
    let scoring = format!("/scorings/identity_document/{}", created.text("scoring_id"));
    let score = |parts: &[(&str, &[u8])]| request(world, "PUT", &format!("{scoring}/score"), None).pictures(parts);
    let validate = request(
        world,
        "POST",
        &format!("/identifications/identity_document/{}/validate", created.text("identification_id")),
        None,
    );
    world.scorer.go_down();
    secrets.send(world, score(&[("front", &bodies::png(1))]), &[503]).await;
    secrets.send(world, score(&[("front", STRAY.as_bytes())]), &[415]).await;
    // A name that is no side counts as none.
    secrets.send(world, score(&[(STRAY, &bodies::png(1))]), &[503]).await;
    secrets.send(world, validate.clone(), &[409]).await;
    world.scorer.answer(0.9, Vec::new());
    secrets.send(world, score(&[("front", &bodies::png(1)), ("back", &bodies::png(2))]), &[204]).await;
    for path in [scoring.clone(), format!("{scoring}/captures")] {
        secrets.send(world, request(world, "GET", &path, None), &[200]).await;
    }
    secrets.send(world, validate, &[204]).await;
    secrets.send(world, request(world, "POST", &format!("{scoring}/close"), None), &[204]).await;
    let alone = secrets
        .send(world, request(world, "POST", "/scorings/identity_document", Some(referenced(bodies::scoring()))), &[200])
        .await;
    let delegate = format!("/scorings/identity_document/{}/delegate", alone.text("scoring_id"));
    secrets.send(world, request(world, "POST", &delegate, None), &[200]).await;
}

/// A review of a score that falls short, with a note, and what it leads to.
pub async fn review(world: &World, secrets: &mut Secrets) {
    acceptance::reviews::review_from(world, 0.5, false).await;
    let mut body = with_actor(bodies::identity_document("HIGH"));
    body["scoring"] = json!({ "provider": "EXTERNAL" });
    for decision in ["APPROVE", "REJECT"] {
        let create = request(world, "POST", "/identifications/identity_document", Some(body.clone()));
        let created = secrets.send(world, create, &[200]).await;
        world.scorer.answer(0.6, Vec::new());
        let scoring = format!("/scorings/identity_document/{}/score", created.text("scoring_id"));
        let score = request(world, "PUT", &scoring, None).pictures(&[("front", &bodies::png(1))]);
        secrets.send(world, score, &[204]).await;
        let validate = format!("/identifications/identity_document/{}/validate", created.text("identification_id"));
        secrets.send(world, request(world, "POST", &validate, None), &[409]).await;
        let open = secrets.send(world, request(world, "GET", "/reviews?status=OPEN", None), &[200]).await.json();
        let review = format!("/reviews/{}", open["reviews"][0]["review_id"].as_str().expect("a review"));
        let body = json!({ "decision": decision, "reason": "OTHER", "note": super::REASON });
        let decide = request(world, "POST", &format!("{review}/decision"), Some(body));
        secrets.send(world, decide.clone(), &[409]).await;
        secrets.send(world, request(world, "POST", &format!("{review}/claim"), None), &[204]).await;
        secrets.send(world, decide, &[204]).await;
        let expected = if decision == "APPROVE" { 204 } else { 409 };
        secrets.send(world, request(world, "POST", &validate, None), &[expected]).await;
    }
}

/// Invalid requests, with canaries in every part of a request.
pub async fn nonsense(world: &World, secrets: &mut Secrets) {
    let wrong_types: Value = json!({ "actor": { "name": [super::NAME], "last_name": 7, "email": STRAY, "msisdn": { "phone_number": STRAY, "country_code": STRAY },
        "identity_document": { "document_number": { "x": super::DOCUMENT }, "document_type": STRAY, "country": STRAY }, "language": STRAY },
        "expires_in": STRAY, "channel": { "type": STRAY, "external": STRAY }, "two_factor_type": STRAY, "personal_document_image": STRAY,
        "configuration_name": STRAY, "scoring": { "provider": STRAY }, "client_reference_id": [STRAY],
        "metadata": { "note": [STRAY], (STRAY.repeat(30)): STRAY, "other": format!("{STRAY}\u{0}") } });
    for kind in ["agent", "otp", "identity_document"] {
        secrets
            .send(world, request(world, "POST", &format!("/identifications/{kind}"), Some(wrong_types.clone())), &[400])
            .await;
        let broken = request(world, "POST", &format!("/identifications/{kind}"), None)
            .body("application/json", format!("{{\"actor\": {}", actor()));
        secrets.send(world, broken, &[400]).await;
        secrets.send(world, request(world, "GET", &format!("/identifications/{kind}/{STRAY}"), None), &[400]).await;
        secrets
            .send(
                world,
                request(world, "POST", &format!("/identifications/{kind}/{STRAY}/close?x={STRAY}"), None),
                &[400],
            )
            .await;
        secrets
            .send(
                world,
                request(world, "DELETE", &format!("/identifications/{kind}/{STRAY}?force={STRAY}"), None),
                &[400],
            )
            .await;
    }
    secrets.send(world, request(world, "GET", &format!("/{STRAY}?{STRAY}"), None), &[404]).await;
    secrets.send(world, request(world, "POST", "/scorings/identity_document", Some(wrong_types)), &[400]).await;
    secrets.send(world, Call::org("GET", STRAY, "/identifications/agent/x").token(&world.token(ORG)), &[401]).await;
    secrets.send(world, Call::org("GET", ORG, "/identifications/agent/x").token(STRAY), &[401]).await;
    let device = request(world, "POST", "/identifications/agent/x/validate", Some(evidence()))
        .without("x-location")
        .header("x-location", STRAY);
    secrets.send(world, device, &[400]).await;
    let key = request(world, "POST", "/identifications/agent", Some(with_actor(bodies::agent(false))))
        .header("idempotency-key", format!("{STRAY} {KEY}"));
    secrets.send(world, key, &[400]).await;
}
