//! Creating a chain: both published forms, every fault at its place, and all or nothing.

use acceptance::{
    Call, ORG, World, bodies,
    chains::{ChainSubject, PATH, body, steps},
    look::text,
};
use acredita_domain::otp::Channel;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The details of the faults of a create.
async fn faults(world: &World, body: Value) -> Vec<String> {
    world.call("POST", PATH, Some(body)).await.expect(400).details()
}

fn places(details: &[String]) -> Vec<&str> {
    details.iter().map(|detail| detail.split_once(": ").expect("a pointer").0).collect()
}

#[tokio::test]
async fn a_chain_answers_its_ids_and_those_of_its_steps() {
    let world = World::start().await;
    let sequence = vec![steps::otp(), steps::agent(), steps::internal_document()];
    let created = world.call("POST", PATH, Some(body(sequence))).await.expect(201);
    let json = created.json();
    assert_eq!((created.text("status").as_str(), &json["current_step"]), ("CREATED", &json!(0)));
    assert_eq!(
        (created.text("created_at"), created.text("expires_at")),
        ("2026-11-20T08:33:00Z".into(), "2026-11-20T09:33:00Z".into())
    );
    let given: Vec<Value> = ["OTP", "AGENT", "IDENTITY_DOCUMENT"].map(|kind| json!([kind, "CREATED"])).to_vec();
    let sequence = json["sequence"].as_array().expect("steps");
    let shown = sequence.iter().map(|step| json!([step["identification_type"], step["status"]]));
    assert_eq!(shown.collect::<Vec<_>>(), given);
    let has = |field: &str| sequence.iter().map(|step| step.get(field).is_some()).collect::<Vec<_>>();
    assert_eq!(has("code"), [true, false, false]);
    assert_eq!(has("code_expires_at"), [true, false, false]);
    assert_eq!(has("scoring_id"), [false, false, true]);
    let chain = ChainSubject::created(&created);
    let ids =
        [&chain.id, &chain.admin_id].into_iter().chain(chain.steps.iter().flat_map(|step| [&step.id, &step.admin_id]));
    assert_eq!(ids.collect::<std::collections::BTreeSet<_>>().len(), 8, "all of them differ");
    world.assert_whole().await;
}

/// Clients of the first published form work unchanged, and see the second.
#[tokio::test]
async fn the_older_form_of_a_step_is_taken_and_never_given_back() {
    let world = World::start().await;
    let older = |kind: &str| json!({ "configuration": { "identificationType": kind } });
    let otp = json!({ "configuration": {
        "identificationType": "OTP", "twoFactorType": "DOCUMENT_NUMBER", "channel": { "type": "SMS", "external": "true" } } });
    let created = world.call("POST", PATH, Some(body(vec![otp, older("AGENT"), older("IDENTITY_DOCUMENT")]))).await;
    let chain = ChainSubject::created(&created.expect(201));
    let read = chain.read(&world).await.expect(200).json();
    assert_eq!(read["sequence"][0]["two_factor_type"], "DOCUMENT_NUMBER");
    assert_eq!(read["sequence"][0]["channel"], json!({ "type": "SMS", "external": true }));
    assert_eq!(read["sequence"][1]["personal_document_image"], false);
    assert_eq!(read["sequence"][2]["configuration_name"], "MEDIUM");
    assert!(!read.to_string().contains("onfiguration\""), "{read}");
    for (fault, place) in [
        (json!({}), "/sequence/0/identification_type"),
        (json!({ "configuration": {} }), "/sequence/0/configuration/identificationType"),
        (json!({ "configuration": 7 }), "/sequence/0/configuration"),
        (older("PALM"), "/sequence/0/configuration/identificationType"),
        (older("OTP"), "/sequence/0/configuration/channel"),
        (
            json!({ "configuration": { "identificationType": "OTP", "channel": { "type": "PIGEON" } } }),
            "/sequence/0/configuration/channel/type",
        ),
        (
            json!({ "configuration": { "identificationType": "OTP", "twoFactorType": "PALM", "channel": { "type": "SMS" } } }),
            "/sequence/0/configuration/twoFactorType",
        ),
    ] {
        assert_eq!(places(&faults(&world, body(vec![fault.clone()])).await), [place], "{fault}");
    }
}

