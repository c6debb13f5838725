//! §5: a step with an `Idempotency-Key` is taken once, however often it is sent.

use super::{
    operations::{OPERATIONS, Operation, Requests, creates},
    stage::create_scoring,
};
use acceptance::{
    Answer, Call, NOBODY, ORG, OTHER_ORG, World, bodies,
    chains::{self, ChainSubject},
    look::{Item, text},
    request::base64,
    subject::{Method, Subject, forcing_token, put_pictures},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const PAUSE: TimeDelta = TimeDelta::seconds(30);
const DAY: TimeDelta = TimeDelta::hours(24);

/// The operations that take a key and have nothing to answer but that it is done.
fn steps() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(|operation| operation.takes_idempotency_key && operation.success == 204)
}

fn method_of(step: &Operation) -> Method {
    *Method::ALL.iter().find(|method| step.path.starts_with(method.path())).expect("a step of an identification")
}

/// Something new for the step to be taken of, and the request for it. The world needs an external provider.
async fn ready(world: &World, step: &Operation) -> Call {
    match step.name {
        "resend_otp" => {
            // One destination gets only so many messages.
            world.clock.advance(TimeDelta::minutes(10));
            let otp = Subject::delivered(world).await;
            world.clock.advance(PAUSE);
            world.request("POST", &otp.actor_path("/resend"), None)
        }
        "score_document" => {
            let scoring = create_scoring(world, |body| body["expires_in"] = json!("P3D")).await;
            world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bodies::png(1))])
        }
        "validate_chain" => {
            let chain = ChainSubject::of(world, vec![chains::steps::agent()]).await;
            chain.walk(world, 1).await;
            chain.validation(world)
        }
        "cancel_chain" => ChainSubject::of(world, vec![chains::steps::agent()]).await.cancellation(world),
        "close_chain" => ChainSubject::of(world, vec![chains::steps::otp()]).await.closing(world),
        "delete_chain" => ChainSubject::of(world, vec![chains::steps::document()]).await.deletion(world),
        "close_scoring" => world.request("POST", &format!("{}/close", create_scoring(world, |_| {}).await), None),
        "delete_scoring" => world.request("DELETE", &create_scoring(world, |_| {}).await, None),
        name => {
            let subject = match method_of(step) {
                Method::Otp => Subject::of(world, Method::Otp, bodies::external_otp()).await,
                method => Subject::create(world, method).await,
            };
            if subject.method == Method::IdentityDocument {
                subject.score(world, 0.95, vec![]).await;
            }
            match name.split('_').next() {
                Some("validate") => subject.validation(world),
                Some("cancel") => subject.cancellation(world),
                Some("close") => subject.closing(world),
                _ => subject.deletion(world),
            }
        }
    }
}

fn keyed(call: &Call, key: &str) -> Call {
    call.clone().header("idempotency-key", key)
}

async fn send(world: &World, call: &Call, key: &str) -> Answer {
    world.send(keyed(call, key)).await
}

/// Requires that this very request took the step.
async fn taken(world: &World, call: &Call, key: &str) {
    let answer = send(world, call, key).await.expect(204);
    assert!(!answer.headers.contains_key("idempotent-replayed"), "{} {}", call.method, call.path);
}

/// Requires that an earlier request took it.
async fn repeated(world: &World, call: &Call, key: &str) {
    let answer = send(world, call, key).await.expect(204);
    let replayed = answer.headers.get("idempotent-replayed").map(|value| value.as_bytes());
    assert_eq!(replayed, Some(&b"true"[..]), "{} {}", call.method, call.path);
    assert!(answer.body.is_empty());
}

#[track_caller]
fn assert_conflict(answer: Answer) {
    let answer = answer.expect(409);
    assert_eq!(answer.json()["errors"][0]["details"], "this idempotency key was used with another body");
}

/// All that is stored, in order.
async fn stored(world: &World) -> (Vec<Item>, impl PartialEq + std::fmt::Debug) {
    let mut items = world.items().await;
    items.sort_by_key(|item| (text(item, "pk").to_owned(), text(item, "sk").to_owned()));
    (items, world.pictures().await)
}

#[tokio::test]
async fn a_step_is_answered_again_and_nothing_is_done_twice() {
    let world = World::with_external_provider().await;
    assert_eq!(steps().count(), 20);
    for step in steps() {
        let call = ready(&world, step).await;
        taken(&world, &call, "step-4711").await;
        world.settle().await;
        world.dispatch().await;
        let before = stored(&world).await;
        let sent = world.sender.sent().len();
        for wait in [TimeDelta::zero(), TimeDelta::minutes(5)] {
            world.clock.advance(wait);
            repeated(&world, &call, "step-4711").await;
        }
        world.dispatch().await;
        world.deliver().await;
        assert_eq!(stored(&world).await, before, "{}", step.name);
        assert_eq!(world.sender.sent().len(), sent);
    }
}

