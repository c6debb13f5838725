//! §10: what an organisation chooses for itself.

use acceptance::{
    Answer, Call, ORG, OTHER_ORG, World, bodies,
    chains::{ChainSubject, steps},
    subject::{Method, Subject},
};
use acredita_domain::{
    otp::Channel,
    use_cases::{Kept, verify_by_id},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::Arc;

async fn read(world: &World) -> Answer {
    world.call("GET", "/settings", None).await.expect(200)
}

fn etag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().expect("ASCII").to_owned()
}

fn put(world: &World, etag: &str, body: &Value) -> Call {
    world.request("PUT", "/settings", Some(body.clone())).header("if-match", etag)
}

/// Replaces the settings, whatever they are.
async fn choose(world: &World, body: Value) -> Answer {
    world.send(put(world, "*", &body)).await.expect(200)
}

#[tokio::test]
async fn an_organisation_that_has_chosen_nothing_has_the_defaults() {
    let world = World::start().await;
    let settings = read(&world).await.json();
    assert_eq!(settings["display_name"], ORG);
    let messages = &settings["messages"];
    assert_eq!(messages["code"], json!({ "alphabet": "ALPHANUMERIC", "length": 6 }));
    assert_eq!((&messages["fallback"], &messages["fallback_after"]), (&json!([]), &json!("PT2M")));
    assert!(messages.get("web_otp_domain").is_none());
    let templates = messages["templates"].as_object().expect("templates");
    assert_eq!(templates.len(), 6);
    for (language, templates) in templates {
        assert_eq!((&templates["encoding"], &templates["parts"]), (&json!("GSM-7"), &json!(1)), "{language}");
    }
    assert_eq!(settings["sms"], json!({ "countries": ["*"], "daily_budget": 10_000, "country_daily_budget": 5_000 }));
    assert_eq!(settings["review"], json!({ "four_eyes": false }));
}

#[tokio::test]
async fn what_is_chosen_is_given_back_and_what_is_left_out_is_the_default_again() {
    let world = World::start().await;
    let body = json!({
        "display_name": "Yoigo",
        "messages": {
            "code": { "alphabet": "digits", "length": 8 },
            "templates": { "EU": { "sms": "{name}: {code}", "email_subject": "Kodea", "email_text": "Kaixo:\n{code}" } },
            "web_otp_domain": "www.Yoigo.com", "fallback": ["email"], "fallback_after": "PT90S",
        },
        "sms": { "countries": ["pt", "ES"], "daily_budget": 3, "country_daily_budget": 0 },
        "review": { "from_score": 0.509, "four_eyes": true },
    });
    let chosen = choose(&world, body).await.json();
    assert_eq!(chosen, read(&world).await.json());
    assert_eq!(chosen["messages"]["code"], json!({ "alphabet": "DIGITS", "length": 8 }));
    let basque = json!({
        "sms": "{name}: {code}", "email_subject": "Kodea", "email_text": "Kaixo:\n{code}", "encoding": "GSM-7", "parts": 1,
    });
    assert_eq!(chosen["messages"]["templates"]["EU"], basque);
    assert_eq!(chosen["messages"]["web_otp_domain"], "www.yoigo.com");
    assert_eq!(
        (&chosen["messages"]["fallback"], &chosen["messages"]["fallback_after"]),
        (&json!(["EMAIL"]), &json!("PT1M30S"))
    );
    assert_eq!(chosen["sms"], json!({ "countries": ["ES", "PT"], "daily_budget": 3, "country_daily_budget": 0 }));
    assert_eq!(chosen["review"], json!({ "from_score": 0.5, "four_eyes": true }));

    let sent_back = choose(&world, chosen.clone()).await.json();
    assert_eq!(sent_back, chosen, "an answer is a body");
    assert_eq!(choose(&world, json!({})).await.json()["display_name"], ORG);
    let named_like_a_link = Call::org("PUT", "yoigo.com", "/settings").token(&world.token("yoigo.com"));
    let body = json!({ "display_name": "yoigo.com" });
    let put = named_like_a_link.header("if-match", "*").json(&body);
    assert_eq!(world.send(put).await.expect(200).text("display_name"), "yoigo.com");
    let others = Call::org("GET", OTHER_ORG, "/settings").token(&world.token(OTHER_ORG));
    assert_eq!(world.send(others).await.expect(200).json()["display_name"], OTHER_ORG);
}

