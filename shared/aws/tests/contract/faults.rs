//! AWS on a bad day, and the ports' reaction: calls are retried where that may help and does no harm, and report
//! `Unavailable` in the end.

use crate::{
    samples::{agent, cancel, now, org, otp, with_message},
    stage::Stage,
};
use acredita_aws::{AwsClients, DynamoStore, S3Pictures, SqsQueue};
use acredita_domain::{
    error::Unavailable,
    identification::{AgentEvidence, State, Transition, Validation},
    pictures::{PictureFormat, PictureKey, Sha256Digest},
    ports::{ById, CreateError, FindError, Identifications, MessageRef, Outbox, Pictures, Queue, StepError},
    text::Private,
};
use acredita_testing::scripted::{Reply, Scripted, error};
use std::time::Duration;

const STORE: Unavailable = Unavailable("the store");

fn store(aws: &Scripted) -> DynamoStore {
    DynamoStore::new(AwsClients::new(&aws.sdk(), &[]).dynamodb, "identity".to_owned())
}

fn always(reply: &Reply) -> Scripted {
    let aws = Scripted::default();
    aws.always(reply.clone());
    aws
}

fn found() -> Reply {
    Reply::Http(200, "{}".to_owned())
}

/// The errors of DynamoDB, and how often each is tried.
fn store_errors() -> Vec<(Reply, usize)> {
    vec![
        (error(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", ""), 3),
        (error(400, "com.amazonaws.dynamodb.v20120810#RequestLimitExceeded", ""), 3),
        (error(400, "com.amazonaws.dynamodb.v20120810#ThrottlingException", ""), 3),
        (error(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", ""), 3),
        (Reply::Http(500, String::new()), 3),
        (Reply::Http(503, "<html>".to_owned()), 3),
        (Reply::Broken, 3),
        (error(400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", ""), 1),
        (error(400, "com.amazon.coral.validate#ValidationException", ""), 1),
        (error(400, "com.amazon.coral.service#AccessDeniedException", ""), 1),
        (error(400, "com.amazon.coral.service#SomethingNewException", ""), 1),
    ]
}

#[tokio::test]
async fn what_may_pass_is_tried_three_times_and_what_will_not_is_tried_once() {
    for (reply, tries) in store_errors() {
        let aws = always(&reply);
        let store = store(&aws);
        let asked = |what| assert_eq!(aws.asked().len(), tries, "{what}: {reply:?}");
        assert_eq!(store.identification(&org(), otp().id).await, Err(FindError::Unavailable(STORE)), "{reply:?}");
        asked("read");
        assert_eq!(
            store.transition(&otp(), cancel(), Vec::new(), crate::samples::told(&otp()), now()).await,
            Err(StepError::Unavailable(STORE)),
            "{reply:?}"
        );
        asked("step");
        let created = Identifications::create(&store, with_message(&otp(), "phone"), now()).await;
        assert_eq!(created, Err(CreateError::Unavailable(STORE)), "{reply:?}");
        asked("create");
    }
}

#[tokio::test]
async fn what_passes_in_time_is_not_noticed() {
    for (reply, _) in store_errors().into_iter().filter(|(_, tries)| *tries > 1) {
        let aws = Scripted::answering([reply.clone(), reply.clone(), found()]);
        assert_eq!(store(&aws).identification(&org(), otp().id).await, Ok(None), "{reply:?}");
    }
}

#[tokio::test]
async fn a_store_that_is_silent_is_waited_for_four_seconds_at_most() {
    let aws = always(&Reply::Silence);
    assert_eq!(store(&aws).identification(&org(), otp().id).await, Err(FindError::Unavailable(STORE)));
    assert_eq!(aws.asked().len(), 2);
    let waits = aws.waits();
    assert_eq!(waits.iter().filter(|wait| **wait == Duration::from_secs(4)).count(), 1, "the call");
    assert_eq!(waits.iter().filter(|wait| **wait == Duration::from_secs(3)).count(), 2, "its attempts");
}

fn cancelled(codes: &[&str]) -> Reply {
    let reasons: Vec<_> = codes.iter().map(|code| format!(r#"{{"Code":"{code}"}}"#)).collect();
    let more = format!(r#","CancellationReasons":[{}]"#, reasons.join(","));
    error(400, "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", &more)
}

#[tokio::test]
async fn a_transaction_is_tried_again_with_the_same_token_unless_a_condition_failed() {
    for (codes, tries) in [
        (&["TransactionConflict", "None", "None", "None"][..], 3),
        (&["None", "ThrottlingError", "None", "None"], 3),
        (&["ProvisionedThroughputExceeded", "TransactionConflict", "None", "None"], 3),
        (&["None", "None", "None", "ValidationError"], 1),
        (&["ItemCollectionSizeLimitExceeded", "None", "None", "None"], 1),
        (&[], 1),
    ] {
        let aws = always(&cancelled(codes));
        let created = Identifications::create(&store(&aws), with_message(&otp(), "phone"), now()).await;
        assert_eq!(created, Err(CreateError::Unavailable(STORE)), "{codes:?}");
        let asked = aws.asked();
        assert_eq!(asked.len(), tries, "{codes:?}");
        let tokens: Vec<_> =
            asked.iter().map(|asked| asked.json()["ClientRequestToken"].as_str().map(str::to_owned)).collect();
        assert!(tokens[0].is_some() && tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    }
    let aws = always(&cancelled(&["TransactionConflict", "ConditionalCheckFailed"]));
    let message = with_message(&otp(), "phone").outbox[0].message.clone();
    let code = crate::samples::live_code(&otp(), 1);
    let issued = store(&aws).issue_code(&message, crate::samples::lease(), code, now()).await;
    assert_eq!((issued, aws.asked().len()), (Err(StepError::Lost), 1), "the condition is the answer");
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_never_taken_for_one() {
    let id = otp().id;
    for body in
        ["", "{", "[]", "null", "<html>", r#"{"Item":[]}"#, r#"{"Item":{"pk":{"S":1}}}"#, r#"{"Item":{"pk":{}}}"#]
    {
        let aws = always(&Reply::Http(200, body.to_owned()));
        match store(&aws).identification(&org(), id).await {
            Err(_) => {}
            // Reads as an answer without an item.
            Ok(None) => assert!(matches!(body, "" | "null"), "{body}"),
            Ok(Some(_)) => panic!("{body} is no identification"),
        }
    }
    for item in [
        r#"{}"#,
        r#"{"pk":{"S":"IDN#1"}}"#,
        r#"{"schema":{"N":"1"}}"#,
        r#"{"schema":{"N":"one"}}"#,
        r#"{"schema":{"NEW":"1"}}"#,
    ] {
        let aws = always(&Reply::Http(200, format!(r#"{{"Item":{item}}}"#)));
        assert!(matches!(store(&aws).identification(&org(), id).await, Err(FindError::Corrupt(_))), "{item}");
        let aws = always(&Reply::Http(200, format!(r#"{{"Attributes":{item}}}"#)));
        assert_eq!(store(&aws).count_try(&otp(), now()).await, Err(StepError::Unavailable(STORE)), "{item}");
    }
}

#[tokio::test]
async fn an_item_that_is_too_large_changes_nothing() {
    let stage = Stage::start().await;
    let identification = agent();
    stage.ports.identifications.create(crate::samples::alone(&identification), now()).await.expect("created");
    let Validation { at, device, .. } = crate::samples::validation();
    let agent = AgentEvidence {
        agent: "maria".parse().expect("a name"),
        picture: None,
        received_picture: None,
        metadata: Some(Private::new("x".repeat(450_000))),
        midni: None,
        caller: None,
    };
    let validation = Validation { at, device, agent: Some(agent), captures: Vec::new(), scoring: None };
    let transition = Transition::Validate { validation: Box::new(validation), code: None };
    let step = stage
        .ports
        .identifications
        .transition(&identification, transition, Vec::new(), crate::samples::told(&identification), now())
        .await;
    assert_eq!(step, Err(StepError::Unavailable(STORE)));
    let found = stage
        .ports
        .by_id
        .identification(&org(), identification.id)
        .await
        .expect("an answer")
        .expect("an identification");
    assert_eq!(found.state, State::Created);
}

/// An error in the words of S3.
fn s3_error(status: u16, code: &str) -> Reply {
    Reply::Http(status, format!("<Error><Code>{code}</Code><Message>no value belongs here</Message></Error>"))
}

#[tokio::test]
async fn pictures_and_kicks_are_tried_again_where_that_may_help() {
    let reference = with_message(&otp(), "phone").outbox[0].message.reference;
    let key = PictureKey::evidence(&org(), otp().id, &Sha256Digest::of(b"picture"));
    for (reply, tries) in [
        (s3_error(503, "SlowDown"), 3),
        (s3_error(500, "InternalError"), 3),
        (Reply::Broken, 3),
        (s3_error(403, "AccessDenied"), 1),
        (s3_error(404, "NoSuchBucket"), 1),
    ] {
        let aws = always(&reply);
        let pictures = S3Pictures::new(AwsClients::new(&aws.sdk(), &[]).s3, "pictures".to_owned());
        let unavailable = Unavailable("the picture store");
        assert_eq!(
            pictures.put(&key, PictureFormat::Png, b"picture"[..].into()).await,
            Err(unavailable.clone()),
            "{reply:?}"
        );
        assert_eq!(aws.asked().len(), tries, "put: {reply:?}");
        assert!(matches!(pictures.get(&key, 1_000).await, Err(error) if error == unavailable), "{reply:?}");
        assert_eq!(aws.asked().len(), tries, "get: {reply:?}");
        assert_eq!(pictures.remove(&key).await, Err(unavailable), "{reply:?}");
        assert_eq!(aws.asked().len(), tries, "remove: {reply:?}");
    }
    for (reply, tries) in [
        (error(500, "com.amazonaws.sqs#InternalError", ""), 3),
        (error(403, "com.amazonaws.sqs#RequestThrottled", ""), 3),
        (error(400, "com.amazonaws.sqs#QueueDoesNotExist", ""), 1),
    ] {
        assert_eq!(kick(&reply, reference).await, tries, "{reply:?}");
    }
}

/// How often a kick is tried that always gets this answer.
async fn kick(reply: &Reply, reference: MessageRef) -> usize {
    let aws = always(reply);
    let queue = SqsQueue::new(
        AwsClients::new(&aws.sdk(), &[]).sqs,
        "https://sqs.eu-west-1.amazonaws.com/1/messages".to_owned(),
    );
    assert_eq!(queue.kick(reference).await, Err(Unavailable("the queue")));
    aws.asked().len()
}
