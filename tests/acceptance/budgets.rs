//! The cost of a request, counted on the wire: every call to AWS, and every attempt of it.
//!
//! The budgets are the architecture's: a create is one transaction, reading metadata one read (and one more for a linked
//! scoring), validating at most two reads and two conditional writes; and a commit is one call of a queue, that of its
//! message or that of its event. Every additional call on these paths is paid for
//! by every request of every customer.

use acceptance::{
    Call, ORG, World, bodies,
    chains::{ChainSubject, steps},
    midni,
    request::base64,
    reviews::ReviewSubject,
    subject::{Method, Subject},
};
use acredita_domain::{
    ports::{ExportWake, MessageRef},
    use_cases::{deliver_message, make_record_export},
};
use chrono::TimeDelta;
use serde_json::json;

const READS: [&str; 3] = ["GetItem", "BatchGetItem", "Query"];
const WRITES: [&str; 4] = ["UpdateItem", "PutItem", "DeleteItem", "TransactWriteItems"];

/// Sends a request, requires a status, and returns the calls that it made.
async fn calls(world: &World, call: Call, status: u16) -> Vec<String> {
    world.wire.take();
    world.send(call).await.expect(status);
    world.wire.take()
}

/// Requires at most this many reads and writes of the table, one call of a queue if something was committed, and nothing
/// else.
#[track_caller]
fn assert_within(calls: &[String], reads: usize, writes: usize) {
    let count = |names: &[&str]| calls.iter().filter(|call| names.contains(&call.as_str())).count();
    let (read, written, woken) = (count(&READS), count(&WRITES), count(&["SendMessage"]));
    let committed = count(&["TransactWriteItems"]);
    assert!(
        read <= reads && written <= writes && woken <= committed && read + written + woken == calls.len(),
        "at most {reads} reads and {writes} writes: {calls:?}"
    );
}

#[tokio::test]
async fn a_create_is_one_transaction_and_one_message_of_a_queue() {
    let world = World::start().await;
    world.knows_the_settings().await;
    let cases = [
        ("/identifications/agent", bodies::agent(true), 201),
        ("/identifications/otp", bodies::otp(), 201),
        ("/identifications/otp", bodies::external_otp(), 201),
        ("/identifications/identity_document", bodies::identity_document("LOW"), 200),
        ("/scorings/identity_document", bodies::scoring(), 200),
    ];
    for (at, (path, body, status)) in cases.into_iter().enumerate() {
        let plain = world.request("POST", path, Some(body));
        let keyed = plain.clone().header("idempotency-key", format!("key-{at}"));
        let expected = ["TransactWriteItems", "SendMessage"];
        assert_eq!(calls(&world, plain, status).await, expected, "{path}");
        assert_eq!(calls(&world, keyed.clone(), status).await, expected, "{path}, with a key");
        assert_eq!(
            calls(&world, keyed, status).await,
            ["TransactWriteItems", "GetItem"],
            "{path}, again: the refusal brings the first answer, and one read sees that it was not deleted"
        );
    }
}

#[tokio::test]
async fn settings_are_read_once_in_a_minute() {
    let world = World::start().await;
    let create = || world.request("POST", "/identifications/otp", Some(bodies::external_otp()));
    let (known, read) = (["TransactWriteItems", "SendMessage"], ["GetItem", "TransactWriteItems", "SendMessage"]);
    assert_eq!(calls(&world, create(), 201).await, read);
    world.clock.advance(TimeDelta::seconds(59));
    assert_eq!(calls(&world, create(), 201).await, known);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(calls(&world, create(), 201).await, read);
}

