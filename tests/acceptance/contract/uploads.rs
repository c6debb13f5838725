//! Uploads that are stated before they are made (§7): their links take exactly the stated files.

use super::stage::{create_scoring, kept_pictures, reviewed, world_of_today};
use acceptance::{World, bodies, request::Answer};
use acredita_domain::pictures::Sha256Digest;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

async fn delegate(world: &World, scoring: &str, body: Value) -> Answer {
    world.call("POST", &format!("{scoring}/delegate"), Some(body)).await
}

fn stated(content_type: &str, bytes: &[u8]) -> Value {
    json!({ "content_type": content_type, "size_bytes": bytes.len(), "sha256": Sha256Digest::of(bytes).as_str() })
}

/// Uploads as an answer says, with the headers that it names.
async fn put(upload: &Value, bytes: Vec<u8>) -> StatusCode {
    let request = Client::new().put(upload["url"].as_str().expect("a link")).body(bytes);
    let headers = upload["headers"].as_object().expect("headers").iter();
    let headers = headers.filter(|(name, _)| *name != "content-length");
    let request = headers.fold(request, |request, (name, value)| request.header(name, value.as_str().expect("text")));
    request.send().await.expect("an answer").status()
}

#[tokio::test]
async fn a_link_for_a_stated_file_takes_that_file_and_no_other() {
    let world = world_of_today().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let [front, back] = [bodies::png(1), bodies::png(2)];
    let mut body = json!({ "uploads": { "front": stated("image/png", &front), "back": stated("IMAGE/PNG", &back) } });
    let digest = body["uploads"]["back"]["sha256"].as_str().expect("a digest").to_uppercase();
    body["uploads"]["back"]["sha256"] = json!(digest);
    let answer = delegate(&world, &scoring, body).await.expect(200).json();
    let uploads = &answer["metadata"]["uploads"];
    assert_eq!(uploads["front"]["headers"]["content-type"], "image/png");
    assert_eq!(uploads["front"]["headers"]["content-length"], front.len().to_string());
    assert_eq!(uploads["back"]["headers"]["content-type"], "image/png");

    assert_eq!(put(&uploads["front"], back.clone()).await, StatusCode::FORBIDDEN, "of another length");
    let mut altered = front.clone();
    *altered.last_mut().expect("bytes") ^= 1;
    assert_eq!(put(&uploads["front"], altered).await, StatusCode::BAD_REQUEST, "of the same length");
    let html = json!({ "url": uploads["front"]["url"], "headers": {
        "content-type": "text/html", "x-amz-checksum-sha256": uploads["front"]["headers"]["x-amz-checksum-sha256"] } });
    assert_eq!(put(&html, front.clone()).await, StatusCode::FORBIDDEN, "of another type");
    let plain = json!({ "url": uploads["front"]["url"], "headers": {} });
    assert_eq!(put(&plain, front.clone()).await, StatusCode::FORBIDDEN, "unstated");
    assert!(kept_pictures(&world).await.is_empty());
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(409);

    for (side, bytes) in [("front", front), ("back", back)] {
        assert_eq!(put(&uploads[side], bytes).await, StatusCode::OK);
    }
    world.call("PUT", &format!("{scoring}/score"), None).await.expect(204);
    let captures = world.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json();
    assert_eq!(captures["captures"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn only_the_stated_sides_get_a_link() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let file = stated("image/jpeg", b"a picture");
    let answer = delegate(&world, &scoring, json!({ "uploads": { "back": file.clone(), "front": null } })).await;
    reviewed("scoring_delegated_stated", answer.expect(200).json());
    for body in [None, Some(json!({})), Some(json!({ "uploads": null })), Some(json!({ "sides": [] }))] {
        let answer = world.call("POST", &format!("{scoring}/delegate"), body).await.expect(200).json();
        for side in ["front", "back"] {
            assert_eq!(answer["metadata"]["uploads"][side]["headers"], json!({}), "a plain link");
        }
    }
    let empty = world.request("POST", &format!("{scoring}/delegate"), None).header("content-type", "text/plain");
    world.send(empty).await.expect(200);
}

#[tokio::test]
async fn all_faults_of_a_statement_are_answered_at_once() {
    let world = World::start().await;
    let scoring = create_scoring(&world, |_| {}).await;
    let faults = async |uploads: Value| {
        let details = delegate(&world, &scoring, json!({ "uploads": uploads })).await.expect(400).details();
        details.iter().map(|fault| fault.split(": ").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let wrong = json!({ "content_type": "image/gif", "size_bytes": 10 * 1024 * 1024 + 1, "sha256": "ab" });
    assert_eq!(
        faults(json!({ "front": wrong, "back": {} })).await,
        [
            "/uploads/back/content_type",
            "/uploads/back/sha256",
            "/uploads/back/size_bytes",
            "/uploads/front/content_type",
            "/uploads/front/sha256",
            "/uploads/front/size_bytes",
        ]
    );
    for uploads in [json!({}), json!([]), json!("front"), json!({ "left": stated("image/png", b"a") })] {
        assert_eq!(faults(uploads).await, ["/uploads"]);
    }
    let good = stated("image/png", b"a");
    for (field, values) in [
        ("content_type", vec![json!(1), json!("image/heic"), json!("application/pdf"), json!("jpeg")]),
        ("size_bytes", vec![json!(0), json!(-1), json!(1.5), json!("1"), json!(4_294_967_297_u64)]),
        ("sha256", vec![json!("g".repeat(64)), json!("a".repeat(63)), json!("a".repeat(65)), json!(1)]),
    ] {
        for value in values {
            let mut file = good.clone();
            file[field] = value.clone();
            assert_eq!(faults(json!({ "back": file })).await, [format!("/uploads/back/{field}")], "{value}");
        }
    }
    delegate(&world, &scoring, json!({ "uploads": { "front": stated("image/png", &vec![0; 10 * 1024 * 1024]) } }))
        .await
        .expect(200);
    delegate(&world, &scoring, json!("uploads")).await.expect(400);
    let path = format!("{scoring}/delegate");
    let sent = async |content_type, body: &str| {
        world.send(world.request("POST", &path, None).body(content_type, body)).await.status.as_u16()
    };
    assert_eq!(sent("application/json", "{").await, 400);
    assert_eq!(sent("text/plain", "{}").await, 415);
}

#[tokio::test]
async fn a_deployment_may_require_the_statement() {
    let mut world = World::start().await;
    let mut app = world.app.clone();
    app.policy.stated_uploads = true;
    world.serve(app);
    let scoring = create_scoring(&world, |_| {}).await;
    for body in [None, Some(json!({})), Some(json!({ "uploads": null }))] {
        let answer = world.call("POST", &format!("{scoring}/delegate"), body).await.expect(400);
        assert_eq!(answer.details(), ["/uploads: is required"]);
        assert_eq!(answer.json()["errors"][0]["title"], "INVALID_INPUT");
    }
    let body = json!({ "uploads": { "front": stated("image/png", b"a") } });
    delegate(&world, &scoring, body.clone()).await.expect(200);
    let missing = "/scorings/identity_document/7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11";
    world.call("POST", &format!("{missing}/delegate"), None).await.expect(404);
    world.call("POST", &format!("{scoring}/close"), None).await.expect(204);
    world.call("POST", &format!("{scoring}/delegate"), None).await.expect(409);
}
