//! Settings: replaced once, whatever fails, and read by what uses them.

use super::{Run, at_every_call};
use acceptance::{
    World, bodies,
    subject::{Method, Subject},
};
use serde_json::json;

#[tokio::test]
async fn settings_are_replaced_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let body = json!({ "display_name": "Yoigo" });
        let replace = world.request("PUT", "/settings", Some(body)).header("if-match", "\"0\"");
        let answer = run.first_try(world, replace.clone()).await;
        run.assert_told(&answer, 200, &[]);
        // A change whose answer was lost is there, and the version that it was made on is not.
        let again = world.send(replace).await;
        assert!([200, 412].contains(&again.status.as_u16()), "{}", again.json());
        let read = world.call("GET", "/settings", None).await.expect(200);
        assert_eq!(
            (read.text("display_name").as_str(), &read.headers["etag"]),
            ("Yoigo", &"\"1\"".parse().expect("ASCII"))
        );
        let events = world.call("GET", "/events?type=settings.updated", None).await.expect(200).json();
        assert_eq!(events["events"].as_array().map(Vec::len), Some(1));
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_is_in_the_organisations_words_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        let body = json!({ "messages": { "templates": { "ES": { "sms": "Clave: {code}" } } } });
        let replace = world.request("PUT", "/settings", Some(body)).header("if-match", "*");
        world.send(replace).await.expect(200);
        let otp = Subject::of(world, Method::Otp, bodies::otp()).await;
        world.deliver_with(&run.faults.around(&world.app)).await;
        world.settle().await;
        let sent = world.sender.sent();
        assert!(!sent.is_empty() && sent.iter().all(|message| message.text.starts_with("Clave: ")), "{}", sent.len());
        otp.try_code(world, &world.code_of(&otp.id)).await.expect(204);
    })
    .await;
}
