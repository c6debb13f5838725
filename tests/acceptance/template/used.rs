//! The AWS permissions that each function uses, observed on the wire: each of its events is replayed, and the workers
//! get some of every kind of work.
//!
//! An HTTP function's requests are counted for its organisation too, which the wire shows only every few requests.

use crate::{
    events::{IDENTIFICATION_ID, SCORING_ID},
    replay::{http_events, replay, stage},
    webhooks::receiver::{Receiver, Reply},
};
use acceptance::{
    World, bodies,
    chains::{ChainSubject, steps},
    faults::{Faults, Moment},
    reviews::{ReviewSubject, review_from},
    subject::{Method, Subject},
    wire::Action,
};
use acredita_domain::{
    messages::Refusal,
    otp::{CODE_LIFE, DAILY_WINDOW, DESTINATION_WINDOW, TRY_LEASE},
    pictures::{PictureFormat, PictureKey, Sha256Digest},
    ports::limits::{ERASE_AGAIN_AFTER, EXPORT_LEASE},
    ports::{ExportWake, SendError},
    use_cases::{Made, make_record_export},
};
use acredita_local::reports::Fate;
use acredita_local::workers;
use acredita_manifest::{DISPATCH, EXPORTS, NOTIFY, OPERATIONS, Operation, PAGE, RECEIPTS, SWEEP};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// What a function was seen to do.
#[derive(Debug, Default)]
pub struct Used {
    pub actions: BTreeSet<Action>,
    /// The attributes that its updates named, by the kind of item.
    pub changed: BTreeMap<String, BTreeSet<String>>,
}

impl Used {
    fn add(&mut self, world: &World) {
        self.actions.extend(world.wire.take_actions());
        for (kind, attributes) in world.wire.take_changed() {
            self.changed.entry(kind).or_default().extend(attributes);
        }
    }

    /// The failure of a chain that nobody recorded, because the process that had to died.
    async fn add_reading_a_failure(&mut self, world: &mut World) {
        let chain = ChainSubject::of(world, vec![steps::otp(), steps::document(), steps::agent()]).await;
        for _ in 0..4 {
            chain.steps[0].try_code(world, "untrue").await.expect(400);
        }
        let (whole, last) = (world.app.clone(), chain.steps[0].attempt(world, "untrue"));
        world.serve(Faults::on("Identifications::count_try", 0, Moment::After).around(&whole));
        world.send(last).await.expect(503);
        world.serve(whole);
        world.clock.advance(TRY_LEASE);
        world.wire.take_actions();
        world.wire.take_changed();
        assert_eq!(chain.read(world).await.json()["status"], "FAILED");
        self.add(world);
    }

    /// Messages that are refused, and go out as an e-mail instead: alone, and of a step of a chain.
    async fn add_falling_back(&mut self) {
        let world = World::start().await;
        fall_back(&world).await;
        // Those who were known to send with other settings.
        world.clock.advance(TimeDelta::minutes(1));
        world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
        ChainSubject::of(&world, vec![steps::sent_otp()]).await;
        let mut by_email = bodies::otp();
        by_email["channel"]["type"] = serde_json::json!("EMAIL");
        let body = serde_json::json!({ "messages": { "fallback": ["EMAIL", "SMS"] } });
        world.send(world.request("PUT", "/settings", Some(body)).header("if-match", "*")).await.expect(200);
        world.clock.advance(TimeDelta::minutes(1));
        world.call("POST", "/identifications/otp", Some(by_email)).await.expect(201);
        world.sender.fail_next(&[SendError::Refused(Refusal::OptedOut); 3]);
        world.clock.advance(TimeDelta::minutes(1));
        world.wire.take_actions();
        world.wire.take_changed();
        for _ in 0..3 {
            let messages = world.receive().await;
            // Lambda's poller is not this code.
            world.wire.take_actions();
            let response = acredita_notify::notify(
                &world.app.with(acredita_notify::stores),
                &world.sender,
                workers::event(&messages),
            )
            .await;
            assert_eq!(response.batch_item_failures.len(), 0);
            self.add(&world);
            for message in messages {
                world.take(message).await;
            }
        }
        assert_eq!(world.sender.sent().len(), 3);
    }

    fn of(world: &World) -> Self {
        let mut used = Self::default();
        used.add(world);
        used
    }
}