/// In either form, and whatever makes it wrong.
#[tokio::test]
async fn a_fault_of_a_step_is_where_the_caller_wrote_it() {
    let mut world = World::start().await;
    world.app.policy.channels = vec![Channel::Email];
    world.serve(world.app.clone());
    let newer = |channel: &str| json!({ "identification_type": "OTP", "otp_step": { "channel": { "type": channel } } });
    let older =
        |channel: &str| json!({ "configuration": { "identificationType": "OTP", "channel": { "type": channel } } });
    for (step, form) in [(newer("SMS"), "otp_step"), (older("SMS"), "configuration")] {
        let refused = faults(&world, body(vec![steps::agent(), step])).await;
        let expected = format!("/sequence/1/{form}/channel/type: this deployment does not send on this channel");
        assert_eq!(refused, [expected]);
    }
    for step in [newer("EMAIL"), older("EMAIL")] {
        world.call("POST", PATH, Some(body(vec![step]))).await.expect(201);
    }
    let poor = json!({ "name": "James", "last_name": "Smith" });
    let mut lacking = body(vec![steps::agent(), older("EMAIL")]);
    lacking["actor"] = poor;
    assert_eq!(faults(&world, lacking).await, ["/sequence/1/configuration/channel/type: needs /actor/email"]);
}

#[tokio::test]
async fn all_faults_are_answered_at_once_each_at_its_step() {
    let world = World::start().await;
    let mut wrong = body(vec![
        json!({ "identification_type": "AGENT", "agent_step": { "personal_document_image": "yes", "midni": "PERHAPS" } }),
        json!({ "identification_type": "OTP", "otp_step": { "two_factor_type": "PALM", "channel": { "type": "PIGEON" } } }),
        json!({ "identification_type": "IDENTITY_DOCUMENT", "identity_document_step": { "provider_type": "ME", "configuration_name": 7 } }),
    ]);
    wrong["expires_in"] = json!("P1Y");
    wrong["actor"]["email"] = json!("nowhere");
    let details = faults(&world, wrong).await;
    assert_eq!(
        places(&details),
        [
            "/actor/email",
            "/expires_in",
            "/sequence/0/agent_step/midni",
            "/sequence/0/agent_step/personal_document_image",
            "/sequence/1/otp_step/channel/type",
            "/sequence/1/otp_step/two_factor_type",
            "/sequence/2/identity_document_step/configuration_name",
            "/sequence/2/identity_document_step/provider_type",
        ]
    );
}

/// What the actor lacks is reported at every step that needs it.
#[tokio::test]
async fn the_actor_has_to_have_what_every_step_needs() {
    let world = World::start().await;
    let poor = |step: Value| {
        let mut body = body(vec![steps::agent(), step]);
        body["actor"] = json!({ "name": "James", "last_name": "Smith" });
        body
    };
    let otp = |channel: &str, factor: Option<&str>| json!({ "identification_type": "OTP", "otp_step": { "channel": { "type": channel }, "two_factor_type": factor } });
    for (step, expected) in [
        (otp("SMS", None), vec!["/sequence/1/otp_step/channel/type: needs /actor/msisdn"]),
        (otp("WHATSAPP", None), vec!["/sequence/1/otp_step/channel/type: needs /actor/msisdn"]),
        (otp("EMAIL", None), vec!["/sequence/1/otp_step/channel/type: needs /actor/email"]),
        (
            otp("SMS", Some("DOCUMENT_NUMBER")),
            vec![
                "/sequence/1/otp_step/channel/type: needs /actor/msisdn",
                "/sequence/1/otp_step/two_factor_type: needs /actor/identity_document/document_number",
            ],
        ),
        (
            otp("SMS", Some("EMAIL")),
            vec![
                "/sequence/1/otp_step/channel/type: needs /actor/msisdn",
                "/sequence/1/otp_step/two_factor_type: needs /actor/email",
            ],
        ),
    ] {
        assert_eq!(faults(&world, poor(step)).await, expected);
    }
    world.call("POST", PATH, Some(poor(steps::otp()))).await.expect(201);
    let same = faults(&world, body(vec![otp("EMAIL", Some("EMAIL"))])).await;
    assert_eq!(places(&same), ["/sequence/0/otp_step/two_factor_type"], "it proves nothing more");
}

#[tokio::test]
async fn a_sequence_has_one_to_three_steps_of_different_types() {
    let world = World::start().await;
    for (sequence, place) in [
        (json!([]), "/sequence"),
        (json!(null), "/sequence"),
        (json!({}), "/sequence"),
        (json!([steps::agent(), 7]), "/sequence/1"),
        (json!([steps::agent(), steps::agent()]), "/sequence/1/identification_type"),
        (
            json!([steps::agent(), { "configuration": { "identificationType": "agent" } }]),
            "/sequence/1/configuration/identificationType",
        ),
        (json!([{ "identification_type": "OTP" }]), "/sequence/0/otp_step"),
        (json!([{ "identification_type": "OTP", "otp_step": {} }]), "/sequence/0/otp_step/channel"),
        (json!([steps::agent(), steps::otp(), steps::internal_document(), steps::agent()]), "/sequence"),
    ] {
        let mut body = body(Vec::new());
        body["sequence"] = sequence.clone();
        assert_eq!(places(&faults(&world, body).await), [place], "{sequence}");
    }
    assert!(world.mortal_items().await.iter().all(|item| text(item, "pk").starts_with("REQ#")), "nothing was made");
}

