//! The table of §6 for a chain, and what becomes of its steps.

use acceptance::{
    Answer, World,
    chains::{ChainSubject, steps},
    look::text,
};
use acredita_domain::ports::limits::ERASE_AGAIN_AFTER;
use chrono::TimeDelta;

const STATES: [&str; 6] = ["CREATED", "VALIDATED", "CLOSED", "CANCELLED", "FAILED", "EXPIRED"];
const ACTIONS: [&str; 6] =
    ["validate", "cancel", "close", "delete", "delete by permitted force", "delete by force without permission"];

fn sequence() -> Vec<serde_json::Value> {
    vec![steps::agent(), steps::otp(), steps::document()]
}

async fn use_up(world: &World, chain: &ChainSubject, at: usize) {
    for _ in 0..5 {
        chain.steps[at].try_code(world, "untrue").await.expect(400);
    }
}

/// A chain in a state, with one step validated where it can be.
async fn in_state(world: &World, state: &str) -> (ChainSubject, [&'static str; 3]) {
    let chain = ChainSubject::of(world, sequence()).await;
    chain.walk(world, if state == "VALIDATED" { 3 } else { 1 }).await;
    let steps = match state {
        "CREATED" => ["VALIDATED", "CREATED", "CREATED"],
        "VALIDATED" => {
            chain.validate(world).await.expect(204);
            ["VALIDATED"; 3]
        }
        "CLOSED" => {
            chain.close(world).await.expect(204);
            ["CLOSED"; 3]
        }
        "CANCELLED" => {
            chain.cancel(world).await.expect(204);
            ["VALIDATED", "CANCELLED", "CANCELLED"]
        }
        "FAILED" => {
            use_up(world, &chain, 1).await;
            ["VALIDATED", "FAILED", "CANCELLED"]
        }
        _ => {
            world.clock.advance(TimeDelta::hours(1));
            ["VALIDATED", "EXPIRED", "EXPIRED"]
        }
    };
    (chain, steps)
}

async fn act(world: &World, chain: &ChainSubject, action: &str) -> Answer {
    match action {
        "validate" => chain.validate(world).await,
        "cancel" => chain.cancel(world).await,
        "close" => chain.close(world).await,
        "delete" => world.send(chain.deletion(world)).await,
        "delete by permitted force" => world.send(chain.forced_deletion(world)).await,
        _ => world.call("DELETE", &chain.admin_path("?force=true"), None).await,
    }
}

#[tokio::test]
async fn a_chain_goes_through_the_table_with_its_steps() {
    let world = World::with_external_provider().await;
    for state in STATES {
        for action in ACTIONS {
            let (chain, steps) = in_state(&world, state).await;
            let current = if state == "VALIDATED" { 3 } else { 1 };
            chain.assert_state(&world, state, current, &steps).await;
            let answer = act(&world, &chain, action).await;
            let (status, after) = match (state, action) {
                // A step is left.
                ("CREATED", "validate") => (409, Some((state, steps))),
                ("CREATED", "cancel") => (204, Some(("CANCELLED", ["VALIDATED", "CANCELLED", "CANCELLED"]))),
                ("CREATED" | "VALIDATED", "close") => (204, Some(("CLOSED", ["CLOSED"; 3]))),
                (_, "validate" | "cancel" | "close") => (409, Some((state, steps))),
                (_, "delete by permitted force") | ("CREATED", _) => (204, None),
                _ => (403, Some((state, steps))),
            };
            assert_eq!(answer.status.as_u16(), status, "{action} on {state}: {}", answer.json());
            match after {
                Some((state, steps)) => chain.assert_state(&world, state, current, &steps).await,
                None => {
                    chain.read(&world).await.expect(404);
                    for step in &chain.steps {
                        assert_eq!(step.status(&world).await, None);
                    }
                    act(&world, &chain, action).await.expect(404);
                }
            }
        }
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_refused_action_says_in_which_state_the_chain_is() {
    let world = World::with_external_provider().await;
    let (chain, _) = in_state(&world, "CANCELLED").await;
    assert_eq!(chain.close(&world).await.expect(409).details(), ["the chain is CANCELLED"]);
}

/// The end of a step is the end of its scoring and of its code, whichever way the chain ends.
#[tokio::test]
async fn nothing_goes_on_in_a_chain_that_has_ended() {
    let world = World::with_external_provider().await;
    for state in ["CLOSED", "CANCELLED", "FAILED", "EXPIRED"] {
        let chain = ChainSubject::of(&world, vec![steps::otp(), steps::document(), steps::agent()]).await;
        match state {
            "CLOSED" => drop(chain.close(&world).await.expect(204)),
            "CANCELLED" => drop(chain.cancel(&world).await.expect(204)),
            "FAILED" => use_up(&world, &chain, 0).await,
            _ => world.clock.advance(TimeDelta::hours(1)),
        }
        for step in &chain.steps {
            step.validate(&world).await.expect(409);
        }
        let scoring = world.call("GET", &chain.steps[1].scoring_path(""), None).await.expect(200).text("status");
        assert_eq!(scoring, if state == "EXPIRED" { "EXPIRED" } else { "CLOSED" });
        world.call("POST", &chain.steps[1].scoring_path("/delegate"), None).await.expect(409);
        world.call("POST", &chain.steps[0].admin_path("/code"), None).await.expect(409);
    }
}

#[tokio::test]
async fn a_message_that_waits_for_a_chain_that_has_ended_is_not_sent() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::sent_otp(), steps::agent()]).await;
    chain.cancel(&world).await.expect(204);
    world.settle().await;
    assert!(world.sender.sent().is_empty());
    world.assert_whole().await;
}

