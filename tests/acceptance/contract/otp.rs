//! Identification by one-time code: its input, its codes and its tries (§5, §6, §7). How often it sends is in
//! `otp_sends`.

use super::stage::reviewed;
use acceptance::{
    World, bodies,
    subject::{Method, Subject},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OTP: &str = "/identifications/otp";

/// A body with a channel and a second factor.
fn body(channel: &str, external: bool, factor: Option<&str>) -> Value {
    let mut body = bodies::otp();
    body["channel"] = json!({ "type": channel, "external": external });
    body["two_factor_type"] = json!(factor);
    body
}

/// An OTP whose code the caller delivers, with a second factor.
async fn with_factor(world: &World, factor: &str) -> Subject {
    Subject::of(world, Method::Otp, body("SMS", true, Some(factor))).await
}

async fn attempt(world: &World, subject: &Subject, code: &str, factor: Value, status: u16) -> Vec<String> {
    let body = json!({ "code": code, "two_factor": factor });
    world.call("PUT", &subject.actor_path("/validate"), Some(body)).await.expect(status).details()
}

#[tokio::test]
async fn the_answers_have_exactly_the_members_of_the_contract() {
    let world = World::start().await;
    for (name, body) in
        [("sent", body("SMS", false, Some("DOCUMENT_NUMBER"))), ("external", body("WHATSAPP", true, None))]
    {
        let created = world.call("POST", OTP, Some(body)).await.expect(201);
        reviewed(&format!("otp_created_{name}"), created.json());
        let path = format!("{OTP}/{}", created.text("identification_id"));
        reviewed(&format!("otp_metadata_{name}"), world.call("GET", &path, None).await.expect(200).json());
    }
    let subject = Subject::delivered(&world).await;
    let code = subject.code();
    assert!(subject.try_code(&world, code).await.expect(204).body.is_empty());
    assert!(
        subject.metadata(&world).await.json().get("resend_available_at").is_none(),
        "nothing is resent of what is over"
    );
}

#[tokio::test]
async fn what_the_channel_and_the_factor_need_of_the_actor_is_required() {
    let world = World::start().await;
    // (channel, external, factor, the missing field of the actor, the refused pointer)
    for (channel, external, factor, missing, refused) in [
        ("SMS", false, None, "msisdn", Some("/actor/msisdn")),
        ("WHATSAPP", false, None, "msisdn", Some("/actor/msisdn")),
        ("EMAIL", false, None, "email", Some("/actor/email")),
        ("EMAIL", true, None, "email", Some("/actor/email")),
        ("SMS", true, None, "msisdn", None),
        ("WHATSAPP", true, None, "msisdn", None),
        ("SMS", false, None, "email", None),
        ("SMS", false, None, "identity_document", None),
        ("EMAIL", false, None, "msisdn", None),
        ("SMS", true, Some("EMAIL"), "email", Some("/actor/email")),
        ("SMS", true, Some("EMAIL"), "identity_document", None),
        ("SMS", true, Some("DOCUMENT_NUMBER"), "identity_document", Some("/actor/identity_document")),
        ("SMS", true, Some("DOCUMENT_NUMBER"), "email", None),
        ("SMS", true, Some("PERSONAL_DOCUMENT_IMAGE"), "identity_document", Some("/actor/identity_document")),
        ("SMS", true, Some("PERSONAL_DOCUMENT_IMAGE"), "email", None),
    ] {
        let mut body = body(channel, external, factor);
        body["actor"][missing] = Value::Null;
        let answer = world.call("POST", OTP, Some(body)).await;
        match refused {
            None => {
                assert_eq!(answer.status, 201, "{channel} {external} {factor:?} without {missing}: {}", answer.json())
            }
            Some(pointer) => {
                let details = answer.expect(400).details();
                assert!(
                    details.len() == 1 && details[0].starts_with(pointer),
                    "{channel} {external} {factor:?}: {details:?}"
                );
            }
        }
    }
    for factor in ["DOCUMENT_NUMBER", "PERSONAL_DOCUMENT_IMAGE"] {
        let mut without_number = body("SMS", true, Some(factor));
        without_number["actor"]["identity_document"] = json!({ "document_type": "NIF", "country": "ES" });
        let details = world.call("POST", OTP, Some(without_number)).await.expect(400).details();
        assert_eq!(details, ["/actor/identity_document/document_number: is required"]);
    }
}

#[tokio::test]
async fn a_second_factor_is_of_another_kind_than_the_channel() {
    let world = World::start().await;
    for external in [false, true] {
        let details = world.call("POST", OTP, Some(body("EMAIL", external, Some("EMAIL")))).await.expect(400).details();
        assert!(details.len() == 1 && details[0].starts_with("/two_factor_type: "), "{details:?}");
        for (channel, factor) in [("SMS", "EMAIL"), ("WHATSAPP", "EMAIL"), ("EMAIL", "DOCUMENT_NUMBER")] {
            world.call("POST", OTP, Some(body(channel, external, Some(factor)))).await.expect(201);
        }
    }
}

#[tokio::test]
async fn channels_factors_and_external_are_the_published_ones() {
    let world = World::start().await;
    for (pointer, values) in [
        ("/channel/type", vec![json!("PUSH"), json!(""), json!(null), json!(1)]),
        ("/channel/external", vec![json!("yes"), json!(""), json!(1), json!([])]),
        ("/channel", vec![json!("SMS"), json!([]), json!(null)]),
        ("/two_factor_type", vec![json!("e-mail"), json!("PIN"), json!(""), json!(1)]),
    ] {
        for value in values {
            let mut body = bodies::external_otp();
            let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
            body.pointer_mut(parent).expect("a parent")[name] = value.clone();
            let details = world.call("POST", OTP, Some(body)).await.expect(400).details();
            assert!(details[0].starts_with(pointer), "{pointer} {value}: {details:?}");
        }
    }
    let mut any_case = bodies::external_otp();
    any_case["channel"]["type"] = json!("WhatsApp");
    any_case["two_factor_type"] = json!("document_number");
    let subject = Subject::of(&world, Method::Otp, any_case).await;
    let metadata = subject.metadata(&world).await.json();
    assert_eq!(
        (&metadata["channel"]["type"], &metadata["two_factor_type"]),
        (&json!("WHATSAPP"), &json!("DOCUMENT_NUMBER"))
    );
    for external in [json!(true), json!("true"), json!("TRUE"), json!(" true\n")] {
        let mut body = bodies::external_otp();
        body["channel"]["external"] = external;
        assert!(world.call("POST", OTP, Some(body)).await.expect(201).json()["code"].is_string());
    }
    let unsaid = world.call("POST", OTP, Some(bodies::otp_to(600_000_001))).await.expect(201);
    assert!(unsaid.json().get("code").is_none(), "the default is that we deliver, and what we deliver is not told");
}

#[tokio::test]
async fn a_code_has_six_characters_that_nobody_mixes_up() {
    let world = World::start().await;
    let mut codes = BTreeSet::new();
    for _ in 0..60 {
        codes.insert(Subject::create(&world, Method::Otp).await.code.expect("an external channel"));
    }
    codes.insert(Subject::delivered(&world).await.code().to_owned());
    assert_eq!(codes.len(), 61, "two of 61 codes are the same once in 485,000 runs");
    for code in &codes {
        assert!(code.len() == 6 && code.chars().all(|c| "23456789abcdefghjkmnpqrstuvwxyz".contains(c)), "{code}");
        assert!(code.bytes().any(|byte| byte.is_ascii_digit()), "phones fill in only a code with a digit: {code}");
    }
    let seen: BTreeSet<char> = codes.iter().flat_map(|code| code.chars()).collect();
    assert!(seen.len() > 25, "366 characters show nearly all of the alphabet: {seen:?}");
}

#[tokio::test]
async fn a_code_is_right_however_it_is_typed_or_pasted() {
    let world = World::start().await;
    for change in [
        str::to_uppercase as fn(&str) -> String,
        str::to_lowercase,
        |code| format!("  {code} "),
        |code| format!("{code}\n"),
        |code| format!("\t{} {}", &code[..3], &code[3..]),
        |code| format!("{}-{}", &code[..3], &code[3..]),
        |code| format!("{}\u{2011}{}", &code[..2], &code[2..]),
        |code| format!("\u{2068}{code}\u{2069}\u{200B}"),
        |code| format!("\u{202D}{}\u{AD}{}\u{202C}", &code[..1], &code[1..]),
        |code| code.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect(),
        |code| code.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0x0660 + d)).unwrap_or(c)).collect(),
    ] {
        let subject = Subject::create(&world, Method::Otp).await;
        let code = change(subject.code.as_deref().expect("an external channel"));
        subject.try_code(&world, &code).await.expect(204);
    }
}

