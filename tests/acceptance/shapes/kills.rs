//! Processes of the AWS shape die, as they may on Lambda, and every promise still holds.

use super::{Created, PATIENCE, POLL, Service, Shape, Step};
use acceptance::{
    Call, bodies,
    program::{self, runs, signal},
};
use serde_json::json;
use std::time::Duration;

/// The longest time until a lost message is found: the lease of a worker that died (60 s) or the queue's visibility
/// timeout (90 s), then the sweep's next run.
const UNTIL_DELIVERED: Duration = Duration::from_secs(105);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_process_dies_is_answered_500_and_the_next_is_served() {
    let service = Service::start(Shape::AwsLocal).await;
    let create = || service.request("POST", "/identifications/agent", Some(bodies::agent(false)));
    service.send(create()).await.expect(201);
    // Whether the process has the event when it dies is not visible from here, so this may take several rounds.
    let mut answers = Vec::new();
    for round in 1..=10 {
        let processes = service.program.processes_of("identification-agent-admin");
        assert!(!processes.is_empty());
        for id in &processes {
            signal(*id, "STOP").await;
        }
        let (address, call) = (service.program.address.clone(), create());
        let under_way = tokio::spawn(async move { program::send(&address, call).await });
        tokio::time::sleep(round * Duration::from_millis(50)).await;
        for id in &processes {
            signal(*id, "KILL").await;
        }
        answers.push(under_way.await.expect("an answer").status.as_u16());
        service.send(create()).await.expect(201);
        if answers.ends_with(&[500]) {
            break;
        }
    }
    assert!(answers.ends_with(&[500]) && answers.iter().all(|status| matches!(status, 201 | 500)), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_process_outlives_its_host() {
    let service = Service::start(Shape::AwsLocal).await;
    service.create("agent", bodies::agent(false)).await;
    let created = service.create("otp", bodies::otp()).await;
    service.code(&created.id).await;
    let children = service.program.children();
    assert!(children.len() >= 3, "two functions and the worker at least");
    service.program.kill().await;
    let gone = async {
        while children.iter().any(|id| runs(*id)) {
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("they end by themselves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_is_killed_between_requests_is_started_again() {
    let service = Service::start(Shape::AwsLocal).await;
    let created = service.create("otp", bodies::external_otp()).await;
    for id in service.program.children() {
        signal(id, "KILL").await;
    }
    // A request may still be handed to a process that is already dead: Lambda answers that with 500 too.
    let again = service.call("GET", &format!("{}/{}", created.path, created.id), None).await;
    assert!(matches!(again.status.as_u16(), 200 | 500), "{}", again.status);
    service.step(&created, Step::Code(&created.answer.text("code"))).await.expect(204);
}

/// The only test here that waits: a message whose worker died is delivered when its lease is over, a minute later, or
/// when the queue shows it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_code_arrives_and_the_newest_is_right_whoever_is_killed_while_it_is_sent() {
    let service = Service::start(Shape::AwsLocal).await;
    let (mut created, mut killed) = (Vec::new(), 0);
    for round in 0_u64..12 {
        // A warm worker has the message before the caller has its answer; one that must be started first takes a while.
        let warm = round % 2 == 0;
        if warm {
            let before = service.create("otp", bodies::otp_to(600_001_000 + round)).await;
            service.code(&before.id).await;
            created.push(before);
        }
        created.push(service.create("otp", bodies::otp_to(600_000_000 + round)).await);
        // From before its claim to after its send, a little later each time.
        tokio::time::sleep(Duration::from_millis(if warm { round } else { 50 + 6 * round })).await;
        for id in service.program.processes_of("notify") {
            signal(id, "KILL").await;
            killed += 1;
        }
    }
    for round in 0..3 {
        created.push(service.create("otp", bodies::otp_to(600_002_000 + round)).await);
    }
    // Of chains, whose next message is due with the validation of the step before.
    for round in 0..3 {
        let (_, agent, code) = service.chain(600_003_000 + round).await;
        service.step(&agent, Step::Validate(Some(json!({ "agent": "maria" })))).await.expect(204);
        created.push(code);
    }
    // The host dies with its queue, its gateway and all of its workers; a worker has one message at a time.
    killed += service.program.processes_of("notify").len();
    let service = service.killed_and_started_again().await;
    let deliveries = async {
        let mut messages = 0;
        for created in &created {
            messages += validated_by_the_newest(&service, created).await;
        }
        messages
    };
    let messages = tokio::time::timeout(UNTIL_DELIVERED, deliveries).await.expect("every code arrives in time");
    assert!(killed > 0, "somebody was killed");
    assert!(messages <= created.len() + killed, "{messages} messages for {} codes after {killed} kills", created.len());
}

/// Killed before it reads, between the receipt and the state, or after it: the queue brings the receipt again until it is
/// taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_is_recorded_once_however_often_its_worker_is_killed() {
    let service = Service::start(Shape::AwsLocal).await;
    let (mut killed, mut again) = (0, 0);
    for round in 0_u64..8 {
        let created = service.create("otp", bodies::otp_to(600_000_000 + round)).await;
        service.code(&created.id).await;
        let message = service.inbox(&created.id).await[0]["message_id"].as_str().expect("an id").to_owned();
        let path = format!("/local/inbox/{message}/block");
        let report = || Call::new("POST", path.clone());
        let (address, call) = (service.program.address.clone(), report());
        let under_way = tokio::spawn(async move { program::send(&address, call).await });
        // A little later each time: from its start to its end.
        tokio::time::sleep(Duration::from_millis(if round == 0 { 60 } else { round })).await;
        for id in service.program.processes_of("receipts") {
            signal(id, "KILL").await;
            killed += 1;
        }
        let mut status = under_way.await.expect("an answer").status.as_u16();
        while status != 204 {
            assert_eq!(status, 503);
            again += 1;
            status = service.send(report()).await.status.as_u16();
        }
        let metadata = service.call("GET", &format!("{}/{}", created.path, created.id), None).await.expect(200);
        assert_eq!(metadata.json()["delivery"]["status"], "FAILED");
        let undelivered = format!("/events?subject_id={}&type=identification.undelivered", created.id);
        let told = service.call("GET", &undelivered, None).await.expect(200).json();
        assert_eq!(told["events"].as_array().map(Vec::len), Some(1));
    }
    assert!(killed > 0, "somebody was killed; {again} receipts came again");
}

/// Waits until an identification's latest code validates it, and returns the number of messages. A code in the inbox is
/// outdated if a worker is already making the next one: then that one follows.
async fn validated_by_the_newest(service: &Service, created: &Created) -> usize {
    let mut tried: Vec<String> = Vec::new();
    loop {
        let inbox = service.inbox(&created.id).await;
        let newest = inbox.first().and_then(|message| message["code"].as_str()).unwrap_or_default().to_owned();
        if !newest.is_empty() && !tried.contains(&newest) {
            let answer = service.step(created, Step::Code(&newest)).await;
            if answer.status == 204 {
                return inbox.len();
            }
            assert_eq!(answer.status, 400, "{}", answer.json());
            tried.push(newest);
        }
        tokio::time::sleep(10 * POLL).await;
    }
}