#[tokio::test]
async fn reviewing_is_a_read_and_a_transaction() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    world.knows_the_settings().await;
    let taken = ["GetItem", "TransactWriteItems", "SendMessage"];
    assert_eq!(calls(&world, review.claim(&world, "ana"), 204).await, taken);
    assert_eq!(calls(&world, review.release(&world, "ana"), 204).await, taken);
    assert_eq!(calls(&world, review.decision(&world, "ana", "APPROVE"), 409).await, ["GetItem"]);
    assert_eq!(calls(&world, review.claim(&world, "ana"), 204).await, taken);
    assert_eq!(calls(&world, review.decision(&world, "ana", "APPROVE"), 204).await, taken);
    let list = |query: &str| world.request("GET", &format!("/reviews{query}"), None);
    assert_eq!(calls(&world, list("?status=APPROVED"), 200).await, ["Query", "BatchGetItem"]);
    assert_eq!(calls(&world, list("?status=REJECTED"), 200).await, ["Query"]);
    // Identification, scoring, review.
    let validated = ["GetItem", "GetItem", "GetItem", "TransactWriteItems", "SendMessage"];
    assert_eq!(calls(&world, review.subject.validation(&world), 204).await, validated);

    let review = ReviewSubject::of(&world, Subject::create(&world, Method::IdentityDocument).await).await;
    world.send(review.claim(&world, "ana")).await.expect(204);
    let rejected = ["GetItem", "GetItem", "TransactWriteItems", "SendMessage", "SendMessage"];
    assert_eq!(calls(&world, review.decision(&world, "ana", "REJECT"), 204).await, rejected);
    let review = ReviewSubject::of(&world, Subject::create(&world, Method::IdentityDocument).await).await;
    let ended = ["GetItem", "GetItem", "GetItem", "TransactWriteItems", "SendMessage", "SendMessage"];
    assert_eq!(calls(&world, review.subject.cancellation(&world), 204).await, ended);
}

#[tokio::test]
async fn a_create_that_the_throttle_refuses_is_one_transaction() {
    let world = World::start().await;
    for _ in 0..5 {
        world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    }
    assert_eq!(
        calls(&world, world.request("POST", "/identifications/otp", Some(bodies::otp())), 429).await,
        ["TransactWriteItems"]
    );
}

#[tokio::test]
async fn metadata_is_one_read_and_one_more_for_a_linked_scoring() {
    let world = World::start().await;
    let cases = [
        ("agent", bodies::agent(false), 1),
        ("otp", bodies::otp(), 1),
        ("identity_document", bodies::identity_document("LOW"), 2),
    ];
    for (kind, body, reads) in cases {
        let created = world.call("POST", &format!("/identifications/{kind}"), Some(body)).await;
        let read =
            world.request("GET", &format!("/identifications/{kind}/{}", created.text("identification_id")), None);
        assert_eq!(calls(&world, read, 200).await, vec!["GetItem"; reads], "{kind}");
    }
}

#[tokio::test]
async fn validating_a_code_is_two_reads_and_two_writes_at_most() {
    let world = World::start().await;
    let otp = Subject::delivered(&world).await;
    let try_code = |code: &str| otp.attempt(&world, code);
    for _ in 0..4 {
        assert_within(&calls(&world, try_code("untrue"), 400).await, 2, 2);
    }
    assert_within(&calls(&world, try_code("untrue"), 400).await, 2, 2);
    assert_within(&calls(&world, try_code(otp.code()), 409).await, 2, 0);

    let otp = Subject::delivered(&world).await;
    assert_within(&calls(&world, otp.validation(&world), 204).await, 2, 2);
    assert_within(&calls(&world, otp.validation(&world), 409).await, 2, 0);

    let otp = Subject::delivered(&world).await;
    world.clock.advance(TimeDelta::minutes(10));
    assert_within(&calls(&world, otp.validation(&world), 400).await, 2, 2);
}

#[tokio::test]
async fn every_other_step_stays_within_two_reads_and_one_write() {
    let world = World::start().await;
    for (kind, body) in [
        ("agent", bodies::agent(false)),
        ("otp", bodies::otp()),
        ("identity_document", bodies::identity_document("LOW")),
    ] {
        for (step, reason) in [("cancel", Some(json!({ "reason": "no" }))), ("close", None)] {
            let created = world.call("POST", &format!("/identifications/{kind}"), Some(body.clone())).await;
            let path = format!("/identifications/{kind}/{}/{step}", created.text("admin_identification_id"));
            let step = world.request("POST", &path, reason);
            assert_within(&calls(&world, step.clone(), 204).await, 2, 1);
            assert_within(&calls(&world, step, 409).await, 2, 0);
        }
    }
    let agent =
        world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.text("identification_id");
    let validate =
        world.request("POST", &format!("/identifications/agent/{agent}/validate"), Some(json!({ "agent": "maria" })));
    assert_within(&calls(&world, validate, 204).await, 1, 1);

    let otp = Subject::delivered(&world).await;
    world.clock.advance(TimeDelta::seconds(30));
    let resend = world.request("POST", &format!("/identifications/otp/{}/resend", otp.id), None);
    assert_eq!(calls(&world, resend, 204).await, ["GetItem", "TransactWriteItems", "SendMessage"]);

    let external = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    world.clock.advance(TimeDelta::seconds(30));
    let code = world.request("POST", &external.admin_path("/code"), None).header("idempotency-key", "k");
    assert_eq!(calls(&world, code.clone(), 200).await, ["GetItem", "GetItem", "TransactWriteItems", "SendMessage"]);
    assert_eq!(calls(&world, code, 200).await, ["GetItem", "GetItem", "GetItem"]);
}

