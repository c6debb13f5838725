//! Time: what it ends, when exactly, and what is left afterwards. Nothing depends on a sweep being on time.

use acceptance::{Answer, Call, ORG, World, bodies, look::text, request::base64};
use acredita_domain::{idempotency::IDEMPOTENCY_WINDOW, otp::CODE_LIFE, ports::limits::ERASE_AGAIN_AFTER};
use chrono::TimeDelta;
use serde_json::{Value, json};

const LIFE: TimeDelta = TimeDelta::hours(1);
const MOMENT: TimeDelta = TimeDelta::milliseconds(1);

/// The three ways of identifying. The code of the OTP is external: it lives as long as its identification.
fn kinds() -> [(&'static str, Value); 3] {
    [
        ("agent", bodies::agent(false)),
        ("otp", bodies::external_otp()),
        ("identity_document", bodies::identity_document("LOW")),
    ]
}

async fn create(world: &World, kind: &str, body: &Value) -> Answer {
    let created = world.call("POST", &format!("/identifications/{kind}"), Some(body.clone())).await;
    assert!(created.status.is_success(), "{}", created.json());
    created
}

/// A step on an identification.
fn step(world: &World, kind: &str, created: &Answer, name: &str) -> Call {
    let (id, admin_id) = (created.text("identification_id"), created.text("admin_identification_id"));
    let path = |id: &str, action: &str| format!("/identifications/{kind}/{id}{action}");
    match name {
        "validate" if kind == "otp" => {
            world.request("PUT", &path(&id, "/validate"), Some(json!({ "code": created.text("code") })))
        }
        "validate" if kind == "agent" => {
            world.request("POST", &path(&id, "/validate"), Some(json!({ "agent": "maria" })))
        }
        "validate" => world.request("POST", &path(&id, "/validate"), None),
        "cancel" => world.request("POST", &path(&admin_id, "/cancel"), Some(json!({ "reason": "no" }))),
        "close" => world.request("POST", &path(&admin_id, "/close"), None),
        _ => world.request("DELETE", &path(&admin_id, ""), None),
    }
}

#[tokio::test]
async fn one_millisecond_before_its_end_everything_is_possible() {
    let world = World::start().await;
    for (kind, body) in kinds() {
        for name in ["validate", "cancel", "close", "delete"] {
            let created = create(&world, kind, &body).await;
            world.clock.advance(LIFE - MOMENT);
            // A sweep that is early changes nothing.
            world.sweep().await;
            assert_eq!(world.status(kind, &created.text("identification_id")).await, "CREATED");
            // Nothing was scored, so the identity document cannot be validated: but not because of the time.
            let expected = if (kind, name) == ("identity_document", "validate") { 409 } else { 204 };
            let answer = world.send(step(&world, kind, &created, name)).await.expect(expected);
            assert!(!answer.details().concat().contains("EXPIRED"));
            // Back to a whole second, on which everything is created.
            world.clock.advance(MOMENT);
        }
    }
}

#[tokio::test]
async fn from_its_end_on_nothing_is_possible_with_or_without_a_sweep() {
    for swept in [false, true] {
        let world = World::start().await;
        for (kind, body) in kinds() {
            let created = create(&world, kind, &body).await;
            world.clock.advance(LIFE);
            if swept {
                assert_eq!(world.sweep().await.expired, 1);
            }
            assert_eq!(world.status(kind, &created.text("identification_id")).await, "EXPIRED");
            for (name, status) in [("validate", 409), ("cancel", 409), ("close", 409), ("delete", 403)] {
                world.send(step(&world, kind, &created, name)).await.expect(status);
            }
            assert_eq!(world.status(kind, &created.text("identification_id")).await, "EXPIRED");
        }
    }
}

#[tokio::test]
async fn an_expired_otp_sends_nothing_and_asks_nobody_to_wait() {
    for swept in [false, true] {
        let world = World::start().await;
        let otp = create(&world, "otp", &bodies::otp()).await;
        world.clock.advance(LIFE);
        if swept {
            world.sweep().await;
        }
        let path = format!("/identifications/otp/{}", otp.text("identification_id"));
        world.call("POST", &format!("{path}/resend"), None).await.expect(409);
        world.call("PUT", &format!("{path}/validate"), Some(json!({ "code": "000000" }))).await.expect(409);
        let metadata = world.call("GET", &path, None).await.expect(200).json();
        assert_eq!((&metadata["attempts_left"], metadata.get("resend_available_at")), (&json!(5), None));
        world.deliver().await;
        assert!(world.sender.sent().is_empty());
    }
}

#[tokio::test]
async fn what_is_validated_stays_validated_and_can_be_closed() {
    for swept in [false, true] {
        let world = World::start().await;
        for (kind, body) in &kinds()[..2] {
            let created = create(&world, kind, body).await;
            world.send(step(&world, kind, &created, "validate")).await.expect(204);
            world.clock.advance(LIFE * 2);
            if swept {
                assert_eq!(world.sweep().await.expired, 0);
            }
            assert_eq!(world.status(kind, &created.text("identification_id")).await, "VALIDATED");
            world.send(step(&world, kind, &created, "close")).await.expect(204);
            assert_eq!(world.status(kind, &created.text("identification_id")).await, "CLOSED");
        }
    }
}

#[tokio::test]
async fn other_ends_do_not_expire() {
    let world = World::start().await;
    for (name, status) in [("cancel", "CANCELLED"), ("close", "CLOSED")] {
        let created = create(&world, "agent", &bodies::agent(false)).await;
        world.send(step(&world, "agent", &created, name)).await.expect(204);
        world.clock.advance(LIFE);
        world.sweep().await;
        assert_eq!(world.status("agent", &created.text("identification_id")).await, status);
    }
    let failed = create(&world, "otp", &bodies::external_otp()).await;
    for _ in 0..5 {
        let path = format!("/identifications/otp/{}/validate", failed.text("identification_id"));
        world.call("PUT", &path, Some(json!({ "code": "000000" }))).await.expect(400);
    }
    world.clock.advance(LIFE);
    world.sweep().await;
    assert_eq!(world.status("otp", &failed.text("identification_id")).await, "FAILED");
}

#[tokio::test]
async fn a_code_lives_ten_minutes_and_is_refused_at_the_end_of_them() {
    let world = World::start().await;
    let otp = world.delivered_otp().await;
    let validate = || world.request("PUT", &otp.validate_path(), Some(json!({ "code": otp.code })));
    world.clock.advance(CODE_LIFE);
    let refused = world.send(validate()).await.expect(400);
    assert_eq!(world.metadata("otp", &otp.id).await["attempts_left"], 5, "right and late costs no try");
    let wrong = world.call("PUT", &otp.validate_path(), Some(json!({ "code": "000000" }))).await.expect(400);
    assert_eq!(refused.json(), wrong.json(), "which of them it was is not told");

    let otp = world.delivered_otp().await;
    world.clock.advance(CODE_LIFE - MOMENT);
    world.call("PUT", &otp.validate_path(), Some(json!({ "code": otp.code }))).await.expect(204);
}

#[tokio::test]
async fn a_code_does_not_outlive_its_identification() {
    let world = World::start().await;
    let mut body = bodies::otp();
    body["expires_in"] = json!("PT3M");
    let otp = create(&world, "otp", &body).await;
    world.deliver().await;
    let id = otp.text("identification_id");
    world.clock.advance(TimeDelta::minutes(3));
    let validate = json!({ "code": world.code_of(&id) });
    world.call("PUT", &format!("/identifications/otp/{id}/validate"), Some(validate)).await.expect(409);
}

#[tokio::test]
async fn a_scoring_is_over_at_its_end() {
    for swept in [false, true] {
        let world = World::start().await;
        let path = format!(
            "/scorings/identity_document/{}",
            world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.text("scoring_id")
        );
        let score = world.request("PUT", &format!("{path}/score"), None).pictures(&[("front", &bodies::png(1))]);
        world.clock.advance(LIFE - MOMENT);
        world.send(score.clone()).await.expect(204);
        world.call("POST", &format!("{path}/delegate"), None).await.expect(200);
        world.clock.advance(MOMENT);
        if swept {
            world.sweep().await;
        }
        let read = world.call("GET", &path, None).await.expect(200).json();
        assert_eq!((&read["status"], &read["retries"]["used"]), (&json!("EXPIRED"), &json!(1)));
        world.send(score).await.expect(409);
        world.call("POST", &format!("{path}/delegate"), None).await.expect(409);
        world.call("POST", &format!("{path}/close"), None).await.expect(204);
        world.call("GET", &format!("{path}/captures"), None).await.expect(200);
    }
}

/// One of everything that has pictures, and the paths to read them.
async fn one_of_everything(world: &World) -> Vec<String> {
    let agent = create(world, "agent", &bodies::agent(true)).await.text("identification_id");
    let evidence = json!({ "agent": "maria", "evidence": base64(&bodies::png(1)) });
    world.call("POST", &format!("/identifications/agent/{agent}/validate"), Some(evidence)).await.expect(204);
    let otp = create(world, "otp", &bodies::otp()).await.text("identification_id");
    world.deliver().await;
    let document = create(world, "identity_document", &bodies::identity_document("LOW")).await;
    let alone = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    let mut paths = vec![
        format!("/identifications/agent/{agent}"),
        format!("/identifications/otp/{otp}"),
        format!("/identifications/identity_document/{}", document.text("identification_id")),
    ];
    for scoring in [document, alone] {
        let path = format!("/scorings/identity_document/{}", scoring.text("scoring_id"));
        let score = world.request("PUT", &format!("{path}/score"), None).pictures(&[("front", &bodies::png(2))]);
        world.send(score).await.expect(204);
        paths.push(path);
    }
    paths
}

#[tokio::test]
async fn retention_erases_everything_and_not_a_moment_early() {
    let world = World::start().await;
    let paths = one_of_everything(&world).await;
    world.clock.advance(LIFE);
    world.sweep().await;
    world.clock.advance(world.app.policy.retention - MOMENT);
    assert_eq!(world.sweep().await.erased, 0);
    assert_eq!(world.pictures().await.len(), 3);
    for path in &paths {
        world.call("GET", path, None).await.expect(200);
    }

    world.clock.advance(MOMENT);
    assert_eq!(world.sweep().await.erased, 4, "the linked scoring goes with its identification");
    for path in &paths {
        world.call("GET", path, None).await.expect(404);
    }
    assert!(world.pictures().await.is_empty());
    world.clock.advance(ERASE_AGAIN_AFTER - MOMENT);
    assert_eq!(world.sweep().await.erased, 0);
    world.clock.advance(MOMENT);
    assert_eq!(world.sweep().await.erased, 4, "once more, for what was put there meanwhile");
    // What is left names nobody, and the table drops it by its time to live.
    for item in world.items().await {
        let key = (text(&item, "pk"), text(&item, "sk"));
        assert!(key.0.starts_with("DST#") || key.1.starts_with("OBX#"), "{key:?}");
        assert!(item.contains_key("ttl"), "{key:?}");
    }
}

#[tokio::test]
async fn an_idempotency_key_is_remembered_for_24_hours_and_then_new() {
    let cases = [
        ("/identifications/agent", bodies::agent(false), "identification_id"),
        ("/identifications/otp", bodies::external_otp(), "identification_id"),
        ("/identifications/identity_document", bodies::identity_document("LOW"), "identification_id"),
        ("/scorings/identity_document", bodies::scoring(), "scoring_id"),
    ];
    for (path, body, id) in cases {
        let world = World::start().await;
        let create = Call::org("POST", ORG, path).token(&world.token(ORG)).header("idempotency-key", "order-1");
        let first = world.send(create.clone().json(&body)).await;
        world.clock.advance(IDEMPOTENCY_WINDOW - MOMENT);
        let again = world.send(create.clone().json(&body)).await;
        assert_eq!(
            (again.status, again.json()),
            (first.status, first.json()),
            "{path}: even when it has expired meanwhile"
        );
        let mut other = body.clone();
        other["expires_in"] = json!("PT2H");
        world.send(create.clone().json(&other)).await.expect(409);

        world.clock.advance(MOMENT);
        let new = world.send(create.clone().json(&other)).await;
        assert_eq!(new.status, first.status, "{path}");
        assert_ne!(new.text(id), first.text(id), "{path}");
        assert_eq!(world.send(create.clone().json(&other)).await.text(id), new.text(id), "{path}: and remembered anew");
        world.send(create.json(&body)).await.expect(409);
    }
}
