//! §2 and the order of checks in §3: which id gives access to what, and which error is reported first.

use super::{
    operations::{Door, OPERATIONS, Operation, Requests, creates, with_an_id},
    stage::create_scoring,
};
use acceptance::{
    Call, NOBODY, ORG, OTHER_ORG, World, bodies, chains,
    subject::{Method, Subject},
};
use acredita_manifest::Method as HttpMethod;
use serde_json::{Value, json};

/// The method that an operation belongs to.
fn method_of(operation: &Operation) -> Option<Method> {
    Method::ALL.into_iter().find(|method| operation.path.starts_with(method.path()))
}

fn is_of_chain(operation: &Operation) -> bool {
    operation.path.starts_with(chains::PATH)
}

#[tokio::test]
async fn an_identification_has_two_different_v4_uuids() {
    let world = World::start().await;
    for method in Method::ALL {
        let subject = Subject::create(&world, method).await;
        assert_ne!(subject.admin_id, subject.id);
        for id in [Some(&subject.admin_id), Some(&subject.id), subject.scoring_id.as_ref()].into_iter().flatten() {
            let bytes = id.as_bytes();
            assert_eq!((id.len(), bytes[14]), (36, b'4'), "{id}");
            assert!(matches!(bytes[19], b'8' | b'9' | b'a' | b'b'), "{id}");
        }
    }
}

#[tokio::test]
async fn neither_id_opens_the_other_ones_doors() {
    let world = World::start().await;
    for method in Method::ALL {
        let subject = Subject::create(&world, method).await;
        for operation in with_an_id().filter(|operation| method_of(operation) == Some(method)) {
            let wrong = if operation.door == Door::Admin { &subject.id } else { &subject.admin_id };
            let answer = world.send(operation.good_call(&world, wrong)).await;
            assert_eq!(answer.status, 404, "{}", operation.name);
        }
        assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
    }
}

#[tokio::test]
async fn an_id_of_another_method_is_not_found() {
    let world = World::start().await;
    let mut subjects = Vec::new();
    for method in Method::ALL {
        subjects.push(Subject::create(&world, method).await);
    }
    let scoring = subjects[2].scoring_id.clone().expect("a linked scoring");
    for operation in with_an_id() {
        let mut foreign: Vec<&str> = Vec::new();
        for subject in subjects.iter().filter(|subject| Some(subject.method) != method_of(operation)) {
            foreign.push(&subject.id);
            // A record goes by the back office's id, whatever it is about.
            if operation.door != Door::Record {
                foreign.push(&subject.admin_id);
            }
        }
        if operation.door != Door::Scoring {
            foreign.push(&scoring);
        }
        for id in foreign {
            let answer = world.send(operation.good_call(&world, id)).await;
            assert_eq!(answer.status, 404, "{} {id}", operation.name);
        }
    }
}

#[tokio::test]
async fn another_organisations_id_is_not_found_and_stays_untouched() {
    let world = World::start().await;
    let token = world.token(OTHER_ORG);
    let mut ids: Vec<(Option<Method>, bool, Value)> = Vec::new();
    for create in creates() {
        let created = world.send(create.call(OTHER_ORG, "").token(&token)).await.expect(create.success);
        ids.push((method_of(create), is_of_chain(create), created.json()));
    }
    let endpoint = Call::org("POST", OTHER_ORG, "/webhook_endpoints").token(&token);
    let endpoint = world.send(endpoint.json(&json!({ "url": "https://8.8.8.8/" }))).await.expect(201).json();
    let export = Call::org("POST", OTHER_ORG, "/record_exports").token(&token).json(&bodies::export("PERSONAL"));
    let export = world.send(export).await.expect(202).json();
    let created_for = |operation: &Operation| {
        let kind = (method_of(operation), is_of_chain(operation));
        let of_kind = ids.iter().find(|(method, chain, _)| (*method, *chain) == kind);
        of_kind.map(|(_, _, created)| created).expect("one of each")
    };
    for operation in with_an_id() {
        let created = created_for(operation);
        let id = match operation.door {
            Door::Export => &export["export_id"],
            Door::Admin => &created["admin_identification_id"],
            Door::Scoring | Door::Event | Door::Review | Door::Record => &created["scoring_id"],
            Door::Endpoint => &endpoint["endpoint_id"],
            Door::AdminChain => &created["admin_identification_chain_id"],
            Door::Chain => &created["identification_chain_id"],
            _ => &created["identification_id"],
        };
        let id = id.as_str().expect("an id");
        let answer = world.send(operation.good_call(&world, id)).await.expect(404);
        assert_eq!(answer.json()["errors"][0]["title"], "RESOURCE_NOT_FOUND", "{}", operation.name);
    }
    for read in with_an_id().filter(|operation| {
        operation.method == HttpMethod::Get
            && !matches!(operation.door, Door::Event | Door::Endpoint | Door::Export)
            && !operation.path.ends_with("/captures")
            && !operation.path.starts_with("/record_pictures")
    }) {
        let created = created_for(read);
        let id = match read.door {
            Door::Scoring | Door::Record => &created["scoring_id"],
            Door::Chain => &created["identification_chain_id"],
            _ => &created["identification_id"],
        };
        let id = id.as_str().expect("an id");
        let answer = world.send(read.call(OTHER_ORG, id).token(&token)).await.expect(200);
        assert_eq!(answer.text("status"), "CREATED");
    }
    let read = format!("/record_exports/{}", export["export_id"].as_str().expect("an id"));
    world.send(Call::org("GET", OTHER_ORG, &read).token(&token)).await.expect(200);
    let read = format!("/webhook_endpoints/{}", endpoint["endpoint_id"].as_str().expect("an id"));
    let mut found = world.send(Call::org("GET", OTHER_ORG, &read).token(&token)).await.expect(200).json();
    found["secret"] = endpoint["secret"].clone();
    assert_eq!(found, endpoint);
}

