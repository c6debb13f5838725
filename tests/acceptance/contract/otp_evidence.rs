//! What is kept of a document that was a second factor: only the pictures of the successful try, for as long as the
//! identification.

use super::stage::kept_pictures;
use acceptance::{
    Answer, Call, ORG, World, bodies,
    subject::{Method, Subject},
};
use acredita_domain::{
    App,
    actor::DocumentType,
    error::Unavailable,
    identification::{State, Validation},
    named::Named,
    pictures::{PictureFormat, PictureKey, PicturePrefix, Sha256Digest, Side, SignedLink, StatedPicture, UploadLink},
    ports::{Pictures, StoredPicture},
    stores::Stores,
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use std::sync::Arc;

const MANY: usize = 16;

async fn asked(world: &World) -> Subject {
    Subject::of(world, Method::Otp, bodies::document_otp()).await
}

/// A picture that shows the declared document; every seed gives a different picture.
fn right(world: &World, seed: u32) -> Vec<u8> {
    let picture = bodies::png(1_000 + seed);
    world.numbers.show(&picture, DocumentType::Nif, &["12345678A"]);
    picture
}

fn validate(world: &World, subject: &Subject, sides: &[(&str, &[u8])]) -> Call {
    let code = subject.code.as_deref().expect("an external channel");
    world.request("PUT", &subject.actor_path("/validate"), Some(bodies::code_and_pictures(code, sides)))
}

async fn validation(world: &World, subject: &Subject) -> Validation {
    let (org, id) = (ORG.parse().expect("an organisation"), subject.id.parse().expect("an id"));
    let found = world.app.stores.by_id.identification(&org, id).await.expect("an answer").expect("it is there");
    let (State::Validated(validation) | State::Closed { validation: Some(validation), .. }) = found.state else {
        panic!("validated")
    };
    validation
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

#[tokio::test]
async fn the_pictures_of_the_right_try_are_kept_and_no_others() {
    let world = World::start().await;
    let subject = asked(&world).await;
    for wrong in [bodies::png(1), bodies::png(2)] {
        world.send(validate(&world, &subject, &[("back", &wrong)])).await.expect(400);
    }
    assert!(kept_pictures(&world).await.is_empty());
    let (front, back) = (bodies::png(3), right(&world, 1));
    world.send(validate(&world, &subject, &[("front", &front), ("back", &back)])).await.expect(204);

    let validation = validation(&world, &subject).await;
    assert_eq!(validation.at, world.app.now());
    assert_eq!(validation.agent, None);
    for (capture, (side, bytes)) in validation.captures.iter().zip([(Side::Front, &front), (Side::Back, &back)]) {
        assert_eq!(
            (capture.side, &capture.sha256, capture.size_bytes),
            (side, &Sha256Digest::of(bytes), bytes.len() as u64)
        );
        let key = PictureKey::evidence(
            &ORG.parse().expect("an organisation"),
            subject.id.parse().expect("an id"),
            &capture.sha256,
        );
        let kept = world.app.stores.pictures.get(&key, 1 << 20).await.expect("S3 answers");
        assert!(kept == Some(StoredPicture::Bytes(bytes.clone().into())), "byte by byte");
    }
    assert_eq!((validation.captures.len(), kept_pictures(&world).await.len()), (2, 2));
}

#[tokio::test]
async fn the_pictures_go_with_the_identification() {
    let world = World::start().await;
    let subject = asked(&world).await;
    world.send(validate(&world, &subject, &[("back", &right(&world, 1))])).await.expect(204);
    subject.delete(&world).await.expect(403);
    assert_eq!(kept_pictures(&world).await.len(), 1);
    subject.close(&world).await.expect(204);
    assert_eq!(validation(&world, &subject).await.captures.len(), 1, "closing keeps the evidence");
    subject.delete_by_force(&world, true).await.expect(204);
    assert!(kept_pictures(&world).await.is_empty());

    let subject = asked(&world).await;
    world.send(validate(&world, &subject, &[("back", &right(&world, 1))])).await.expect(204);
    world.clock.advance(TimeDelta::hours(2) + world.app.policy.retention);
    assert_eq!(world.sweep().await.failed, 0);
    assert!(kept_pictures(&world).await.is_empty(), "retention takes them, too");
    world.assert_whole().await;
}

#[tokio::test]
async fn a_picture_costs_no_more_than_its_own_write() {
    let world = World::start().await;
    let subject = asked(&world).await;
    world.wire.take();
    world.send(validate(&world, &subject, &[("back", &bodies::png(1))])).await.expect(400);
    assert_eq!(world.wire.take(), ["GetItem", "UpdateItem", "UpdateItem"], "read, counted, judged");
    world
        .send(validate(&world, &subject, &[("front", &bodies::png(2)), ("back", &right(&world, 1))]))
        .await
        .expect(204);
    assert_eq!(
        world.wire.take(),
        ["GetItem", "UpdateItem", "PutObject", "PutObject", "TransactWriteItems", "SendMessage"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_right_tries_at_once_one_validates_and_its_pictures_stay() {
    let world = World::start().await;
    for (round, same) in [true, false, true, false].into_iter().enumerate() {
        let subject = asked(&world).await;
        let picture = |at: usize| right(&world, if same { 0 } else { (round * MANY + at) as u32 });
        let calls = (0..MANY).map(|at| validate(&world, &subject, &[("back", &picture(at))])).collect();
        let answers = world.at_once(calls).await;
        assert_eq!((count(&answers, 204), count(&answers, 204) + count(&answers, 409)), (1, MANY), "{answers:?}");
        let winner = answers.iter().position(|answer| answer.status == 204).expect("one");
        let captures = validation(&world, &subject).await.captures;
        assert_eq!(captures[0].sha256, Sha256Digest::of(&picture(winner)));
        let kept = kept_pictures(&world).await.iter().filter(|name| name.contains(&subject.id)).count();
        assert_eq!(kept, 1, "what the others showed is gone");
    }
    world.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_wrong_tries_at_once_five_are_read() {
    let world = World::start().await;
    let subject = asked(&world).await;
    world.numbers.take_reads();
    let answers = world.at_once(vec![validate(&world, &subject, &[("back", &bodies::png(1))]); MANY]).await;
    assert_eq!((count(&answers, 400), count(&answers, 409)), (5, MANY - 5));
    assert_eq!(world.numbers.take_reads(), 5, "a picture is decoded for a counted try only");
    assert_eq!(subject.status(&world).await.as_deref(), Some("FAILED"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_delete_that_meets_a_right_try_leaves_all_or_nothing() {
    let world = World::start().await;
    for round in 0..5 {
        let subject = asked(&world).await;
        let validate = validate(&world, &subject, &[("back", &right(&world, round))]);
        let delete = world.request("DELETE", &subject.admin_path(""), None);
        let calls = (0..MANY).map(|at| if at % 2 == 0 { validate.clone() } else { delete.clone() }).collect();
        let answers = world.at_once(calls).await;
        for answer in &answers {
            assert!([204, 403, 404, 409].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.json());
        }
        assert_eq!(count(&answers, 204), 1);
        let deleted = answers.iter().skip(1).step_by(2).any(|answer| answer.status == 204);
        assert_eq!(subject.status(&world).await.is_none(), deleted);
    }
    world.settle().await;
    world.assert_whole().await;
}

/// Another request, between checking a picture and taking the step that it is for.
type Meanwhile = Arc<dyn Fn() -> futures_util::future::BoxFuture<'static, ()> + Send + Sync>;

/// Runs the other request just before storing pictures.
struct Interrupted {
    pictures: Named<dyn Pictures>,
    meanwhile: Meanwhile,
}

#[async_trait]
impl Pictures for Interrupted {
    async fn put(&self, key: &PictureKey, format: PictureFormat, bytes: Bytes) -> Result<(), Unavailable> {
        (self.meanwhile)().await;
        self.pictures.put(key, format, bytes).await
    }
    async fn get(&self, key: &PictureKey, max_bytes: usize) -> Result<Option<StoredPicture>, Unavailable> {
        self.pictures.get(key, max_bytes).await
    }
    async fn remove(&self, key: &PictureKey) -> Result<(), Unavailable> {
        self.pictures.remove(key).await
    }
    async fn erase(&self, prefix: &PicturePrefix, spared: &[PictureKey]) -> Result<(), Unavailable> {
        self.pictures.erase(prefix, spared).await
    }
    async fn link_to_read(
        &self,
        key: &PictureKey,
        format: PictureFormat,
        now: acredita_domain::Time,
    ) -> Result<SignedLink, Unavailable> {
        self.pictures.link_to_read(key, format, now).await
    }
    async fn link_to_write(
        &self,
        key: &PictureKey,
        stated: Option<&StatedPicture>,
        now: acredita_domain::Time,
    ) -> Result<UploadLink, Unavailable> {
        self.pictures.link_to_write(key, stated, now).await
    }
}

/// Sends a right try whose pictures are stored just after `meanwhile` was answered with 204, and returns the answer to
/// the try.
async fn interrupted(world: &mut World, subject: &Subject, picture: &[u8], meanwhile: Call) -> Answer {
    let whole = world.app.clone();
    let gateway = world.gateway().clone();
    let meanwhile: Meanwhile = Arc::new(move || {
        let (gateway, call) = (gateway.clone(), meanwhile.clone());
        Box::pin(async move { assert_eq!(gateway.serve(call.into_request()).await.status(), 204) })
    });
    let pictures = Interrupted { pictures: whole.stores.pictures.clone(), meanwhile };
    let stores = Stores { pictures: Named::new(Arc::new(pictures)), ..whole.stores.clone() };
    world.serve(App { stores, ..whole.clone() });
    let answer = world.send(validate(world, subject, &[("back", picture)])).await;
    world.serve(whole);
    answer
}

#[tokio::test]
async fn a_right_try_whose_identification_is_deleted_meanwhile_leaves_no_picture() {
    let mut world = World::start().await;
    let subject = asked(&world).await;
    let (picture, delete) = (right(&world, 1), world.request("DELETE", &subject.admin_path(""), None));
    interrupted(&mut world, &subject, &picture, delete).await.expect(404);
    assert!(kept_pictures(&world).await.is_empty());
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn a_right_try_that_comes_after_a_cancel_or_a_close_leaves_no_picture() {
    let mut world = World::start().await;
    for step in ["cancel", "close"] {
        let subject = asked(&world).await;
        let body = (step == "cancel").then(|| serde_json::json!({ "reason": "no" }));
        let (picture, call) = (right(&world, 1), world.request("POST", &subject.admin_path(&format!("/{step}")), body));
        interrupted(&mut world, &subject, &picture, call).await.expect(409);
        assert!(kept_pictures(&world).await.is_empty(), "{step}");
    }
}

#[tokio::test]
async fn a_right_try_that_another_one_beats_leaves_only_the_winners_pictures() {
    let mut world = World::start().await;
    for same in [true, false] {
        let subject = asked(&world).await;
        let (mine, theirs) = (right(&world, 1), right(&world, if same { 1 } else { 2 }));
        let winner = validate(&world, &subject, &[("back", &theirs)]);
        interrupted(&mut world, &subject, &mine, winner).await.expect(409);
        let kept: Vec<String> =
            kept_pictures(&world).await.into_iter().filter(|name| name.contains(&subject.id)).collect();
        assert!(kept.len() == 1 && kept[0].ends_with(Sha256Digest::of(&theirs).as_str()), "{kept:?}");
    }
    world.assert_whole().await;
}

/// While the identification is CREATED, another try with the same pictures may be in progress: they are erased with the
/// identification.
#[tokio::test]
async fn a_right_try_whose_code_dies_meanwhile_is_wrong_and_its_pictures_go_with_the_identification() {
    let mut world = World::start().await;
    let mut body = bodies::otp();
    body["two_factor_type"] = serde_json::json!("PERSONAL_DOCUMENT_IMAGE");
    let mut subject = Subject::of(&world, Method::Otp, body).await;
    world.deliver().await;
    subject.code = Some(world.code_of(&subject.id));
    world.clock.advance(TimeDelta::seconds(30));
    let (picture, resend) = (right(&world, 1), world.request("POST", &subject.actor_path("/resend"), None));
    interrupted(&mut world, &subject, &picture, resend).await.expect(400);
    assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
    subject.delete(&world).await.expect(204);
    assert!(kept_pictures(&world).await.is_empty());
}
