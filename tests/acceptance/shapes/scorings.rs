//! Pictures of documents: sent, stored, linked, scored.

use super::{Service, Step, on_both_shapes};
use acceptance::{Call, bodies};
use acredita_domain::pictures::Sha256Digest;
use serde_json::{Value, json};

async fn create(service: &Service) -> String {
    let created = service.call("POST", "/scorings/identity_document", Some(bodies::scoring())).await.expect(200);
    format!("/scorings/identity_document/{}", created.text("scoring_id"))
}

/// `multipart/mixed` exactly as in RFC 2046, its parts identified by their order.
fn mixed(call: Call, parts: &[&[u8]]) -> Call {
    let mut body = Vec::new();
    for bytes in parts {
        body.extend_from_slice(b"--frontier\r\nContent-Type: image/png\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    call.body("multipart/mixed; boundary=frontier", body)
}

/// The captures of a scoring, by side: digest, size and link.
async fn captures(service: &Service, scoring: &str) -> Vec<Value> {
    let captures = service.call("GET", &format!("{scoring}/captures"), None).await.expect(200).json();
    captures["captures"].as_array().expect("a list").clone()
}

/// Requires that the stored pictures are those sent, by digest and by signed link.
async fn is_kept(service: &Service, scoring: &str, pictures: &[(&str, &[u8])]) {
    let captures = captures(service, scoring).await;
    assert_eq!(captures.len(), pictures.len());
    for ((side, picture), capture) in pictures.iter().zip(captures) {
        assert_eq!(capture["side"], *side);
        assert_eq!(capture["sha256"], Sha256Digest::of(picture).as_str());
        assert_eq!(capture["size_bytes"], picture.len());
        let kept = reqwest::get(capture["url"].as_str().expect("a link")).await.expect("S3 answers");
        assert_eq!(kept.bytes().await.expect("a picture"), *picture, "{side}");
    }
}

async fn retries(service: &Service, scoring: &str) -> (String, u64) {
    let read = service.call("GET", scoring, None).await.expect(200);
    (read.text("status"), read.json()["retries"]["used"].as_u64().expect("a number"))
}

on_both_shapes! {
    async fn pictures_are_scored_however_they_come(service: Service) {
        let (front, back) = (bodies::png(1), bodies::png(2));
        let scoring = create(&service).await;
        let score = format!("{scoring}/score");
        let request = || service.request("PUT", &score, None);
        service.send(request()).await.expect(409);
        service.send(request().pictures(&[("front", b"no picture")])).await.expect(415);
        service.send(request().pictures(&[("front", &front), ("front", &back)])).await.expect(400);
        assert_eq!(retries(&service, &scoring).await, ("CREATED".to_owned(), 0), "a fault uses up no retry");
        service.send(request().pictures(&[("back", &back), ("front", &front)])).await.expect(204);
        is_kept(&service, &scoring, &[("FRONT", &front), ("BACK", &back)]).await;
        // Close to the limit of API Gateway.
        let large = bodies::png_of_noise(2_000, 1_900);
        service.send(mixed(request(), &[&large, &front])).await.expect(204);
        is_kept(&service, &scoring, &[("FRONT", &large), ("BACK", &front)]).await;
        assert_eq!(retries(&service, &scoring).await, ("SCORED".to_owned(), 2));
        let read = service.call("GET", &scoring, None).await.expect(200).json();
        let scored = read["score"].as_f64().expect("a score");
        assert!((0.0..=1.0).contains(&scored) && !read["breakdown"].as_array().expect("a list").is_empty(), "{read}");
        for _ in 0..2 {
            service.call("POST", &format!("{scoring}/close"), None).await.expect(204);
        }
        service.send(request().pictures(&[("front", &front)])).await.expect(409);
        service.call("POST", &format!("{scoring}/delegate"), None).await.expect(409);
    }

    async fn pictures_travel_by_the_links_that_the_service_signs(service: Service) {
        let scoring = create(&service).await;
        let delegation = service.call("POST", &format!("{scoring}/delegate"), None).await.expect(200).json();
        let upload = &delegation["metadata"]["uploads"]["front"];
        assert_eq!(upload["method"], "PUT");
        let put = async |picture: Vec<u8>| {
            let mut put = reqwest::Client::new().put(upload["url"].as_str().expect("a link"));
            for (name, value) in upload["headers"].as_object().into_iter().flatten() {
                put = put.header(name, value.as_str().expect("text"));
            }
            put.body(picture).send().await.expect("S3 answers").status()
        };
        // Larger than any request to the service may be on AWS.
        let picture = bodies::png_of_noise(2_600, 2_600);
        assert!(picture.len() > 6 * 1024 * 1024);
        assert!(put(picture.clone()).await.is_success());
        service.call("PUT", &format!("{scoring}/score"), None).await.expect(204);
        is_kept(&service, &scoring, &[("FRONT", &picture)]).await;
        assert_eq!(retries(&service, &scoring).await, ("SCORED".to_owned(), 1));
    }

    async fn a_document_that_nobody_can_read_identifies_nobody(service: Service) {
        let created = service.create("identity_document", bodies::identity_document("LOW")).await;
        service.step(&created, Step::Validate(None)).await.expect(409);
        let metadata = service.metadata("identity_document", &created.id).await;
        let scoring = created.answer.text("scoring_id");
        assert_eq!(metadata["scoring"], json!({ "scoring_id": scoring, "provider": "INTERNAL", "status": "CREATED" }));
        let score = service.request("PUT", &format!("/scorings/identity_document/{scoring}/score"), None);
        service.send(score.pictures(&[("front", &bodies::png(1)), ("back", &bodies::png(2))])).await.expect(204);
        let refused = service.step(&created, Step::Validate(None)).await.expect(409);
        assert_eq!(refused.details(), ["the scoring does not reach what the configuration asks for"]);
        service.step(&created, Step::Cancel).await.expect(204);
        assert_eq!(service.status(&created).await, "CANCELLED");
    }
}
