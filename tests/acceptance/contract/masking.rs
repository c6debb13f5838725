//! §7: which of the actor's data the actor's side may see.

use acceptance::{
    World, bodies,
    subject::{Method, Subject},
};
use serde_json::{Value, json};

async fn actor_seen(world: &World, method: Method, actor: Value) -> Value {
    let mut body = method.body();
    body["actor"] = actor;
    Subject::of(world, method, body).await.metadata(world).await.expect(200).json()["actor"].clone()
}

#[tokio::test]
async fn every_method_shows_the_published_actor_masked() {
    let world = World::start().await;
    for method in Method::ALL {
        let seen = actor_seen(&world, method, bodies::actor()).await;
        assert_eq!(
            seen,
            json!({ "name": "James", "language": "ES", "email": "e*****e@email.com", "msisdn": "*******789" }),
            "{method:?}"
        );
    }
}

#[tokio::test]
async fn what_is_asked_for_as_a_second_factor_is_not_shown_even_in_part() {
    let world = World::start().await;
    for (factor, shown) in [("EMAIL", false), ("DOCUMENT_NUMBER", true), ("PERSONAL_DOCUMENT_IMAGE", true)] {
        let mut body = bodies::external_otp();
        body["two_factor_type"] = json!(factor);
        let metadata = Subject::of(&world, Method::Otp, body).await.metadata(&world).await.json();
        assert_eq!(metadata["actor"].get("email").is_some(), shown, "{factor}: {metadata}");
        assert_eq!(metadata["actor"]["msisdn"], "*******789", "it is the channel");
        assert!(!metadata.to_string().contains("12345678"), "{metadata}");
    }
}

#[tokio::test]
async fn an_address_shows_its_ends_and_its_domain() {
    let world = World::start().await;
    for (address, masked) in [
        ("example@email.com", "e*****e@email.com"),
        ("first.last@mail.example.org", "f********t@mail.example.org"),
        ("abc@email.com", "a*c@email.com"),
        ("ab@email.com", "**@email.com"),
        ("a@email.com", "*@email.com"),
        ("EXAMPLE@Email.com", "E*****E@Email.com"),
    ] {
        let mut actor = bodies::actor();
        actor["email"] = json!(address);
        assert_eq!(actor_seen(&world, Method::Agent, actor).await["email"], masked, "{address}");
    }
}

#[tokio::test]
async fn a_phone_shows_its_last_three_digits_and_never_all_of_them() {
    let world = World::start().await;
    for (phone, masked) in [
        (json!(6123456789_i64), "*******789"),
        (json!("6123456789"), "*******789"),
        (json!("0034612"), "****612"),
        (json!(1234), "***4"),
        (json!(123), "***"),
        (json!(7), "*"),
    ] {
        let mut actor = bodies::actor();
        actor["msisdn"] = json!({ "phone_number": phone, "country_code": "+34" });
        assert_eq!(actor_seen(&world, Method::Agent, actor).await["msisdn"], masked, "{phone}");
    }
}

#[tokio::test]
async fn what_the_caller_did_not_say_is_not_there() {
    let world = World::start().await;
    let bare = json!({ "name": "James", "last_name": "Smith" });
    assert_eq!(actor_seen(&world, Method::Agent, bare).await, json!({ "name": "James", "language": "ES" }));
    assert_eq!(actor_seen(&world, Method::IdentityDocument, json!({})).await, json!({ "language": "ES" }));
}

#[tokio::test]
async fn no_answer_shows_what_is_not_masked() {
    let world = World::start().await;
    let secrets = ["Canarias", "C4N4R10", "canary.bird@nest.example", "699887766", "why-canary"];
    let actor = json!({
        "name": "James", "last_name": secrets[0], "email": secrets[2], "msisdn": { "phone_number": secrets[3], "country_code": "34" },
        "identity_document": { "document_number": secrets[1], "document_type": "NIF", "country": "ES" },
    });
    for method in Method::ALL {
        let mut body = method.body();
        body["actor"] = actor.clone();
        let created = world.call("POST", method.path(), Some(body)).await;
        let (admin_id, id) = (created.text("admin_identification_id"), created.text("identification_id"));
        let before = world.call("GET", &format!("{}/{id}", method.path()), None).await.expect(200);
        let cancel = format!("{}/{admin_id}/cancel", method.path());
        let cancelled = world.call("POST", &cancel, Some(json!({ "reason": secrets[4] }))).await.expect(204);
        let after = world.call("GET", &format!("{}/{id}", method.path()), None).await.expect(200);
        let again = world.call("POST", &cancel, Some(json!({ "reason": secrets[4] }))).await.expect(409);
        for answer in [created, before, cancelled, after, again] {
            let text = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
            for secret in secrets {
                assert!(!text.contains(secret), "{method:?}: {secret}");
            }
        }
    }
}