/// Each of them succeeds, so each of them is answered again.
#[tokio::test]
async fn a_close_of_what_is_over_already_is_answered_again() {
    let world = World::with_external_provider().await;
    for ends_by_itself in [false, true] {
        let scoring = create_scoring(&world, |_| {}).await;
        let close = world.request("POST", &format!("{scoring}/close"), None);
        if ends_by_itself {
            world.clock.advance(TimeDelta::hours(2));
        } else {
            taken(&world, &close, "first").await;
        }
        for key in ["second", "third"] {
            taken(&world, &close, key).await;
            repeated(&world, &close, key).await;
        }
        world.send(close.clone()).await.expect(204);
        world.clock.advance(DAY);
        taken(&world, &close, "second").await;
    }
}

#[tokio::test]
async fn an_answer_is_repeated_only_to_who_may_have_it() {
    let world = World::with_external_provider().await;
    for step in steps() {
        let call = ready(&world, step).await;
        taken(&world, &call, "k").await;
        world.send(keyed(&call, "k").without("authorization")).await.expect(401);
        let weak = keyed(&call, "k").without("authorization").token(&world.token_with(ORG, "scorings:read"));
        world.send(weak).await.expect(if step.documents_403() { 403 } else { 401 });
        let mut elsewhere = keyed(&call, "k").without("authorization").token(&world.token(OTHER_ORG));
        elsewhere.path = elsewhere.path.replace(ORG, OTHER_ORG);
        world.send(elsewhere).await.expect(404);
        repeated(&world, &call, "k").await;
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_path_and_one_operation() {
    let world = World::with_external_provider().await;
    for create in creates().filter(|create| create.takes_idempotency_key) {
        world.send(keyed(&create.good_call(&world, ""), "k")).await.expect(create.success);
    }
    for step in steps() {
        for _ in 0..2 {
            let call = ready(&world, step).await;
            taken(&world, &call, "k").await;
            repeated(&world, &call, "k").await;
        }
    }
    let agent = Subject::create(&world, Method::Agent).await;
    taken(&world, &agent.validation(&world), "k").await;
    taken(&world, &agent.closing(&world), "k").await;
    repeated(&world, &agent.validation(&world), "k").await;
    repeated(&world, &agent.closing(&world), "k").await;
    for call in [agent.validation(&world), agent.closing(&world), agent.cancellation(&world)] {
        send(&world, &call, "K").await.expect(409);
        world.send(call).await.expect(409);
    }
}

#[tokio::test]
async fn the_same_key_with_another_body_is_a_conflict() {
    let world = World::with_external_provider().await;
    for step in steps() {
        let call = ready(&world, step).await;
        let other = match step.name {
            "score_document" => call.clone().pictures(&[("front", &bodies::png(2))]),
            "validate_otp_identification" => call.clone().json(&bodies::code("222222")),
            "validate_agent_identification" => call.clone().json(&json!({ "agent": "shop-042/eva" })),
            name if name.starts_with("cancel") => call.clone().json(&json!({ "reason": "Another one" })),
            _ => continue,
        };
        taken(&world, &call, "k").await;
        assert_conflict(send(&world, &other, "k").await);
        repeated(&world, &call, "k").await;
    }
}

#[tokio::test]
async fn a_body_that_says_the_same_is_the_same() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    taken(&world, &agent.cancellation(&world), "k").await;
    let spaced = serde_json::to_string_pretty(&bodies::reason()).expect("JSON");
    repeated(&world, &agent.cancellation(&world).body("application/json", spaced), "k").await;

    let scoring = create_scoring(&world, |_| {}).await;
    let (front, back) = (bodies::png(1), bodies::png(2));
    let score = || world.request("PUT", &format!("{scoring}/score"), None);
    taken(&world, &score().pictures(&[("front", &front), ("back", &back)]), "k").await;
    repeated(&world, &score().pictures(&[("back", &back), ("front", &front)]), "k").await;
    let part = |side: &str, bytes: &[u8]| {
        let head = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64";
        format!(
            "--other\r\nContent-Disposition: inline; filename=\"{side}.png\"\r\n{head}\r\n\r\n{}\r\n",
            base64(bytes)
        )
    };
    let mixed = format!("{}{}--other--\r\n", part("front", &front), part("back", &back));
    repeated(&world, &score().body("multipart/mixed; boundary=other", mixed), "k").await;
    for others in [&[("front", &back[..]), ("back", &front)][..], &[("front", &front)], &[("back", &front)]] {
        assert_conflict(send(&world, &score().pictures(others), "k").await);
    }
    assert_conflict(send(&world, &score(), "k").await);
    let read = world.call("GET", &scoring, None).await.json();
    assert_eq!(read["retries"]["used"], 1);
}

#[tokio::test]
async fn a_step_that_was_refused_uses_up_no_key() {
    let world = World::with_external_provider().await;
    let otp = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    for left in [4, 3, 2] {
        send(&world, &otp.attempt(&world, "22222a"), "k").await.expect(400);
        assert_eq!(otp.attempts_left(&world).await, left, "a wrong try counts each time");
    }
    taken(&world, &otp.validation(&world), "k").await;
    repeated(&world, &otp.validation(&world), "k").await;
    assert_eq!(otp.attempts_left(&world).await, 2);

    let sent = Subject::delivered(&world).await;
    let resend = world.request("POST", &sent.actor_path("/resend"), None);
    send(&world, &resend, "k").await.expect(429);
    world.clock.advance(PAUSE);
    taken(&world, &resend, "k").await;
    repeated(&world, &resend, "k").await;

    let document = Subject::create(&world, Method::IdentityDocument).await;
    send(&world, &document.validation(&world), "k").await.expect(409);
    document.score(&world, 0.95, vec![]).await;
    taken(&world, &document.validation(&world), "k").await;

    let closed = Subject::create(&world, Method::Agent).await;
    closed.close(&world).await.expect(204);
    send(&world, &closed.deletion(&world), "k").await.expect(403);
    let mut forced = closed.deletion(&world).without("authorization").token(&forcing_token(&world));
    forced.path.push_str("?force=true");
    taken(&world, &forced, "k").await;
    repeated(&world, &forced, "k").await;

    let scoring = create_scoring(&world, |_| {}).await;
    let score = world.request("PUT", &format!("{scoring}/score"), None);
    send(&world, &score, "k").await.expect(409);
    send(&world, &score.clone().pictures(&[("front", b"\x89PNG\r\n\x1a\n")]), "k").await.expect(400);
    taken(&world, &score.clone().pictures(&[("front", &bodies::png(1))]), "k").await;
}

#[tokio::test]
async fn a_step_is_answered_again_whatever_has_become_of_it() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    taken(&world, &agent.validation(&world), "v").await;
    agent.close(&world).await.expect(204);
    repeated(&world, &agent.validation(&world), "v").await;

    let mut body = bodies::otp();
    body["expires_in"] = json!("PT20M");
    let otp = Subject::delivered_by(&world, body).await;
    let resend = world.request("POST", &otp.actor_path("/resend"), None);
    for key in ["1", "2", "3", "4"] {
        world.clock.advance(TimeDelta::minutes(3));
        taken(&world, &resend, key).await;
    }
    world.clock.advance(PAUSE);
    send(&world, &resend, "5").await.expect(409);
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(otp.status(&world).await.as_deref(), Some("EXPIRED"));
    for key in ["4", "3", "2", "1"] {
        repeated(&world, &resend, key).await;
    }
    send(&world, &resend, "5").await.expect(409);

    let scoring = create_scoring(&world, |_| {}).await;
    let score =
        |seed| world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bodies::png(seed))]);
    taken(&world, &score(1), "1").await;
    taken(&world, &score(2), "2").await;
    let close = world.request("POST", &format!("{scoring}/close"), None);
    taken(&world, &close, "c").await;
    taken(&world, &close, "another").await;
    for (call, key) in [(score(1), "1"), (score(2), "2"), (close, "c")] {
        repeated(&world, &call, key).await;
    }
}

