//! Time: what expires, exactly when, and what is left afterwards. Nothing depends on a sweep being on time.

use acceptance::{
    Answer, Call, ORG, World, bodies,
    look::text,
    subject::{Method, Subject},
};
use acredita_domain::{idempotency::IDEMPOTENCY_WINDOW, otp::CODE_LIFE, ports::limits::ERASE_AGAIN_AFTER};
use chrono::TimeDelta;
use serde_json::json;

const LIFE: TimeDelta = TimeDelta::hours(1);
const MOMENT: TimeDelta = TimeDelta::milliseconds(1);

/// A step of an identification.
async fn step(world: &World, subject: &Subject, name: &str) -> Answer {
    match name {
        "validate" => subject.validate(world).await,
        "cancel" => subject.cancel(world).await,
        "close" => subject.close(world).await,
        _ => subject.delete(world).await,
    }
}

#[tokio::test]
async fn one_millisecond_before_its_end_everything_is_possible() {
    let world = World::start().await;
    for method in Method::ALL {
        for name in ["validate", "cancel", "close", "delete"] {
            let subject = Subject::create(&world, method).await;
            world.clock.advance(LIFE - MOMENT);
            // An early sweep changes nothing.
            world.sweep().await;
            assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
            // Nothing was scored, so the identity document cannot be validated, but not because of the time.
            let expected = if (method, name) == (Method::IdentityDocument, "validate") { 409 } else { 204 };
            let answer = step(&world, &subject, name).await.expect(expected);
            assert!(!answer.details().concat().contains("EXPIRED"));
            // Back to a full second, on which everything is created.
            world.clock.advance(MOMENT);
        }
    }
}

#[tokio::test]
async fn from_its_end_on_nothing_is_possible_with_or_without_a_sweep() {
    for swept in [false, true] {
        let world = World::start().await;
        for method in Method::ALL {
            let subject = Subject::create(&world, method).await;
            world.clock.advance(LIFE);
            if swept {
                assert_eq!(world.sweep().await.expired, 1);
            }
            assert_eq!(subject.status(&world).await.as_deref(), Some("EXPIRED"));
            for (name, status) in [("validate", 409), ("cancel", 409), ("close", 409), ("delete", 403)] {
                step(&world, &subject, name).await.expect(status);
            }
            assert_eq!(subject.status(&world).await.as_deref(), Some("EXPIRED"));
        }
    }
}

#[tokio::test]
async fn an_expired_otp_sends_nothing_and_asks_nobody_to_wait() {
    for swept in [false, true] {
        let world = World::start().await;
        let otp = Subject::of(&world, Method::Otp, bodies::otp()).await;
        world.clock.advance(LIFE);
        if swept {
            world.sweep().await;
        }
        world.call("POST", &otp.actor_path("/resend"), None).await.expect(409);
        otp.try_code(&world, "untrue").await.expect(409);
        let metadata = otp.metadata(&world).await.expect(200).json();
        assert_eq!((&metadata["attempts_left"], metadata.get("resend_available_at")), (&json!(5), None));
        world.deliver().await;
        assert!(world.sender.sent().is_empty());
    }
}

#[tokio::test]
async fn what_is_validated_stays_validated_and_can_be_closed() {
    for swept in [false, true] {
        let world = World::start().await;
        for method in [Method::Agent, Method::Otp] {
            let subject = Subject::create(&world, method).await;
            subject.validate(&world).await.expect(204);
            world.clock.advance(LIFE * 2);
            if swept {
                assert_eq!(world.sweep().await.expired, 0);
            }
            assert_eq!(subject.status(&world).await.as_deref(), Some("VALIDATED"));
            subject.close(&world).await.expect(204);
            assert_eq!(subject.status(&world).await.as_deref(), Some("CLOSED"));
        }
    }
}

#[tokio::test]
async fn other_ends_do_not_expire() {
    let world = World::start().await;
    for (name, status) in [("cancel", "CANCELLED"), ("close", "CLOSED")] {
        let agent = Subject::create(&world, Method::Agent).await;
        step(&world, &agent, name).await.expect(204);
        world.clock.advance(LIFE);
        world.sweep().await;
        assert_eq!(agent.status(&world).await.as_deref(), Some(status));
    }
    let failed = Subject::create(&world, Method::Otp).await;
    for _ in 0..5 {
        failed.try_code(&world, "untrue").await.expect(400);
    }
    world.clock.advance(LIFE);
    world.sweep().await;
    assert_eq!(failed.status(&world).await.as_deref(), Some("FAILED"));
}

#[tokio::test]
async fn a_code_lives_ten_minutes_and_is_refused_at_the_end_of_them() {
    let world = World::start().await;
    let otp = Subject::delivered(&world).await;
    world.clock.advance(CODE_LIFE);
    let refused = otp.validate(&world).await.expect(400);
    assert_eq!(world.metadata("otp", &otp.id).await["attempts_left"], 5, "right and late costs no try");
    let wrong = otp.try_code(&world, "untrue").await.expect(400);
    assert_eq!(refused.json(), wrong.json(), "which of them it was is not told");

    let otp = Subject::delivered(&world).await;
    world.clock.advance(CODE_LIFE - MOMENT);
    otp.validate(&world).await.expect(204);
}

#[tokio::test]
async fn a_code_does_not_outlive_its_identification() {
    let world = World::start().await;
    let mut body = bodies::otp();
    body["expires_in"] = json!("PT3M");
    let otp = Subject::delivered_by(&world, body).await;
    world.clock.advance(TimeDelta::minutes(3));
    otp.validate(&world).await.expect(409);
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
    let agent = Subject::of(world, Method::Agent, bodies::agent(true)).await;
    world.call("POST", &agent.actor_path("/validate"), Some(bodies::evidence())).await.expect(204);
    let otp = Subject::delivered(world).await;
    let document = Subject::create(world, Method::IdentityDocument).await;
    let alone = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    let alone = format!("/scorings/identity_document/{}", alone.text("scoring_id"));
    let mut paths = [&agent, &otp, &document].map(|subject| subject.actor_path("")).to_vec();
    for path in [document.scoring_path(""), alone] {
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
    world.clock.advance(ERASE_AGAIN_AFTER);
    assert_eq!(world.sweep().await.erased, 2, "what may have been uploaded for the two scorings");
    world.clock.advance(world.app.policy.retention - ERASE_AGAIN_AFTER - MOMENT);
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
    // The rest names nobody, and the table drops it when its time to live is over.
    for item in world.items().await {
        let key = (text(&item, "pk"), text(&item, "sk"));
        if key.0 == "BKF#records" {
            // How far the backfill has come is kept as long as the deployment.
            continue;
        }
        let names_nobody =
            ["DST#", "DAY#", "BUD#", "NUM#", "SEE#", "EVT#", "ADM#"].iter().any(|kind| key.0.starts_with(kind));
        assert!(names_nobody || key.1.starts_with("OBX#"), "{key:?}");
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
