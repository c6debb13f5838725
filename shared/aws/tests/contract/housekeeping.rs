//! What is due, when, and for how long.

use crate::{
    samples::{
        LIFE, TICK, agent, alone, cancel, document, lease, now, only, org, other_org, otp, scoring, with_message,
    },
    stage::Ports,
};
use acredita_domain::{
    identification::Identification,
    ports::limits::{ERASE_AGAIN_AFTER, LEASE, REKICK_AFTER},
    ports::{Due, NewIdentification, Settlement},
    use_cases::DUE_SHARDS,
};
use chrono::TimeDelta;

async fn a_message_that_nobody_sent_is_due(ports: &Ports) {
    let identification = otp();
    let new = with_message(&identification, "phone");
    let message = Due::Message(new.message.clone().expect("a message").message.reference);
    ports.identifications.create(new, now()).await.expect("created");
    assert_eq!(ports.due(now() + REKICK_AFTER - TICK).await, []);
    assert_eq!(ports.due(now() + REKICK_AFTER).await, [message]);
}

async fn an_identification_is_due_when_its_time_is_over_whatever_became_of_it(ports: &Ports) {
    let (open, cancelled) = (agent(), agent());
    for identification in [&open, &cancelled] {
        ports.identifications.create(alone(identification), now()).await.expect("created");
    }
    ports.identifications.transition(&org(), cancelled.id, cancel(), now()).await.expect("cancelled");
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

async fn a_shard_gives_the_longest_due_first_and_no_more_than_asked_for(ports: &Ports) {
    // Later ones are created first, so that the order of creation does not happen to be right.
    for number in (0..40).rev() {
        let identification = Identification { expires_at: now() + TimeDelta::seconds(number), ..agent() };
        ports.identifications.create(alone(&identification), now()).await.expect("created");
    }
    let mut seen = 0;
    for shard in 0..DUE_SHARDS {
        let all = ports.housekeeping.due(shard, now() + LIFE, 100).await.expect("an answer");
        let some = ports.housekeeping.due(shard, now() + LIFE, 2).await.expect("an answer");
        assert_eq!(some[..], all[..all.len().min(2)]);
        let mut times = Vec::new();
        for due in &all {
            let Due::Identification(org, id) = due else { panic!("{due:?}") };
            times.push(
                ports.identifications.find(org, *id).await.expect("an answer").expect("an identification").expires_at,
            );
        }
        assert!(times.is_sorted());
        seen += all.len();
    }
    assert_eq!(seen, 40);
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
    assert_eq!(ports.identifications.find(&org(), identification.id).await, Ok(Some(identification)), "untouched");
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
    let erasure = ports.identifications.delete(&identification, true, now()).await.expect("deleted");
    ports.housekeeping.erased(&erasure).await.expect("erased");
    ports.housekeeping.erased(&erasure).await.expect("erasing twice is fine");
    for gone in
        [Due::Identification(org(), identification.id), Due::Erasure(erasure), Due::Scoring(org(), scoring().id)]
    {
        ports.housekeeping.postpone(&gone, now()).await.expect("nothing to postpone");
    }
    assert_eq!(ports.due(now() + LIFE * 2).await, []);
    assert_eq!(ports.identifications.find(&org(), identification.id).await, Ok(None));
}

async fn a_message_that_was_sent_meanwhile_is_not_due_again(ports: &Ports) {
    let new = with_message(&otp(), "phone");
    let message = new.message.clone().expect("a message").message;
    ports.identifications.create(new, now()).await.expect("created");
    let mine = lease();
    ports.outbox.claim(message.reference, mine, now(), now() + LEASE).await.expect("claimed");
    ports.outbox.settle(&message, mine, Settlement::Sent).await.expect("settled");
    let due = Due::Message(message.reference);
    ports.housekeeping.postpone(&due, now()).await.expect("nothing to postpone");
    assert!(!ports.due(now() + REKICK_AFTER).await.contains(&due));
}

async fn an_erasure_is_due_until_it_is_done(ports: &Ports) {
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    let erasure = ports.identifications.delete(&identification, false, now()).await.expect("deleted");
    let due = Due::Erasure(erasure.clone());
    assert_eq!(ports.due(now() + ERASE_AGAIN_AFTER).await, std::slice::from_ref(&due));
    ports.housekeeping.postpone(&due, now() + LIFE).await.expect("postponed");
    assert_eq!(ports.due(now() + ERASE_AGAIN_AFTER).await, []);
    assert_eq!(ports.due(now() + LIFE).await, [due]);
    ports.housekeeping.erased(&erasure).await.expect("done");
    assert_eq!(ports.due(now() + LIFE).await, []);
}

on_aws! {
    a_message_that_nobody_sent_is_due,
    an_identification_is_due_when_its_time_is_over_whatever_became_of_it,
    a_scoring_is_due_by_itself_only_when_it_stands_alone,
    a_shard_gives_the_longest_due_first_and_no_more_than_asked_for,
    what_is_postponed_is_due_later,
    another_organisation_postpones_nothing,
    what_is_gone_stays_gone,
    a_message_that_was_sent_meanwhile_is_not_due_again,
    an_erasure_is_due_until_it_is_done,
}
