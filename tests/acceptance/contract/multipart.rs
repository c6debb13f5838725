//! §5, the pictures of a score: the possible parts, their contents, and that an error uses up no retry.

use super::stage::create_scoring;
use acceptance::{Answer, World, bodies, request::base64, subject::put_pictures};
use serde_json::{Value, json};

const MIB: usize = 1024 * 1024;

/// A part: its headers and its bytes.
struct Part<'a>(&'a str, &'a [u8]);

/// A multipart body exactly as in RFC 2046, where a part needs no headers.
fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for Part(headers, bytes) in parts {
        let after_headers = if headers.is_empty() { "\r\n" } else { "\r\n\r\n" };
        body.extend_from_slice(format!("--frontier\r\n{headers}{after_headers}").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    body
}

async fn send(world: &World, scoring: &str, content_type: &str, body: Vec<u8>) -> Answer {
    world.send(world.request("PUT", &format!("{scoring}/score"), None).body(content_type, body)).await
}

/// The sides of the captures, and the seeds of their pictures.
async fn captured(world: &World, scoring: &str) -> Vec<(String, u32)> {
    let captures = world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json();
    let seed = |digest: &Value| {
        (1..9).find(|seed| acredita_domain::pictures::Sha256Digest::of(&bodies::png(*seed)).as_str() == digest)
    };
    let captures = captures["captures"].as_array().expect("a list").clone();
    captures
        .iter()
        .map(|capture| {
            (capture["side"].as_str().expect("text").to_owned(), seed(&capture["sha256"]).expect("one of ours"))
        })
        .collect()
}

/// Requires that a scoring is as if it had received nothing.
async fn untouched(world: &World, scoring: &str) {
    let read = world.call("GET", scoring, None).await.expect(200).json();
    assert_eq!((&read["status"], &read["retries"]["used"]), (&json!("CREATED"), &json!(0)));
    assert!(captured(world, scoring).await.is_empty());
}

/// The smallest grey JPEG of 8 × 8: one block, filled with a single code (ITU-T T.81).
fn jpeg() -> Vec<u8> {
    let segment = |marker: u8, content: &[u8]| [&[0xFF, marker, 0, content.len() as u8 + 2], content].concat();
    let one_code = |class: u8| {
        let mut table = vec![class, 1];
        table.extend([0; 15]);
        table.push(0);
        segment(0xC4, &table)
    };
    let quantization = [&[0][..], &[1; 64]].concat();
    let frame = [8, 0, 8, 0, 8, 1, 1, 0x11, 0];
    let scan = [1, 1, 0x00, 0, 63, 0];
    [
        &[0xFF, 0xD8][..],
        &segment(0xDB, &quantization),
        &segment(0xC0, &frame),
        &one_code(0x00),
        &one_code(0x10),
        &segment(0xDA, &scan),
        &[0x3F, 0xFF, 0xD9],
    ]
    .concat()
}

/// A PNG of exactly this many bytes, padded with a comment.
fn png_of_bytes(bytes: usize) -> Vec<u8> {
    let encode = |comment: usize| {
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, 8, 8);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.add_text_chunk("Comment".to_owned(), "x".repeat(comment)).expect("a comment");
        encoder.write_header().expect("a header").write_image_data(&[7; 64]).expect("pixels");
        png
    };
    let png = encode(bytes - encode(0).len());
    assert_eq!(png.len(), bytes);
    png
}

/// A PNG with one bit per pixel, all black.
fn black_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder
        .write_header()
        .expect("a header")
        .write_image_data(&vec![0; width.div_ceil(8) as usize * height as usize])
        .expect("pixels");
    png
}

