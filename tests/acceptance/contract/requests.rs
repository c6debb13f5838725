//! §5: what the creates and cancel accept and refuse. Each method's own rules are in its module.

use super::{
    operations::{OPERATIONS, Operation, Requests, creates},
    stage::{create_scoring, time},
};
use acceptance::{
    World, bodies,
    subject::{Method, Subject},
};
use serde_json::{Value, json};

/// Sets a field by its JSON pointer; null removes it.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("a parent")[name] = value;
    body
}

/// Creates with one field changed, and requires success, or that exactly this field is refused.
async fn create(world: &World, operation: &Operation, pointer: &str, value: Value, fine: bool) {
    let body = with(operation.body().expect("a create has a body"), pointer, value.clone());
    let answer = world.call(operation.method.as_str(), operation.path, Some(body)).await;
    if fine {
        assert_eq!(answer.status.as_u16(), operation.success, "{pointer} {value}: {}", answer.json());
    } else {
        assert_eq!(answer.status, 400, "{pointer} {value} on {}", operation.path);
        let details = answer.details();
        assert!(
            details.len() == 1 && details[0].starts_with(&format!("{pointer}: ")),
            "{pointer} {value}: {details:?}"
        );
    }
}

fn agent() -> &'static Operation {
    &OPERATIONS[0]
}

#[tokio::test]
async fn durations_run_from_one_minute_to_thirty_days() {
    let world = World::start().await;
    for operation in creates() {
        for (text, seconds) in [
            ("PT1M", 60),
            ("PT60S", 60),
            ("PT1H", 3_600),
            ("P1D", 86_400),
            ("P1W", 604_800),
            ("P1DT2H30M", 95_400),
            ("P1W2DT3H4M5S", 788_645),
            ("PT90M", 5_400),
            ("P30D", 2_592_000),
            ("PT720H", 2_592_000),
            ("PT2592000S", 2_592_000),
            (" PT1M ", 60),
        ] {
            let body = with(operation.body().expect("a body"), "/expires_in", json!(text));
            let created = world.call("POST", operation.path, Some(body)).await.expect(operation.success);
            let life = time(&created.text("expires_at")) - time(&created.text("created_at"));
            assert_eq!(life.num_seconds(), seconds, "{text} on {}", operation.path);
        }
        for text in [
            "PT59S",
            "PT0S",
            "P0D",
            "P30DT1S",
            "P31D",
            "P5W",
            "PT721H",
            "P1Y",
            "P1M",
            "P1Y2M",
            "PT1.5H",
            "PT0.5M",
            "PT1.0H",
            "P0DT1H0M0.000000S",
            "P1,5D",
            "-PT5M",
            "PT-5M",
            "P",
            "PT",
            "P1DT",
            "5M",
            "60",
            "1h",
            "pt1h",
            "PT1H1H",
            "PT1M1H",
            "P1D2H",
            "PT99999999999999999999S",
            "",
        ] {
            create(&world, operation, "/expires_in", json!(text), false).await;
        }
        for value in [json!(60), json!(true), json!({}), json!(["PT1H"])] {
            create(&world, operation, "/expires_in", value, false).await;
        }
        create(&world, operation, "/expires_in", Value::Null, operation.path == "/identifications/identity_document")
            .await;
    }
}

#[tokio::test]
async fn names_are_required_where_a_person_is_asked_for() {
    let world = World::start().await;
    for method in Method::ALL {
        for pointer in ["/actor/name", "/actor/last_name"] {
            let answer = world.call("POST", method.path(), Some(with(method.body(), pointer, Value::Null))).await;
            if method == Method::IdentityDocument {
                assert!(answer.status.is_success());
            } else {
                assert_eq!(answer.expect(400).details(), [format!("{pointer}: is required")]);
            }
        }
    }
}

#[tokio::test]
async fn document_types_and_countries_are_the_published_ones() {
    let world = World::start().await;
    let operation = agent();
    for kind in ["NIF", "NIE", "PASSPORT", "IDENTITY_CARD", " NIF ", "nif", "Identity_Card", "\u{200B}passport\n"] {
        create(&world, operation, "/actor/identity_document/document_type", json!(kind), true).await;
    }
    for kind in ["DNI", "N IF", "ID_CARD", "DRIVING_LICENSE", "", "NIF,NIE"] {
        create(&world, operation, "/actor/identity_document/document_type", json!(kind), false).await;
    }
    for country in ["ES", "DE", "GB", "US", "ZW", "AX", "es", "Pt"] {
        create(&world, operation, "/actor/identity_document/country", json!(country), true).await;
    }
    for country in ["ESP", "UK", "XX", "XK", "EU", "E", "", "11", "E S"] {
        create(&world, operation, "/actor/identity_document/country", json!(country), false).await;
    }
    for wrong in [json!("NIF"), json!([]), json!(true)] {
        create(&world, operation, "/actor/identity_document", wrong, false).await;
    }
}