#[tokio::test]
async fn expiry_is_by_the_clock_and_the_sweep_writes_it_down() {
    let world = World::with_external_provider().await;
    let chain = ChainSubject::of(&world, sequence()).await;
    let done = ChainSubject::of(&world, vec![steps::agent()]).await;
    chain.walk(&world, 1).await;
    done.walk(&world, 1).await;
    world.clock.advance(TimeDelta::hours(1) - TimeDelta::seconds(1));
    chain.assert_state(&world, "CREATED", 1, &["VALIDATED", "CREATED", "CREATED"]).await;
    world.clock.advance(TimeDelta::seconds(1));
    let states = async |world: &World| {
        chain.assert_state(world, "EXPIRED", 1, &["VALIDATED", "EXPIRED", "EXPIRED"]).await;
        done.assert_state(world, "EXPIRED", 1, &["VALIDATED"]).await;
        chain.steps[1].validate(world).await.expect(409);
        assert_eq!(done.validate(world).await.expect(409).details(), ["the chain is EXPIRED"]);
    };
    states(&world).await;
    assert_eq!(world.sweep().await.expired, 2);
    states(&world).await;
    let stored = world.items_of("CHN#").await;
    assert!(stored.iter().all(|item| text(item, "status") == "EXPIRED"));
    world.assert_whole().await;
}

/// Whoever counted the last try may have died before the failure was written down: the count decides, and the sweep
/// writes it down. What has expired meanwhile stays so.
#[tokio::test]
async fn a_failure_that_nobody_wrote_down_is_one() {
    let mut world = World::with_external_provider().await;
    let chain = ChainSubject::of(&world, vec![steps::otp(), steps::agent()]).await;
    for _ in 0..4 {
        chain.steps[0].try_code(&world, "untrue").await.expect(400);
    }
    let whole = world.app.clone();
    let faults = acceptance::faults::Faults::on("Chains::transition", 0, acceptance::faults::Moment::Before);
    world.serve(faults.around(&whole));
    chain.steps[0].try_code(&world, "untrue").await.expect(400);
    world.serve(whole);
    assert!(faults.struck());
    assert_eq!(chain.read(&world).await.json()["status"], "FAILED");
    assert_eq!(chain.cancel(&world).await.expect(409).details(), ["the chain is FAILED"]);
    chain.close(&world).await.expect(409);
    world.send(chain.deletion(&world)).await.expect(403);
    chain.steps[1].validate(&world).await.expect(409);
    world.clock.advance(TimeDelta::hours(1));
    chain.assert_state(&world, "FAILED", 0, &["FAILED", "CANCELLED"]).await;
    world.sweep().await;
    chain.assert_state(&world, "FAILED", 0, &["FAILED", "CANCELLED"]).await;
    assert_eq!(text(&world.items_of("CHN#").await[0], "status"), "FAILED");
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn retention_erases_a_chain_with_all_of_it() {
    let world = World::with_external_provider().await;
    let chain = ChainSubject::of(&world, sequence()).await;
    chain.walk(&world, 3).await;
    chain.validate(&world).await.expect(204);
    world.clock.advance(TimeDelta::hours(1) + world.app.policy.retention - TimeDelta::seconds(1));
    world.sweep().await;
    chain.read(&world).await.expect(200);
    world.clock.advance(TimeDelta::seconds(1));
    world.sweep().await;
    chain.read(&world).await.expect(404);
    world.clock.advance(ERASE_AGAIN_AFTER);
    world.sweep().await;
    assert!(world.pictures().await.is_empty());
    let left = world.mortal_items().await;
    assert!(!left.iter().any(|item| ["CHN#", "SCO#", "ERA#", "LEF#"].contains(&&text(item, "pk")[..4])), "{left:?}");
    assert!(world.identifications().await.is_empty());
    world.assert_whole().await;
}

#[tokio::test]
async fn a_deletion_leaves_nothing_that_names_the_person() {
    let world = World::with_external_provider().await;
    let body = acceptance::bodies::referenced(acceptance::chains::body(sequence()));
    let chain = ChainSubject::by(&world, body).await;
    chain.walk(&world, 3).await;
    chain.validate(&world).await.expect(204);
    world.send(chain.forced_deletion(&world)).await.expect(204);
    assert!(world.pictures().await.is_empty());
    for item in world.items().await {
        let shown = format!("{item:?}");
        for name in
            ["James", "Smith", "6123456789", "example@email", "12345678A", "order-4711", "sister", "acceptance/1.0"]
        {
            assert!(!shown.contains(name), "{} names somebody by {name}", text(&item, "pk"));
        }
    }
    world.settle().await;
    world.assert_whole().await;
}