/// What each function was seen to do, by its name.
pub async fn used() -> BTreeMap<String, Used> {
    let world = World::with_external_provider().await;
    let mut used: BTreeMap<String, Used> = BTreeMap::new();
    for mut event in http_events() {
        // Staging sends codes to the one phone of all events.
        world.clock.advance(DAILY_WINDOW / 10);
        let values = stage(&world, &event, &event.route()).await;
        if event.case.starts_with("delete") && event.function != "webhook-endpoints" {
            put_something_to_erase(&world, &values).await;
        }
        let is_of = |operation: &Operation| operation.takes_idempotency_key && operation.route() == event.route();
        if OPERATIONS.iter().any(is_of) && !event.text.contains("idempotency-key") {
            event.text = event.text.replacen(
                "\"headers\": {",
                &format!("\"headers\": {{ \"idempotency-key\": \"{}\",", event.case),
                1,
            );
        }
        world.wire.take_actions();
        world.wire.take_changed();
        replay(&world, &event, &values).await;
        used.entry(event.function).or_default().add(&world);
    }
    used_in_chains(&mut used).await;
    used_with_reviews(&mut used).await;
    used_to_guess(used.entry("identification-otp".to_owned()).or_default()).await;
    used.insert(PAGE.name.to_owned(), Used::default());
    used.insert(NOTIFY.name.to_owned(), used_to_deliver().await);
    used.insert(DISPATCH.name.to_owned(), used_to_dispatch().await);
    used.insert(RECEIPTS.name.to_owned(), used_to_receive().await);
    used.insert(EXPORTS.name.to_owned(), used_to_export().await);
    used.insert(SWEEP.name.to_owned(), used_to_sweep().await);
    used
}

async fn put_something_to_erase(world: &World, values: &[(&str, String)]) {
    let org = acceptance::ORG.parse().expect("an organisation");
    let picture = bodies::png(1);
    let digest = Sha256Digest::of(&picture);
    let key = match values.iter().find(|(placeholder, _)| [IDENTIFICATION_ID, SCORING_ID].contains(placeholder)) {
        Some((SCORING_ID, id)) => PictureKey::capture(&org, id.parse().expect("an id"), &digest),
        Some((_, id)) => PictureKey::evidence(&org, id.parse().expect("an id"), &digest),
        None => panic!("something to delete"),
    };
    world.app.stores.pictures.put(&key, PictureFormat::Png, picture.into()).await.expect("S3 answers");
}

/// Every step of a chain at every place, with a code that goes out when its step opens; a code that is sent again; and a
/// failure that ends the other steps.
async fn used_in_chains(used: &mut BTreeMap<String, Used>) {
    let mut world = World::with_external_provider().await;
    let function = |method: Method| match method {
        Method::Agent => "identification-agent",
        Method::Otp => "identification-otp",
        Method::IdentityDocument => "identity-document",
    };
    let otp = || steps::sent_otp();
    for sequence in [[steps::agent(), otp(), steps::document()], [otp(), steps::document(), steps::agent()]]
        .into_iter()
        .chain([[steps::document(), otp(), steps::agent()]])
    {
        world.clock.advance(DESTINATION_WINDOW);
        let chain = ChainSubject::of(&world, sequence.to_vec()).await;
        for at in 0..chain.steps.len() {
            world.deliver().await;
            let step = chain.ready(&world, at).await;
            // Nobody else has read the settings lately.
            world.clock.advance(TimeDelta::minutes(1));
            world.wire.take_actions();
            world.wire.take_changed();
            step.validate(&world).await.expect(204);
            used.entry(function(step.method).to_owned()).or_default().add(&world);
        }
    }
    world.clock.advance(DESTINATION_WINDOW);
    let chain = ChainSubject::of(&world, vec![otp(), steps::document(), steps::agent()]).await;
    world.clock.advance(TimeDelta::seconds(61));
    world.wire.take_actions();
    world.wire.take_changed();
    world.call("POST", &chain.steps[0].actor_path("/resend"), None).await.expect(204);
    for _ in 0..5 {
        chain.steps[0].try_code(&world, "untrue").await.expect(400);
    }
    used.entry(function(Method::Otp).to_owned()).or_default().add(&world);
    used.entry("chain".to_owned()).or_default().add_reading_a_failure(&mut world).await;
    let scored = ChainSubject::of(&world, vec![steps::document()]).await;
    world.wire.take_actions();
    world.wire.take_changed();
    scored.steps[0].score(&world, 0.95, Vec::new()).await;
    used.entry("scoring".to_owned()).or_default().add(&world);
}