#[tokio::test]
async fn the_control_letter_of_a_nif_is_not_enforced() {
    let world = World::start().await;
    for number in ["12345678A", "12345678Z", "X0000000T", "00000000", "12.345.678-A", "C01X00T47"] {
        create(&world, agent(), "/actor/identity_document/document_number", json!(number), true).await;
    }
}

#[tokio::test]
async fn a_language_may_be_in_any_case_and_is_spanish_when_nothing_is_said() {
    let world = World::start().await;
    for language in ["ES", "EN", "EU", "GL", "CA", "DE"] {
        let [first, second] = [&language[..1], &language[1..]];
        for text in [
            language.to_owned(),
            language.to_lowercase(),
            format!("{first}{}", second.to_lowercase()),
            format!(" {language} "),
            format!("{}-ES", language.to_lowercase()),
            format!("{language}_es"),
        ] {
            let subject =
                Subject::of(&world, Method::Agent, with(bodies::agent(false), "/actor/language", json!(text))).await;
            assert_eq!(subject.metadata(&world).await.json()["actor"]["language"], language);
        }
    }
    let unsaid = Subject::of(&world, Method::Agent, with(bodies::agent(false), "/actor/language", Value::Null)).await;
    assert_eq!(unsaid.metadata(&world).await.json()["actor"]["language"], "ES");
    for language in
        [json!("FR"), json!("ESP"), json!("fr-ES"), json!("es-"), json!("es ES"), json!("-ES"), json!(""), json!(1)]
    {
        create(&world, agent(), "/actor/language", language, false).await;
    }
}

#[tokio::test]
async fn a_phone_number_is_a_64_bit_integer_or_digits() {
    let world = World::start().await;
    for phone in [
        json!(6123456789_i64),
        json!("6123456789"),
        json!(i64::MAX),
        json!(i64::MAX.to_string()),
        json!("0034600000000"),
        json!(" 612 ".trim()),
        json!(" 612345678 "),
        json!(1),
        json!("612 345 678"),
        json!("612-34-56-78"),
        json!("612.345.678"),
        json!("(612) 345678"),
        json!("612\u{A0}345\u{200B}678"),
        json!("\u{202D}612345678\u{202C}"),
        json!("٦١٢٣٤٥٦٧٨"),
        json!("６１２３４５６７８"),
        json!(u64::MAX),
    ] {
        create(&world, agent(), "/actor/msisdn/phone_number", phone, true).await;
    }
    for phone in [
        json!(-1),
        json!(1.5),
        json!(1e3),
        json!("1.5"),
        json!("-1"),
        json!("+34612345678"),
        json!("61234567a"),
        json!("612345678.0"),
        json!(612345678.0),
        json!("()"),
        json!("\u{200B}"),
        json!(""),
        json!(true),
        json!([612]),
        json!({}),
        json!("9".repeat(257)),
    ] {
        create(&world, agent(), "/actor/msisdn/phone_number", phone, false).await;
    }
    create(&world, agent(), "/actor/msisdn/phone_number", Value::Null, false).await;
}

#[tokio::test]
async fn a_country_code_is_digits_with_an_optional_plus_or_two_zeros() {
    let world = World::start().await;
    for code in
        [json!("34"), json!("+34"), json!("0034"), json!("1"), json!("+1"), json!("1684"), json!(" 34 "), json!(34)]
    {
        create(&world, agent(), "/actor/msisdn/country_code", code, true).await;
    }
    for code in [
        json!("++34"),
        json!("34+"),
        json!("-34"),
        json!("+"),
        json!("ES"),
        json!("3 4"),
        json!(""),
        json!(-34),
        json!(34.0),
        json!("0"),
        json!("00"),
        json!("034"),
        json!("+0034"),
        json!(0),
        json!(12345),
        json!("٣٤"),
    ] {
        create(&world, agent(), "/actor/msisdn/country_code", code, false).await;
    }
    create(&world, agent(), "/actor/msisdn/country_code", Value::Null, false).await;
}

