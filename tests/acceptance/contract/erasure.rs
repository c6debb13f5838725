//! After a forced deletion nothing is left that names the person, or lets anybody find them by trying (§6).

use super::stage::{create_scoring, kept_pictures};
use acceptance::{
    Call, ORG, World, bodies,
    chains::{self, ChainSubject, steps},
    look::{json, text},
    request::base64,
    subject::{Method, Subject, forcing_token, put_pictures},
};
use acredita_domain::{pictures::Sha256Digest, ports::limits::ERASE_AGAIN_AFTER};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const KEY: &str = "order-6123456789";

/// The inventory of the kinds of items, by the beginning of their keys: all that there are, and whether deleting leaves
/// them.
const KINDS: [(&str, bool); 17] = [
    ("IDN#", false),
    ("CHN#", false),
    ("OBX#", true),
    ("ADM#", true),
    ("EVT#", true),
    ("SCO#", false),
    ("IDM#", true),
    ("DST#", true),
    ("DAY#", true),
    ("BUD#", true),
    ("SEE#", true),
    ("NUM#", true),
    ("MDN#", true),
    ("MDC#", true),
    ("LKP#", false),
    ("ERA#", false),
    ("LEF#", false),
];

fn kind(item: &acceptance::look::Item) -> String {
    let key = if text(item, "sk").starts_with("OBX#") { text(item, "sk") } else { text(item, "pk") };
    key[..4].to_owned()
}

fn create(world: &World, path: &str, body: &Value) -> Call {
    Call::org("POST", ORG, path).token(&world.token(ORG)).header("idempotency-key", KEY).json(body)
}

/// What the persons of these tests can be found by, and what was made of it at the creates.
fn guesses(requests: &[Value]) -> Vec<String> {
    let mut guesses: Vec<String> = requests.iter().map(Value::to_string).collect();
    for text in [
        "James",
        "Smith",
        "6123456789",
        "+346123456789",
        "346123456789",
        "example@email.com",
        "12345678A",
        KEY,
        bodies::REFERENCE,
        bodies::NOTE,
    ] {
        guesses.extend([text.to_owned(), text.to_uppercase(), text.to_lowercase()]);
    }
    guesses
}

/// Requires that the table names nobody, and holds no digest that a guess hits.
async fn assert_nobody_is_named(world: &World, requests: &[Value]) {
    for item in world.items().await {
        let shown = format!("{item:?}");
        for guess in guesses(requests) {
            assert!(!shown.contains(&guess), "{} names somebody by {guess}", kind(&item));
            let digest = Sha256Digest::of(guess.as_bytes());
            assert!(!shown.contains(digest.as_str()), "{} has a digest of {guess}", kind(&item));
        }
    }
}

#[tokio::test]
async fn nothing_is_left_that_names_the_person_or_answers_a_guess() {
    let world = World::with_external_provider().await;
    let mut document = bodies::identity_document("LOW");
    document["scoring"] = json!({ "provider": "EXTERNAL" });
    let requests = [bodies::agent(true), bodies::otp(), document].map(bodies::referenced);
    let mut kinds = BTreeSet::new();
    for (request, method) in requests.iter().zip(Method::ALL) {
        let subject = Subject::created(method, &world.send(create(&world, method.path(), request)).await);
        match method {
            Method::Agent => {
                let code = acceptance::midni::body(&acceptance::midni::nth_code(&world, 0));
                let check = world.request("POST", &subject.actor_path("/midni"), Some(code));
                let check = world.send(check.header("idempotency-key", KEY)).await.expect(200);
                let mut body = acceptance::midni::confirmation(&check.text("midni_check_id"));
                body["evidence"] = json!(base64(&bodies::evidence_png(1)));
                let call = world.request("POST", &subject.actor_path("/validate"), Some(body));
                world.send(call).await.expect(204);
            }
            Method::Otp => drop(world.deliver().await),
            Method::IdentityDocument => {
                subject.score(&world, 0.9, vec![]).await;
                subject.validate(&world).await.expect(204);
            }
        }
        kinds.extend(world.items().await.iter().map(kind));
        subject.delete_by_force(&world, true).await.expect(204);
        kinds.extend(world.items().await.iter().map(kind));
    }
    let of_chain = bodies::referenced(chains::body(vec![steps::otp(), steps::document()]));
    let call = create(&world, chains::PATH, &of_chain).agent_of(chains::PATH);
    let chain = ChainSubject::created(&world.send(call).await);
    chain.walk(&world, 2).await;
    chain.validate(&world).await.expect(204);
    kinds.extend(world.items().await.iter().map(kind));
    world.send(chain.forced_deletion(&world)).await.expect(204);
    let scoring = create_scoring(&world, |body| *body = bodies::referenced(body.take())).await;
    put_pictures(&world, &scoring, &[("front", &bodies::png(1))]).await.expect(204);
    world.call("DELETE", &scoring, None).await.expect(204);
    assert_eq!(
        kinds,
        KINDS.iter().map(|(kind, _)| (*kind).to_owned()).collect(),
        "a new kind of item has to be judged"
    );

    world.settle().await;
    world.clock.advance(ERASE_AGAIN_AFTER);
    world.settle().await;
    // How far the backfill has come is about nobody.
    let mut items = world.items().await;
    items.retain(|item| kind(item) != "BKF#");
    let left: BTreeSet<String> = items.iter().map(kind).collect();
    assert_eq!(left, KINDS.iter().filter(|(_, left)| *left).map(|(kind, _)| (*kind).to_owned()).collect());
    for item in items {
        assert!(item.contains_key("ttl"), "{} ends by the clock", kind(&item));
        assert!(!item.contains_key("seen"), "what was seen is forgotten with its scoring");
    }
    assert!(kept_pictures(&world).await.is_empty());
    assert_nobody_is_named(&world, &[&requests[..], &[of_chain]].concat()).await;
}