/// Reviews, alone and in a chain, and every end of what is reviewed.
async fn used_with_reviews(used: &mut BTreeMap<String, Used>) {
    let world = World::with_external_provider().await;
    review_from(&world, 0.5, false).await;
    let mut seen = |function: &str, world: &World| used.entry(function.to_owned()).or_default().add(world);
    let forget = |world: &World| {
        world.wire.take_actions();
        world.wire.take_changed();
    };
    for end in ["cancel", "close", "delete", "validate", "score", "reject"] {
        for in_chain in [false, true] {
            let mut chain = ChainSubject::of(&world, vec![steps::document(), steps::agent()]).await;
            let subject = match in_chain {
                true => chain.steps.remove(0),
                false => Subject::create(&world, Method::IdentityDocument).await,
            };
            let review = ReviewSubject::of(&world, subject).await;
            let admin = if in_chain { "chain-admin" } else { "identity-document-admin" };
            if end == "validate" {
                review.decide(&world, "ana", "APPROVE").await.expect(204);
            }
            forget(&world);
            let record = if in_chain { &chain.admin_id } else { &review.subject.admin_id };
            world.call("GET", &format!("/records/{record}"), None).await.expect(200);
            seen("records", &world);
            // Nobody else has read the settings lately.
            world.clock.advance(TimeDelta::minutes(1));
            forget(&world);
            match (end, in_chain) {
                ("cancel", true) => chain.cancel(&world).await.expect(204),
                ("cancel", false) => review.subject.cancel(&world).await.expect(204),
                ("close", true) => chain.close(&world).await.expect(204),
                ("close", false) => review.subject.close(&world).await.expect(204),
                ("delete", true) => world.send(chain.deletion(&world)).await.expect(204),
                ("delete", false) => review.subject.delete(&world).await.expect(204),
                ("validate", _) => review.subject.validate(&world).await.expect(204),
                ("score", _) => world.call("GET", "/reviews", None).await.expect(200),
                _ => review.decide(&world, "ana", "REJECT").await.expect(204),
            };
            match end {
                "score" => {
                    forget(&world);
                    review.subject.score(&world, 0.55, Vec::new()).await;
                    seen("scoring", &world);
                }
                "validate" => seen("identity-document", &world),
                "reject" => seen("reviews", &world),
                _ => seen(admin, &world),
            }
        }
    }
}

/// Tries until there are none left, and one that is right but too late, which no single event shows.
async fn used_to_guess(used: &mut Used) {
    let world = World::start().await;
    let (subject, late) = (Subject::delivered(&world).await, Subject::delivered(&world).await);
    world.wire.take_actions();
    world.wire.take_changed();
    for _ in 0..5 {
        subject.try_code(&world, "untrue").await.expect(400);
    }
    world.clock.advance(CODE_LIFE);
    late.try_code(&world, late.code()).await.expect(400);
    used.add(&world);
}

/// A message that is sent at the second try. Lambda's poller reads the queue with the function's role, but not through
/// this code.
async fn used_to_deliver() -> Used {
    let world = World::start().await;
    world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    world.sender.fail_next(&[SendError::Unavailable]);
    // Nobody else has read the settings lately.
    world.clock.advance(TimeDelta::minutes(1));
    let messages = world.receive().await;
    world.wire.take_actions();
    world.wire.take_changed();
    for failures in [1, 0] {
        let response =
            acredita_notify::notify(&world.app.with(acredita_notify::stores), &world.sender, workers::event(&messages))
                .await;
        assert_eq!(response.batch_item_failures.len(), failures);
    }
    let mut used = Used::of(&world);
    used.add_falling_back().await;
    used
}

/// Has messages fall back to e-mail.
async fn fall_back(world: &World) {
    let body = serde_json::json!({ "messages": { "fallback": ["EMAIL"] } });
    world.send(world.request("PUT", "/settings", Some(body)).header("if-match", "*")).await.expect(200);
}

/// A message that arrives, and one that does not.
async fn used_to_receive() -> Used {
    let world = World::start().await;
    fall_back(&world).await;
    let mut used = Used::default();
    for fate in [Fate::Deliver, Fate::Block] {
        Subject::delivered(&world).await;
        // Nobody else has read the settings lately.
        world.clock.advance(TimeDelta::minutes(1));
        world.wire.take_actions();
        world.wire.take_changed();
        assert!(world.report(&world.latest(), fate).await);
        used.add(&world);
    }
    used
}