#[tokio::test]
async fn an_email_is_one_that_mail_can_be_sent_to() {
    let world = World::start().await;
    for email in [
        "example@email.com",
        " example@email.com ",
        "a.b+c@x-y.co.uk",
        "EXAMPLE@EMAIL.COM",
        "user@exämple.de",
        "user@españa.es",
    ] {
        create(&world, agent(), "/actor/email", json!(email), true).await;
    }
    for email in [
        "example",
        "@email.com",
        "example@",
        "example@email",
        "a@b@c.de",
        "a b@email.com",
        "a@email..com",
        "a@email.com\r\nBcc: b@email.com",
        "<a@email.com>",
        "",
    ] {
        create(&world, agent(), "/actor/email", json!(email), false).await;
    }
    create(&world, agent(), "/actor/email", json!(format!("{}@email.com", "a".repeat(250))), false).await;
}

#[tokio::test]
async fn texts_are_trimmed_bounded_and_without_control_characters() {
    let world = World::start().await;
    for pointer in ["/actor/name", "/actor/last_name", "/actor/identity_document/document_number"] {
        for text in ["é".repeat(256), format!("  {}  ", "x".repeat(256)), "J".to_owned(), "José María 🙂".to_owned()]
        {
            create(&world, agent(), pointer, json!(text), true).await;
        }
        for text in ["x".repeat(257), String::new(), "  ".to_owned()] {
            create(&world, agent(), pointer, json!(text), false).await;
        }
        for control in ['\0', '\u{1b}', '\u{7f}', '\u{9f}', '\u{202D}', '\u{202E}'] {
            for text in [format!("Ja{control}mes"), format!("{control}James"), format!("James{control}")] {
                create(&world, agent(), pointer, json!(text), false).await;
            }
        }
        for space in ['\n', '\r', '\t', '\u{85}'] {
            create(&world, agent(), pointer, json!(format!("Ja{space}mes")), false).await;
            create(&world, agent(), pointer, json!(format!("{space}James{space}")), true).await;
        }
        for invisible in [
            '\u{200B}',
            '\u{200F}',
            '\u{2060}',
            '\u{FEFF}',
            '\u{AD}',
            '\u{2068}',
            '\u{3000}',
            '\u{FE0F}',
            '\u{FFFC}',
            '\u{FFFA}',
            '\u{1D159}',
            '\u{E0041}',
        ] {
            create(&world, agent(), pointer, json!(format!("{invisible}James{invisible}")), true).await;
            create(&world, agent(), pointer, json!(invisible.to_string()), false).await;
        }
        for wrong in [json!(5), json!(true), json!(["James"]), json!({})] {
            create(&world, agent(), pointer, wrong, false).await;
        }
    }
    let subject =
        Subject::of(&world, Method::Agent, with(bodies::agent(false), "/actor/name", json!("  James  "))).await;
    assert_eq!(subject.metadata(&world).await.json()["actor"]["name"], "James");
}

