//! The outbox: one worker at a time, no code but the live one, nothing sent twice.

use crate::{
    samples::{LIFE, TICK, cancel, lease, live_code, message, now, org, otp, otp_of, with_message},
    stage::{Ports, Stage, sixteen_at_once},
};
use acredita_domain::{
    Time,
    delivery::{DeliveryFailure, DeliveryState, DeliveryStatus, Receipt},
    identification::{Identification, Transition},
    ids::LeaseId,
    messages::Refusal,
    otp::{Channel, LiveCode},
    ports::limits::{LEASE, MAX_DELIVERY_ATTEMPTS, REKICK_AFTER, RETRY_WITHIN},
    ports::{Claim, Due, Effect, LaterMessage, OutboxMessage, Settlement, StepError, Told},
};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;

const LOST: Result<(), StepError> = Err(StepError::Lost);

/// An identification whose first message waits to be sent.
async fn waiting(ports: &Ports) -> (Identification, OutboxMessage) {
    let identification = otp();
    let new = with_message(&identification, "phone");
    let waiting = new.outbox[0].message.clone();
    ports.identifications.create(new, now()).await.expect("created");
    (identification, waiting)
}

async fn claim(ports: &Ports, message: &OutboxMessage, lease: LeaseId, at: Time) -> Claim {
    ports.outbox.claim(message.reference, lease, at, at + LEASE).await.expect("an answer")
}

/// As [`waiting`], but claimed.
async fn taken(ports: &Ports) -> (Identification, OutboxMessage, LeaseId) {
    let (identification, message) = waiting(ports).await;
    let mine = lease();
    match claim(ports, &message, mine, now()).await {
        Claim::Taken(message) => (identification, message, mine),
        other => panic!("{other:?}"),
    }
}

async fn code_of(ports: &Ports, identification: &Identification) -> Option<LiveCode> {
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer");
    otp_of(&found.expect("an identification")).code.clone()
}

async fn is_due(ports: &Ports, message: &OutboxMessage, at: Time) -> bool {
    ports.due(at).await.contains(&Due::Message(message.reference))
}

async fn a_message_is_taken_up_by_one_worker(ports: &Ports) {
    let (_, message) = waiting(ports).await;
    let mine = lease();
    let expected = OutboxMessage { attempts: 1, ..message.clone() };
    assert_eq!(claim(ports, &message, mine, now()).await, Claim::Taken(expected));
    assert_eq!(claim(ports, &message, lease(), now()).await, Claim::Leased);
}

async fn a_message_is_taken_up_by_one_worker_however_many_come_at_once(ports: &Ports) {
    let (_, message) = waiting(ports).await;
    let claims = sixteen_at_once(|_| {
        let (ports, message) = (ports.clone(), message.clone());
        async move { claim(&ports, &message, lease(), now()).await }
    })
    .await;
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Taken(_))).count(), 1);
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Leased).count(), 15);
}

async fn when_a_lease_is_over_another_worker_may_come(ports: &Ports) {
    let (identification, message, first) = taken(ports).await;
    let (second, over) = (lease(), now() + LEASE);
    assert_eq!(claim(ports, &message, second, over - TICK).await, Claim::Leased);
    assert!(matches!(claim(ports, &message, second, over).await, Claim::Taken(taken) if taken.attempts == 2));
    // The worker that lost the lease can do nothing with the message any more.
    assert_eq!(ports.outbox.issue_code(&message, first, live_code(&identification, 1), over).await, LOST);
    assert_eq!(ports.outbox.settle(&message, first, Settlement::Sent, None).await, LOST);
    assert_eq!(ports.outbox.release(&message, first, now() + RETRY_WITHIN).await, LOST);
    ports.outbox.settle(&message, second, Settlement::Sent, None).await.expect("the new holder settles");
}

