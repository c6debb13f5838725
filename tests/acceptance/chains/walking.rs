//! Walking a chain: one step is open at a time, and its code goes out when it opens.

use acceptance::{
    World, bodies,
    chains::{ChainSubject, body_to, steps},
    request::base64,
    subject::{Method, Subject},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const NOT_OPEN: &str = "an earlier step of the chain is not VALIDATED yet";

fn all_orders() -> Vec<[usize; 3]> {
    vec![[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
}

#[tokio::test]
async fn every_order_of_steps_is_walked_and_validated() {
    let world = World::with_external_provider().await;
    for (at, order) in all_orders().into_iter().enumerate() {
        let kinds = [steps::sent_otp(), steps::agent(), steps::document()];
        let sequence = order.map(|kind| kinds[kind].clone()).to_vec();
        let chain = ChainSubject::by(&world, body_to(600_000_000 + at as u64, sequence)).await;
        let mut expected = ["CREATED"; 3];
        for step in 0..3 {
            chain.assert_state(&world, "CREATED", step as u64, &expected).await;
            assert_eq!(
                chain.validate(&world).await.expect(409).details(),
                ["not every step of the chain is VALIDATED yet"]
            );
            for later in step + 1..3 {
                let refused = chain.steps[later].method != Method::Otp || chain.steps[later].code.is_some();
                if refused {
                    let answer = chain.steps[later].validate(&world).await.expect(409);
                    assert_eq!(answer.details(), [NOT_OPEN]);
                }
            }
            chain.ready(&world, step).await.validate(&world).await.expect(204);
            expected[step] = "VALIDATED";
        }
        chain.assert_state(&world, "CREATED", 3, &expected).await;
        chain.validate(&world).await.expect(204);
        chain.assert_state(&world, "VALIDATED", 3, &expected).await;
        assert_eq!(chain.validate(&world).await.expect(409).details(), ["the chain is VALIDATED"]);
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_code_goes_out_when_its_step_opens_and_not_before() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    let otp = &chain.steps[1];
    world.deliver().await;
    world.clock.advance(TimeDelta::minutes(5));
    world.sweep().await;
    world.deliver().await;
    assert!(world.sender.sent().is_empty());
    let metadata = otp.metadata(&world).await.json();
    assert_eq!((&metadata["attempts_left"], metadata.get("resend_available_at")), (&json!(5), None));
    for call in [otp.attempt(&world, "222222"), world.request("POST", &otp.actor_path("/resend"), None)] {
        assert_eq!(world.send(call).await.expect(409).details(), [NOT_OPEN]);
    }
    assert_eq!(otp.attempts_left(&world).await, 5, "no try is counted before");
    chain.steps[0].validate(&world).await.expect(204);
    assert_eq!(otp.metadata(&world).await.text("resend_available_at"), "2026-11-20T08:38:30Z");
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 1);
    chain.ready(&world, 1).await.validate(&world).await.expect(204);
    chain.validate(&world).await.expect(204);
}

/// The message is in the transaction, so a kick that is lost delays it only.
#[tokio::test]
async fn the_next_steps_message_goes_out_though_its_kick_is_lost() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    chain.steps[0].validate(&world).await.expect(204);
    for message in world.receive().await {
        world.take(message).await;
    }
    world.clock.advance(TimeDelta::seconds(61));
    assert_eq!(world.sweep().await.kicked, 1);
    chain.ready(&world, 1).await.validate(&world).await.expect(204);
}

#[tokio::test]
async fn an_external_code_is_good_from_the_create_on_and_may_be_replaced_before_its_step_opens() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::otp()]).await;
    let otp = &chain.steps[1];
    world.clock.advance(TimeDelta::seconds(31));
    let code = world.call("POST", &otp.admin_path("/code"), None).await.expect(200).text("code");
    otp.try_code(&world, &code).await.expect(409);
    chain.steps[0].validate(&world).await.expect(204);
    assert!(world.sender.sent().is_empty() && world.queued().await.is_empty());
    otp.validate(&world).await.expect(400);
    otp.try_code(&world, &code).await.expect(204);
}