#[tokio::test]
async fn a_document_number_has_a_letter_or_a_digit() {
    let world = World::start().await;
    for operation in creates().filter(|operation| operation.path.starts_with("/identifications")) {
        for number in [".", "---", "- -", "/", "\u{200B}."] {
            create(&world, operation, "/actor/identity_document/document_number", json!(number), false).await;
        }
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_json_is_skipped_and_no_encoding_is_undone() {
    let world = World::start().await;
    for operation in creates() {
        let body = operation.body().expect("a body").to_string();
        let send = |body: Vec<u8>| world.request("POST", operation.path, None).body("application/json", body);
        let marked = [b"\xEF\xBB\xBF", body.as_bytes()].concat();
        world.send(send(marked)).await.expect(operation.success);
        for encoding in ["identity", "Identity", ""] {
            let call = send(body.clone().into_bytes()).header("content-encoding", encoding);
            world.send(call).await.expect(operation.success);
        }
        for encoding in ["gzip", "br", "identity, gzip", "deflate", "x"] {
            let refused = world.send(send(body.clone().into_bytes()).header("content-encoding", encoding)).await;
            assert_eq!(refused.expect(415).json()["errors"][0]["title"], "INVALID_INPUT", "{encoding}");
        }
    }
}

#[tokio::test]
async fn a_body_says_its_type_once() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let score = format!("{scoring}/score");
    for (method, path) in [("POST", "/identifications/agent"), ("PUT", &score)] {
        let call = world.request(method, path, Some(bodies::agent(false)));
        let refused = world.send(call.header("content-type", "application/json")).await.expect(400);
        assert_eq!(refused.details(), ["header content-type: is given more than once"], "{path}");
        assert_eq!(refused.json()["errors"][0]["title"], "PARAMETER_ERROR");
    }
}

#[tokio::test]
async fn a_path_and_a_query_are_compared_decoded() {
    let world = World::start().await;
    let subject = Subject::create(&world, Method::Agent).await;
    let encoded = subject.id.replace('-', "%2D");
    world.call("GET", &format!("/identifications/agent/{encoded}"), None).await.expect(200);
    world.call("GET", &format!("/%69dentifications/a%67ent/{encoded}"), None).await.expect(200);
    world.call("GET", &format!("/identifications%2Fagent/{encoded}"), None).await.expect(404);
    world.call("GET", &format!("/identifications/agent/{}/", subject.id), None).await.expect(404);
    world.call("DELETE", &subject.admin_path("?force=fa%4Cse"), None).await.expect(204);
    let subject = Subject::create(&world, Method::Agent).await;
    for query in ["?f%6Frce=maybe", "?force=%74rue1", "?force=", "?force", "?force=true&%66orce=true", "?force=%FF"] {
        let details = world.call("DELETE", &subject.admin_path(query), None).await.expect(400).details();
        assert!(details[0].starts_with("query parameter force: "), "{query}: {details:?}");
    }
    world.call("DELETE", &subject.admin_path("?force=TRUE"), None).await.expect(204);
}

#[tokio::test]
async fn a_cancel_needs_a_reason_of_at_most_a_thousand_characters() {
    let world = World::start().await;
    for method in Method::ALL {
        for reason in [
            json!("x".repeat(1_000)),
            json!("é".repeat(1_000)),
            json!(" because "),
            json!("first\r\nsecond\n"),
            json!(format!(" {} ", "x".repeat(1_000))),
        ] {
            let subject = Subject::create(&world, method).await;
            world.call("POST", &subject.admin_path("/cancel"), Some(json!({ "reason": reason }))).await.expect(204);
        }
        let subject = Subject::create(&world, method).await;
        for reason in [
            json!(null),
            json!(""),
            json!("   "),
            json!("\u{200B}"),
            json!("x".repeat(1_001)),
            json!("a\tb"),
            json!("a\u{202E}b"),
            json!(7),
            json!(["x"]),
        ] {
            let answer =
                world.call("POST", &subject.admin_path("/cancel"), Some(json!({ "reason": reason }))).await.expect(400);
            assert!(answer.details()[0].starts_with("/reason: "), "{reason}");
        }
        world.call("POST", &subject.admin_path("/cancel"), None).await.expect(400);
        assert_eq!(subject.status(&world).await.as_deref(), Some("CREATED"));
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let world = World::start().await;
    for operation in creates() {
        let mut body = operation.body().expect("a body");
        body["unknown"] = json!({ "deep": [1, 2.5, null, "\n"] });
        for name in ["actor", "channel", "document"]
            .into_iter()
            .filter(|name| operation.body().expect("a body").get(name).is_some())
        {
            body[name]["unknown"] = json!(true);
        }
        world.call("POST", operation.path, Some(body)).await.expect(operation.success);
    }
}

#[tokio::test]
async fn json_nests_at_most_64_deep() {
    let world = World::start().await;
    let nested = |depth: usize| {
        let body = bodies::agent(false).to_string();
        let members = body.strip_suffix('}').expect("an object");
        format!("{members},\"unknown\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1))
    };
    let send =
        |body: String| world.send(world.request("POST", "/identifications/agent", None).body("application/json", body));
    send(nested(64)).await.expect(201);
    assert_eq!(send(nested(65)).await.expect(400).details(), [": nests deeper than 64"]);
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert_eq!(send(objects(65)).await.expect(400).details(), [": nests deeper than 64"]);
    let mut in_text = bodies::agent(false);
    in_text["actor"]["name"] = json!("[".repeat(200));
    send(in_text.to_string()).await.expect(201);
}