#[tokio::test]
async fn a_used_code_cannot_be_used_twice() {
    let world = World::start().await;
    let subject = Subject::delivered(&world).await;
    let code = subject.code();
    subject.try_code(&world, code).await.expect(204);
    subject.try_code(&world, code).await.expect(409);
    assert_eq!(subject.status(&world).await.as_deref(), Some("VALIDATED"));
}

#[tokio::test]
async fn a_code_of_another_identification_is_wrong() {
    let world = World::start().await;
    let [first, second] = [Subject::create(&world, Method::Otp).await, Subject::create(&world, Method::Otp).await];
    first.try_code(&world, second.code.as_deref().expect("an external channel")).await.expect(400);
    first.try_code(&world, first.code.as_deref().expect("an external channel")).await.expect(204);
}

#[tokio::test]
async fn no_code_is_right_before_it_is_sent() {
    let world = World::start().await;
    let subject = Subject::of(&world, Method::Otp, bodies::otp()).await;
    subject.try_code(&world, "222222").await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 4);
}

#[tokio::test]
async fn a_code_lives_ten_minutes_from_when_it_was_sent() {
    let world = World::start().await;
    let early = Subject::delivered(&world).await;
    let code = early.code();
    world.clock.advance(TimeDelta::seconds(599));
    early.try_code(&world, code).await.expect(204);
    let late = Subject::delivered(&world).await;
    let code = late.code();
    world.clock.advance(TimeDelta::seconds(600));
    late.try_code(&world, code).await.expect(400);
    assert_eq!(late.status(&world).await.as_deref(), Some("CREATED"));
}