/// The validation stands, and the message is asked for again once it may go.
#[tokio::test]
async fn a_limit_that_refuses_the_next_code_refuses_no_validation() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    for _ in 0..5 {
        world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    }
    chain.steps[0].validate(&world).await.expect(204);
    chain.assert_state(&world, "CREATED", 1, &["VALIDATED", "CREATED"]).await;
    world.deliver().await;
    let of_step = |world: &World| {
        world.sender.sent().iter().filter(|message| message.identification_id == chain.steps[1].id).count()
    };
    assert_eq!(of_step(&world), 0);
    let events = world.call("GET", &format!("/events?subject_id={}", chain.steps[1].id), None).await.json();
    assert_eq!(
        (&events["events"][0]["type"], &events["events"][0]["data"]["reason"]),
        (&json!("identification.undelivered"), &json!("NOT_SENT"))
    );
    let resend = world.request("POST", &chain.steps[1].actor_path("/resend"), None);
    world.clock.advance(TimeDelta::seconds(31));
    world.send(resend.clone()).await.expect(429);
    world.clock.advance(TimeDelta::minutes(10));
    world.send(resend).await.expect(204);
    chain.ready(&world, 1).await.validate(&world).await.expect(204);
    assert_eq!(of_step(&world), 1);
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_document_is_scored_while_its_step_is_open() {
    let world = World::with_external_provider().await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::document()]).await;
    let document = &chain.steps[1];
    let score = world.request("PUT", &document.scoring_path("/score"), None).pictures(&[("front", &bodies::png(1))]);
    let delegate = world.request("POST", &document.scoring_path("/delegate"), None);
    for call in [score.clone(), delegate] {
        assert_eq!(world.send(call).await.expect(409).details(), [NOT_OPEN]);
    }
    let read = world.call("GET", &document.scoring_path(""), None).await.expect(200).json();
    assert_eq!((&read["status"], &read["retries"]["used"]), (&json!("CREATED"), &json!(0)));
    chain.steps[0].validate(&world).await.expect(204);
    world.scorer.answer(0.95, Vec::new());
    world.send(score).await.expect(204);
    document.validate(&world).await.expect(204);
    let deleted = world.call("DELETE", &document.scoring_path(""), None).await.expect(409);
    assert!(deleted.details()[0].contains("belongs to an identification"));
}

#[tokio::test]
async fn a_chain_is_read_masked_with_what_each_step_shows() {
    let world = World::start().await;
    let sequence = vec![
        json!({ "identification_type": "OTP", "otp_step": { "two_factor_type": "EMAIL", "channel": { "type": "SMS" } } }),
        json!({ "identification_type": "AGENT", "agent_step": { "personal_document_image": true } }),
        json!({ "identification_type": "IDENTITY_DOCUMENT", "identity_document_step": { "configuration_name": "LOW" } }),
    ];
    let chain = ChainSubject::of(&world, sequence).await;
    let read = chain.read(&world).await.expect(200).json();
    let ids = |at: usize| chain.steps[at].id.clone();
    assert_eq!(
        read,
        json!({
            "identification_chain_id": chain.id, "status": "CREATED", "created_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-11-20T09:33:00Z", "current_step": 0,
            "actor": { "name": "James", "language": "ES", "msisdn": "*******789" },
            "sequence": [
                { "identification_type": "OTP", "status": "CREATED", "identification_id": ids(0), "two_factor_type": "EMAIL",
                  "channel": { "type": "SMS", "external": false }, "code_format": { "length": 6, "alphabet": "ALPHANUMERIC" },
                  "attempts_left": 5, "resend_available_at": "2026-11-20T08:33:30Z" },
                { "identification_type": "AGENT", "status": "CREATED", "identification_id": ids(1), "personal_document_image": true,
                  "midni": "ACCEPTED" },
                { "identification_type": "IDENTITY_DOCUMENT", "status": "CREATED", "identification_id": ids(2), "configuration_name": "LOW",
                  "scoring": { "scoring_id": chain.steps[2].scoring_id, "provider": "INTERNAL", "status": "CREATED" } },
            ],
        })
    );
    for (at, step) in chain.steps.iter().enumerate() {
        let metadata = step.metadata(&world).await.expect(200).json();
        assert_eq!(metadata["chain"], json!({ "identification_chain_id": chain.id, "step": at }));
        assert_eq!(metadata["actor"].get("email"), None, "a step asks for it");
    }
    let alone = Subject::create(&world, Method::Agent).await.metadata(&world).await.json();
    assert_eq!(alone.get("chain"), None);
}

