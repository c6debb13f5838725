//! §6: codes that the caller delivers, and new ones in their place.

use super::stage::time;
use acceptance::{
    Answer, World, bodies,
    subject::{Method, Subject},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The time between two codes.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

async fn external(world: &World) -> (Subject, Answer) {
    let created = world.call("POST", "/identifications/otp", Some(bodies::external_otp())).await.expect(201);
    (Subject::created(Method::Otp, &created), created)
}

async fn new_code(world: &World, otp: &Subject) -> Answer {
    world.call("POST", &otp.admin_path("/code"), None).await
}

async fn keyed(world: &World, otp: &Subject, key: &str) -> Answer {
    world.send(world.request("POST", &otp.admin_path("/code"), None).header("idempotency-key", key)).await
}

fn retry_after(refused: &Answer) -> TimeDelta {
    TimeDelta::seconds(refused.headers["retry-after"].to_str().expect("ASCII").parse().expect("seconds"))
}

#[tokio::test]
async fn a_code_comes_with_its_end_which_is_that_of_the_identification() {
    let world = World::start().await;
    let (otp, created) = external(&world).await;
    assert_eq!(created.text("code_expires_at"), created.text("expires_at"));
    world.clock.advance(PAUSE);
    let renewed = new_code(&world, &otp).await.expect(200).json();
    assert_eq!(renewed["code_expires_at"], created.json()["expires_at"]);
    assert_eq!(renewed.as_object().expect("an object").keys().collect::<Vec<_>>(), ["code", "code_expires_at"]);
    let sent = world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201).json();
    assert!(sent.get("code").is_none() && sent.get("code_expires_at").is_none());
}

#[tokio::test]
async fn a_new_code_takes_the_place_of_the_old_one_and_keeps_the_tries() {
    let world = World::start().await;
    let (otp, created) = external(&world).await;
    otp.try_code(&world, "untrue").await.expect(400);
    world.clock.advance(PAUSE);
    let code = new_code(&world, &otp).await.expect(200).text("code");
    assert_ne!(code, created.text("code"));
    otp.try_code(&world, &created.text("code")).await.expect(400);
    assert_eq!(otp.metadata(&world).await.json()["attempts_left"], 3);
    otp.try_code(&world, &code).await.expect(204);
    assert!(world.sender.sent().is_empty(), "nothing is sent");
}

#[tokio::test]
async fn a_new_code_lives_until_the_identification_ends() {
    let world = World::start().await;
    let (otp, created) = external(&world).await;
    world.clock.advance(PAUSE);
    let code = new_code(&world, &otp).await.expect(200).text("code");
    let end = time(&created.text("expires_at"));
    world.clock.advance(end - world.app.now() - TimeDelta::seconds(1));
    otp.try_code(&world, &code).await.expect(204);
}

#[tokio::test]
async fn codes_are_thirty_seconds_apart_and_five_in_all() {
    let world = World::start().await;
    let (otp, created) = external(&world).await;
    let mut codes = vec![created.text("code")];
    for _ in 2..=5 {
        let early = new_code(&world, &otp).await.expect(429);
        assert_eq!(early.json()["errors"][0]["title"], "UNPROCESSABLE_ENTITY");
        assert!((30..=31).contains(&retry_after(&early).num_seconds()));
        world.clock.advance(PAUSE - TimeDelta::milliseconds(1));
        new_code(&world, &otp).await.expect(429);
        world.clock.advance(TimeDelta::milliseconds(1));
        codes.push(new_code(&world, &otp).await.expect(200).text("code"));
    }
    world.clock.advance(TimeDelta::minutes(10));
    let refused = new_code(&world, &otp).await.expect(429);
    let end = time(&created.text("expires_at"));
    assert!((end - world.app.now() - retry_after(&refused)).abs() <= TimeDelta::seconds(1), "not before its end");
    otp.try_code(&world, &codes[3]).await.expect(400);
    otp.try_code(&world, &codes[4]).await.expect(204);
}

#[tokio::test]
async fn only_an_open_identification_whose_caller_delivers_gets_one() {
    let world = World::start().await;
    let sent = Subject::of(&world, Method::Otp, bodies::otp()).await;
    world.clock.advance(PAUSE);
    new_code(&world, &sent).await.expect(409);

    let (validated, created) = external(&world).await;
    validated.try_code(&world, &created.text("code")).await.expect(204);
    let (cancelled, closed, failed) = (external(&world).await.0, external(&world).await.0, external(&world).await.0);
    cancelled.cancel(&world).await.expect(204);
    closed.close(&world).await.expect(204);
    for _ in 0..5 {
        failed.try_code(&world, "untrue").await.expect(400);
    }
    let (deleted, expired) = (external(&world).await.0, external(&world).await.0);
    deleted.delete(&world).await.expect(204);
    world.clock.advance(PAUSE);
    for ended in [&validated, &cancelled, &closed, &failed] {
        new_code(&world, ended).await.expect(409);
    }
    new_code(&world, &deleted).await.expect(404);
    world.clock.advance(TimeDelta::hours(1));
    new_code(&world, &expired).await.expect(409);
    // The actor's id, and another method's.
    world.call("POST", &format!("/identifications/otp/{}/code", expired.id), None).await.expect(404);
    let agent = Subject::create(&world, Method::Agent).await;
    world.call("POST", &format!("/identifications/otp/{}/code", agent.admin_id), None).await.expect(404);
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_code() {
    let world = World::start().await;
    let (otp, _) = external(&world).await;
    keyed(&world, &otp, "k").await.expect(429);
    world.clock.advance(PAUSE);
    let first = keyed(&world, &otp, "k").await.expect(200);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    for wait in [TimeDelta::zero(), TimeDelta::seconds(29), PAUSE] {
        world.clock.advance(wait);
        let again = keyed(&world, &otp, "k").await.expect(200);
        assert_eq!(
            (again.json(), &again.headers["idempotent-replayed"]),
            (first.json(), &"true".parse().expect("one"))
        );
    }
    otp.try_code(&world, &first.text("code")).await.expect(204);
    assert_eq!(keyed(&world, &otp, "k").await.expect(200).json(), first.json(), "whatever has become of it");
    otp.delete_by_force(&world, true).await.expect(204);
    keyed(&world, &otp, "k").await.expect(404);
}

#[tokio::test]
async fn a_key_belongs_to_one_identification_and_is_good_for_a_day() {
    let world = World::start().await;
    let mut body = bodies::external_otp();
    body["expires_in"] = json!("P3D");
    let otps = [Subject::of(&world, Method::Otp, body.clone()).await, Subject::of(&world, Method::Otp, body).await];
    world.clock.advance(PAUSE);
    let first = keyed(&world, &otps[0], "k").await.expect(200);
    let other = keyed(&world, &otps[1], "k").await.expect(200);
    assert_ne!(first.text("code"), other.text("code"));
    world.clock.advance(TimeDelta::hours(24));
    let later = keyed(&world, &otps[0], "k").await.expect(200);
    assert!(later.text("code") != first.text("code") && !later.headers.contains_key("idempotent-replayed"));
}

#[tokio::test]
async fn a_new_code_lies_nowhere_in_the_clear() {
    let world = World::start().await;
    let (otp, _) = external(&world).await;
    world.clock.advance(PAUSE);
    let code = keyed(&world, &otp, "k").await.expect(200).text("code");
    for item in world.items().await {
        assert!(!format!("{item:?}").contains(&code));
    }
    assert_eq!(otp.metadata(&world).await.json().get("code"), None::<&Value>);
}
