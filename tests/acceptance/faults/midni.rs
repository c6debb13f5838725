//! The DNI on the phone: whatever is lost, the person does not have to show another code to a caller that has a key.

use super::{Run, at_every_call};
use acceptance::{
    World,
    midni::{body, confirmation, nth_code},
    subject::{Method, Subject},
};

const KEEP: &str = "MidniChecks::keep";

#[tokio::test]
async fn a_code_with_a_key_is_presented_once_and_its_check_is_answered() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = Subject::create(world, Method::Agent).await;
        let check = world.request("POST", &agent.actor_path("/midni"), Some(body(&nth_code(world, 0))));
        let check = check.header("idempotency-key", "k");
        let first = run.first_try(world, check.clone()).await;
        run.assert_told(&first, 200, &[]);
        let again = world.send(check).await.expect(200);
        let kept = first.status == 200 || run.silenced(KEEP);
        assert_eq!(again.headers.contains_key("idempotent-replayed"), kept);
        assert!(first.status != 200 || first.json() == again.json());
        assert_eq!(world.items_of("MDC#").await.len(), 1);
        let confirmation = confirmation(&again.text("midni_check_id"));
        world.call("POST", &agent.actor_path("/validate"), Some(confirmation)).await.expect(204);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_without_a_key_is_spent_only_by_what_was_kept() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = Subject::create(world, Method::Agent).await;
        let check = world.request("POST", &agent.actor_path("/midni"), Some(body(&nth_code(world, 0))));
        let first = run.first_try(world, check.clone()).await;
        run.assert_told(&first, 200, &[]);
        let kept = first.status == 200 || run.silenced(KEEP);
        world.send(check).await.expect(if kept { 409 } else { 200 });
    })
    .await;
}

#[tokio::test]
async fn a_check_validates_once_whatever_is_lost() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = Subject::create(world, Method::Agent).await;
        let check = world.call("POST", &agent.actor_path("/midni"), Some(body(&nth_code(world, 0)))).await.expect(200);
        let confirmation = confirmation(&check.text("midni_check_id"));
        let validate = world.request("POST", &agent.actor_path("/validate"), Some(confirmation));
        let validate = validate.header("idempotency-key", "k");
        let first = run.first_try(world, validate.clone()).await;
        run.assert_told(&first, 204, &[]);
        world.send(validate).await.expect(204);
        world.settle().await;
        world.assert_whole().await;
        assert_eq!(agent.status(world).await.as_deref(), Some("VALIDATED"));
    })
    .await;
}