async fn what_is_settled_is_not_taken_up_again(ports: &Ports) {
    for how in [Settlement::Sent, Settlement::Dropped, Settlement::Refused(Refusal::OptedOut)] {
        let identification = otp();
        let new = with_message(&identification, how.as_str());
        let message = new.outbox[0].message.clone();
        ports.identifications.create(new, now()).await.expect("created");
        let mine = lease();
        claim(ports, &message, mine, now()).await;
        ports.outbox.settle(&message, mine, how, None).await.expect("settled");
        assert_eq!(claim(ports, &message, lease(), now() + LEASE).await, Claim::Settled);
        assert_eq!(claim(ports, &message, mine, now()).await, Claim::Settled);
        assert!(!is_due(ports, &message, now() + LIFE).await);
    }
}

async fn what_never_was_counts_as_settled(ports: &Ports) {
    let never = message(&otp(), 1, "phone").message;
    assert_eq!(claim(ports, &never, lease(), now()).await, Claim::Settled);
    assert_eq!(claim(ports, &never, lease(), now()).await, Claim::Settled, "and is not made by asking");
    assert_eq!(ports.outbox.settle(&never, lease(), Settlement::Sent, None).await, LOST);
    assert_eq!(ports.outbox.release(&never, lease(), now() + RETRY_WITHIN).await, LOST);
}

async fn a_code_is_made_live_by_the_holder_of_the_message(ports: &Ports) {
    let (identification, message, mine) = taken(ports).await;
    let code = live_code(&identification, 1);
    assert_eq!(ports.outbox.issue_code(&message, lease(), code.clone(), now()).await, LOST);
    assert_eq!(code_of(ports, &identification).await, None);
    ports.outbox.issue_code(&message, mine, code.clone(), now()).await.expect("live");
    assert_eq!(code_of(ports, &identification).await, Some(code));
}

async fn a_lease_that_is_over_makes_no_code_live(ports: &Ports) {
    let (identification, message, mine) = taken(ports).await;
    let code = live_code(&identification, 1);
    assert_eq!(ports.outbox.issue_code(&message, mine, code.clone(), now() + LEASE).await, LOST);
    ports.outbox.issue_code(&message, mine, code, now() + LEASE - TICK).await.expect("a tick before");
}

async fn no_code_becomes_live_for_what_is_not_open(ports: &Ports) {
    let (identification, message, mine) = taken(ports).await;
    ports
        .identifications
        .transition(&identification, cancel(), Vec::new(), crate::samples::told(&identification), now())
        .await
        .expect("cancelled");
    assert_eq!(ports.outbox.issue_code(&message, mine, live_code(&identification, 1), now()).await, LOST);
    assert_eq!(code_of(ports, &identification).await, None);

    let (identification, message) = waiting(ports).await;
    let (mine, over) = (lease(), now() + LIFE);
    claim(ports, &message, mine, over).await;
    assert_eq!(ports.outbox.issue_code(&message, mine, live_code(&identification, 1), over).await, LOST);

    let (identification, message, mine) = taken(ports).await;
    ports
        .identifications
        .delete(&identification, true, crate::samples::told(&identification), now())
        .await
        .expect("deleted");
    assert_eq!(ports.outbox.issue_code(&message, mine, live_code(&identification, 1), now()).await, LOST);
    assert_eq!(ports.by_id.identification(&org(), identification.id).await, Ok(None), "a code brings nothing back");
}

async fn no_code_of_an_earlier_generation_becomes_live(ports: &Ports) {
    let (identification, first, mine) = taken(ports).await;
    ports.resend(&identification, message(&identification, 2, "phone"), now()).await.expect("sent again");
    assert_eq!(ports.outbox.issue_code(&first, mine, live_code(&identification, 1), now()).await, LOST);
    assert_eq!(code_of(ports, &identification).await, None);
}

async fn what_is_put_back_is_free_at_once_and_the_queues_before_it_is_the_sweeps(ports: &Ports) {
    let (_, message, mine) = taken(ports).await;
    let stuck_at = now() + RETRY_WITHIN;
    ports.outbox.release(&message, mine, stuck_at).await.expect("put back");
    assert!(
        !is_due(ports, &message, stuck_at - TimeDelta::milliseconds(1)).await
            && is_due(ports, &message, stuck_at).await
    );
    assert!(matches!(claim(ports, &message, lease(), now()).await, Claim::Taken(taken) if taken.attempts == 2));
}