#[tokio::test]
async fn a_path_id_that_is_no_uuid_is_a_parameter_error() {
    let world = World::start().await;
    let no_uuids = [
        "not-a-uuid",
        "1",
        "7d4448409dc041a98a3a6f2a5e4f1c11",
        "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c1",
        "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c1g",
        "%7B7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11%7D",
        "%20",
    ];
    for operation in with_an_id() {
        for id in no_uuids {
            let answer = world.send(operation.good_call(&world, id)).await.expect(400);
            let errors = answer.json()["errors"].clone();
            assert_eq!(errors.as_array().map(Vec::len), Some(1), "{} {id}: {errors}", operation.name);
            assert_eq!((&errors[0]["code"], &errors[0]["title"]), (&json!("MDOC_001"), &json!("PARAMETER_ERROR")));
            let details = errors[0]["details"].as_str().expect("a string");
            assert!(details.starts_with("path parameter ") && details.contains("_id: "), "{details}");
        }
    }
}

#[tokio::test]
async fn an_id_is_the_same_in_any_case() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    world.call("GET", &format!("/identifications/agent/{}", subject.id.to_uppercase()), None).await.expect(200);
}

/// A request with an error in a part that the operation checks before it looks up the entity.
fn faulty(operation: &Operation, world: &World, id: &str) -> Option<(Call, u16)> {
    let call = operation.good_call(world, id);
    if operation.path.ends_with("/validate") {
        Some((call.without("x-installation_id"), 400))
    } else if operation.path.ends_with("/score") {
        Some((call.body("multipart/mixed", "no boundary"), 400))
    } else if operation.method == HttpMethod::Patch {
        Some((call.json(&json!({ "status": "perhaps" })), 400))
    } else if operation.method == HttpMethod::Delete && operation.door != Door::Endpoint {
        let path = format!("{}?force=perhaps", operation.path_of(id));
        Some((world.request("DELETE", &path, None), 400))
    } else if operation.body().is_some() {
        Some((
            call.json(&json!({})),
            if operation.path == "/identifications/identity_document" { operation.success } else { 400 },
        ))
    } else {
        None
    }
}

#[tokio::test]
async fn the_token_comes_before_the_syntax() {
    let world = World::start().await;
    for operation in OPERATIONS {
        for id in ["not-a-uuid", NOBODY] {
            let Some((call, _)) = faulty(operation, &world, id) else {
                continue;
            };
            world.send(call.clone().without("authorization")).await.expect(401);
            let denied = if operation.documents_403() { 403 } else { 401 };
            world.send(call.without("authorization").token(&world.token_with(ORG, ""))).await.expect(denied);
        }
        let huge = operation.call(ORG, NOBODY).body("application/json", vec![b' '; 8 * 1024 * 1024]);
        world.send(huge).await.expect(401);
        world.send(operation.call(ORG, NOBODY).body("text/plain", "x")).await.expect(401);
    }
}

#[tokio::test]
async fn the_syntax_comes_before_the_entity() {
    let world = World::start().await;
    for operation in with_an_id() {
        if let Some((call, status)) = faulty(operation, &world, NOBODY) {
            let answer = world.send(call).await;
            assert_eq!(answer.status.as_u16(), status, "{}", operation.name);
        }
        if operation.body().is_some() {
            world.send(operation.good_call(&world, NOBODY).body("text/plain", "x")).await.expect(415);
            world
                .send(operation.good_call(&world, NOBODY).body("application/json", vec![b' '; 6 * 1024 * 1024 + 1]))
                .await
                .expect(413);
        }
    }
    let score = format!("/scorings/identity_document/{NOBODY}/score");
    for (bytes, status) in [(&b"%PDF-1.7"[..], 415), (&b"\xFF\xD8\xFF\xE0"[..], 400)] {
        world.send(world.request("PUT", &score, None).pictures(&[("front", bytes)])).await.expect(status);
    }
}

#[tokio::test]
async fn the_entity_comes_before_its_state_and_its_faults_before_its_state() {
    let world = World::start().await;
    for operation in with_an_id() {
        let answer = world.send(operation.good_call(&world, NOBODY)).await.expect(404);
        assert_eq!(answer.json()["errors"][0]["code"], "MDOC_003", "{}", operation.name);
    }
    let agent = Subject::of(&world, Method::Agent, bodies::agent(true)).await;
    agent.close(&world).await.expect(204);
    let without_picture =
        world.call("POST", &agent.actor_path("/validate"), Some(bodies::confirmation())).await.expect(400);
    assert!(without_picture.details()[0].starts_with("/evidence: "));
    let mut body = bodies::external_otp();
    body["two_factor_type"] = json!("EMAIL");
    let otp = Subject::of(&world, Method::Otp, body).await;
    otp.close(&world).await.expect(204);
    let without_factor = otp.try_code(&world, "222222").await.expect(400);
    assert!(without_factor.details()[0].starts_with("/two_factor: "));
    // A syntax error is also reported before the state.
    world.call("POST", &agent.admin_path("/cancel"), Some(json!({ "reason": " " }))).await.expect(400);
    world.call("DELETE", &agent.admin_path("?force=perhaps"), None).await.expect(400);
    let scoring = create_scoring(&world, |_| {}).await;
    world.call("POST", &format!("{scoring}/close"), None).await.expect(204);
    world
        .send(world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", b"%PDF-1.7")]))
        .await
        .expect(415);
    world
        .send(world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bodies::png(1))]))
        .await
        .expect(409);
}
