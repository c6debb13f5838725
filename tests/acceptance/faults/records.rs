//! Records: nothing is shown without the event of it, whatever fails.

use super::{Run, at_every_call};
use acceptance::{
    World, bodies,
    chains::{ChainSubject, steps},
    subject::{Method, Subject},
};

async fn looks_at(world: &World, id: &str) -> usize {
    let path = format!("/events?subject_id={id}&type=record.viewed");
    let listed = world.call("GET", &path, None).await.expect(200).json();
    listed["events"].as_array().expect("events").len()
}

#[tokio::test]
async fn a_record_is_shown_only_with_the_event_of_it() {
    at_every_call(async |world: &mut World, run: &Run| {
        let document = Subject::of(world, Method::IdentityDocument, bodies::identity_document("LOW")).await;
        let read = world.request("GET", &format!("/records/{}", document.admin_id), None);
        let answer = run.first_try(world, read.clone()).await;
        run.assert_told(&answer, 200, &[]);
        let shown = usize::from(answer.status == 200);
        assert!(looks_at(world, &document.admin_id).await >= shown);
        world.send(read).await.expect(200);
        assert!(looks_at(world, &document.admin_id).await > shown);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_chain_is_shown_only_with_the_event_of_it() {
    at_every_call(async |world: &mut World, run: &Run| {
        let chain = ChainSubject::of(world, vec![steps::otp(), steps::agent()]).await;
        let read = world.request("GET", &format!("/records/{}", chain.admin_id), None);
        let answer = run.first_try(world, read.clone()).await;
        run.assert_told(&answer, 200, &[]);
        assert!(looks_at(world, &chain.admin_id).await >= usize::from(answer.status == 200));
        world.send(read).await.expect(200);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_list_is_whole_or_not_there() {
    at_every_call(async |world: &mut World, run: &Run| {
        let agent = Subject::create(world, Method::Agent).await;
        Subject::create(world, Method::Agent).await;
        let list = world.request("GET", "/records?limit=1", None);
        let answer = run.first_try(world, list.clone()).await;
        assert!([200, 503].contains(&answer.status.as_u16()), "{}", answer.status);
        let again = world.send(list).await.expect(200).json();
        assert!(again["next_cursor"].is_string(), "{again}");
        assert_eq!(agent.status(world).await.as_deref(), Some("CREATED"));
    })
    .await;
}

#[tokio::test]
async fn pictures_are_linked_to_only_with_the_event_of_it() {
    at_every_call(async |world: &mut World, run: &Run| {
        let document = Subject::create(world, Method::IdentityDocument).await;
        document.score(world, 0.9, vec![]).await;
        let read = world.request("GET", &format!("/record_pictures/{}", document.admin_id), None);
        let answer = run.first_try(world, read.clone()).await;
        run.assert_told(&answer, 200, &[]);
        let path = format!("/events?subject_id={}&type=pictures.viewed", document.id);
        let told = world.call("GET", &path, None).await.expect(200).json();
        assert!(told["events"].as_array().expect("events").len() >= usize::from(answer.status == 200));
        world.send(read).await.expect(200);
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_search_is_answered_only_with_the_event_of_it() {
    at_every_call(async |world: &mut World, run: &Run| {
        Subject::of(world, Method::Agent, bodies::agent(false)).await;
        let by = serde_json::json!({ "email": "example@email.com" });
        let search = world.request("POST", "/record_searches", Some(by));
        let answer = run.first_try(world, search.clone()).await;
        run.assert_told(&answer, 200, &[]);
        let told = world.call("GET", "/events?type=record.searched", None).await.expect(200).json();
        assert!(told["events"].as_array().expect("events").len() >= usize::from(answer.status == 200));
        let found = world.send(search).await.expect(200).json();
        assert_eq!(found["records"].as_array().map(Vec::len), Some(1));
        world.assert_whole().await;
    })
    .await;
}