#[tokio::test]
async fn a_check_of_a_code_is_one_read_and_one_write_and_one_read_more_validates_with_it() {
    let world = World::start().await;
    let agent = Subject::create(&world, Method::Agent).await;
    let check = |number| {
        let body = midni::body(&midni::nth_code(&world, number));
        world.request("POST", &agent.actor_path("/midni"), Some(body))
    };
    assert_eq!(calls(&world, check(0), 200).await, ["GetItem", "TransactWriteItems"]);
    assert_eq!(calls(&world, check(0), 409).await, ["GetItem", "TransactWriteItems"]);
    // The world has two keys, as after a rotation.
    let keyed = check(1).header("idempotency-key", "k");
    assert_eq!(calls(&world, keyed.clone(), 200).await, ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]);
    assert_eq!(calls(&world, keyed, 200).await, ["GetItem", "GetItem"]);
    let id = world.send(check(2)).await.expect(200).text("midni_check_id");
    let validate = world.request("POST", &agent.actor_path("/validate"), Some(midni::confirmation(&id)));
    assert_eq!(calls(&world, validate, 204).await, ["GetItem", "GetItem", "TransactWriteItems", "SendMessage"]);
}

/// A key costs nothing but the second read of a delete that finds nothing.
#[tokio::test]
async fn a_step_with_a_key_costs_what_it_costs_without_and_its_repetition_is_a_read() {
    let world = World::start().await;
    let step = async |call: Call, reads: &[&str], writes: &[&str]| {
        let call = call.header("idempotency-key", "k");
        let costs = [reads, writes, &["SendMessage"]].concat();
        assert_eq!(calls(&world, call.clone(), 204).await, costs, "{}", call.path);
        assert_eq!(calls(&world, call.clone(), 204).await, reads, "{}, again", call.path);
    };
    let (read, by_handle, write) = (&["GetItem"][..], &["GetItem", "GetItem"][..], &["TransactWriteItems"][..]);
    let agent = Subject::create(&world, Method::Agent).await;
    step(agent.validation(&world), read, write).await;
    step(agent.closing(&world), by_handle, write).await;
    let agent = Subject::create(&world, Method::Agent).await;
    step(agent.cancellation(&world), by_handle, write).await;
    let otp = Subject::delivered(&world).await;
    world.clock.advance(TimeDelta::seconds(30));
    let resend = world.request("POST", &otp.actor_path("/resend"), None);
    step(resend, read, write).await;
    let otp = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    step(otp.validation(&world), read, &["UpdateItem", "TransactWriteItems"]).await;
    let too_late = otp.cancellation(&world).header("idempotency-key", "k");
    assert_eq!(calls(&world, too_late, 409).await, ["GetItem", "GetItem", "GetItem"], "one look more");

    let created = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    let scoring = format!("/scorings/identity_document/{}", created.text("scoring_id"));
    let score = world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bodies::png(1))]);
    calls(&world, score.clone().header("idempotency-key", "k"), 204).await;
    assert_eq!(calls(&world, score.header("idempotency-key", "k"), 204).await, read);
    let close = world.request("POST", &format!("{scoring}/close"), None);
    step(close, read, write).await;

    let agent = Subject::create(&world, Method::Agent).await;
    let deletion = agent.deletion(&world).header("idempotency-key", "k");
    let mut made = calls(&world, deletion.clone(), 204).await;
    made.retain(|call| READS.contains(&call.as_str()) || WRITES.contains(&call.as_str()));
    assert_eq!(made, ["GetItem", "GetItem", "TransactWriteItems"]);
    assert_eq!(calls(&world, deletion, 204).await, ["GetItem", "GetItem", "GetItem"]);
}