async fn after_the_last_attempt_nobody_is_woken_any_more(ports: &Ports) {
    let (_, message) = waiting(ports).await;
    for attempt in 1..=MAX_DELIVERY_ATTEMPTS {
        let stuck_after = if attempt == 1 { REKICK_AFTER } else { RETRY_WITHIN };
        assert!(is_due(ports, &message, now() + stuck_after).await, "before attempt {attempt}");
        let mine = lease();
        let Claim::Taken(taken) = claim(ports, &message, mine, now()).await else { panic!("attempt {attempt}") };
        assert_eq!(taken.attempts, attempt);
        ports.outbox.release(&taken, mine, now() + RETRY_WITHIN).await.expect("put back");
    }
    assert!(!is_due(ports, &message, now() + TimeDelta::days(1)).await);
    assert!(
        matches!(claim(ports, &message, lease(), now()).await, Claim::Taken(_)),
        "who asks for it by hand still gets it"
    );
}

async fn record(ports: &Ports, identification: &Identification, message: &OutboxMessage, receipt: Receipt) -> bool {
    let told = Told { story: crate::samples::told(identification), later: None };
    let recorded = ports.outbox.record_receipt(message, DeliveryState::by(receipt, now()), told).await;
    assert!(matches!(recorded, Ok(()) | LOST), "{recorded:?}");
    recorded.is_ok()
}

async fn status_of(ports: &Ports, identification: &Identification) -> Option<DeliveryStatus> {
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer");
    otp_of(&found.expect("an identification")).message.map(|state| state.status)
}

const BLOCKED: Receipt = Receipt::Failed(DeliveryFailure::Blocked);

async fn a_message_is_found_by_its_ids(ports: &Ports) {
    let (identification, message) = waiting(ports).await;
    assert_eq!(ports.outbox.find(message.reference).await, Ok(Some(message)));
    let never = crate::samples::message(&identification, 2, "phone").message;
    assert_eq!(ports.outbox.find(never.reference).await, Ok(None));
}

async fn a_receipt_is_recorded_where_it_says_more(ports: &Ports) {
    let (identification, message) = waiting(ports).await;
    for (receipt, is_more, status) in [
        (Receipt::Arrived, true, DeliveryStatus::Delivered),
        (Receipt::Arrived, false, DeliveryStatus::Delivered),
        (BLOCKED, true, DeliveryStatus::Failed),
        (Receipt::Failed(DeliveryFailure::Unreachable), false, DeliveryStatus::Failed),
        (Receipt::Arrived, false, DeliveryStatus::Failed),
    ] {
        assert_eq!(record(ports, &identification, &message, receipt).await, is_more, "{receipt:?}");
        assert_eq!(status_of(ports, &identification).await, Some(status));
    }
}

async fn a_receipt_that_comes_before_its_message_is_settled_stays(ports: &Ports) {
    let (identification, message, mine) = taken(ports).await;
    assert!(record(ports, &identification, &message, Receipt::Arrived).await);
    let told = Some(Told { story: crate::samples::told(&identification), later: None });
    ports.outbox.settle(&message, mine, Settlement::Sent, told).await.expect("settled");
    assert_eq!(status_of(ports, &identification).await, Some(DeliveryStatus::Delivered));
}

async fn a_receipt_of_an_earlier_generation_changes_nothing(ports: &Ports) {
    let (identification, first, _) = taken(ports).await;
    ports.resend(&identification, message(&identification, 2, "phone"), now()).await.expect("sent again");
    for receipt in [Receipt::Arrived, BLOCKED] {
        assert!(!record(ports, &identification, &first, receipt).await);
    }
    assert_eq!(status_of(ports, &identification).await, None);
}

async fn what_is_told_of_a_message_brings_along_what_comes_later(ports: &Ports) {
    for due_at in [None, Some(now() + TimeDelta::minutes(7))] {
        let (identification, message, mine) = taken(ports).await;
        let later = OutboxMessage {
            effect: Effect::Overdue { generation: 1 },
            ..crate::samples::message(&identification, 1, "phone").message
        };
        let told = Told {
            story: crate::samples::told(&identification),
            later: Some(LaterMessage { message: later.clone(), due_at }),
        };
        ports.outbox.settle(&message, mine, Settlement::Sent, Some(told)).await.expect("settled");
        assert_eq!(ports.outbox.find(later.reference).await, Ok(Some(later.clone())));
        let due = due_at.unwrap_or(now() + REKICK_AFTER);
        assert!(!is_due(ports, &later, due - TICK).await && is_due(ports, &later, due).await);
        assert!(
            matches!(claim(ports, &later, lease(), due).await, Claim::Taken(taken) if taken.effect == later.effect)
        );
    }
}