#[tokio::test]
async fn a_repeated_create_does_not_bring_back_what_was_deleted() {
    let world = World::start().await;
    for (path, body, id) in [
        ("/identifications/otp", bodies::external_otp(), "admin_identification_id"),
        ("/identifications/agent", bodies::agent(false), "admin_identification_id"),
        ("/identifications/identity_document", bodies::identity_document("LOW"), "admin_identification_id"),
        ("/scorings/identity_document", bodies::scoring(), "scoring_id"),
        (chains::PATH, chains::body(vec![steps::otp()]), "admin_identification_chain_id"),
    ] {
        let create = |world: &World, path: &str, body: &Value| create(world, path, body).agent_of(path);
        let first = world.send(create(&world, path, &body)).await;
        let again = world.send(create(&world, path, &body)).await;
        assert_eq!(first.json()[id], again.json()[id]);
        world.call("DELETE", &format!("{path}/{}", first.text(id)), None).await.expect(204);
        let late = world.send(create(&world, path, &body)).await.expect(409);
        assert!(!String::from_utf8_lossy(&late.body).contains(&first.text(id)), "{path}");
        world.clock.advance(TimeDelta::hours(24));
        world.send(create(&world, path, &body)).await.expect(first.status.as_u16());
    }
}

#[tokio::test]
async fn a_scoring_that_stands_alone_can_be_deleted() {
    let world = World::start().await;
    let token = forcing_token(&world);
    let delete = async |scoring: &str, force: bool| {
        let path = if force { format!("{scoring}?force=TRUE") } else { scoring.to_owned() };
        let call = world.request("DELETE", &path, None);
        let call = if force { call.without("authorization").token(&token) } else { call };
        world.send(call).await
    };
    let [created, scored, closed, over] = [
        create_scoring(&world, |_| {}).await,
        create_scoring(&world, |_| {}).await,
        create_scoring(&world, |_| {}).await,
        create_scoring(&world, |body| body["expires_in"] = json!("PT30M")).await,
    ];
    for scoring in [&scored, &closed] {
        put_pictures(&world, scoring, &[("front", &bodies::png(1))]).await.expect(204);
    }
    world.call("POST", &format!("{closed}/close"), None).await.expect(204);
    for scoring in [&created, &scored] {
        delete(scoring, false).await.expect(204);
        world.call("GET", scoring, None).await.expect(404);
        delete(scoring, false).await.expect(404);
    }
    assert_eq!(kept_pictures(&world).await.len(), 1);
    world.clock.advance(TimeDelta::minutes(30));
    for scoring in [&closed, &over] {
        delete(scoring, false).await.expect(403);
        let asked = world.request("DELETE", &format!("{scoring}?force=true"), None);
        let refused = world.send(asked).await.expect(403);
        assert_eq!(refused.headers["www-authenticate"], "Bearer error=\"insufficient_scope\"");
        world.call("DELETE", &format!("{scoring}?force=maybe"), None).await.expect(400);
        delete(scoring, true).await.expect(204);
        world.call("GET", scoring, None).await.expect(404);
    }
    assert!(kept_pictures(&world).await.is_empty());
    let linked = Subject::create(&world, Method::IdentityDocument).await;
    for force in [false, true] {
        delete(&linked.scoring_path(""), force).await.expect(409);
    }
    linked.delete(&world).await.expect(204);
    delete(&linked.scoring_path(""), true).await.expect(404);
}

#[tokio::test]
async fn pictures_that_a_later_score_replaced_are_erased_after_the_end() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    for seed in [1, 2, 3, 1] {
        put_pictures(&world, &scoring, &[("front", &bodies::png(seed)), ("back", &bodies::png(9))]).await.expect(204);
    }
    assert!(kept_pictures(&world).await.len() > 2);
    world.call("POST", &format!("{scoring}/close"), None).await.expect(204);
    world.clock.advance(ERASE_AGAIN_AFTER);
    world.settle().await;
    assert_eq!(kept_pictures(&world).await.len(), 2, "those that were scored last");
    let item = world.items_of("SCO#").await.pop().expect("a scoring");
    let names = kept_pictures(&world).await;
    for capture in json(&item, "captures").as_array().expect("captures") {
        let digest = capture["sha256"].as_str().expect("a digest");
        assert!(names.iter().any(|name| name.ends_with(digest)));
    }
}