#[tokio::test]
async fn an_external_code_lives_as_long_as_its_identification() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Otp).await;
    world.clock.advance(TimeDelta::seconds(3_599));
    subject.validate(&world).await.expect(204);
    let subject = Subject::create(&world, Method::Otp).await;
    world.clock.advance(TimeDelta::seconds(3_600));
    subject.validate(&world).await.expect(409);
}

#[tokio::test]
async fn an_outdated_code_counts_only_if_it_is_wrong() {
    let world = World::start().await;
    let subject = Subject::delivered(&world).await;
    let code = subject.code();
    world.clock.advance(TimeDelta::minutes(10));
    for _ in 0..7 {
        subject.try_code(&world, code).await.expect(400);
        assert_eq!(subject.attempts_left(&world).await, 5);
    }
    subject.try_code(&world, "untrue").await.expect(400);
    assert_eq!(subject.attempts_left(&world).await, 4);
}

#[tokio::test]
async fn the_fifth_wrong_try_fails_the_identification() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Otp).await;
    for left in (0..5).rev() {
        assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
        subject.try_code(&world, "untrue").await.expect(400);
        assert_eq!(subject.attempts_left(&world).await, left);
    }
    assert_eq!(subject.status(&world).await.as_deref(), Some("FAILED"));
    subject.try_code(&world, "untrue").await.expect(409);
    subject.validate(&world).await.expect(409);
    assert_eq!(subject.status(&world).await.as_deref(), Some("FAILED"));
}