/// The reference is the business's; it is the chain's, and its events have it, those of the steps too.
#[tokio::test]
async fn the_callers_words_are_never_on_the_actors_side() {
    let world = World::start().await;
    let body = bodies::referenced(acceptance::chains::body(vec![steps::agent()]));
    let chain = ChainSubject::by(&world, body).await;
    let shown = [chain.read(&world).await.json(), chain.steps[0].metadata(&world).await.json()];
    assert!(
        shown
            .iter()
            .all(|shown| !shown.to_string().contains(bodies::REFERENCE) && !shown.to_string().contains(bodies::NOTE))
    );
    for id in [&chain.id, &chain.steps[0].id] {
        let events = world.call("GET", &format!("/events?subject_id={id}"), None).await.expect(200).json();
        assert_eq!(events["events"][0]["data"]["client_reference_id"], bodies::REFERENCE);
    }
}

#[tokio::test]
async fn validating_a_step_is_two_reads_a_count_and_a_transaction() {
    let world = World::with_external_provider().await;
    let chain = ChainSubject::of(&world, vec![steps::otp(), steps::document(), steps::agent()]).await;
    for (at, expected) in [
        (0, vec!["GetItem", "GetItem", "UpdateItem", "TransactWriteItems", "SendMessage"]),
        (1, vec!["GetItem", "BatchGetItem", "TransactWriteItems", "SendMessage"]),
        (2, vec!["GetItem", "GetItem", "TransactWriteItems", "SendMessage"]),
    ] {
        let step = chain.ready(&world, at).await;
        world.wire.take();
        step.validate(&world).await.expect(204);
        assert_eq!(world.wire.take(), expected);
    }
    chain.validate(&world).await.expect(204);
    assert_eq!(world.wire.take(), ["GetItem", "TransactWriteItems", "SendMessage"]);
    let sending = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    world.wire.take();
    sending.steps[0].validate(&world).await.expect(204);
    assert_eq!(world.wire.take(), ["GetItem", "GetItem", "TransactWriteItems", "SendMessage"]);
}