/// Events of everything, to a receiver that is down, takes them, and then is gone; and messages on request.
async fn used_to_dispatch() -> Used {
    let (world, receiver) = (World::with_external_provider().await, Receiver::start().await);
    let endpoint = serde_json::json!({ "url": receiver.url() });
    let endpoint = world.call("POST", "/webhook_endpoints", Some(endpoint)).await.expect(201).text("endpoint_id");
    world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    ChainSubject::of(&world, vec![steps::agent()]).await;
    ReviewSubject::open(&world).await;
    let mut used = Used::default();
    let mut dispatched = async |status: u16| {
        receiver.answer(move |_| Reply::Status(status));
        let messages = world.receive_wakes().await;
        world.wire.take_actions();
        world.wire.take_changed();
        let response =
            acredita_dispatch::dispatch(&world.app.with(acredita_dispatch::stores), workers::event(&messages)).await;
        assert_eq!(response.batch_item_failures.len(), 0);
        used.add(&world);
        world.clock.advance(TimeDelta::minutes(1));
        world.sweep().await;
    };
    dispatched(503).await;
    dispatched(200).await;
    let event = receiver.taken()[0].header("webhook-id");
    let path = format!("/webhook_endpoints/{endpoint}");
    world.call("POST", &format!("{path}/ping"), None).await.expect(202);
    let resend = serde_json::json!({ "endpoint_id": endpoint });
    world.call("POST", &format!("/events/{event}/resend"), Some(resend)).await.expect(202);
    let recover = serde_json::json!({ "since": "2026-11-20T00:00:00Z" });
    world.call("POST", &format!("{path}/recover"), Some(recover)).await.expect(202);
    dispatched(500).await;
    dispatched(200).await;
    world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    dispatched(410).await;
    used
}

/// A file of everything, by a worker that does not hear that it was made, and by the next.
async fn used_to_export() -> Used {
    let world = World::start().await;
    world.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    ChainSubject::of(&world, vec![steps::agent()]).await;
    let asked = world.call("POST", "/record_exports", Some(bodies::export("PERSONAL"))).await.expect(202);
    let export_id = asked.text("export_id").parse().expect("an id");
    let wake = ExportWake { org: acceptance::ORG.parse().expect("a name"), export_id };
    world.wire.take_actions();
    world.wire.take_changed();
    let unheard = Faults::on("ExportFiles::complete", 0, Moment::After).around(&world.app);
    assert!(make_record_export(&unheard, &wake).await.is_err());
    world.clock.advance(EXPORT_LEASE);
    assert_eq!(make_record_export(&world.app, &wake).await, Ok(Made::File));
    Used::of(&world)
}

/// An unsent message, and one of everything from before there were a list and a search, expired, and then the end of its
/// retention.
async fn used_to_sweep() -> Used {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    world.send(review.claim(&world, "ana")).await.expect(204);
    world.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let document =
        world.call("POST", "/identifications/identity_document", Some(bodies::identity_document("LOW"))).await;
    let alone = world.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await;
    for scoring in [document.expect(200), alone.expect(200)] {
        let score =
            world.request("PUT", &format!("/scorings/identity_document/{}/score", scoring.text("scoring_id")), None);
        world.send(score.pictures(&[("front", &bodies::png(1))])).await.expect(204);
    }
    ChainSubject::of(&world, vec![steps::agent(), steps::internal_document()]).await;
    world.call("POST", "/record_exports", Some(bodies::export("PLAIN"))).await.expect(202);
    world.export_by(&Faults::on("ExportFiles::put_part", 0, Moment::Before).around(&world.app)).await;
    let agent = world.call("POST", "/identifications/agent", Some(bodies::agent(true))).await.expect(201);
    let evidence =
        serde_json::json!({ "agent": "maria", "evidence": acceptance::request::base64(&bodies::evidence_png(1)) });
    let validate = format!("/identifications/agent/{}/validate", agent.text("identification_id"));
    world.call("POST", &validate, Some(evidence)).await.expect(204);
    world.go_back_before_records().await;
    world.wire.take_actions();
    world.wire.take_changed();
    let mut erased = 0;
    for time in [
        TimeDelta::minutes(2),
        TimeDelta::minutes(14),
        TimeDelta::hours(1),
        world.app.policy.retention,
        ERASE_AGAIN_AFTER,
    ] {
        world.clock.advance(time);
        let report = world.sweep().await;
        assert_eq!(report.failed, 0);
        erased += report.erased;
    }
    assert!(erased > 0);
    Used::of(&world)
}
