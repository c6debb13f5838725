//! Reviews: opened, claimed, decided and withdrawn once, whatever fails.

use super::{Run, at_every_call};
use acceptance::{
    World, bodies,
    reviews::{ReviewSubject, listed, review_from},
    subject::{Method, Subject},
};
use chrono::TimeDelta;

#[tokio::test]
async fn a_review_opens_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        review_from(world, 0.5, false).await;
        let subject = Subject::create(world, Method::IdentityDocument).await;
        world.scorer.answer(0.6, Vec::new());
        let score = world.request("PUT", &subject.scoring_path("/score"), None);
        let score = score.pictures(&[("front", &bodies::png(1))]);
        let answer = run.first_try(world, score.clone()).await;
        if answer.status != 204 {
            // The retry may be held until its lease ends.
            world.clock.advance(TimeDelta::seconds(46));
            world.send(score).await.expect(204);
        }
        assert_eq!(listed(world, "?status=OPEN").await.len(), 1);
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_review_is_claimed_and_decided_once() {
    for decision in ["APPROVE", "REJECT"] {
        at_every_call(async |world: &mut World, run: &Run| {
            let review = ReviewSubject::open(world).await;
            let claim = review.claim(world, "ana");
            let answer = run.first_try(world, claim.clone()).await;
            run.assert_told(&answer, 204, &[]);
            world.send(claim).await.expect(204);
            world.settle().await;
            world.send(review.decision(world, "ana", decision)).await.expect(204);
            world.assert_whole().await;
        })
        .await;
        at_every_call(async |world: &mut World, run: &Run| {
            let review = ReviewSubject::open(world).await;
            world.send(review.claim(world, "ana")).await.expect(204);
            let decide = review.decision(world, "ana", decision);
            let answer = run.first_try(world, decide.clone()).await;
            run.assert_told(&answer, 204, &[]);
            if answer.status != 204 {
                let again = world.send(decide).await;
                assert!([204, 409].contains(&again.status.as_u16()), "{}", again.json());
            }
            let expected = if decision == "APPROVE" { "APPROVED" } else { "REJECTED" };
            assert_eq!(review.status(world).await, expected);
            world.settle().await;
            world.assert_whole().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_review_is_withdrawn_with_its_identification() {
    at_every_call(async |world: &mut World, run: &Run| {
        let review = ReviewSubject::open(world).await;
        let cancel = review.subject.cancellation(world);
        let answer = run.first_try(world, cancel.clone()).await;
        run.assert_told(&answer, 204, &[]);
        if answer.status != 204 {
            let again = world.send(cancel).await;
            assert!([204, 409].contains(&again.status.as_u16()), "{}", again.json());
        }
        assert_eq!(review.status(world).await, "WITHDRAWN");
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_approved_is_validated_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let review = ReviewSubject::open(world).await;
        review.decide(world, "ana", "APPROVE").await.expect(204);
        let validate = review.subject.validation(world);
        let answer = run.first_try(world, validate.clone()).await;
        run.assert_told(&answer, 204, &[]);
        if answer.status != 204 {
            let again = world.send(validate).await;
            assert!([204, 409].contains(&again.status.as_u16()), "{}", again.json());
        }
        assert_eq!(review.subject.status(world).await.as_deref(), Some("VALIDATED"));
        world.settle().await;
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_claim_that_lapsed_is_put_back_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        let review = ReviewSubject::open(world).await;
        world.send(review.claim(world, "ana")).await.expect(204);
        world.clock.advance(TimeDelta::minutes(16));
        acredita_sweep::sweep(&run.faults.around(&world.app)).await;
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(world.sweep().await.failed, 0);
        assert_eq!(review.told(world).await.last().map(String::as_str), Some("review.released"));
        world.assert_whole().await;
    })
    .await;
}