#[tokio::test]
async fn a_key_of_a_step_is_good_for_a_day() {
    let world = World::with_external_provider().await;
    for step in steps() {
        let call = ready(&world, step).await;
        let key = "k";
        taken(&world, &call, key).await;
        world.clock.advance(DAY - TimeDelta::seconds(1));
        let token = world.token(ORG);
        let call = call.without("authorization").token(&token);
        repeated(&world, &call, key).await;
        world.clock.advance(TimeDelta::seconds(1));
        let late = send(&world, &call, key).await;
        assert!(!late.headers.contains_key("idempotent-replayed"));
        let expected = match step.name {
            "score_document" | "close_scoring" => 204,
            name if name.starts_with("delete") => 404,
            _ => 409,
        };
        assert_eq!(late.status.as_u16(), expected, "{}", step.name);
    }
}

#[tokio::test]
async fn a_key_that_deleted_is_known_by_its_own_path_alone() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let create = || keyed(&world.request("POST", Method::Otp.path(), Some(bodies::external_otp())), "k");
    let otp = Subject::created(Method::Otp, &world.send(create()).await);
    taken(&world, &agent.validation(&world), "v").await;
    let mut delete = agent.deletion(&world).without("authorization").token(&forcing_token(&world));
    delete.path.push_str("?force=true");
    taken(&world, &delete, "k").await;
    taken(&world, &otp.deletion(&world), "k").await;
    repeated(&world, &delete, "k").await;
    repeated(&world, &otp.deletion(&world), "k").await;
    world.send(create()).await.expect(409);

    let as_otp = Subject { method: Method::Otp, ..agent };
    send(&world, &as_otp.deletion(&world), "k").await.expect(404);
    let agent = Subject { method: Method::Agent, ..as_otp };
    for (call, key) in [(agent.deletion(&world), "another"), (agent.validation(&world), "v"), (delete.clone(), "K")] {
        send(&world, &call, key).await.expect(404);
    }
    world.send(delete).await.expect(404);
    let item = world.items_of("IDM#").await;
    assert!(item.iter().all(|item| item.contains_key("ttl")));
    assert!(!format!("{item:?}").contains(&agent.admin_id), "what is left names nobody");
}