#[tokio::test]
async fn the_terms_of_the_dni_on_the_phone_are_kept() {
    let world = World::start().await;
    let agent = |midni: &str| json!({ "identification_type": "AGENT", "agent_step": { "midni": midni } });
    for (midni, kept) in [("ACCEPTED", None), ("Required", Some("REQUIRED")), ("refused", Some("REFUSED"))] {
        let chain = ChainSubject::of(&world, vec![agent(midni)]).await;
        let items = world.identifications().await;
        let item = items.iter().find(|item| text(item, "pk").ends_with(&chain.steps[0].id)).expect("it is there");
        assert_eq!(acceptance::look::json(item, "method")["AGENT"]["midni"].as_str(), kept);
    }
}

#[tokio::test]
async fn an_external_provider_is_one_that_the_organisation_has() {
    let world = World::start().await;
    let refused = world.call("POST", PATH, Some(body(vec![steps::agent(), steps::document()]))).await.expect(404);
    assert_eq!(refused.details(), ["no such external provider for this organisation"]);
    let world = World::with_external_provider().await;
    let chain = ChainSubject::of(&world, vec![steps::document()]).await;
    assert_eq!(chain.read(&world).await.json()["sequence"][0]["scoring"]["provider"], "GOOGLE");
}

#[tokio::test]
async fn the_client_says_what_it_is() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::agent()]).await;
    let create = world.request("POST", PATH, Some(body(vec![steps::agent()])));
    let read = world.request("GET", &chain.actor_path(""), None);
    for call in [create, read, chain.validation(&world)] {
        let answer = world.send(call.without("user-agent")).await.expect(400);
        assert_eq!(answer.details(), ["header user-agent: is required"]);
    }
}

#[tokio::test]
async fn a_token_without_the_organisation_or_the_permission_is_403_and_a_bad_one_401() {
    let world = World::start().await;
    let create = Call::org("POST", ORG, PATH).agent_of(PATH).json(&body(vec![steps::agent()]));
    world.send(create.clone()).await.expect(401);
    world.send(create.clone().token("no.token.atall")).await.expect(401);
    world.send(create.clone().token(&world.token_with(ORG, "identifications:validate"))).await.expect(403);
    world.send(create.token(&world.token(acceptance::OTHER_ORG))).await.expect(403);
}

#[tokio::test]
async fn a_key_creates_one_chain_and_tells_its_codes_again() {
    let world = World::start().await;
    let create = |steps: Vec<Value>| world.request("POST", PATH, Some(body(steps))).header("idempotency-key", "k");
    let sequence = || vec![steps::otp(), steps::internal_document()];
    let first = world.send(create(sequence())).await.expect(201);
    let again = world.send(create(sequence())).await.expect(201);
    assert_eq!(
        (again.json(), &again.headers["idempotent-replayed"]),
        (first.json(), &"true".parse().expect("a header"))
    );
    world.send(create(vec![steps::otp()])).await.expect(409);
    assert_eq!(world.items_of("CHN#").await.len(), 1);
    let chain = ChainSubject::created(&again);
    chain.steps[0].validate(&world).await.expect(204);
    assert_eq!(world.send(create(sequence())).await.expect(201).json(), first.json(), "what was answered first");
    world.send(chain.deletion(&world)).await.expect(204);
    world.send(create(sequence())).await.expect(409);
}

/// One transaction: a destination that has enough refuses the chain with all that belongs to it.
#[tokio::test]
async fn a_first_code_that_may_not_be_sent_makes_no_chain() {
    let world = World::start().await;
    for _ in 0..5 {
        world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    }
    let before = world.items().await.len();
    world.call("POST", PATH, Some(body(vec![steps::sent_otp(), steps::agent()]))).await.expect(429);
    assert_eq!(world.items().await.len(), before);
    ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    world.clock.advance(TimeDelta::minutes(10));
    ChainSubject::of(&world, vec![steps::sent_otp(), steps::agent()]).await;
}

#[tokio::test]
async fn a_create_is_one_transaction_and_one_call_of_the_queue_at_most() {
    let world = World::with_external_provider().await;
    world.knows_the_settings().await;
    for sequence in [
        vec![steps::agent(), steps::otp(), steps::document()],
        vec![steps::sent_otp(), steps::agent(), steps::document()],
    ] {
        world.wire.take();
        let chain = ChainSubject::of(&world, sequence).await;
        assert_eq!(world.wire.take(), ["TransactWriteItems", "SendMessage"]);
        chain.read(&world).await.expect(200);
        assert_eq!(world.wire.take(), ["GetItem", "BatchGetItem"]);
    }
}