#[tokio::test]
async fn the_fifth_try_may_be_the_right_one() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Otp).await;
    for _ in 0..4 {
        subject.try_code(&world, "untrue").await.expect(400);
    }
    subject.validate(&world).await.expect(204);
}

#[tokio::test]
async fn a_syntax_fault_is_no_try() {
    let world = World::start().await;
    let subject = with_factor(&world, "EMAIL").await;
    let path = subject.actor_path("/validate");
    for body in [
        json!({}),
        json!({ "code": "" }),
        json!({ "code": 222222 }),
        json!({ "code": "x".repeat(257) }),
        json!({ "code": "22222" }),
        json!({ "code": "2222222" }),
        json!({ "code": "222220" }),
        json!({ "code": "22222!" }),
        json!({ "code": "22222o" }),
        json!({ "code": "\u{200B}" }),
        json!({ "code": "222222", "two_factor": " \u{200B}" }),
        json!({ "code": "222222", "two_factor": 5 }),
        json!({ "code": "222222" }),
    ] {
        world.call("PUT", &path, Some(body)).await.expect(400);
    }
    world
        .send(world.request("PUT", &path, Some(json!({ "code": "222222", "two_factor": "x" }))).without("user-agent"))
        .await
        .expect(400);
    assert_eq!(subject.attempts_left(&world).await, 5);
}

#[tokio::test]
async fn a_second_factor_is_required_when_it_was_asked_for() {
    let world = World::start().await;
    let subject = with_factor(&world, "DOCUMENT_NUMBER").await;
    let code = subject.code.clone().expect("an external channel");
    let details = attempt(&world, &subject, &code, Value::Null, 400).await;
    assert!(details.len() == 1 && details[0].starts_with("/two_factor: "), "{details:?}");
    attempt(&world, &subject, &code, json!("12345678A"), 204).await;
    let unasked = Subject::create(&world, Method::Otp).await;
    attempt(&world, &unasked, unasked.code.as_deref().expect("an external channel"), json!("whatever"), 204).await;
}

#[tokio::test]
async fn a_factor_is_compared_as_people_mean_it() {
    let world = World::start().await;
    for (factor, right, wrong) in [
        (
            "DOCUMENT_NUMBER",
            vec!["12345678A", "12345678a", "12.345.678-A", " 12345678 A ", "012345678A", "１２３４５６７８A"],
            vec!["12345678B", "2345678A", "123456789A", "12345678", "12345678Z", "12345687A", "-"],
        ),
        (
            "EMAIL",
            vec!["example@email.com", "EXAMPLE@Email.Com", " example@email.com "],
            vec!["example@email.co", "e*****e@email.com", "@"],
        ),
    ] {
        for text in right {
            let subject = with_factor(&world, factor).await;
            attempt(&world, &subject, subject.code.as_deref().expect("a code"), json!(text), 204).await;
        }
        for text in wrong {
            let subject = with_factor(&world, factor).await;
            attempt(&world, &subject, subject.code.as_deref().expect("a code"), json!(text), 400).await;
            assert_eq!(subject.attempts_left(&world).await, 4, "{text}");
        }
    }
}