#[tokio::test]
async fn a_step_is_recorded_by_keyed_digests() {
    let world = World::with_external_provider().await;
    let key = "order-of-james-6123456789";
    for step in steps() {
        let call = ready(&world, step).await;
        taken(&world, &call, key).await;
        for item in world.items().await {
            let shown = format!("{item:?}");
            assert!(!shown.contains(key), "{}", step.name);
            for guess in [key.as_bytes(), &call.body] {
                let digest = acredita_domain::pictures::Sha256Digest::of(guess);
                assert!(!shown.contains(&digest.as_str()[..32]), "{}: {shown}", step.name);
            }
        }
    }
    let other = World::with(acceptance::world::Setup { secret: [8; 32], ..acceptance::world::Setup::default() }).await;
    let mut marks = Vec::new();
    for world in [&world, &other] {
        let agent = Subject::create(world, Method::Agent).await;
        taken(world, &agent.validation(world), key).await;
        let items = world.items_of("IDN#").await;
        let own = items.iter().find(|item| text(item, "pk").ends_with(&agent.id)).expect("it is there");
        marks.push(own["once"].as_ss().expect("a set").concat());
    }
    assert_ne!(marks[0].split(':').nth(1), marks[1].split(':').nth(1), "the same body under another key");
}

#[tokio::test]
async fn every_step_checks_its_key() {
    let world = World::start().await;
    for step in steps() {
        let call = step.good_call(&world, NOBODY);
        for key in ["", "a b", &"x".repeat(256)] {
            let answer = send(&world, &call, key).await.expect(400);
            assert_eq!(answer.json()["errors"][0]["title"], "PARAMETER_ERROR", "{}", step.name);
        }
        let twice = keyed(&keyed(&call, "a"), "b");
        assert_eq!(world.send(twice).await.expect(400).details(), ["header idempotency-key: is given more than once"]);
        send(&world, &call, &"x".repeat(255)).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_with_the_same_key_one_takes_the_step() {
    let world = World::with_external_provider().await;
    for step in steps() {
        let call = ready(&world, step).await;
        let events = events(&world).await;
        let sent = world.sender.sent().len();
        let answers = world.at_once(vec![keyed(&call, "at-once"); 16]).await;
        let mut first = 0;
        for answer in &answers {
            assert!(matches!(answer.status.as_u16(), 204 | 409), "{}: {}", step.name, answer.json());
            first += u32::from(answer.status == 204 && !answer.headers.contains_key("idempotent-replayed"));
        }
        assert_eq!(first, 1, "{}", step.name);
        repeated(&world, &call, "at-once").await;
        world.deliver().await;
        assert_eq!(world.sender.sent().len() - sent, usize::from(step.name == "resend_otp"));
        let told = self::events(&world).await.len() - events.len();
        // Sent, too; and of the step of a chain that ends with it.
        let two = ["resend_otp", "cancel_chain", "close_chain", "delete_chain"].contains(&step.name);
        assert_eq!(told, if two { 2 } else { 1 }, "{}", step.name);
    }
}

async fn events(world: &World) -> Vec<Value> {
    let sequence = |item: &Item| acceptance::look::json(item, "event");
    world.items_of("EVT#").await.iter().map(sequence).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_scores_with_the_same_key_use_up_one_retry() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let call = world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bodies::png(1))]);
    for round in ["1", "2", "3"] {
        world.at_once(vec![keyed(&call, round); 16]).await;
    }
    let read = world.call("GET", &scoring, None).await.json();
    assert_eq!(read["retries"]["used"], 3);
    put_pictures(&world, &scoring, &[("front", &bodies::png(1))]).await.expect(204);
}