/// Every id of a chain at every door of every kind: each opens its own, and only there.
#[tokio::test]
async fn an_id_opens_its_own_doors_and_no_other() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::otp(), steps::agent(), steps::internal_document()]).await;
    let scoring = chain.steps[2].scoring_id.clone().expect("a scoring");
    let mut ids: Vec<(String, &str)> =
        vec![(chain.id.clone(), "chain"), (chain.admin_id.clone(), "chain admin"), (scoring, "scoring")];
    let names = [("otp", "otp admin"), ("agent", "agent admin"), ("document", "document admin")];
    for (step, (actor, admin)) in chain.steps.iter().zip(names) {
        ids.extend([(step.id.clone(), actor), (step.admin_id.clone(), admin)]);
    }
    let doors: Vec<(&str, &str, &str, Option<Value>)> = vec![
        ("chain", "GET", "/identifications/chain/{}", None),
        ("chain", "POST", "/identifications/chain/{}/validate", None),
        ("chain admin", "POST", "/identifications/chain/{}/cancel", Some(bodies::reason())),
        ("chain admin", "POST", "/identifications/chain/{}/close", None),
        ("chain admin", "DELETE", "/identifications/chain/{}?force=true", None),
        ("otp", "GET", "/identifications/otp/{}", None),
        ("otp", "PUT", "/identifications/otp/{}/validate", Some(bodies::code("222222"))),
        ("otp", "POST", "/identifications/otp/{}/resend", None),
        ("otp admin", "POST", "/identifications/otp/{}/code", None),
        ("otp admin", "POST", "/identifications/otp/{}/cancel", Some(bodies::reason())),
        ("otp admin", "POST", "/identifications/otp/{}/close", None),
        ("otp admin", "DELETE", "/identifications/otp/{}?force=true", None),
        ("agent", "GET", "/identifications/agent/{}", None),
        ("agent", "POST", "/identifications/agent/{}/validate", Some(bodies::confirmation())),
        ("agent admin", "POST", "/identifications/agent/{}/cancel", Some(bodies::reason())),
        ("agent admin", "POST", "/identifications/agent/{}/close", None),
        ("agent admin", "DELETE", "/identifications/agent/{}?force=true", None),
        ("document", "GET", "/identifications/identity_document/{}", None),
        ("document", "POST", "/identifications/identity_document/{}/validate", None),
        ("document admin", "POST", "/identifications/identity_document/{}/cancel", Some(bodies::reason())),
        ("document admin", "POST", "/identifications/identity_document/{}/close", None),
        ("document admin", "DELETE", "/identifications/identity_document/{}?force=true", None),
        ("scoring", "GET", "/scorings/identity_document/{}", None),
        ("scoring", "DELETE", "/scorings/identity_document/{}?force=true", None),
    ];
    let other = world.token(acceptance::OTHER_ORG);
    for (door, method, path, body) in &doors {
        for (id, name) in &ids {
            let path = path.replace("{}", id);
            let call = world.request(method, &path, body.clone());
            let mut foreign = call.clone().without("authorization").token(&other);
            foreign.path = foreign.path.replace(acceptance::ORG, acceptance::OTHER_ORG);
            world.send(foreign).await.expect(404);
            if name != door {
                let answer = world.send(call).await;
                assert_eq!(answer.status, 404, "{name} at {method} {path}");
            }
        }
    }
    chain.assert_state(&world, "CREATED", 0, &["CREATED"; 3]).await;
}

#[tokio::test]
async fn a_step_is_ended_by_its_chain_alone() {
    let world = World::with_external_provider().await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::otp(), steps::document()]).await;
    for at in 0..=3 {
        for step in &chain.steps {
            for call in [step.cancellation(&world), step.closing(&world), step.deletion(&world)] {
                let answer = world.send(call).await.expect(409);
                assert!(answer.details()[0].contains("is a step of a chain"), "{:?}", answer.details());
            }
            step.delete_by_force(&world, true).await.expect(409);
        }
        if at < 3 {
            chain.ready(&world, at).await.validate(&world).await.expect(204);
        }
    }
    chain.assert_state(&world, "CREATED", 3, &["VALIDATED"; 3]).await;
}

#[tokio::test]
async fn an_agents_evidence_is_kept_with_its_step() {
    let world = World::start().await;
    let agent = json!({ "identification_type": "AGENT", "agent_step": { "personal_document_image": true } });
    let chain = ChainSubject::of(&world, vec![steps::otp(), agent]).await;
    let body = json!({ "agent": "maria", "evidence": base64(&bodies::evidence_png(1)) });
    let validate = world.request("POST", &chain.steps[1].actor_path("/validate"), Some(body));
    world.send(validate.clone()).await.expect(409);
    assert!(world.pictures().await.is_empty(), "nothing is stored for a step that is not open");
    chain.steps[0].validate(&world).await.expect(204);
    world.send(validate).await.expect(204);
    assert_eq!(world.pictures().await.len(), 1);
    world.settle().await;
    world.assert_whole().await;
}
