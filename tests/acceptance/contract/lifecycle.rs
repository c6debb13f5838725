//! §6: the effect of each action in each state, for all three methods.

use super::stage::{STATES, in_state, time};
use acceptance::{
    Answer, World,
    subject::{Method, Subject, forcing_token},
};
use chrono::TimeDelta;

/// The actions of the table.
const ACTIONS: [&str; 6] =
    ["validate", "cancel", "close", "delete", "delete by permitted force", "delete by force without permission"];

async fn act(world: &World, subject: &Subject, action: &str) -> Answer {
    match action {
        "validate" => subject.validate(world).await,
        "cancel" => subject.cancel(world).await,
        "close" => subject.close(world).await,
        "delete" => subject.delete(world).await,
        "delete by permitted force" => subject.delete_by_force(world, true).await,
        _ => subject.delete_by_force(world, false).await,
    }
}

/// The table of the contract: the status, and the state after it; `None` if it is gone.
fn expected(state: &'static str, action: &str) -> (u16, Option<&'static str>) {
    match (state, action) {
        ("CREATED", "validate") => (204, Some("VALIDATED")),
        ("CREATED", "cancel") => (204, Some("CANCELLED")),
        ("CREATED" | "VALIDATED", "close") => (204, Some("CLOSED")),
        (_, "validate" | "cancel" | "close") => (409, Some(state)),
        (_, "delete by permitted force") | ("CREATED", _) => (204, None),
        _ => (403, Some(state)),
    }
}

async fn the_table_holds_for(method: Method) {
    let world = World::with_external_provider().await;
    for state in STATES {
        for action in ACTIONS {
            let Some(subject) = in_state(&world, method, state).await else {
                continue;
            };
            assert_eq!(subject.status(&world).await.as_deref(), Some(state));
            let answer = act(&world, &subject, action).await;
            let (status, after) = expected(state, action);
            assert_eq!(answer.status.as_u16(), status, "{action} on {state}: {}", answer.json());
            assert_eq!(subject.status(&world).await.as_deref(), after, "after {action} on {state}");
        }
    }
}

#[tokio::test]
async fn an_agent_identification_goes_through_the_table() {
    the_table_holds_for(Method::Agent).await;
}

#[tokio::test]
async fn an_otp_goes_through_the_table() {
    the_table_holds_for(Method::Otp).await;
}

#[tokio::test]
async fn an_identity_document_goes_through_the_table() {
    the_table_holds_for(Method::IdentityDocument).await;
}

#[tokio::test]
async fn a_refused_action_says_in_which_state_the_identification_is() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    subject.cancel(&world).await.expect(204);
    assert_eq!(subject.validate(&world).await.expect(409).details(), ["the identification is CANCELLED"]);
}

#[tokio::test]
async fn force_is_true_or_false_in_any_case() {
    let world = World::start().await;
    let token = forcing_token(&world);
    let delete = |subject: &Subject, query: &str| {
        let call = world.request("DELETE", &subject.admin_path(query), None).without("authorization").token(&token);
        world.send(call)
    };
    for method in Method::ALL {
        let subject = Subject::create(&world, method).await;
        subject.close(&world).await.expect(204);
        for force in [
            "",
            "=",
            "=1",
            "=0",
            "=yes",
            "=no",
            "=tru",
            "=truee",
            "=true%20",
            "=null",
            "=true,false",
            "=true&force=true",
            "=false&force=true",
            "=%74%72%75%65x",
        ] {
            let answer = delete(&subject, &format!("?force{force}")).await.expect(400);
            assert_eq!(answer.json()["errors"][0]["title"], "PARAMETER_ERROR", "{force}");
            assert!(answer.details()[0].starts_with("query parameter force: "), "{force}");
        }
        for query in
            ["", "?", "?force=false", "?force=FALSE", "?force=False", "?forced=true", "?FORCE=true", "?x=force=true"]
        {
            delete(&subject, query).await.expect(403);
        }
        assert_eq!(subject.status(&world).await.as_deref(), Some("CLOSED"));
        delete(&subject, "?x=1&force=true").await.expect(204);
        for force in ["true", "TRUE", "True", "tRuE"] {
            let subject = Subject::create(&world, method).await;
            subject.close(&world).await.expect(204);
            delete(&subject, &format!("?force={force}")).await.expect(204);
            assert_eq!(subject.status(&world).await, None);
        }
    }
}

#[tokio::test]
async fn a_deleted_identification_is_gone_for_every_operation() {
    let world = World::start().await;
    for method in Method::ALL {
        let subject = Subject::create(&world, method).await;
        assert!(subject.delete(&world).await.expect(204).body.is_empty());
        for action in ACTIONS {
            act(&world, &subject, action).await.expect(404);
        }
        subject.metadata(&world).await.expect(404);
        if method == Method::Otp {
            world.call("POST", &subject.actor_path("/resend"), None).await.expect(404);
        }
    }
}

#[tokio::test]
async fn an_identification_expires_by_the_clock_and_to_the_second() {
    let world = World::start().await;
    for method in Method::ALL {
        let subject = Subject::create(&world, method).await;
        let expires_at = time(&subject.metadata(&world).await.text("expires_at"));
        world.clock.advance(expires_at - world.app.now() - TimeDelta::milliseconds(1));
        assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
        world.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(subject.status(&world).await.as_deref(), Some("EXPIRED"));
        for action in ["validate", "cancel", "close"] {
            act(&world, &subject, action).await.expect(409);
        }
        acredita_domain::use_cases::sweep(&world.app).await;
        assert_eq!(subject.status(&world).await.as_deref(), Some("EXPIRED"), "a sweep only tidies");
    }
}

#[tokio::test]
async fn what_is_over_does_not_expire() {
    let world = World::with_external_provider().await;
    for method in Method::ALL {
        for state in ["VALIDATED", "CLOSED", "CANCELLED", "FAILED"] {
            let Some(subject) = in_state(&world, method, state).await else {
                continue;
            };
            world.clock.advance(TimeDelta::hours(2));
            assert_eq!(subject.status(&world).await.as_deref(), Some(state));
            if state == "VALIDATED" {
                subject.close(&world).await.expect(204);
            }
        }
    }
}

#[tokio::test]
async fn of_two_concurrent_transitions_exactly_one_is_taken() {
    let world = World::with_external_provider().await;
    for method in Method::ALL {
        for (one, other) in
            [("validate", "validate"), ("cancel", "cancel"), ("validate", "cancel"), ("cancel", "close")]
        {
            let subject = in_state(&world, method, "CREATED").await.expect("every method knows it");
            let (first, second) = tokio::join!(act(&world, &subject, one), act(&world, &subject, other));
            let mut statuses = [first.status.as_u16(), second.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [204, 409], "{method:?}: {one} and {other}");
        }
    }
}

#[tokio::test]
async fn times_are_rfc_3339_in_utc_to_the_second() {
    let world = World::start().await;
    world.clock.advance(TimeDelta::milliseconds(123));
    let metadata = Subject::create(&world, Method::Agent).await.metadata(&world).await;
    assert_eq!(
        (metadata.text("created_at"), metadata.text("expires_at")),
        ("2026-11-20T08:33:00Z".to_owned(), "2026-11-20T09:33:00Z".to_owned())
    );
}
