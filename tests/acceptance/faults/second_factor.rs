//! A picture of a document as the second factor: whatever fails, the identification never refers to missing pictures,
//! nothing is counted twice, and a person with the right code and document succeeds with the next try.

use super::{JUDGE_WRONG, Run, at_every_call};
use acceptance::{Call, World, bodies};
use acredita_domain::{actor::DocumentType, otp::TRY_LEASE};

struct Asked {
    id: String,
    code: String,
}

async fn asked(world: &World) -> Asked {
    let created = world.call("POST", "/identifications/otp", Some(bodies::document_otp())).await.expect(201);
    Asked { id: created.text("identification_id"), code: created.text("code") }
}

fn show(world: &World, asked: &Asked, picture: &[u8]) -> Call {
    let body = bodies::code_and_pictures(&asked.code, &[("front", &bodies::png(1)), ("back", picture)]);
    world.request("PUT", &format!("/identifications/otp/{}/validate", asked.id), Some(body))
}

async fn attempts_left(world: &World, asked: &Asked) -> u64 {
    world.metadata("otp", &asked.id).await["attempts_left"].as_u64().expect("a number")
}

#[tokio::test]
async fn a_right_picture_validates_once_and_is_there() {
    at_every_call(async |world: &mut World, run: &Run| {
        let (asked, picture) = (asked(world).await, bodies::png(2));
        world.numbers.show(&picture, DocumentType::Nif, &["12345678A"]);
        let step = show(world, &asked, &picture);
        let first = run.first_try(world, step.clone()).await;
        run.assert_told(&first, 204, &[]);
        let taken = first.status == 204 || run.silenced("Identifications::transition");
        world.clock.advance(TRY_LEASE);
        let left = attempts_left(world, &asked).await;
        // Only a count with an unknown outcome costs a try: a right try is not a wrong one.
        assert_eq!(left, 5 - u64::from(run.silenced("Identifications::count_try")));
        world.send(step).await.expect(if taken { 409 } else { 204 });
        assert_eq!(world.status("otp", &asked.id).await, "VALIDATED");
        assert_eq!(world.pictures().await.len(), 2);
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_picture_is_counted_at_least_once_and_at_most_per_try() {
    at_every_call(async |world: &mut World, run: &Run| {
        let asked = asked(world).await;
        let step = show(world, &asked, &bodies::png(3));
        let first = run.first_try(world, step.clone()).await;
        run.assert_told(&first, 400, &[JUDGE_WRONG]);
        world.send(step).await.expect(400);
        let counted = 1 + u64::from(run.counts_a_try());
        world.clock.advance(TRY_LEASE);
        assert_eq!(attempts_left(world, &asked).await, 5 - counted);
        assert!(world.pictures().await.is_empty(), "nothing is kept of a wrong try");
    })
    .await;
}

#[tokio::test]
async fn an_identification_goes_with_its_pictures() {
    at_every_call(async |world: &mut World, run: &Run| {
        let (asked, picture) = (asked(world).await, bodies::png(2));
        world.numbers.show(&picture, DocumentType::Nif, &["12345678A"]);
        // The step is lost after its pictures were stored: they belong to an identification that is still CREATED,
        // which the sweep expires and erases.
        let first = run.first_try(world, show(world, &asked, &picture)).await;
        run.assert_told(&first, 204, &[]);
        world.clock.advance(chrono::TimeDelta::hours(2) + world.app.policy.retention);
        assert_eq!(world.sweep().await.failed, 0);
        assert!(world.pictures().await.is_empty());
        world.assert_whole().await;
    })
    .await;
}
