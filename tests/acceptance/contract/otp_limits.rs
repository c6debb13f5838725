//! How many messages an organisation sends, and where to (§5, §6, §10).

use acceptance::{
    Answer, Call, ORG, OTHER_ORG, World, bodies,
    chains::{ChainSubject, steps},
    subject::{Method, Subject},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const OTP: &str = "/identifications/otp";

/// Replaces the organisation's choices for text messages.
async fn choose(world: &World, sms: Value) {
    let put = world.request("PUT", "/settings", Some(json!({ "sms": sms }))).header("if-match", "*");
    world.send(put).await.expect(200);
    // So long other processes may use those from before.
    world.clock.advance(TimeDelta::seconds(61));
}

async fn create(world: &World, phone: u64) -> Answer {
    world.call("POST", OTP, Some(bodies::otp_to(phone))).await
}

fn to(phone: &str, country_code: &str) -> Value {
    let mut body = bodies::otp();
    body["actor"]["msisdn"] = json!({ "phone_number": phone, "country_code": country_code });
    body
}

fn retry_after(answer: &Answer) -> TimeDelta {
    TimeDelta::seconds(answer.headers["retry-after"].to_str().expect("ASCII").parse().expect("seconds"))
}

#[tokio::test]
async fn a_destination_gets_twenty_messages_a_day_of_all_organisations() {
    let world = World::start().await;
    let send = async |org: &str, body: &Value| {
        world.send(Call::org("POST", org, OTP).token(&world.token(org)).json(body)).await
    };
    let mut mail = bodies::otp();
    mail["channel"] = json!({ "type": "EMAIL" });
    for body in [bodies::otp_to(600_000_001), mail] {
        let mut first = None;
        for _ in 0..2 {
            for org in [ORG, OTHER_ORG] {
                for _ in 0..5 {
                    send(org, &body).await.expect(201);
                    first = first.or_else(|| Some(world.app.now()));
                }
            }
            world.clock.advance(TimeDelta::minutes(11));
        }
        for org in [ORG, OTHER_ORG] {
            let refused = send(org, &body).await.expect(429);
            let until = first.expect("a first one") + TimeDelta::hours(24) - world.app.now();
            assert!((until.num_seconds()..=until.num_seconds() + 1).contains(&retry_after(&refused).num_seconds()));
        }
        world.clock.advance(TimeDelta::hours(24));
        send(ORG, &body).await.expect(201);
    }
}

#[tokio::test]
async fn a_budget_of_the_day_refuses_create_and_resend_until_midnight() {
    let world = World::start().await;
    choose(&world, json!({ "daily_budget": 3 })).await;
    let first = Subject::of(&world, Method::Otp, bodies::otp_to(600_000_001)).await;
    world.deliver().await;
    for phone in [600_000_002, 600_000_003] {
        create(&world, phone).await.expect(201);
    }
    let refused = create(&world, 600_000_004).await.expect(429);
    assert!(retry_after(&refused) <= TimeDelta::days(1));
    world.clock.advance(TimeDelta::seconds(31));
    let resend = world.request("POST", &first.actor_path("/resend"), None);
    world.send(resend).await.expect(429);
    let mut mail = bodies::otp();
    mail["channel"] = json!({ "type": "EMAIL" });
    world.call("POST", OTP, Some(mail)).await.expect(201);
    world.call("POST", OTP, Some(bodies::external_otp())).await.expect(201);
    let other = Call::org("POST", OTHER_ORG, OTP).token(&world.token(OTHER_ORG)).json(&bodies::otp_to(600_000_004));
    world.send(other).await.expect(201);
    world.clock.advance(retry_after(&refused));
    create(&world, 600_000_004).await.expect(201);
}

#[tokio::test]
async fn each_country_has_a_budget_of_its_own() {
    let world = World::start().await;
    choose(&world, json!({ "daily_budget": 10, "country_daily_budget": 2 })).await;
    for (phone, code) in [("612345678", "34"), ("612345678", "33"), ("612345679", "34"), ("0612345679", "33")] {
        world.call("POST", OTP, Some(to(phone, code))).await.expect(201);
    }
    for (phone, code) in [("612345670", "34"), ("0612345670", "33")] {
        world.call("POST", OTP, Some(to(phone, code))).await.expect(429);
    }
    world.call("POST", OTP, Some(to("912345678", "351"))).await.expect(201);
}

#[tokio::test]
async fn messages_go_to_the_countries_that_the_organisation_chose() {
    let world = World::start().await;
    world.call("POST", OTP, Some(to("612345678", "33"))).await.expect(201);
    choose(&world, json!({ "countries": ["ES", "PT"] })).await;
    for (phone, code) in [("612345678", "34"), ("912345678", "351")] {
        world.call("POST", OTP, Some(to(phone, code))).await.expect(201);
    }
    let chain = |phone: &str, code: &str| {
        let actor = to(phone, code)["actor"].take();
        json!({ "actor": actor, "expires_in": "PT1H", "sequence": [{ "identification_type": "AGENT" }, steps::sent_otp()] })
    };
    for (phone, code) in [("612345678", "33"), ("2015550123", "1"), ("7781123456", "44")] {
        for (path, body) in [(OTP, to(phone, code)), ("/identifications/chain", chain(phone, code))] {
            let refused = world.call("POST", path, Some(body)).await.expect(400);
            assert!(refused.details()[0].starts_with("/actor/msisdn/country_code: "), "{:?}", refused.details());
        }
        let mut kept = bodies::external_otp();
        kept["actor"]["msisdn"] = json!({ "phone_number": phone, "country_code": code });
        world.call("POST", OTP, Some(kept)).await.expect(201);
    }
}

#[tokio::test]
async fn a_step_that_opens_over_the_budget_is_told_and_sent_the_next_day() {
    let world = World::start().await;
    choose(&world, json!({ "daily_budget": 0 })).await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    chain.steps[0].validate(&world).await.expect(204);
    world.deliver().await;
    assert!(world.sender.sent().is_empty());
    let events = world.call("GET", &format!("/events?subject_id={}", chain.steps[1].id), None).await.expect(200);
    let newest = &events.json()["events"][0];
    assert_eq!((&newest["type"], &newest["data"]["reason"]), (&json!("identification.undelivered"), &json!("BUDGET")));
    assert_eq!(chain.steps[1].metadata(&world).await.json()["delivery"]["status"], "FAILED");
    let resend = || world.request("POST", &chain.steps[1].actor_path("/resend"), None);
    world.send(resend()).await.expect(429);
    choose(&world, json!({ "daily_budget": 1 })).await;
    world.send(resend()).await.expect(204);
    world.deliver().await;
    assert_eq!(world.sender.sent().len(), 1);
}
