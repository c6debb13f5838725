//! Concurrent requests, over real connections and, on AWS, in several processes.

use super::{Service, Step, count, on_both_shapes};
use acceptance::{Answer, Call, bodies};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MANY: usize = 16;

/// Requires that every answer has one of these statuses.
#[track_caller]
fn only(answers: &[Answer], statuses: &[u16]) {
    for answer in answers {
        assert!(
            statuses.contains(&answer.status.as_u16()),
            "{} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
}

fn keyed(service: &Service, key: &str, body: Value) -> Call {
    service.request("POST", "/identifications/otp", Some(body)).header("idempotency-key", key)
}

on_both_shapes! {
    async fn of_many_right_codes_one_validates(service: Service) {
        for phone in 0..3 {
            let created = service.create("otp", bodies::otp_to(600_000_000 + phone)).await;
            let code = service.code(&created.id).await;
            let validate = service.request("PUT", &format!("{}/{}/validate", created.path, created.id), Some(json!({ "code": code })));
            let answers = service.at_once(vec![validate; MANY]).await;
            only(&answers, &[204, 409]);
            assert_eq!(count(&answers, 204), 1);
            assert_eq!(service.status(&created).await, "VALIDATED");
        }
    }

    async fn of_many_wrong_codes_five_are_compared_and_then_no_code_is_right(service: Service) {
        let created = service.create("otp", bodies::external_otp()).await;
        let validate = service.request("PUT", &format!("{}/{}/validate", created.path, created.id), Some(json!({ "code": "untrue" })));
        let answers = service.at_once(vec![validate; MANY]).await;
        only(&answers, &[400, 409]);
        assert_eq!(count(&answers, 400), 5);
        assert_eq!(service.status(&created).await, "FAILED");
        service.step(&created, Step::Code(&created.answer.text("code"))).await.expect(409);
    }

    async fn one_key_creates_once_however_often_it_is_sent(service: Service) {
        let first = service.send(keyed(&service, "order-4711", bodies::external_otp())).await.expect(201);
        let again = service.send(keyed(&service, "order-4711", bodies::external_otp())).await.expect(201);
        assert_eq!(again.json(), first.json(), "the code is told again too");
        let mut other = bodies::external_otp();
        other["expires_in"] = json!("PT2H");
        service.send(keyed(&service, "order-4711", other)).await.expect(409);

        let answers = service.at_once(vec![keyed(&service, "order-4712", bodies::otp()); MANY]).await;
        only(&answers, &[201, 409]);
        let created: Vec<_> = answers.into_iter().filter(|answer| answer.status == 201).collect();
        let ids: BTreeSet<String> = created.iter().map(|answer| answer.text("identification_id")).collect();
        let id = ids.first().expect("one of them creates");
        assert_eq!(ids.len(), 1, "{ids:?}");
        service.message(id).await;
        let sent = service.send(Call::new("GET", "/local/inbox").header("accept", "application/json")).await.expect(200).json();
        assert_eq!(sent["messages"].as_array().map(Vec::len), Some(1), "one message is sent");
    }

    async fn of_validate_cancel_and_close_one_leaves_created(service: Service) {
        for _ in 0..3 {
            let created = service.create("agent", bodies::agent(false)).await;
            let (actor, admin) = (format!("{}/{}", created.path, created.id), format!("{}/{}", created.path, created.admin));
            let validate = service.request("POST", &format!("{actor}/validate"), Some(json!({ "agent": "maria" })));
            let cancel = service.request("POST", &format!("{admin}/cancel"), Some(json!({ "reason": "no" })));
            let answers = service.at_once([vec![validate; MANY / 2], vec![cancel; MANY / 2]].concat()).await;
            only(&answers, &[204, 409]);
            assert_eq!(count(&answers, 204), 1);
            let cancelled = count(&answers[MANY / 2..], 204) == 1;
            assert_eq!(service.status(&created).await, if cancelled { "CANCELLED" } else { "VALIDATED" });
        }
    }
}