#[tokio::test]
async fn parts_are_told_by_name_then_by_file_name_then_by_order() {
    let world = World::start().await;
    let named = |name: &str, file: &str| {
        format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: image/png")
    };
    let file = |file: &str| format!("Content-Disposition: attachment; filename=\"{file}\"\r\nContent-Type: image/png");
    let bare = "Content-Type: image/png".to_owned();
    let both = [("FRONT".to_owned(), 1), ("BACK".to_owned(), 2)];
    let turned = [("FRONT".to_owned(), 2), ("BACK".to_owned(), 1)];
    for (first, second, expected) in [
        (named("front", "a.png"), named("back", "b.png"), &both),
        (named("back", "a.png"), named("front", "b.png"), &turned),
        (named("back", "front.png"), named("front", "back.png"), &turned),
        (named("FRONT", "x"), named("Back", "x"), &both),
        (file("front.png"), file("back.jpeg"), &both),
        (file("back.png"), file("front"), &turned),
        (file("FRONT.PNG"), file("Back.png"), &both),
        (bare.clone(), bare.clone(), &both),
        (bare.clone(), named("back", "x"), &both),
        (named("file", "back.png"), named("upload", "front.png"), &turned),
        (named("selfie", "a.png"), named("file[]", "b.png"), &both),
        (named("document", "C:\\\\fakepath\\\\Front.png"), named("document", "/tmp/back.png"), &both),
        (named("", "image.png"), named("back", "image.png"), &both),
        ("Content-Disposition: inline".to_owned(), "Content-Disposition: inline".to_owned(), &both),
        (String::new(), String::new(), &both),
        (String::new(), named("back", "x"), &both),
        ("CONTENT-DISPOSITION: FORM-DATA; NAME=\"back\"".to_owned(), named("front", "x"), &turned),
        ("Content-Disposition: form-data;\r\n\tname=back".to_owned(), named("front", "x"), &turned),
        (named("back", "a; name=front.png"), named("front", "a \\\"b\\\".png"), &turned),
        (
            "Content-Disposition: form-data; filename=\"a; name=front\"; name=back".to_owned(),
            file("front.png"),
            &turned,
        ),
        ("Content-Disposition: attachment; filename*=UTF-8''back.png".to_owned(), file("front.png"), &turned),
        (file("C:\\Users\\Ana\\back.png"), file("front.png"), &turned),
    ] {
        for kind in ["form-data", "mixed"] {
            let scoring = create_scoring(&world, |_| {}).await;
            let body = multipart(&[Part(&first, &bodies::png(1)), Part(&second, &bodies::png(2))]);
            let answer = send(&world, &scoring, &format!("multipart/{kind}; boundary=frontier"), body).await;
            assert_eq!(answer.status, 204, "{kind} {first} | {second}: {}", answer.json());
            assert_eq!(captured(&world, &scoring).await, expected, "{kind} {first} | {second}");
        }
    }
}

#[tokio::test]
async fn the_content_type_may_be_written_in_any_way() {
    let world = World::start().await;
    for content_type in [
        "multipart/mixed; boundary=frontier",
        "multipart/mixed;boundary=\"frontier\"",
        "Multipart/Form-Data; Boundary=frontier",
        "multipart/mixed; charset=utf-8; boundary=frontier",
        "multipart/form-data; boundary=frontier; charset=utf-8",
        "multipart/mixed; comment=\"boundary=another\"; boundary=\"frontier\";",
        "multipart/mixed; type=image/png ; boundary = frontier",
    ] {
        let scoring = create_scoring(&world, |_| {}).await;
        let body = multipart(&[Part("Content-Disposition: form-data; name=\"front\"", &bodies::png(1))]);
        let answer = send(&world, &scoring, content_type, body).await;
        assert_eq!(answer.status, 204, "{content_type}: {}", answer.json());
    }
}

#[tokio::test]
async fn one_side_is_enough_and_the_other_may_come_later() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    put_pictures(&world, &scoring, &[("back", &bodies::png(2))]).await.expect(204);
    assert_eq!(captured(&world, &scoring).await, [("BACK".to_owned(), 2)]);
    put_pictures(&world, &scoring, &[("front", &bodies::png(1))]).await.expect(204);
    assert_eq!(captured(&world, &scoring).await, [("FRONT".to_owned(), 1), ("BACK".to_owned(), 2)]);
    put_pictures(&world, &scoring, &[("front", &bodies::png(3))]).await.expect(204);
    assert_eq!(captured(&world, &scoring).await, [("FRONT".to_owned(), 3), ("BACK".to_owned(), 2)]);
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(204);
    let read = world.call("GET", &scoring, None).await.expect(200).json();
    assert_eq!(read["retries"]["used"], 4);
}