#[tokio::test]
async fn a_document_number_is_the_same_in_all_its_forms_and_no_other_is() {
    let world = World::start().await;
    for (kind, declared, right, wrong) in [
        ("NIF", "01234567L", vec!["1234567L", "1234567"], vec!["1234567M", "10234567L"]),
        ("NIF", "1234567L", vec!["01234567L", "01234567-l"], vec!["01234567T"]),
        ("NIF", "12345678", vec!["12345678Z"], vec!["12345678A", "1234567Z"]),
        ("NIE", "X0123456S", vec!["x123456s", "X00123456S", "X123456"], vec!["Y0123456S", "0123456S"]),
        ("PASSPORT", "AB012345", vec!["ab 012345"], vec!["AB12345"]),
        ("PASSPORT", "01234567", vec!["0123-4567"], vec!["1234567", "01234567L"]),
    ] {
        for (typed, status) in right.iter().map(|text| (text, 204)).chain(wrong.iter().map(|text| (text, 400))) {
            let mut body = body("SMS", true, Some("DOCUMENT_NUMBER"));
            body["actor"]["identity_document"] = json!({ "document_number": declared, "document_type": kind });
            let subject = Subject::of(&world, Method::Otp, body).await;
            let details = attempt(&world, &subject, subject.code(), json!(typed), status).await;
            assert_eq!(subject.attempts_left(&world).await, if status == 204 { 5 } else { 4 }, "{typed}: {details:?}");
        }
    }
}

#[tokio::test]
async fn a_right_try_is_not_among_the_wrong_ones() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Otp).await;
    subject.try_code(&world, "untrue").await.expect(400);
    subject.validate(&world).await.expect(204);
    assert_eq!(subject.attempts_left(&world).await, 4);
    let subject = Subject::create(&world, Method::Otp).await;
    let answers = futures_util::future::join_all((0..10).map(|_| subject.validate(&world))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    assert_eq!(subject.attempts_left(&world).await, 5, "of a double tap none was wrong");
}

#[tokio::test]
async fn metadata_tells_the_shape_of_the_code() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Otp).await;
    let metadata = subject.metadata(&world).await.json();
    assert_eq!(metadata["code_format"], json!({ "length": 6, "alphabet": "ALPHANUMERIC" }));
}

#[tokio::test]
async fn nobody_learns_which_of_code_and_factor_was_wrong() {
    let world = World::start().await;
    let mut factored = bodies::otp();
    factored["two_factor_type"] = json!("DOCUMENT_NUMBER");
    let subject = Subject::of(&world, Method::Otp, factored).await;
    world.deliver().await;
    let code = world.code_of(&subject.id);
    let right = json!("12345678A");
    let wrong_code = attempt(&world, &subject, "untrue", right.clone(), 400).await;
    let wrong_factor = attempt(&world, &subject, &code, json!("87654321A"), 400).await;
    let both_wrong = attempt(&world, &subject, "untrue", json!("87654321A"), 400).await;
    world.clock.advance(TimeDelta::minutes(10));
    let outdated = attempt(&world, &subject, &code, right, 400).await;
    assert_eq!([&wrong_factor, &both_wrong, &outdated], [&wrong_code; 3]);
    assert!(wrong_code[0].starts_with("/code: "));
    assert_eq!(subject.attempts_left(&world).await, 2);
}

#[tokio::test]
async fn concurrent_tries_never_get_more_than_five_compares() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Otp).await;
    let tries = futures_util::future::join_all((0..16).map(|_| subject.try_code(&world, "untrue"))).await;
    let answered = |status: u16| tries.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((answered(400), answered(409)), (5, 11));
    assert_eq!(subject.status(&world).await.as_deref(), Some("FAILED"));
}

#[tokio::test]
async fn a_code_is_not_stored_in_the_clear() {
    let world = World::start().await;
    let created = world.request("POST", OTP, Some(bodies::external_otp())).header("idempotency-key", "k");
    let external = world.send(created).await.expect(201).text("code");
    let sent = Subject::delivered(&world).await.code().to_owned();
    let table = world.aws.clients.dynamodb.scan().table_name("acredita").send().await.expect("the table answers");
    let stored = format!("{:?}", table.items()).to_lowercase();
    assert!(table.count() > 5);
    for code in [external, sent] {
        // In quotes, as a text of its own or of a JSON text: a digest may contain the six letters by chance.
        assert!(
            !stored.contains(&format!("\"{code}\"")) && !stored.contains(&format!("{code}\\\"")),
            "a code lies in the table"
        );
    }
}