/// The calls to the picture store are left out: a picture is stored, and what lay behind upload links is removed.
#[tokio::test]
async fn scoring_is_one_read_and_two_writes() {
    let world = World::start().await;
    let id = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    let path = format!("/scorings/identity_document/{}", id.text("scoring_id"));
    let score = || world.request("PUT", &format!("{path}/score"), None);
    let table = async |call, status| {
        let mut calls = calls(&world, call, status).await;
        calls.retain(|call| READS.contains(&call.as_str()) || WRITES.contains(&call.as_str()));
        calls
    };
    let reserved_and = ["GetItem", "UpdateItem", "TransactWriteItems"];
    assert_eq!(table(score().pictures(&[("front", &bodies::png(1))]), 204).await, reserved_and, "recorded");
    assert_eq!(table(score().pictures(&[("front", b"\x89PNG\r\n\x1a\n")]), 400).await, [""; 0], "no picture, no call");
    world.call("POST", &format!("{path}/close"), None).await.expect(204);
    assert_eq!(table(score().pictures(&[("front", &bodies::png(1))]), 409).await, ["GetItem"], "nothing is reserved");
}

/// With a declared number it is counted, what was seen is looked up at once, the log is that of the identification, and
/// all is recorded in one transaction.
#[tokio::test]
async fn scoring_for_a_declared_person_is_three_reads_and_three_writes() {
    let world = World::start().await;
    let document = Subject::create(&world, Method::IdentityDocument).await;
    let score = world.request("PUT", &document.scoring_path("/score"), None);
    let mut made = calls(&world, score.pictures(&[("front", &bodies::png(1))]), 204).await;
    made.retain(|call| READS.contains(&call.as_str()) || WRITES.contains(&call.as_str()));
    let looked_up = ["BatchGetItem", "GetItem"];
    assert_eq!(made, [&["GetItem", "UpdateItem", "UpdateItem"], &looked_up[..], &["TransactWriteItems"]].concat());
    let mut made = calls(&world, document.deletion(&world), 204).await;
    made.retain(|call| READS.contains(&call.as_str()) || WRITES.contains(&call.as_str()));
    assert_eq!(made, ["GetItem", "GetItem", "GetItem", "TransactWriteItems"], "what was seen is forgotten");
}

#[tokio::test]
async fn delivering_is_one_read_and_three_writes() {
    let world = World::start().await;
    world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let message: MessageRef = serde_json::from_str(&world.queued().await[0]).expect("a message reference");
    world.wire.take();
    deliver_message(&world.app, &world.sender, message).await.expect("delivered");
    assert_within(&world.wire.take(), 1, 3);
    deliver_message(&world.app, &world.sender, message).await.expect("nothing to do");
    assert_within(&world.wire.take(), 0, 1);
}

#[tokio::test]
async fn a_sweep_with_nothing_to_do_is_one_query_for_each_partition() {
    let world = World::start().await;
    let mut body = bodies::agent(false);
    body["expires_in"] = json!("P1D");
    world.call("POST", "/identifications/agent", Some(body)).await.expect(201);
    world.dispatch().await;
    // It walks through what there is at once, and an hour later, when functions of no version before can run any more.
    for (minutes, walks) in [(0, true), (59, false), (1, true), (1, false)] {
        world.clock.advance(TimeDelta::minutes(minutes));
        world.wire.take();
        world.sweep().await;
        let calls = world.wire.take();
        let count = |name: &str| calls.iter().filter(|call| *call == name).count();
        let walk = if walks { [8, 1, 1] } else { [0; 3] };
        let more = [count("Query") - 25, count("BatchGetItem"), count("UpdateItem")];
        assert_eq!((count("GetItem"), more), (1, walk), "after {minutes} minutes");
        assert_eq!(calls.len(), 26 + walk.iter().sum::<usize>(), "{calls:?}");
    }
}