#[tokio::test]
async fn unknown_and_doubled_parts_are_refused() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let (one, two, three) = (bodies::png(1), bodies::png(2), bodies::png(3));
    for parts in [
        vec![("back", &one), ("selfie", &two)],
        vec![("front", &one), ("front", &two)],
        vec![("back", &one), ("BACK", &one)],
        vec![("front", &one), ("back", &two), ("front", &three)],
        vec![("front", &one), ("back", &two), ("", &three)],
        vec![("a", &one), ("b", &two), ("c", &three)],
    ] {
        let parts: Vec<(&str, &[u8])> = parts.into_iter().map(|(name, bytes)| (name, bytes.as_slice())).collect();
        let answer = put_pictures(&world, &scoring, &parts).await.expect(400);
        assert_eq!(answer.json()["errors"][0]["title"], "INVALID_INPUT");
    }
    for text in [&b"hello"[..], b"%PDF-1.7"] {
        put_pictures(&world, &scoring, &[("comment", text), ("front", &one), ("back", &two)]).await.expect(400);
        put_pictures(&world, &scoring, &[("front", &one), ("back", &two), ("comment", text)]).await.expect(400);
    }
    let bare = "Content-Type: image/png";
    let doubled = multipart(&[Part("Content-Disposition: form-data; name=\"back\"", &one), Part(bare, &two)]);
    send(&world, &scoring, "multipart/mixed; boundary=frontier", doubled).await.expect(400);
    let of_three = multipart(&[Part(bare, &one), Part(bare, &two), Part(bare, &three)]);
    send(&world, &scoring, "multipart/mixed; boundary=frontier", of_three).await.expect(400);
    untouched(&world, &scoring).await;
}

#[tokio::test]
async fn broken_multipart_is_refused() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let good = multipart(&[Part("Content-Disposition: form-data; name=\"front\"", &bodies::png(1))]);
    let cut = good[..good.len() - 20].to_vec();
    for (content_type, body) in [
        ("multipart/form-data", good.clone()),
        ("multipart/mixed", good.clone()),
        ("multipart/form-data; boundary=", good.clone()),
        ("multipart/form-data; boundary=\"\"", good.clone()),
        ("multipart/form-data; boundary=another", good.clone()),
        ("multipart/form-data; boundary=frontier", cut),
        ("multipart/form-data; boundary=frontier", Vec::new()),
        ("multipart/form-data; boundary=frontier", b"--frontier--\r\n".to_vec()),
        ("multipart/form-data; boundary=frontier", b"no multipart at all".to_vec()),
        ("multipart/form-data; boundary=frontier", bodies::png(1)),
    ] {
        let answer = send(&world, &scoring, content_type, body).await;
        assert_eq!(answer.status, 400, "{content_type}: {}", answer.json());
    }
    untouched(&world, &scoring).await;
}

#[tokio::test]
async fn a_part_without_bytes_is_absent() {
    let world = World::start().await;
    let empty = &b""[..];
    let (one, two) = (bodies::png(1), bodies::png(2));
    for (parts, captures) in [
        (vec![("front", one.as_slice()), ("back", empty)], vec![("FRONT".to_owned(), 1)]),
        (vec![("front", empty), ("back", &two)], vec![("BACK".to_owned(), 2)]),
        (vec![("front", empty), ("front", &one)], vec![("FRONT".to_owned(), 1)]),
        (
            vec![("front", &one), ("back", &two), ("comment", empty)],
            vec![("FRONT".to_owned(), 1), ("BACK".to_owned(), 2)],
        ),
        (vec![("a", empty), ("b", &two)], vec![("BACK".to_owned(), 2)]),
    ] {
        let scoring = create_scoring(&world, |_| {}).await;
        put_pictures(&world, &scoring, &parts).await.expect(204);
        assert_eq!(captured(&world, &scoring).await, captures);
    }
    let scoring = create_scoring(&world, |_| {}).await;
    put_pictures(&world, &scoring, &[("front", empty), ("back", empty)]).await.expect(409);
    put_pictures(&world, &scoring, &[("note", empty); 16]).await.expect(409);
    put_pictures(&world, &scoring, &[("note", empty); 17]).await.expect(400);
    let encoded = "Content-Disposition: attachment; filename=\"back.png\"\r\nContent-Transfer-Encoding: base64";
    let nothing = multipart(&[Part(encoded, b"\r\n")]);
    send(&world, &scoring, "multipart/mixed; boundary=frontier", nothing).await.expect(409);
    untouched(&world, &scoring).await;
    let front = multipart(&[Part("Content-Disposition: attachment; filename=\"front.png\"", &one), Part(encoded, b"")]);
    send(&world, &scoring, "multipart/mixed; boundary=frontier", front).await.expect(204);
    assert_eq!(captured(&world, &scoring).await, [("FRONT".to_owned(), 1)]);
}

