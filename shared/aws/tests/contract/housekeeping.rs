//! Due work: which, when, and for how long.

use crate::{
    samples::{
        LIFE, TICK, agent, alone, cancel, document, lease, now, only, org, other_org, otp, scoring, with_message,
    },
    stage::{Ports, Stage},
};
use acredita_domain::{
    identification::Identification,
    ports::limits::{ERASE_AGAIN_AFTER, LEASE, REKICK_AFTER},
    ports::{Due, NewIdentification, Settlement},
};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use futures_util::StreamExt;
use std::collections::HashMap;

async fn a_message_that_nobody_sent_is_due(ports: &Ports) {
    let identification = otp();
    let new = with_message(&identification, "phone");
    let message = Due::Message(new.outbox[0].message.reference);
    ports.identifications.create(new, now()).await.expect("created");
    assert_eq!(ports.due(now() + REKICK_AFTER - TICK).await, []);
    assert_eq!(ports.due(now() + REKICK_AFTER).await, [message]);
}

async fn an_identification_is_due_when_its_time_is_over_whatever_became_of_it(ports: &Ports) {
    let (open, cancelled) = (agent(), agent());
    for identification in [&open, &cancelled] {
        ports.identifications.create(alone(identification), now()).await.expect("created");
    }
    ports
        .identifications
        .transition(&cancelled, cancel(), Vec::new(), crate::samples::told(&cancelled), now())
        .await
        .expect("cancelled");
    assert_eq!(ports.due(now() + LIFE - TICK).await, []);
    let due = ports.due(now() + LIFE).await;
    assert_eq!(due.len(), 2);
    for identification in [open, cancelled] {
        assert!(due.contains(&Due::Identification(org(), identification.id)));
    }
}

async fn a_scoring_is_due_by_itself_only_when_it_stands_alone(ports: &Ports) {
    let standing_alone = scoring();
    ports.scorings.create(only(&standing_alone), now()).await.expect("created");
    let (identification, linked) = document();
    let new = NewIdentification { scoring: Some(linked), ..alone(&identification) };
    ports.identifications.create(new, now()).await.expect("created");
    let due = ports.due(now() + LIFE).await;
    assert_eq!(due.len(), 2);
    assert!(due.contains(&Due::Scoring(org(), standing_alone.id)));
    assert!(due.contains(&Due::Identification(org(), identification.id)));
}

async fn stuck_messages_come_by_themselves(ports: &Ports) {
    let identification = otp();
    let new = with_message(&identification, "phone");
    let message = Due::Message(new.outbox[0].message.reference);
    ports.identifications.create(new, now()).await.expect("created");
    let stuck: Vec<_> = ports.housekeeping.stuck_messages(now() + LIFE).collect().await;
    let over: Vec<_> = ports.housekeeping.over(now() + LIFE).collect().await;
    assert_eq!((stuck, over), (vec![Ok(message)], vec![Ok(Due::Identification(org(), identification.id))]));
}

async fn what_is_postponed_is_due_later(ports: &Ports) {
    let identification = otp();
    let new = with_message(&identification, "phone");
    ports.identifications.create(new, now()).await.expect("created");
    let scoring = scoring();
    ports.scorings.create(only(&scoring), now()).await.expect("created");
    let later = now() + TimeDelta::days(30);
    let due = ports.due(now() + LIFE).await;
    assert_eq!(due.len(), 3);
    for due in &due {
        ports.housekeeping.postpone(due, later).await.expect("postponed");
    }
    assert_eq!(ports.due(later - TICK).await, []);
    let again = ports.due(later).await;
    assert!(again.len() == due.len() && due.iter().all(|due| again.contains(due)));
    assert_eq!(ports.by_id.identification(&org(), identification.id).await, Ok(Some(identification)), "untouched");
}

async fn what_is_due_later_than_that_is_not_brought_forward(ports: &Ports) {
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    let due = Due::Identification(org(), identification.id);
    ports.housekeeping.postpone(&due, now() + LIFE * 2).await.expect("postponed");
    ports.housekeeping.postpone(&due, now() + LIFE).await.expect("nothing to postpone");
    assert_eq!(ports.due(now() + LIFE * 2 - TICK).await, []);
    assert_eq!(ports.due(now() + LIFE * 2).await, [due]);
}

async fn another_organisation_postpones_nothing(ports: &Ports) {
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    let foreign = Due::Identification(other_org(), identification.id);
    ports.housekeeping.postpone(&foreign, now() + LIFE * 2).await.expect("nothing to postpone");
    assert_eq!(ports.due(now() + LIFE).await, [Due::Identification(org(), identification.id)]);
}

async fn what_is_gone_stays_gone(ports: &Ports) {
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    let erasure = ports
        .identifications
        .delete(&identification, true, crate::samples::told(&identification), now())
        .await
        .expect("deleted");
    ports.housekeeping.erased(&Due::Erasure(erasure.clone())).await.expect("erased");
    ports.housekeeping.erased(&Due::Erasure(erasure.clone())).await.expect("erasing twice is fine");
    for gone in
        [Due::Identification(org(), identification.id), Due::Erasure(erasure), Due::Scoring(org(), scoring().id)]
    {
        ports.housekeeping.postpone(&gone, now()).await.expect("nothing to postpone");
    }
    assert_eq!(ports.due(now() + LIFE * 2).await, []);
    assert_eq!(ports.by_id.identification(&org(), identification.id).await, Ok(None));
}

