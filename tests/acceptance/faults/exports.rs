//! Exports: a link is given out only with the event of it. How a file is made whatever fails is in `exports/making.rs`.

use super::{Run, at_every_call};
use acceptance::{World, bodies};

#[tokio::test]
async fn an_export_that_was_asked_for_is_made_whatever_failed() {
    at_every_call(async |world: &mut World, run: &Run| {
        let ask = world.request("POST", "/record_exports", Some(bodies::export("PERSONAL")));
        let answer = run.first_try(world, ask.clone()).await;
        run.assert_told(&answer, 202, &["ExportQueue::wake"]);
        world.send(ask).await.expect(202);
        world.settle().await;
        assert_eq!(world.export().await, 0);
        let made = world.items_of("EXP#").await;
        assert!(made.iter().all(|item| item["status"].as_s().is_ok_and(|status| status == "DONE")));
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_link_is_given_out_only_with_the_event_of_it() {
    at_every_call(async |world: &mut World, run: &Run| {
        let asked = world.call("POST", "/record_exports", Some(bodies::export("PERSONAL"))).await.expect(202);
        assert_eq!(world.export().await, 0);
        let id = asked.text("export_id");
        let read = world.request("GET", &format!("/record_exports/{id}"), None);
        let answer = run.first_try(world, read.clone()).await;
        run.assert_told(&answer, 200, &[]);
        let told = world.call("GET", &format!("/events?subject_id={id}"), None).await.expect(200).json();
        let linked = told["events"].as_array().expect("events").iter().filter(|event| event["data"]["linked"] == true);
        assert!(linked.count() >= usize::from(answer.status == 200));
        world.send(read).await.expect(200);
        world.assert_whole().await;
    })
    .await;
}