/// Quoted-printable (RFC 2045 §6.7), with soft line breaks.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    bytes
        .chunks(24)
        .map(|line| line.iter().map(|byte| format!("={byte:02X}")).collect::<String>())
        .collect::<Vec<_>>()
        .join("=\r\n")
        .into_bytes()
}

#[tokio::test]
async fn a_transfer_encoding_is_undone_in_mail_and_not_in_forms() {
    let world = World::start().await;
    let picture = bodies::png(1);
    let text = base64(&picture);
    let lines: Vec<&str> = text.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    for (encoding, bytes) in [
        ("base64", lines.join("\r\n").into_bytes()),
        ("Base64", text.clone().into_bytes()),
        ("quoted-printable", quoted_printable(&picture)),
        ("binary", picture.clone()),
        ("8bit", picture.clone()),
    ] {
        let headers =
            format!("Content-Disposition: attachment; filename=\"front.png\"\r\nContent-Transfer-Encoding: {encoding}");
        let body = multipart(&[Part(&headers, &bytes)]);
        let scoring = create_scoring(&world, |_| {}).await;
        let answer = send(&world, &scoring, "multipart/mixed; boundary=frontier", body.clone()).await;
        assert_eq!(answer.status, 204, "{encoding}: {}", answer.json());
        assert_eq!(captured(&world, &scoring).await, [("FRONT".to_owned(), 1)], "{encoding}");
        let plain = matches!(encoding, "binary" | "8bit");
        let scoring = create_scoring(&world, |_| {}).await;
        let answer = send(&world, &scoring, "multipart/form-data; boundary=frontier", body).await;
        assert_eq!(answer.status, if plain { 204 } else { 415 }, "{encoding}");
    }
    let scoring = create_scoring(&world, |_| {}).await;
    for (encoding, bytes) in [("base64", &b"*"[..]), ("base64", b"\xFF")] {
        let headers =
            format!("Content-Disposition: attachment; name=\"front\"\r\nContent-Transfer-Encoding: {encoding}");
        let answer =
            send(&world, &scoring, "multipart/mixed; boundary=frontier", multipart(&[Part(&headers, bytes)])).await;
        assert!(answer.expect(400).details()[0].starts_with("/front: is not "), "{encoding}");
    }
    untouched(&world, &scoring).await;
}

#[tokio::test]
async fn a_body_that_is_no_multipart_is_of_the_wrong_type() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    for content_type in [
        "image/png",
        "application/json",
        "multipart/related; boundary=frontier",
        "application/octet-stream",
        "",
        "text/plain",
    ] {
        send(&world, &scoring, content_type, bodies::png(1)).await.expect(415);
    }
    let unlabelled =
        world.request("PUT", &format!("{scoring}/score"), None).body("x/x", bodies::png(1)).without("content-type");
    world.send(unlabelled).await.expect(415);
    // An empty body asks for the pictures uploaded before, whatever its content type.
    send(&world, &scoring, "application/json", Vec::new()).await.expect(409);
    for nothing in ["{}", " {\n}", "\u{FEFF}{}"] {
        send(&world, &scoring, "application/json", nothing.as_bytes().to_vec()).await.expect(409);
    }
    for something in ["[]", "{\"front\":\"\"}", "null"] {
        send(&world, &scoring, "application/json", something.as_bytes().to_vec()).await.expect(415);
    }
    let unlabelled =
        world.request("PUT", &format!("{scoring}/score"), None).body("x/x", b"{}".to_vec()).without("content-type");
    world.send(unlabelled).await.expect(409);
    untouched(&world, &scoring).await;
}

