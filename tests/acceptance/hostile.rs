//! Malicious input, or input from a broken program: refused with a 4xx, within bounded memory, and the next valid
//! request is served.

mod wire;

use acceptance::{Answer, Call, NOBODY, ORG, World, bodies};
use serde_json::json;

const MIB: usize = 1024 * 1024;
const AGENT: &str = "/identifications/agent";
const SCORING: &str = "/scorings/identity_document";

/// Requires a 4xx in our own envelope.
#[track_caller]
fn refused(answer: &Answer, what: &str) {
    assert!(answer.status.is_client_error(), "{what}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    assert!(answer.json()["errors"][0]["code"].is_string(), "{what}");
}

/// Requires that the service still works.
async fn still_serves(world: &World) {
    world.call("POST", AGENT, Some(bodies::agent(false))).await.expect(201);
}

/// Valid text, with this in place of a valid phone number.
fn with_phone(text: &str) -> String {
    bodies::agent(false).to_string().replace("6123456789", text)
}

/// Malformed and absurd JSON bodies.
fn broken_json() -> Vec<(&'static str, Vec<u8>)> {
    let good = bodies::agent(false).to_string();
    let texts = [
        ("nothing", String::new()),
        ("half of it", good[..good.len() / 2].to_owned()),
        ("two of it", format!("{good}{good}")),
        ("a trailing comma", good.replace("false}", "false,}")),
        ("single quotes", good.replace('"', "'")),
        ("no quotes", good.replace('"', "")),
        ("a comment", format!("/* hello */{good}")),
        ("NaN", with_phone("NaN")),
        ("Infinity", with_phone("Infinity")),
        ("a hexadecimal number", with_phone("0x16CFC6115")),
        ("a leading zero", with_phone("06123456789")),
        ("half a number", with_phone("1e")),
        ("100,000 lists", "[".repeat(100_000)),
        ("100,000 lists, closed", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
        ("100,000 objects", "{\"a\":".repeat(100_000)),
        (
            "100,000 lists in a field",
            good.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(100_000), "]".repeat(100_000)), 1),
        ),
        ("brackets that only close", "]}".repeat(100_000)),
        ("a text that does not end", format!("\"{}", "x".repeat(500_000))),
        ("a lone surrogate", good.replace("James", "\\ud800")),
        ("half an escape", good.replace("James", "\\u12")),
        ("an unknown escape", good.replace("James", "\\x41")),
        ("a raw newline in a text", good.replace("James", "Ja\nmes")),
        ("a raw NUL in a text", good.replace("James", "Ja\0mes")),
        ("a NUL behind it", format!("{good}\0")),
        ("only NULs", "\0".repeat(1_000)),
        ("XML", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".to_owned()),
        ("a list", format!("[{good}]")),
        ("a text", format!("{:?}", "James")),
    ];
    let mut bodies: Vec<(&'static str, Vec<u8>)> =
        texts.into_iter().map(|(what, text)| (what, text.into_bytes())).collect();
    let with_name = |bytes: &[u8]| {
        let (before, after) = good.split_once("James").expect("a name");
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    bodies.push(("bytes that are not UTF-8", with_name(b"\xFF\xFE")));
    bodies.push(("an overlong slash", with_name(b"\xC0\xAF")));
    bodies.push(("a surrogate in UTF-8", with_name(b"\xED\xA0\x80")));
    bodies.push(("UTF-16", good.encode_utf16().flat_map(u16::to_le_bytes).collect()));
    bodies.push(("7 MB of white space", vec![b' '; 7_000_000]));
    bodies.push(("7 MB in a field", with_name(&vec![b'x'; 7_000_000])));
    bodies.push(("nearly 1 MiB in a field", with_name(&vec![b'x'; MIB - 1_000])));
    bodies
}

#[tokio::test]
async fn broken_json_is_refused_wherever_json_is_taken() {
    let world = World::start().await;
    for (what, body) in broken_json() {
        for (method, path) in [
            ("POST", AGENT.to_owned()),
            ("POST", "/identifications/otp".to_owned()),
            ("POST", SCORING.to_owned()),
            ("POST", format!("{AGENT}/{NOBODY}/cancel")),
            ("POST", format!("{AGENT}/{NOBODY}/validate")),
            ("PUT", format!("/identifications/otp/{NOBODY}/validate")),
        ] {
            let call = world.request(method, &path, None).body("application/json", body.clone());
            let answer = world.send(call).await;
            refused(&answer, what);
            assert!(matches!(answer.status.as_u16(), 400 | 413), "{what}: {}", answer.status);
        }
    }
    still_serves(&world).await;
}

#[tokio::test]
async fn a_number_that_is_no_phone_is_refused() {
    let world = World::start().await;
    for number in [
        "1e400",
        "-1e400",
        "1e-400",
        "-0",
        "-0.0",
        "0.0",
        "1.5",
        "6123456789.0",
        "6.1e9",
        "-6123456789",
        "1E400",
        "340282366920938463463374607431768211456",
    ] {
        let call = world.request("POST", AGENT, None).body("application/json", with_phone(number));
        refused(&world.send(call).await, number);
    }
    for retries in ["1e400", "-0", "1.5", "5.0", "1e1", "-1", "18446744073709551617", "4294967301"] {
        let body = json!({ "document": { "type": "NIF", "country": "ES" }, "provider": "INTERNAL", "expires_in": "PT1H", "max_score_retries": 5 });
        let text = body.to_string().replace(":5}", &format!(":{retries}}}")).replace(":5,", &format!(":{retries},"));
        assert!(text.contains(retries));
        refused(&world.send(world.request("POST", SCORING, None).body("application/json", text)).await, retries);
    }
    still_serves(&world).await;
}

/// Two readers of one text must not read different things: parsers differ in which of two equal members counts (RFC
/// 8259 §4).
#[tokio::test]
async fn a_member_that_comes_twice_is_refused() {
    let world = World::start().await;
    let good = bodies::agent(false).to_string();
    for text in [
        good.replacen('{', "{\"expires_in\":\"PT2H\",", 1),
        good.replace("\"James\"", "\"James\",\"name\":\"John\""),
        good.replace("\"James\"", "\"James\",\"na\\u006de\":\"John\""),
        good.replacen('{', "{\"unknown\":{\"a\":1,\"a\":1},", 1),
        good.replacen('{', "{\"unknown\":[{\"a\":[{\"b\":1,\"b\":2}]}],", 1),
    ] {
        let answer = world.send(world.request("POST", AGENT, None).body("application/json", text.clone())).await;
        refused(&answer, &text);
    }
    still_serves(&world).await;
}

#[tokio::test]
async fn a_header_that_comes_twice_is_refused() {
    let world = World::start().await;
    let validate = || world.request("POST", &format!("{AGENT}/{NOBODY}/validate"), Some(json!({ "agent": "maria" })));
    for (name, value) in
        [("x-installation_id", NOBODY), ("x-fingerprint", "b"), ("x-location", "0,0"), ("user-agent", "b")]
    {
        refused(&world.send(validate().header(name, value)).await, name);
    }
    let create = || world.request("POST", AGENT, Some(bodies::agent(false)));
    refused(
        &world.send(create().header("idempotency-key", "a").header("idempotency-key", "a")).await,
        "idempotency-key",
    );
    refused(&world.send(create().token(&world.token(ORG))).await, "authorization");
    refused(
        &world.send(world.request("DELETE", &format!("{AGENT}/{NOBODY}?force=true&force=false"), None)).await,
        "force",
    );
    still_serves(&world).await;
}

#[tokio::test]
async fn a_header_of_a_hundred_kilobytes_is_refused() {
    let world = World::start().await;
    let huge = "x".repeat(100_000);
    let validate = || world.request("POST", &format!("{AGENT}/{NOBODY}/validate"), Some(json!({ "agent": "maria" })));
    for name in ["x-installation_id", "x-fingerprint", "x-location", "user-agent", "content-type"] {
        refused(&world.send(validate().without(name).header(name, huge.clone())).await, name);
    }
    refused(
        &world
            .send(world.request("POST", AGENT, Some(bodies::agent(false))).header("idempotency-key", huge.clone()))
            .await,
        "idempotency-key",
    );
    for token in
        [huge.clone(), format!("{huge}.{huge}.{huge}"), ".".repeat(100_000), format!("{}{huge}", world.token(ORG))]
    {
        refused(&world.send(Call::org("POST", ORG, AGENT).token(&token)).await, "authorization");
    }
    // No client can build a path longer than 65,534 bytes; the server's answer to a longer one is tested in `wire`.
    let long = &huge[..60_000];
    refused(&world.send(world.request("GET", &format!("{AGENT}/{long}"), None)).await, "an id");
    refused(&world.send(world.request("DELETE", &format!("{AGENT}/{NOBODY}?force={long}"), None)).await, "force");
    refused(
        &world.send(world.request("DELETE", &format!("{AGENT}/{NOBODY}?{}", "force=true&".repeat(5_000)), None)).await,
        "5,000 forces",
    );
    refused(&world.send(Call::org("POST", long, AGENT).token(&world.token(ORG))).await, "an organisation");
    still_serves(&world).await;
}

#[tokio::test]
async fn a_path_does_not_lead_anywhere_else() {
    let world = World::start().await;
    let created = world.call("POST", AGENT, Some(bodies::agent(false))).await.expect(201);
    let (admin_id, id) = (created.text("admin_identification_id"), created.text("identification_id"));
    for path in [
        "/v1/orgs/../orgs/yoigo/identifications/agent".to_owned(),
        "/v1/orgs/yoigo/./identifications/agent".to_owned(),
        format!("/v1/orgs/other/../yoigo/identifications/agent/{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/../agent/{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/%2e%2e/agent/{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/..%2fagent%2f{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/{id}%00"),
        format!("/v1/orgs/yoigo/identifications/agent/{id}%0a"),
        format!("/v1/orgs/yoigo/identifications/agent/{id}%20"),
        format!("/v1/orgs/yoigo/identifications/agent/{id};a=b"),
        format!("/v1/orgs/yoigo/identifications/agent/{id}/"),
        format!("/v1/orgs/yoigo/identifications/agent//{id}"),
        format!("/v1/orgs/yoigo%2fidentifications/agent/{id}"),
        format!("/v1/orgs/yoigo%00/identifications/agent/{id}"),
        format!("/v1/orgs/yoigo%2f..%2fyoigo/identifications/agent/{id}"),
        format!("/v1/orgs/%2e%2e/identifications/agent/{id}"),
        format!("/v1/orgs/%2579oigo/identifications/agent/{id}"),
        format!("/v1/orgs/YOIGO/identifications/agent/{id}"),
        format!("/v1/orgs/yoigo%23/identifications/agent/{id}"),
        format!("/v1/orgs/*/identifications/agent/{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/{id}%ff"),
        format!("/v1/orgs/%ff/identifications/agent/{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/%zz{id}"),
        "/v1/orgs/yoigo/identifications/agent/%".to_owned(),
        format!("/v1/orgs/yoigo/identifications/agent/IDN%23{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/{{{id}}}"),
        format!("/v1/orgs/yoigo/identifications/agent/urn:uuid:{id}"),
        format!("/v1/orgs/yoigo/identifications/agent/{admin_id}"),
        "/v1/orgs/yoigo/identifications/agent/$%7Bjndi:ldap:%2f%2fexample.com%7D".to_owned(),
        "/v1/orgs/yoigo/identifications/agent/'%20OR%20'1'='1".to_owned(),
    ] {
        let answer = world.send(Call::new("GET", &path).token(&world.token(ORG))).await;
        refused(&answer, &path);
    }
    world.call("GET", &format!("{AGENT}/{id}"), None).await.expect(200);
    still_serves(&world).await;
}

/// A PNG that claims this size (W3C PNG §11.2.2) and contains almost nothing.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut png = bodies::png_of(1, 1, 1);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    png
}

/// The checksum of PNG chunks (W3C PNG annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// A JPEG that claims this size (ITU-T T.81 §B.2.2) and ends there; baseline or progressive.
fn jpeg_header(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let mut jpeg = vec![0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0];
    jpeg.extend([1; 64]);
    jpeg.extend([0xFF, if progressive { 0xC2 } else { 0xC0 }, 0, 17, 8]);
    jpeg.extend(height.to_be_bytes());
    jpeg.extend(width.to_be_bytes());
    jpeg.extend([3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
    jpeg.extend([0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0xFF, 0xD9]);
    jpeg
}

/// Invalid pictures, and pictures too large to decode.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let good = bodies::png(1);
    vec![
        ("a PNG of 60,000 x 60,000", png_header(60_000, 60_000)),
        ("a PNG of 2^31 x 2^31", png_header(i32::MAX as u32, i32::MAX as u32)),
        ("a PNG of 2^32 x 2^32", png_header(u32::MAX, u32::MAX)),
        ("a PNG of 0 x 0", png_header(0, 0)),
        ("a PNG of 50 megapixels and no data", png_header(10_000, 5_000)),
        ("a PNG of one long row", png_header(49_999_999, 1)),
        ("a JPEG of 60,000 x 60,000", jpeg_header(60_000, 60_000, false)),
        ("a progressive JPEG of 60,000 x 60,000", jpeg_header(60_000, 60_000, true)),
        ("a JPEG of 65,535 x 65,535", jpeg_header(u16::MAX, u16::MAX, false)),
        ("a JPEG of 0 x 0", jpeg_header(0, 0, false)),
        ("a JPEG of 49 megapixels and no data", jpeg_header(7_000, 7_000, true)),
        ("half a PNG", good[..good.len() / 2].to_vec()),
        ("a PNG signature", good[..8].to_vec()),
        ("a PNG signature and noise", [&good[..8], &[0xA5; 5_000][..]].concat()),
        ("a JPEG start and NULs", [&[0xFF, 0xD8, 0xFF][..], &[0; 5_000]].concat()),
        ("a JPEG of markers only", [&[0xFF, 0xD8][..], &[0xFF; 200_000]].concat()),
        ("a JPEG of restarts", [&[0xFF, 0xD8, 0xFF, 0xD0][..], &[0xFF, 0xD0].repeat(100_000)].concat()),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
        ("PDF", b"%PDF-1.7".to_vec()),
        ("9 MiB of noise in a PNG", [&good[..33], &vec![0xA5; 9 * MIB]].concat()),
        ("9 MiB of noise in a JPEG", [&jpeg_header(800, 600, true)[..], &vec![0xA5; 9 * MIB]].concat()),
        ("11 MiB of PNG", [good.as_slice(), &vec![0; 11 * MIB]].concat()),
    ]
}

/// A small valid PNG with a comment that inflates to this many bytes (W3C PNG §11.3.3.3).
fn png_with_a_comment(bytes: usize) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.add_ztxt_chunk("Comment".to_owned(), "x".repeat(bytes)).expect("a comment");
    encoder.write_header().expect("a header").write_image_data(&[7; 64]).expect("pixels");
    png
}

#[tokio::test]
async fn a_picture_that_is_a_bomb_or_none_is_refused() {
    let world = World::start().await;
    let created = world.call("POST", SCORING, Some(bodies::scoring())).await.expect(200);
    let scoring = format!("{SCORING}/{}", created.text("scoring_id"));
    for (what, bytes) in bombs() {
        let call = world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bytes)]);
        let answer = world.send(call).await;
        refused(&answer, what);
        assert!(matches!(answer.status.as_u16(), 400 | 413 | 415), "{what}: {}", answer.status);
    }
    let good = world.request("PUT", &format!("{scoring}/score"), None).pictures(&[("front", &bodies::png(1))]);
    world.send(good).await.expect(204);
    assert_eq!(world.call("GET", &scoring, None).await.expect(200).json()["retries"]["used"], 1);
}