async fn a_message_that_was_sent_meanwhile_is_not_due_again(ports: &Ports) {
    let new = with_message(&otp(), "phone");
    let message = new.outbox[0].message.clone();
    ports.identifications.create(new, now()).await.expect("created");
    let mine = lease();
    ports.outbox.claim(message.reference, mine, now(), now() + LEASE).await.expect("claimed");
    ports.outbox.settle(&message, mine, Settlement::Sent, None).await.expect("settled");
    let due = Due::Message(message.reference);
    ports.housekeeping.postpone(&due, now()).await.expect("nothing to postpone");
    assert!(!ports.due(now() + REKICK_AFTER).await.contains(&due));
}

async fn an_erasure_is_due_until_it_is_done(ports: &Ports) {
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    let erasure = ports
        .identifications
        .delete(&identification, false, crate::samples::told(&identification), now())
        .await
        .expect("deleted");
    let due = Due::Erasure(erasure.clone());
    assert_eq!(ports.due(now() + ERASE_AGAIN_AFTER).await, std::slice::from_ref(&due));
    ports.housekeeping.postpone(&due, now() + LIFE).await.expect("postponed");
    assert_eq!(ports.due(now() + ERASE_AGAIN_AFTER).await, []);
    assert_eq!(ports.due(now() + LIFE).await, [due]);
    ports.housekeeping.erased(&Due::Erasure(erasure.clone())).await.expect("done");
    assert_eq!(ports.due(now() + LIFE).await, []);
}

on_aws! {
    a_message_that_nobody_sent_is_due,
    an_identification_is_due_when_its_time_is_over_whatever_became_of_it,
    a_scoring_is_due_by_itself_only_when_it_stands_alone,
    stuck_messages_come_by_themselves,
    what_is_postponed_is_due_later,
    what_is_due_later_than_that_is_not_brought_forward,
    another_organisation_postpones_nothing,
    what_is_gone_stays_gone,
    a_message_that_was_sent_meanwhile_is_not_due_again,
    an_erasure_is_due_until_it_is_done,
}

/// Messages used to lie among everything else, and those written then must still be found.
#[tokio::test]
async fn a_message_where_an_older_version_put_it_is_due_and_moves_when_it_is_postponed() {
    let stage = Stage::start().await;
    let (ports, dynamodb) = (&stage.ports, &stage.clients.dynamodb);
    let new = with_message(&otp(), "phone");
    let reference = new.outbox[0].message.reference;
    ports.identifications.create(new, now()).await.expect("created");
    let update = dynamodb.update_item().table_name(&stage.names.table).update_expression("SET due_shard = :old");
    update
        .key("pk", AttributeValue::S(format!("IDN#{}", reference.identification_id)))
        .key("sk", AttributeValue::S(format!("OBX#{}", reference.message_id)))
        .expression_attribute_values(":old", AttributeValue::S("3".to_owned()))
        .send()
        .await
        .expect("changed behind the store's back");
    let due = Due::Message(reference);
    let stuck = async |at| ports.housekeeping.stuck_messages(at).collect::<Vec<_>>().await;
    let over = async |at| ports.housekeeping.over(at).collect::<Vec<_>>().await;
    assert_eq!((stuck(now() + REKICK_AFTER).await, over(now() + REKICK_AFTER).await), (vec![], vec![Ok(due.clone())]));
    ports.housekeeping.postpone(&due, now() + REKICK_AFTER * 2).await.expect("postponed");
    assert_eq!(over(now() + REKICK_AFTER * 2).await, []);
    assert_eq!(stuck(now() + REKICK_AFTER * 2).await, [Ok(due)]);
}

/// Nothing is promised between partitions: the first to answer comes first.
#[tokio::test]
async fn each_partition_of_what_is_over_comes_the_longest_due_first() {
    let stage = Stage::start().await;
    let (ports, dynamodb) = (&stage.ports, &stage.clients.dynamodb);
    // Later ones are created first, so that the order of creation does not happen to be right.
    for number in (0..80).rev() {
        let identification = Identification { expires_at: now() + TimeDelta::seconds(number), ..agent() };
        ports.identifications.create(alone(&identification), now()).await.expect("created");
    }
    let due = ports.due(now() + TimeDelta::seconds(79)).await;
    assert_eq!(due.len(), 80);
    let mut latest = HashMap::new();
    for due in due {
        let Due::Identification(org, id) = due else { panic!("{due:?}") };
        let found = ports.by_id.identification(&org, id).await.expect("an answer").expect("an identification");
        let item = dynamodb.get_item().table_name(&stage.names.table);
        let item = item.key("pk", AttributeValue::S(format!("IDN#{id}"))).key("sk", AttributeValue::S("A".to_owned()));
        let item = item.send().await.expect("an answer").item.expect("an item");
        let partition = item["due_shard"].as_s().expect("a partition").clone();
        let before = latest.insert(partition, found.expires_at);
        assert!(before.is_none_or(|before| before < found.expires_at), "{before:?} {}", found.expires_at);
    }
    assert!(latest.len() > 1, "more than one partition");
    assert_eq!(ports.due(now() + TimeDelta::seconds(19)).await.len(), 20, "and nothing that is not due");
}