#[tokio::test]
async fn jpeg_and_png_are_taken_by_their_bytes_and_nothing_else() {
    let world = World::start().await;
    for (bytes, content_type) in [(jpeg(), "image/jpeg"), (bodies::png(1), "image/png")] {
        for lie in ["image/png", "image/heic", "text/plain", "application/pdf"] {
            let scoring = create_scoring(&world, |_| {}).await;
            let headers = format!(
                "Content-Disposition: form-data; name=\"front\"; filename=\"front.pdf\"\r\nContent-Type: {lie}"
            );
            let answer =
                send(&world, &scoring, "multipart/form-data; boundary=frontier", multipart(&[Part(&headers, &bytes)]))
                    .await;
            assert_eq!(answer.status, 204, "{content_type} as {lie}: {}", answer.json());
            let captures = world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json();
            assert_eq!(captures["captures"][0]["content_type"], content_type);
        }
    }
    let scoring = create_scoring(&world, |_| {}).await;
    for bytes in [
        &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..],
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1",
        b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n",
        b"GIF89a\x01\0\x01\0\0\0\0",
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"BM\x3A\0\0\0",
        b"II*\0\x08\0\0\0",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"hello",
        b"\x89PNG",
        b"\xFF\xD8",
        b"\n\x89PNG\r\n\x1a\n",
    ] {
        let answer = put_pictures(&world, &scoring, &[("front", bytes)]).await.expect(415);
        assert!(answer.details()[0].starts_with("/front: "), "{:?}", answer.details());
        let answer = put_pictures(&world, &scoring, &[("front", &bodies::png(1)), ("back", bytes)]).await.expect(415);
        assert!(answer.details()[0].starts_with("/back: "), "{:?}", answer.details());
    }
    untouched(&world, &scoring).await;
}

#[tokio::test]
async fn a_picture_that_does_not_decode_is_refused() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let (png, jpeg) = (bodies::png(1), jpeg());
    let flipped = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0x55;
        bytes
    };
    for bytes in [
        png[..8].to_vec(),
        png[..40].to_vec(),
        png[..png.len() / 2].to_vec(),
        png[..png.len() - 12].to_vec(),
        flipped(&png, png.len() / 2),
        flipped(&png, 30),
        jpeg[..3].to_vec(),
        jpeg[..20].to_vec(),
        jpeg[..jpeg.len() - 3].to_vec(),
        [&jpeg[..2], &[0xFF, 0xE0, 0xFF, 0xFF][..]].concat(),
        black_png(1, 1)[..30].to_vec(),
    ] {
        let answer = put_pictures(&world, &scoring, &[("front", &bytes)]).await;
        assert_eq!(answer.status, 400, "{} bytes: {}", bytes.len(), answer.json());
        assert_eq!(answer.details(), ["/front: cannot be decoded"]);
    }
    untouched(&world, &scoring).await;
}

#[tokio::test]
async fn a_picture_may_have_ten_mebibytes_and_not_one_byte_more() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let larger = png_of_bytes(10 * MIB + 1);
    let answer = put_pictures(&world, &scoring, &[("front", &larger)]).await.expect(413);
    assert!(answer.details()[0].starts_with("/front: "));
    let beyond = vec![0; 21 * MIB];
    put_pictures(&world, &scoring, &[("front", &beyond)]).await.expect(413);
    untouched(&world, &scoring).await;
    let largest = png_of_bytes(10 * MIB);
    put_pictures(&world, &scoring, &[("front", &largest)]).await.expect(204);
}

#[tokio::test]
async fn a_picture_may_have_fifty_megapixels_and_not_one_row_more() {
    let world = World::with_external_provider().await;
    world.scorer.answer(0.5, vec![]);
    let scoring = create_scoring(&world, |body| body["provider"] = json!("GOOGLE")).await;
    let answer = put_pictures(&world, &scoring, &[("front", &black_png(10_000, 5_001))]).await.expect(413);
    assert!(answer.details()[0].starts_with("/front: "));
    untouched(&world, &scoring).await;
    put_pictures(&world, &scoring, &[("front", &black_png(10_000, 5_000))]).await.expect(204);
}

#[tokio::test]
async fn a_fault_after_a_score_changes_nothing_of_it() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    put_pictures(&world, &scoring, &[("front", &bodies::png(1))]).await.expect(204);
    let before = world.call("GET", &scoring, None).await.expect(200).json();
    for (bytes, status) in [(&b"%PDF"[..], 415), (&bodies::png(1)[..50], 400)] {
        put_pictures(&world, &scoring, &[("front", bytes)]).await.expect(status);
    }
    assert_eq!(world.call("GET", &scoring, None).await.expect(200).json(), before);
    assert_eq!(captured(&world, &scoring).await, [("FRONT".to_owned(), 1)]);
}