#[tokio::test]
async fn multipart_that_is_none_is_refused() {
    let world = World::start().await;
    let part = |headers: &str| format!("--x\r\n{headers}\r\n\r\nabc\r\n--x--\r\n").into_bytes();
    let long = "y".repeat(200_000);
    for (what, content_type, body) in [
        ("no boundary", "multipart/form-data", part("A: b")),
        ("an empty boundary", "multipart/mixed; boundary=", part("A: b")),
        ("a huge boundary", &format!("multipart/mixed; boundary={long}"), part("A: b")),
        ("another boundary", "multipart/mixed; boundary=z", part("A: b")),
        (
            "two boundaries",
            "multipart/mixed; boundary=x; boundary=z",
            part("Content-Disposition: form-data; name=\"selfie\""),
        ),
        ("a boundary in the wrong place", "application/json; boundary=x", part("A: b")),
        ("a huge part header", "multipart/mixed; boundary=x", part(&format!("A: {long}"))),
        ("100,000 part headers", "multipart/mixed; boundary=x", part(&"A: b\r\n".repeat(100_000))),
        (
            "a huge name",
            "multipart/form-data; boundary=x",
            part(&format!("Content-Disposition: form-data; name=\"{long}\"")),
        ),
        (
            "a path as a name",
            "multipart/form-data; boundary=x",
            part("Content-Disposition: form-data; name=\"../front\""),
        ),
        (
            "a path as a file name",
            "multipart/mixed; boundary=x",
            part("Content-Disposition: attachment; filename=\"../../etc/front.png\""),
        ),
        (
            "a NUL in a name",
            "multipart/form-data; boundary=x",
            part("Content-Disposition: form-data; name=\"front\0\""),
        ),
        (
            "a name that is not UTF-8",
            "multipart/form-data; boundary=x",
            [&b"--x\r\nContent-Disposition: form-data; name=\"\xFF\"\r\n\r\n"[..], b"abc\r\n--x--"].concat(),
        ),
        ("100,000 parts", "multipart/mixed; boundary=x", [&b"--x\r\n\r\n\r\n".repeat(100_000)[..], b"--x--"].concat()),
        ("multipart in multipart", "multipart/mixed; boundary=x", part("Content-Type: multipart/mixed; boundary=y")),
        ("a base64 part", "multipart/mixed; boundary=x", part("Content-Transfer-Encoding: base64")),
        ("parts that do not end", "multipart/mixed; boundary=x", b"--x\r\nA: b\r\n\r\n".repeat(1_000)),
        ("22 MiB", "multipart/mixed; boundary=x", vec![b'x'; 22 * MIB]),
    ] {
        let call = world.request("PUT", &format!("{SCORING}/{NOBODY}/score"), None).body(content_type, body);
        let answer = world.send(call).await;
        refused(&answer, what);
        assert!(matches!(answer.status.as_u16(), 400 | 413 | 415), "{what}: {}", answer.status);
    }
    still_serves(&world).await;
}