#[tokio::test]
async fn settings_are_replaced_by_someone_who_has_read_them() {
    let world = World::start().await;
    let first = etag(&read(&world).await);
    let replaced = world.send(put(&world, &first, &json!({ "display_name": "Yoigo" }))).await.expect(200);
    assert_ne!(etag(&replaced), first);
    assert_eq!(etag(&replaced), etag(&read(&world).await));
    for stale in [first.as_str(), "\"another\"", "nothing of ours", "W/\"1\""] {
        let refused = world.send(put(&world, stale, &json!({}))).await.expect(412);
        assert_eq!(refused.json()["errors"][0]["code"], "MDOC_005", "{stale}");
    }
    let without = put(&world, "", &json!({ "nickname": "Yoigo" })).without("if-match");
    let refused = world.send(without).await.expect(400);
    assert_eq!(refused.details(), ["/nickname: is not a field that is known here", "header if-match: is required"]);
    assert_eq!(read(&world).await.text("display_name"), "Yoigo", "no refusal changed anything");
}

#[tokio::test]
async fn of_sixteen_that_replace_the_same_version_one_does() {
    let world = Arc::new(World::start().await);
    for round in 0..2 {
        let version = etag(&read(&world).await);
        let replace = |at: usize| {
            let (world, version) = (world.clone(), version.clone());
            tokio::spawn(async move {
                let body = json!({ "display_name": format!("Round {round} of {at}") });
                world.send(put(&world, &version, &body)).await
            })
        };
        let tasks: Vec<_> = (0..16).map(replace).collect();
        let mut winners = Vec::new();
        for task in tasks {
            let answer = task.await.expect("no panic");
            match answer.status.as_u16() {
                200 => winners.push(answer.text("display_name")),
                other => assert_eq!(other, 412),
            }
        }
        assert_eq!(winners, [read(&world).await.text("display_name")]);
    }
    let events = world.call("GET", "/events?type=settings.updated", None).await.expect(200).json();
    assert_eq!(events["events"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn every_fault_of_settings_is_reported_at_once() {
    let world = World::start().await;
    let body = json!({
        "display_name": "yoigo.com", "pages": {},
        "messages": {
            "code": { "alphabet": "DIGITS", "length": 11, "colour": "red" },
            "templates": {
                "ES": { "sms": "sin clave", "email_subject": "a\nb" },
                "EN": { "sms": "{code} {code}", "email_text": "{code} at https://yoigo.com" },
                "GL": { "sms": "{code} {otp}" },
                "DE": { "sms": format!("{}{{code}}", "ü".repeat(301)) },
                "FR": {},
            },
            "web_otp_domain": "https://yoigo.com", "fallback": ["PIGEON"], "fallback_after": "PT1H",
        },
        "sms": { "countries": ["ES", "XX"], "daily_budget": -1, "country_daily_budget": 1.5 },
        "review": { "from_score": 2, "four_eyes": "yes" },
    });
    let refused = world.send(put(&world, "*", &body)).await.expect(400);
    let pointers: Vec<String> =
        refused.details().iter().map(|detail| detail.split(": ").next().unwrap_or_default().to_owned()).collect();
    assert_eq!(
        pointers,
        [
            "/display_name",
            "/messages/code/colour",
            "/messages/code/length",
            "/messages/fallback/0",
            "/messages/fallback_after",
            "/messages/templates/DE/sms",
            "/messages/templates/EN/email_text",
            "/messages/templates/EN/sms",
            "/messages/templates/ES/email_subject",
            "/messages/templates/ES/sms",
            "/messages/templates/FR",
            "/messages/templates/GL/sms",
            "/messages/web_otp_domain",
            "/pages",
            "/review/four_eyes",
            "/review/from_score",
            "/sms/countries/1",
            "/sms/country_daily_budget",
            "/sms/daily_budget",
        ]
    );
    for (field, value) in [("fallback", json!(["SMS", "SMS"])), ("code", json!({ "length": 8 }))] {
        let mut messages = json!({});
        messages[field] = value;
        world.send(put(&world, "*", &json!({ "messages": messages }))).await.expect(400);
    }
    world.send(put(&world, "*", &json!({ "sms": { "countries": ["*", "ES"] } }))).await.expect(400);
}

#[tokio::test]
async fn an_organisation_chooses_within_its_deployment() {
    let mut world = World::start().await;
    let mut app = world.app.clone();
    app.policy.sms_countries = "ES PT".parse().expect("countries");
    app.policy.channels = vec![Channel::Sms];
    world.serve(app);
    assert_eq!(read(&world).await.json()["sms"]["countries"], json!(["ES", "PT"]));
    for beyond in [json!(["*"]), json!(["ES", "FR"])] {
        let body = json!({ "sms": { "countries": beyond }, "messages": { "fallback": ["EMAIL"] } });
        let refused = world.send(put(&world, "*", &body)).await.expect(400);
        assert_eq!(refused.details().len(), 2, "{:?}", refused.details());
    }
    assert_eq!(
        choose(&world, json!({ "sms": { "countries": ["PT"] } })).await.json()["sms"]["countries"],
        json!(["PT"])
    );
}

#[tokio::test]
async fn a_change_is_an_event_that_names_what_changed_and_is_verified() {
    let world = World::start().await;
    choose(&world, json!({ "display_name": "Yoigo", "sms": { "daily_budget": 3 } })).await;
    choose(
        &world,
        json!({ "display_name": "Yoigo", "messages": { "templates": { "ES": { "sms": "Secreta {code}" } } } }),
    )
    .await;
    let events = world.call("GET", "/events?type=settings.updated&order=desc", None).await.expect(200).json();
    let (latest, first) = (&events["events"][0], &events["events"][1]);
    assert_eq!(first["data"]["changed"], json!(["display_name", "sms.daily_budget"]));
    assert_eq!(latest["data"]["changed"], json!(["messages.templates.ES.sms", "sms.daily_budget"]));
    assert_eq!((&latest["sequence"], &latest["data"]["revision"]), (&json!(2), &json!(2)));
    assert_eq!((&latest["previous_hash"], &latest["subject"]["kind"]), (&first["hash"], &json!("SETTINGS")));
    assert!(!events.to_string().contains("Secreta"));

    let id = latest["subject"]["settings_id"].as_str().expect("an id");
    let of_subject = world.call("GET", &format!("/events?subject_id={id}"), None).await.expect(200).json();
    assert_eq!(of_subject["events"].as_array().map(Vec::len), Some(2));
    let (org, id) = (ORG.parse().expect("a name"), id.parse().expect("an id"));
    let kept = Kept { events: TimeDelta::days(1_000), subjects: TimeDelta::days(90) };
    let verified =
        verify_by_id(&world.app.stores, &org, id, kept, world.app.now()).await.expect("read").expect("events");
    assert_eq!((verified.events, verified.fault), (2, None));
}

#[tokio::test]
async fn another_process_follows_within_a_minute() {
    let world = World::start().await;
    let mut other = world.app.clone();
    other.known_settings = Arc::default();
    let org = ORG.parse().expect("a name");
    let name = async || other.settings(&org).await.expect("settings").display_name.as_str().to_owned();
    assert_eq!(name().await, ORG);
    choose(&world, json!({ "display_name": "Yoigo" })).await;
    assert_eq!(world.app.settings(&org).await.expect("settings").display_name.as_str(), "Yoigo");
    world.clock.advance(TimeDelta::seconds(59));
    assert_eq!(name().await, ORG);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(name().await, "Yoigo");
}

#[tokio::test]
async fn messages_are_in_the_organisations_words_from_the_change_on() {
    let world = World::start().await;
    let waiting = Subject::of(&world, Method::Otp, bodies::otp()).await;
    let text = "{name} dice: {code} es tu clave, {minutes} min";
    let templates = json!({ "ES": { "sms": text, "email_text": "Hola:\n{code}" } });
    choose(
        &world,
        json!({ "display_name": "Telefónica", "messages": { "templates": templates, "web_otp_domain": "www.example.com" } }),
    )
    .await;
    world.deliver().await;
    let sent = world.sender.sent().pop().expect("a message");
    let code = world.code_of(&waiting.id);
    assert_eq!(sent.text, format!("Telefónica dice: {code} es tu clave, 10 min\n@www.example.com #{code}"));

    let mut body = bodies::otp();
    body["channel"]["type"] = json!("EMAIL");
    let by_email = Subject::delivered_by(&world, body).await;
    assert_eq!(world.sender.sent().pop().expect("a message").text, format!("Hola:\n{}", by_email.code()));
}

#[tokio::test]
async fn codes_of_digits_are_digits_wherever_they_come_from() {
    let world = World::start().await;
    let before = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    choose(&world, json!({ "messages": { "code": { "alphabet": "DIGITS", "length": 8 } } })).await;
    let is_digits = |code: &str| code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit());

    let external = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    assert!(is_digits(external.code()));
    assert_eq!(external.metadata(&world).await.json()["code_format"], json!({ "alphabet": "DIGITS", "length": 8 }));
    world.clock.advance(TimeDelta::seconds(31));
    let renewed = world.call("POST", &external.admin_path("/code"), None).await.expect(200).text("code");
    assert!(is_digits(&renewed));
    let spaced = format!("{} {}", &renewed[..4], &renewed[4..]);
    external.try_code(&world, &spaced).await.expect(204);

    let sent = Subject::delivered(&world).await;
    assert!(is_digits(sent.code()));
    world.clock.advance(TimeDelta::seconds(31));
    world.call("POST", &sent.actor_path("/resend"), None).await.expect(204);
    world.deliver().await;
    assert!(is_digits(&world.code_of(&sent.id)));

    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    chain.steps[0].validate(&world).await.expect(204);
    world.deliver().await;
    assert!(is_digits(&world.code_of(&chain.steps[1].id)));

    // One from before keeps the format that it was created with.
    let renewed = world.call("POST", &before.admin_path("/code"), None).await.expect(200).text("code");
    assert_eq!(renewed.len(), 6);
    before.try_code(&world, &renewed).await.expect(204);
}

#[tokio::test]
async fn a_code_of_another_shape_is_no_try() {
    let world = World::start().await;
    let letters = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    choose(&world, json!({ "messages": { "code": { "alphabet": "DIGITS", "length": 7 } } })).await;
    let digits = Subject::of(&world, Method::Otp, bodies::external_otp()).await;
    for (otp, tried, problem) in [
        (&letters, "1234567", "/code: is not 6 characters of 23456789abcdefghjkmnpqrstuvwxyz"),
        (&letters, "012345", "/code: is not 6 characters of 23456789abcdefghjkmnpqrstuvwxyz"),
        (&digits, "abc234", "/code: is not 7 digits"),
        (&digits, "123456", "/code: is not 7 digits"),
    ] {
        let refused = otp.try_code(&world, tried).await.expect(400);
        assert_eq!(refused.details(), [problem], "{tried}");
    }
    assert_eq!((letters.attempts_left(&world).await, digits.attempts_left(&world).await), (5, 5));
    let wrong = if digits.code() == "0000000" { "0000001" } else { "0000000" };
    digits.try_code(&world, wrong).await.expect(400);
    assert_eq!(digits.attempts_left(&world).await, 4);
}