/// The complete API, each operation once, and the work that it starts in the background.
#[tokio::test]
async fn nothing_ever_scans_and_only_the_sweep_queries() {
    let world = World::start().await;
    let mut all = Vec::new();
    let token = world.token_with(ORG, "identifications:admin identifications:force_delete");
    let delete = |path: &str| Call::org("DELETE", ORG, &format!("{path}?force=true")).token(&token);

    let agent = world.call("POST", "/identifications/agent", Some(bodies::agent(true))).await.expect(201);
    let (id, admin) =
        (agent.text("identification_id"), format!("/identifications/agent/{}", agent.text("admin_identification_id")));
    let evidence = json!({ "agent": "maria", "evidence": base64(&bodies::evidence_png(1)) });
    world.call("POST", &format!("/identifications/agent/{id}/validate"), Some(evidence)).await.expect(204);
    world.call("GET", &format!("/identifications/agent/{id}"), None).await.expect(200);
    world.call("POST", &format!("{admin}/close"), None).await.expect(204);
    world.call("POST", &format!("{admin}/cancel"), Some(json!({ "reason": "no" }))).await.expect(409);
    world.send(delete(&admin)).await.expect(204);

    let otp = world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let (id, admin) =
        (otp.text("identification_id"), format!("/identifications/otp/{}", otp.text("admin_identification_id")));
    all.extend(world.wire.take());
    world.deliver().await;
    world
        .call("PUT", &format!("/identifications/otp/{id}/validate"), Some(json!({ "code": "untrue" })))
        .await
        .expect(400);
    world.clock.advance(TimeDelta::seconds(30));
    world.call("POST", &format!("/identifications/otp/{id}/resend"), None).await.expect(204);
    all.extend(world.wire.take());
    world.deliver().await;
    world
        .call("PUT", &format!("/identifications/otp/{id}/validate"), Some(json!({ "code": world.code_of(&id) })))
        .await
        .expect(204);
    world.call("GET", &format!("/identifications/otp/{id}"), None).await.expect(200);
    world.call("POST", &format!("{admin}/cancel"), Some(json!({ "reason": "no" }))).await.expect(409);
    world.call("POST", &format!("{admin}/close"), None).await.expect(204);
    world.send(delete(&admin)).await.expect(204);

    let document = world
        .call("POST", "/identifications/identity_document", Some(bodies::identity_document("LOW")))
        .await
        .expect(200);
    let (id, admin) = (
        document.text("identification_id"),
        format!("/identifications/identity_document/{}", document.text("admin_identification_id")),
    );
    let scoring = format!("/scorings/identity_document/{}", document.text("scoring_id"));
    world.call("POST", &format!("{scoring}/delegate"), None).await.expect(200);
    let score = world.request("PUT", &format!("{scoring}/score"), None);
    world.send(score.clone().pictures(&[("front", &bodies::png(1)), ("back", &bodies::png(2))])).await.expect(204);
    world.send(score).await.expect(204);
    world.call("GET", &scoring, None).await.expect(200);
    world.call("GET", &format!("{scoring}/captures"), None).await.expect(200);
    world.call("POST", &format!("/identifications/identity_document/{id}/validate"), None).await.expect(409);
    world.call("GET", &format!("/identifications/identity_document/{id}"), None).await.expect(200);
    world.call("POST", &format!("{scoring}/close"), None).await.expect(204);
    world.call("POST", &format!("{admin}/cancel"), Some(json!({ "reason": "no" }))).await.expect(204);
    world.send(delete(&admin)).await.expect(204);
    world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    all.extend(world.wire.take());
    assert!(all.len() > 40, "the whole API was called: {all:?}");
    assert!(!all.iter().any(|call| call == "Scan" || call == "Query"), "{all:?}");

    world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    world.clock.advance(world.app.policy.retention + TimeDelta::days(1));
    world.wire.take();
    assert!(world.sweep().await.erased > 0);
    let swept = world.wire.take();
    assert!(!swept.iter().any(|call| call == "Scan"), "{swept:?}");
}

#[tokio::test]
async fn a_list_of_records_is_one_query_of_each_shard_however_many_there_are() {
    let world = World::start().await;
    let list = |query: &str| world.request("GET", &format!("/records?limit=2{query}"), None);
    for _ in 0..12 {
        for query in ["", "&kind=OTP", "&status=EXPIRED&client_reference_id=none"] {
            assert_eq!(calls(&world, list(query), 200).await, ["Query"; 4], "{query}");
        }
        world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    }
}