async fn a_code_falls_back_once(ports: &Ports) {
    let (identification, _) = waiting(ports).await;
    let fall_back = |generation, channel| {
        let outbox = vec![message(&identification, generation, "address")];
        let (step, story) = (Transition::Fallback { generation, channel }, crate::samples::told(&identification));
        ports.identifications.transition(&identification, step, outbox, story, now())
    };
    assert_eq!(fall_back(3, Channel::Email).await, LOST, "not of the next generation");
    fall_back(2, Channel::Email).await.expect("on another channel");
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("it is there");
    let otp = otp_of(&found);
    assert_eq!((otp.generation, otp.sends, otp.channel()), (2, 2, Channel::Email));
    assert_eq!((otp.delivery.channel(), &otp.code), (Channel::Sms, &None));
    assert_eq!(fall_back(3, Channel::Whatsapp).await, LOST, "only once");
    ports.resend(&found, message(&found, 3, "address"), now()).await.expect("a resend is something else");
}

async fn of_many_receipts_one_is_recorded(ports: &Ports) {
    let (identification, message) = waiting(ports).await;
    let recorded = sixteen_at_once(|_| {
        let (ports, identification, message) = (ports.clone(), identification.clone(), message.clone());
        async move { record(&ports, &identification, &message, BLOCKED).await }
    })
    .await;
    assert_eq!(recorded.iter().filter(|recorded| **recorded).count(), 1);
    assert_eq!(status_of(ports, &identification).await, Some(DeliveryStatus::Failed));
}

on_aws! {
    a_message_is_found_by_its_ids,
    a_receipt_is_recorded_where_it_says_more,
    a_receipt_that_comes_before_its_message_is_settled_stays,
    a_receipt_of_an_earlier_generation_changes_nothing,
    of_many_receipts_one_is_recorded,
    what_is_told_of_a_message_brings_along_what_comes_later,
    a_code_falls_back_once,
    a_message_is_taken_up_by_one_worker,
    a_message_is_taken_up_by_one_worker_however_many_come_at_once,
    when_a_lease_is_over_another_worker_may_come,
    what_is_settled_is_not_taken_up_again,
    what_never_was_counts_as_settled,
    a_code_is_made_live_by_the_holder_of_the_message,
    a_lease_that_is_over_makes_no_code_live,
    no_code_becomes_live_for_what_is_not_open,
    no_code_of_an_earlier_generation_becomes_live,
    what_is_put_back_is_free_at_once_and_the_queues_before_it_is_the_sweeps,
    after_the_last_attempt_nobody_is_woken_any_more,
}

#[tokio::test]
async fn a_refusal_is_noted_on_its_message() {
    let stage = Stage::start().await;
    for refusal in Refusal::ALL {
        let new = with_message(&otp(), refusal.as_str());
        let message = new.outbox[0].message.clone();
        stage.ports.identifications.create(new, now()).await.expect("created");
        let mine = lease();
        stage.ports.outbox.claim(message.reference, mine, now(), now() + LEASE).await.expect("claimed");
        stage.ports.outbox.settle(&message, mine, Settlement::Refused(*refusal), None).await.expect("settled");
        let request = stage.clients.dynamodb.get_item().table_name(&stage.names.table);
        let key = |text: String| AttributeValue::S(text);
        let request = request.key("pk", key(format!("IDN#{}", message.reference.identification_id)));
        let item = request
            .key("sk", key(format!("OBX#{}", message.reference.message_id)))
            .send()
            .await
            .expect("an answer")
            .item
            .expect("an item");
        assert_eq!((&item["state"], &item["refusal"]), (&key("REFUSED".to_owned()), &key(refusal.to_string())));
    }
}
