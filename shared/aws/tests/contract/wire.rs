//! The concerns of these adapters alone: calls on the wire, answers lost on it, corrupt items.

use crate::{
    samples::{
        agent, alone, assessment, cancel, lease, message, now, only, org, otp, otp_of, record, scoring, validate,
        with_message,
    },
    stage::Stage,
};
use acredita_aws::DynamoStore;
use acredita_domain::{
    error::Unavailable,
    idempotency::Operation,
    identification::State,
    ports::limits::{LEASE, RETRY_LEASE, RETRY_WITHIN},
    ports::{ById, Claim, CreateError, Due, FindError, FirstAnswer, NewIdentification, Settlement, StepError},
};
use aws_sdk_dynamodb::{
    config::{ConfigBag, Intercept, RuntimeComponents, SharedInterceptor},
    error::BoxError,
    types::AttributeValue,
};
use aws_smithy_runtime_api::{
    client::interceptors::context::{BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextRef},
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use futures_util::StreamExt;
use std::sync::{Arc, Mutex};

/// Counts the calls on the wire, and replaces real answers with its own.
#[derive(Clone, Debug, Default)]
struct Wire(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    calls: Vec<String>,
    instead: Vec<Instead>,
}

/// An answer in place of the real one. The request has been carried out all the same.
#[derive(Clone, Copy, Debug)]
struct Instead {
    status: u16,
    body: &'static str,
}

const LOST: Instead = Instead { status: 500, body: "{}" };
const CONFLICT: Instead = Instead {
    status: 400,
    body: r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]}"#,
};
const THROTTLED: Instead = Instead {
    status: 400,
    body: r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}"#,
};

impl Wire {
    async fn start() -> (Self, Stage) {
        let wire = Self::default();
        let stage = Stage::start_with(&[SharedInterceptor::new(wire.clone())]).await;
        (wire, stage)
    }

    /// The next answers are these.
    fn answer(&self, instead: &[Instead]) {
        self.0.lock().expect("not poisoned").instead.extend(instead.iter().rev());
    }

    /// The calls since the last time.
    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("not poisoned").calls)
    }
}

impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "wire"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context
            .request()
            .headers()
            .get("x-amz-target")
            .unwrap_or("S3")
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        self.0.lock().expect("not poisoned").calls.push(target);
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Instead { status, body }) = self.0.lock().expect("not poisoned").instead.pop() {
            *context.response_mut().status_mut() = StatusCode::try_from(status)?;
            *context.response_mut().body_mut() = SdkBody::from(body);
            // It is the digest of the replaced answer.
            context.response_mut().headers_mut().remove("x-amz-crc32");
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_request_costs_as_many_calls_as_it_may() {
    let (wire, stage) = Wire::start().await;
    let ports = &stage.ports;
    let identification = otp();
    let idempotency = Some(record(Operation::CreateOtpIdentification, "key", "body", "answer"));
    let new = NewIdentification { idempotency, ..with_message(&identification, "phone") };
    ports.identifications.create(new.clone(), now()).await.expect("created");
    assert_eq!(wire.calls(), ["TransactWriteItems"]);
    ports.identifications.create(new, now()).await.expect_err("a replay");
    assert_eq!(wire.calls(), ["TransactWriteItems"], "the refusal tells the first answer");
    ports.by_id.identification(&org(), identification.id).await.expect("an answer");
    assert_eq!(wire.calls(), ["GetItem"]);
    ports.identifications.find_by_admin_id(&org(), identification.admin_id).await.expect("an answer");
    assert_eq!(wire.calls(), ["GetItem", "GetItem"]);
    ports.identifications.count_try(&identification, now()).await.expect("counted");
    ports.identifications.give_back_try(&org(), identification.id).await.expect("given back");
    ports.identifications.count_try(&identification, now()).await.expect("counted");
    ports.identifications.judge_wrong(&org(), identification.id).await.expect("judged");
    assert_eq!(wire.calls(), ["UpdateItem"; 4]);
    ports.resend(&identification, message(&identification, 2, "phone"), now()).await.expect("sent again");
    assert_eq!(wire.calls(), ["TransactWriteItems"]);
    ports
        .identifications
        .transition(&identification, validate(), Vec::new(), crate::samples::told(&identification), now())
        .await
        .expect("validated");
    assert_eq!(wire.calls(), ["TransactWriteItems"; 2], "once more after the event that came first");
    let identification =
        ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("there");
    assert_eq!(wire.calls(), ["GetItem"]);
    let erasure = ports
        .identifications
        .delete(&identification, true, crate::samples::told(&identification), now())
        .await
        .expect("deleted");
    assert_eq!(wire.calls(), ["TransactWriteItems"]);
    ports.housekeeping.erased(&Due::Erasure(erasure.clone())).await.expect("erased");
    assert_eq!(wire.calls(), ["DeleteItem"]);
    assert_eq!(ports.due(now()).await, []);
    assert_eq!(wire.calls(), ["Query"; 16], "eight partitions of messages, and eight of all else");
}

#[tokio::test]
async fn scoring_costs_as_many_calls_as_it_may() {
    let (wire, stage) = Wire::start().await;
    let scorings = &stage.ports.scorings;
    let scoring = scoring();
    scorings.create(only(&scoring), now()).await.expect("created");
    assert_eq!(wire.calls(), ["TransactWriteItems"]);
    let reservation = scorings.reserve_retry(&scoring, lease(), now(), now() + RETRY_LEASE).await.expect("reserved");
    scorings.give_back_retry(&org(), scoring.id, reservation.lease).await.expect("given back");
    assert_eq!(wire.calls(), ["UpdateItem", "UpdateItem"]);
    let reservation = scorings.reserve_retry(&scoring, lease(), now(), now() + RETRY_LEASE).await.expect("reserved");
    scorings
        .record_score(
            &reservation,
            assessment(0.5),
            Vec::new(),
            Vec::new(),
            crate::samples::told_of(&reservation.scoring),
            now(),
        )
        .await
        .expect("scored");
    assert_eq!(wire.calls(), ["UpdateItem", "TransactWriteItems"]);
    let scoring = scorings.find(&org(), scoring.id).await.expect("an answer").expect("there");
    assert_eq!(wire.calls(), ["GetItem"]);
    scorings.close(&scoring, crate::samples::told_of(&scoring), now()).await.expect("closed");
    assert_eq!(wire.calls(), ["TransactWriteItems"]);
}

#[tokio::test]
async fn delivering_costs_as_many_calls_as_it_may() {
    let (wire, stage) = Wire::start().await;
    let outbox = &stage.ports.outbox;
    let identification = otp();
    let new = with_message(&identification, "phone");
    let message = new.outbox[0].message.clone();
    stage.ports.identifications.create(new, now()).await.expect("created");
    let mine = lease();
    wire.calls();
    outbox.claim(message.reference, mine, now(), now() + LEASE).await.expect("claimed");
    outbox.issue_code(&message, mine, crate::samples::live_code(&identification, 1), now()).await.expect("live");
    outbox.settle(&message, mine, Settlement::Sent, None).await.expect("settled");
    assert_eq!(wire.calls(), ["UpdateItem", "TransactWriteItems", "UpdateItem"]);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_tried_again_and_happens_once() {
    let (wire, stage) = Wire::start().await;
    let identification = otp();
    wire.answer(&[LOST]);
    stage.ports.identifications.create(with_message(&identification, "phone"), now()).await.expect("created");
    assert_eq!(wire.calls(), ["TransactWriteItems", "TransactWriteItems"]);
    assert_eq!(stage.ports.by_id.identification(&org(), identification.id).await, Ok(Some(identification)));
}

#[tokio::test]
async fn a_step_whose_answer_was_lost_was_taken_by_its_own_caller() {
    let (wire, stage) = Wire::start().await;
    let ports = &stage.ports;
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    wire.answer(&[LOST]);
    ports
        .identifications
        .transition(&identification, cancel(), Vec::new(), crate::samples::told(&identification), now())
        .await
        .expect("it was this call that cancelled");
    assert_eq!(
        ports
            .identifications
            .transition(&identification, cancel(), Vec::new(), crate::samples::told(&identification), now())
            .await,
        Err(StepError::Lost),
        "and not another one"
    );

    let scoring = scoring();
    ports.scorings.create(only(&scoring), now()).await.expect("created");
    wire.answer(&[LOST]);
    let mine = lease();
    let reservation = ports.scorings.reserve_retry(&scoring, mine, now(), now() + RETRY_LEASE).await;
    let reservation = reservation.expect("it was this call that reserved a retry");
    wire.answer(&[LOST]);
    ports
        .scorings
        .record_score(
            &reservation,
            assessment(0.5),
            Vec::new(),
            Vec::new(),
            crate::samples::told_of(&reservation.scoring),
            now(),
        )
        .await
        .expect("it was this call that scored");
    assert_eq!(ports.scorings.find(&org(), scoring.id).await.expect("an answer").expect("a scoring").retries_used, 1);
    wire.answer(&[LOST]);
    ports
        .scorings
        .close(&scoring, crate::samples::told_of(&scoring), now())
        .await
        .expect("it was this call that closed");
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_still_the_callers() {
    let (wire, stage) = Wire::start().await;
    let new = with_message(&otp(), "phone");
    let message = new.outbox[0].message.clone();
    stage.ports.identifications.create(new, now()).await.expect("created");
    wire.answer(&[LOST]);
    let claim = stage.ports.outbox.claim(message.reference, lease(), now(), now() + LEASE).await;
    assert!(matches!(claim, Ok(Claim::Taken(taken)) if taken.attempts == 1));
}

#[tokio::test]
async fn what_is_done_at_once_or_not_at_all_is_done_once_when_its_answer_was_lost() {
    let (wire, stage) = Wire::start().await;
    let ports = &stage.ports;
    let identification = otp();
    let new = with_message(&identification, "phone");
    let first = new.outbox[0].message.clone();
    ports.identifications.create(new, now()).await.expect("created");
    let mine = lease();
    ports.outbox.claim(first.reference, mine, now(), now() + LEASE).await.expect("claimed");

    wire.answer(&[LOST, LOST]);
    let code = crate::samples::live_code(&identification, 1);
    ports.outbox.issue_code(&first, mine, code, now()).await.expect("live");
    wire.answer(&[LOST, LOST]);
    ports.resend(&identification, message(&identification, 2, "phone"), now()).await.expect("sent again");
    let found =
        ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("an identification");
    assert_eq!((otp_of(&found).generation, otp_of(&found).sends), (2, 2));
    wire.answer(&[LOST, LOST]);
    ports
        .identifications
        .delete(&identification, true, crate::samples::told(&identification), now())
        .await
        .expect("deleted");
}

#[tokio::test]
async fn a_message_whose_end_was_not_heard_has_ended_all_the_same() {
    let (wire, stage) = Wire::start().await;
    let outbox = &stage.ports.outbox;
    let taken = async |destination| {
        let new = with_message(&otp(), destination);
        let message = new.outbox[0].message.clone();
        stage.ports.identifications.create(new, now()).await.expect("created");
        let mine = lease();
        outbox.claim(message.reference, mine, now(), now() + LEASE).await.expect("claimed");
        (message, mine)
    };
    let (sent, mine) = taken("a").await;
    wire.answer(&[LOST]);
    assert_eq!(
        outbox.settle(&sent, mine, Settlement::Sent, None).await,
        Err(StepError::Lost),
        "which a worker takes for done"
    );
    assert_eq!(outbox.claim(sent.reference, lease(), now(), now() + LEASE).await, Ok(Claim::Settled));

    let (put_back, mine) = taken("b").await;
    wire.answer(&[LOST]);
    assert_eq!(outbox.release(&put_back, mine, now() + RETRY_WITHIN).await, Err(StepError::Lost));
    assert!(matches!(outbox.claim(put_back.reference, lease(), now(), now() + LEASE).await, Ok(Claim::Taken(_))));
}

#[tokio::test]
async fn a_create_that_nobody_heard_of_is_found_again_by_its_key() {
    let (wire, stage) = Wire::start().await;
    let idempotency = || Some(record(Operation::CreateOtpIdentification, "key", "body", "answer"));
    wire.answer(&[LOST; 3]);
    let new = NewIdentification { idempotency: idempotency(), ..with_message(&otp(), "phone") };
    let unknown = stage.ports.identifications.create(new, now()).await;
    assert_eq!(unknown, Err(CreateError::Unavailable(Unavailable("the store"))));
    let again = NewIdentification { idempotency: idempotency(), ..with_message(&otp(), "phone") };
    assert_eq!(
        stage.ports.identifications.create(again, now()).await,
        Err(CreateError::Replay(FirstAnswer("answer".to_owned())))
    );
}

#[tokio::test]
async fn what_met_another_transaction_or_was_throttled_is_tried_again() {
    let (wire, stage) = Wire::start().await;
    let identification = otp();
    wire.answer(&[CONFLICT]);
    stage.ports.identifications.create(alone(&identification), now()).await.expect("created");
    assert_eq!(wire.calls().len(), 2);
    wire.answer(&[THROTTLED]);
    let counted = stage.ports.identifications.count_try(&identification, now()).await.expect("counted");
    assert_eq!(wire.calls().len(), 2);
    assert!(otp_of(&counted).tries >= 1, "a try whose answer was lost may count twice, and never not at all");
}

#[tokio::test]
async fn three_attempts_are_made_and_then_the_outcome_is_unknown() {
    let (wire, stage) = Wire::start().await;
    for answer in [CONFLICT, LOST] {
        wire.answer(&[answer; 3]);
        let step = stage.ports.identifications.delete(&agent(), true, crate::samples::told(&agent()), now()).await;
        assert_eq!(step, Err(StepError::Unavailable(Unavailable("the store"))));
        assert_eq!(wire.calls().len(), 3);
    }
}

#[tokio::test]
async fn a_store_that_is_not_there_is_unavailable() {
    let stage = Stage::start().await;
    let store = DynamoStore::new(stage.clients.dynamodb.clone(), "nowhere".to_owned());
    let found = store.identification(&org(), agent().id).await;
    assert_eq!(found, Err(FindError::Unavailable(Unavailable("the store"))));
    stage.aws.stop().await;
    let found = stage.ports.by_id.identification(&org(), agent().id).await;
    assert_eq!(found, Err(FindError::Unavailable(Unavailable("the store"))));
}

#[tokio::test]
async fn an_item_of_another_version_is_corrupt_and_stays_as_it_is() {
    let stage = Stage::start().await;
    let identification = agent();
    stage.ports.identifications.create(alone(&identification), now()).await.expect("created");
    let request = stage.clients.dynamodb.update_item().table_name(&stage.names.table);
    request
        .key("pk", AttributeValue::S(format!("IDN#{}", identification.id)))
        .key("sk", AttributeValue::S("A".to_owned()))
        .update_expression("SET #schema = :two")
        .expression_attribute_names("#schema", "schema")
        .expression_attribute_values(":two", AttributeValue::N("2".to_owned()))
        .send()
        .await
        .expect("changed behind the store's back");
    let found = stage.ports.by_id.identification(&org(), identification.id).await;
    assert_eq!(found, Err(FindError::Corrupt("schema")));
    let found = stage.ports.identifications.find_by_admin_id(&org(), identification.admin_id).await;
    assert_eq!(found, Err(FindError::Corrupt("schema")));
}

#[tokio::test]
async fn rows_that_cannot_be_understood_are_reported_one_by_one_and_hide_nothing() {
    let stage = Stage::start().await;
    let identification = agent();
    stage.ports.identifications.create(alone(&identification), now()).await.expect("created");
    for shard in 0..8 {
        for number in 0..130 {
            let request = stage.clients.dynamodb.put_item().table_name(&stage.names.table);
            request
                .item("pk", AttributeValue::S(format!("XYZ#{shard}-{number}")))
                .item("sk", AttributeValue::S("A".to_owned()))
                .item("due_shard", AttributeValue::S(shard.to_string()))
                .item("due_at", AttributeValue::N("0".to_owned()))
                .send()
                .await
                .expect("put behind the store's back");
        }
    }
    let due: Vec<_> = stage.ports.housekeeping.over(identification.expires_at).collect().await;
    let (understood, corrupt): (Vec<_>, Vec<_>) = due.into_iter().partition(Result::is_ok);
    assert_eq!(understood, [Ok(Due::Identification(org(), identification.id))]);
    assert_eq!(corrupt, vec![Err(FindError::Corrupt("due kind")); 8 * 130]);
}

#[tokio::test]
async fn a_pointer_to_what_is_gone_leads_nowhere() {
    let stage = Stage::start().await;
    let identification = agent();
    stage.ports.identifications.create(alone(&identification), now()).await.expect("created");
    let request = stage.clients.dynamodb.delete_item().table_name(&stage.names.table);
    request
        .key("pk", AttributeValue::S(format!("IDN#{}", identification.id)))
        .key("sk", AttributeValue::S("A".to_owned()))
        .send()
        .await
        .expect("dropped by its time to live, before its handle");
    assert_eq!(stage.ports.identifications.find_by_admin_id(&org(), identification.admin_id).await, Ok(None));
    assert_eq!(identification.state, State::Created);
}
