//! Creates with an idempotency key: however often they are sent and whatever is lost, they create one entity.

use super::{Run, at_every_call};
use acceptance::{World, bodies};
use serde_json::{Value, json};

struct Kind {
    path: &'static str,
    body: Value,
    success: u16,
    /// Identifications, scorings, messages.
    makes: (usize, usize, usize),
}

async fn is_created_once(kind: &Kind, world: &mut World, run: &Run) {
    let create = world.request("POST", kind.path, Some(kind.body.clone())).header("idempotency-key", "order-1");
    let first = run.first_try(world, create.clone()).await;
    // The sweep finds messages whose kick was lost.
    run.assert_told(&first, kind.success, &["Queue::kick"]);
    let again = world.send(create.clone()).await.expect(kind.success);
    if first.status.is_success() {
        assert_eq!(first.json(), again.json());
    }
    assert_eq!(world.send(create).await.expect(kind.success).json(), again.json());

    world.settle().await;
    let (identifications, handles) = (world.identifications().await.len(), world.items_of("ADM#").await.len());
    let scorings = world.items_of("SCO#").await.len();
    assert_eq!(identifications, handles);
    assert_eq!((identifications, scorings, world.sender.sent().len()), kind.makes);
    world.assert_whole().await;

    if kind.path.ends_with("/otp") {
        let id = again.text("identification_id");
        let code = again.json()["code"].as_str().map_or_else(|| world.code_of(&id), str::to_owned);
        let body = Some(json!({ "code": code }));
        world.call("PUT", &format!("/identifications/otp/{id}/validate"), body).await.expect(204);
    }
}

async fn is_created_once_at_every_fault(path: &'static str, body: Value, success: u16, makes: (usize, usize, usize)) {
    let kind = Kind { path, body, success, makes };
    at_every_call(async |world: &mut World, run: &Run| is_created_once(&kind, world, run).await).await;
}

#[tokio::test]
async fn an_agent_identification_is_created_once() {
    is_created_once_at_every_fault("/identifications/agent", bodies::agent(true), 201, (1, 0, 0)).await;
}

#[tokio::test]
async fn an_otp_is_created_once_and_its_code_goes_out_once() {
    is_created_once_at_every_fault("/identifications/otp", bodies::otp(), 201, (1, 0, 1)).await;
}

#[tokio::test]
async fn an_external_otp_is_created_once_with_one_code() {
    is_created_once_at_every_fault("/identifications/otp", bodies::external_otp(), 201, (1, 0, 0)).await;
}

#[tokio::test]
async fn an_identity_document_and_its_scoring_are_created_once() {
    is_created_once_at_every_fault(
        "/identifications/identity_document",
        bodies::identity_document("LOW"),
        200,
        (1, 1, 0),
    )
    .await;
}

#[tokio::test]
async fn a_scoring_is_created_once() {
    is_created_once_at_every_fault("/scorings/identity_document", bodies::scoring(), 200, (0, 1, 0)).await;
}

/// Without a key a repeat looks like a new request, but whatever the first one left must be complete.
#[tokio::test]
async fn a_create_without_a_key_is_whole_or_not_there() {
    at_every_call(async |world: &mut World, run: &Run| {
        let create = world.request("POST", "/identifications/otp", Some(bodies::otp()));
        let first = run.first_try(world, create).await;
        run.assert_told(&first, 201, &["Queue::kick"]);
        world.settle().await;
        let made =
            usize::from(run.fault.is_none() || run.hits("Queue::kick") || run.silenced("Identifications::create"));
        assert_eq!((world.identifications().await.len(), world.sender.sent().len()), (made, made));
        world.assert_whole().await;
    })
    .await;
}
