//! The phones and addresses that messages go to: one form for all spellings, and those that get none (§5).

use acceptance::{
    Answer, World, bodies,
    subject::{Method, Subject},
};
use serde_json::{Value, json};

const OTP: &str = "/identifications/otp";

fn sms(phone: impl Into<Value>, country_code: impl Into<Value>) -> Value {
    let mut body = bodies::otp();
    body["actor"]["msisdn"] = json!({ "phone_number": phone.into(), "country_code": country_code.into() });
    body
}

fn mail(address: &str) -> Value {
    let mut body = bodies::otp();
    body["channel"] = json!({ "type": "EMAIL" });
    body["actor"]["email"] = json!(address);
    body
}

async fn create(world: &World, body: Value) -> Answer {
    world.call("POST", OTP, Some(body)).await
}

#[tokio::test]
async fn a_phone_is_sent_to_counted_and_shown_in_one_form() {
    for (spellings, sent_to, shown) in [
        (
            [
                ("0612345678", "33"),
                ("612345678", "+33"),
                ("(0)6 12 34 56 78", "0033"),
                ("06-12-34-56-78", "33"),
                ("٠٦١٢٣٤٥٦٧٨", "33"),
            ],
            "+33612345678",
            "******678",
        ),
        (
            [
                ("0411000300", "61"),
                ("411000300", "61"),
                ("411 000 300", "+61"),
                ("(04) 1100 0300", "61"),
                ("0411.000.300", "61"),
            ],
            "+61411000300",
            "******300",
        ),
        (
            [
                ("07400123456", "44"),
                ("7400123456", "44"),
                ("7400 123456", "0044"),
                ("(0)7400-123456", "44"),
                ("7400123456", "+44"),
            ],
            "+447400123456",
            "*******456",
        ),
    ] {
        let world = World::start().await;
        for (phone, country_code) in spellings {
            let subject = Subject::of(&world, Method::Otp, sms(phone, country_code)).await;
            world.deliver().await;
            assert_eq!(world.sender.sent().pop().expect("a message").to, sent_to, "+{country_code} {phone}");
            assert_eq!(subject.metadata(&world).await.json()["actor"]["msisdn"], shown, "+{country_code} {phone}");
        }
        for (phone, country_code) in spellings {
            create(&world, sms(phone, country_code)).await.expect(429);
        }
    }
}

#[tokio::test]
async fn an_address_is_counted_by_its_mailbox_and_sent_to_as_it_is_written() {
    for spellings in [
        [
            "victim@gmail.com",
            "V.ictim@gmail.com",
            "victim+1@GMAIL.com",
            "vic.tim+x@googlemail.com",
            "victim@googlemail.com",
        ],
        [
            "victim@example.com",
            "Victim@example.com",
            "victim+1@example.com",
            "victim+2@example.com",
            "VICTIM+a+b@Example.com",
        ],
        ["a@exämple.de", "a@EXÄMPLE.de", "a@xn--exmple-cua.de", "A+1@exämple.de", " a@xn--exmple-cua.DE "],
    ] {
        let world = World::start().await;
        for address in spellings {
            create(&world, mail(address)).await.expect(201);
        }
        for address in spellings {
            create(&world, mail(address)).await.expect(429);
        }
        world.deliver().await;
        let sent: Vec<String> = world.sender.sent().into_iter().map(|message| message.to).collect();
        assert_eq!(sent.len(), 5);
        if spellings[0].is_ascii() {
            assert_eq!(sent, spellings.map(str::to_lowercase));
        }
    }
    let world = World::start().await;
    for address in ["v.ictim@example.com", "vic.tim@example.com", "victim@example.com", "victim@example.org"] {
        for _ in 0..5 {
            create(&world, mail(address)).await.expect(201);
        }
    }
}

#[tokio::test]
async fn what_is_no_phone_is_refused_where_it_is_wrong() {
    let world = World::start().await;
    for (phone, country_code, field) in [
        ("612345678", "999", "country_code"),
        ("612345678", "1809", "country_code"),
        ("612345678", "881", "country_code"),
        ("12345678", "800", "country_code"),
        ("123456789", "979", "country_code"),
        ("6", "34", "phone_number"),
        ("112", "34", "phone_number"),
        ("61234567", "34", "phone_number"),
        ("61234567890", "34", "phone_number"),
        ("0699000001", "34", "phone_number"),
        ("00699000001", "34", "phone_number"),
        ("11111111111111111111", "34", "phone_number"),
        ("803123456", "34", "phone_number"),
        ("901123456", "34", "phone_number"),
        ("905123456", "34", "phone_number"),
        ("911", "1", "phone_number"),
        ("9002345678", "1", "phone_number"),
        ("9012345678", "44", "phone_number"),
    ] {
        for channel in ["SMS", "WHATSAPP"] {
            let mut body = sms(phone, country_code);
            body["channel"]["type"] = json!(channel);
            let refused = create(&world, body).await.expect(400);
            let details = refused.details();
            assert_eq!(details.len(), 1, "{details:?}");
            assert!(
                details[0].starts_with(&format!("/actor/msisdn/{field}: ")),
                "+{country_code} {phone}: {details:?}"
            );
            assert!(!details[0].contains(phone));
        }
    }
    world.deliver().await;
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_to_numbers_that_cost_a_premium_or_to_satellites() {
    let world = World::start().await;
    let ranges = [
        ("881", 6_1234_0000_u64),
        ("882", 16_1234_0000),
        ("883", 5100_1234_0000),
        ("870", 7_7312_3000),
        ("979", 1_2345_6000),
        ("34", 8_0312_3000),
    ];
    for (code, first) in ranges {
        for number in 0..50 {
            create(&world, sms(first + number, code)).await.expect(400);
        }
    }
    world.deliver().await;
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn a_number_that_is_only_kept_is_not_judged() {
    let world = World::start().await;
    for (phone, country_code) in
        [("1", "34"), ("803123456", "34"), ("612345678", "881"), ("612345678", "999"), ("0612345678", "33")]
    {
        let actor = sms(phone, country_code)["actor"].take();
        let with_actor = |mut body: Value| {
            body["actor"] = actor.clone();
            body
        };
        for (path, body) in [
            ("/identifications/agent", bodies::agent(false)),
            (OTP, bodies::external_otp()),
            (OTP, mail("a@example.com")),
        ] {
            let mut body = with_actor(body);
            body["actor"]["email"] = json!(format!("a{phone}-{country_code}@example.com"));
            world.call("POST", path, Some(body)).await.expect(201);
        }
    }
}

#[tokio::test]
async fn a_chain_judges_a_number_that_one_of_its_steps_sends_to() {
    let world = World::start().await;
    let chain = |phone: &str, code: &str, external: bool| {
        let step =
            json!({ "identification_type": "OTP", "otp_step": { "channel": { "type": "SMS", "external": external } } });
        json!({ "actor": sms(phone, code)["actor"], "expires_in": "PT1H", "sequence": [{ "identification_type": "AGENT" }, step] })
    };
    let path = "/identifications/chain";
    world.call("POST", path, Some(chain("803123456", "34", true))).await.expect(201);
    world.call("POST", path, Some(chain("0612345678", "33", false))).await.expect(201);
    for (phone, code, field) in [("803123456", "34", "phone_number"), ("612345678", "881", "country_code")] {
        let refused = world.call("POST", path, Some(chain(phone, code, false))).await.expect(400);
        assert!(refused.details()[0].starts_with(&format!("/actor/msisdn/{field}: ")), "{:?}", refused.details());
    }
}