#[tokio::test]
async fn a_record_is_at_most_four_reads_the_event_of_the_look_and_a_query_of_each_log() {
    let world = World::with_external_provider().await;
    let (found, told) = (["BatchGetItem", "GetItem"], ["TransactWriteItems", "SendMessage", "Query"]);
    let agent = Subject::create(&world, Method::Agent).await.admin_id;
    let document = Subject::create(&world, Method::IdentityDocument).await.admin_id;
    let scoring = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.text("scoring_id");
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::internal_document()]).await.admin_id;
    let reviewed = ReviewSubject::open(&world).await.subject.admin_id;
    for (id, expected) in [
        (agent, [&found[..], &told].concat()),
        (document, [&found[..], &["GetItem"], &told].concat()),
        (scoring, [&["BatchGetItem"][..], &told].concat()),
        (chain, [&found[..], &["BatchGetItem"], &told, &["Query"; 2]].concat()),
        (reviewed, [&found[..], &["GetItem"; 2], &told, &["Query"]].concat()),
    ] {
        for _ in 0..3 {
            assert_eq!(calls(&world, world.request("GET", &format!("/records/{id}"), None), 200).await, expected);
        }
    }
}

#[tokio::test]
async fn lists_and_searches_cost_the_same_whether_there_are_few_records_or_many() {
    let world = World::start().await;
    let create = async |number: usize| {
        for _ in 0..number {
            world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
        }
    };
    create(4).await;
    let mut costs = Vec::new();
    for more in [0, 160] {
        create(more).await;
        let mut cost = Vec::new();
        for query in ["", "&kind=AGENT", "&status=EXPIRED", "&created_to=2026-11-21T00:00:00Z"] {
            let list = world.request("GET", &format!("/records?limit=2{query}"), None);
            cost.push(calls(&world, list, 200).await);
        }
        let page = world.call("GET", "/records?limit=2", None).await.text("next_cursor");
        cost.push(calls(&world, world.request("GET", &format!("/records?limit=2&cursor={page}"), None), 200).await);
        for email in ["example@email.com", "nobody@email.com"] {
            let by = Some(json!({ "email": email }));
            cost.push(calls(&world, world.request("POST", "/record_searches?limit=2", by), 200).await);
        }
        costs.push(cost);
    }
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn an_export_costs_a_transaction_and_each_link_one_more() {
    let world = World::start().await;
    world
        .call(
            "POST",
            "/identifications/agent",
            Some(json!({ "actor": { "name": "James", "last_name": "Smith" }, "expires_in": "PT1H" })),
        )
        .await
        .expect(201);
    world.wire.take();
    let id =
        world.call("POST", "/record_exports", Some(bodies::export("PERSONAL"))).await.expect(202).text("export_id");
    assert_eq!(world.wire.take(), ["TransactWriteItems", "SendMessage"]);
    let read = world.request("GET", &format!("/record_exports/{id}"), None);
    assert_eq!(calls(&world, read.clone(), 200).await, ["GetItem"]);
    let wake = ExportWake { org: ORG.parse().expect("a name"), export_id: id.parse().expect("an id") };
    make_record_export(&world.app, &wake).await.expect("made");
    let begun = ["UpdateItem", "CreateMultipartUpload", "UpdateItem"];
    let whole =
        ["BatchGetItem", "UploadPart", "UpdateItem", "CompleteMultipartUpload", "TransactWriteItems", "SendMessage"];
    assert_eq!(world.wire.take(), [&begun[..], &["Query"; 4], &whole].concat());
    // The link is signed here, and used by whoever has it.
    let linked = ["GetItem", "TransactWriteItems", "SendMessage", "GetObject"];
    assert_eq!(calls(&world, read, 200).await, linked);
}

/// The keys of these tests were changed once.
#[tokio::test]
async fn a_search_is_a_query_for_each_key_a_read_of_what_is_found_and_its_event() {
    let world = World::start().await;
    let search = |email: &str| world.request("POST", "/record_searches", Some(json!({ "email": email })));
    for _ in 0..3 {
        world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
        let found = ["Query", "Query", "BatchGetItem", "GetItem", "TransactWriteItems", "SendMessage"];
        assert_eq!(calls(&world, search("example@email.com"), 200).await, found);
        let nothing = ["Query", "Query", "GetItem", "TransactWriteItems", "SendMessage"];
        assert_eq!(calls(&world, search("nobody@email.com"), 200).await, nothing);
    }
}
