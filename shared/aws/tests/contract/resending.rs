//! Sending a code again.

use crate::{
    samples::{
        LIFE, TICK, alone, cancel, lease, live_code, message, now, org, other_org, otp, otp_of, right_code,
        with_message,
    },
    stage::{Ports, sixteen_at_once, successes, use_up_the_tries},
};
use acredita_domain::{
    identification::Identification,
    otp::{DESTINATION_WINDOW, MAX_SENDS},
    ports::limits::LEASE,
    ports::{Claim, Due, Effect, StepError},
};
use chrono::TimeDelta;

async fn created(ports: &Ports) -> Identification {
    let identification = otp();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

async fn the_next_generation_starts_without_a_code(ports: &Ports) {
    let identification = otp();
    let first = with_message(&identification, "phone");
    let outgoing = first.outbox[0].message.clone();
    ports.identifications.create(first, now()).await.expect("created");
    let mine = lease();
    ports.outbox.claim(outgoing.reference, mine, now(), now() + LEASE).await.expect("claimed");
    ports.outbox.issue_code(&outgoing, mine, live_code(&identification, 1), now()).await.expect("a live code");

    let later = now() + TimeDelta::seconds(30);
    let second = message(&identification, 2, "phone");
    ports.resend(&identification, second.clone(), later).await.expect("sent again");
    let found =
        ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("an identification");
    let after = otp_of(&found);
    assert_eq!((after.generation, after.sends, after.last_send_at, &after.code), (2, 2, later, &None));
    let claim = ports.outbox.claim(second.message.reference, lease(), later, later + LEASE).await.expect("an answer");
    assert!(matches!(claim, Claim::Taken(taken) if taken.effect == Effect::Code { generation: 2 }));
    ports.identifications.count_try(&identification, later).await.expect("a try is left");
    let of_the_first = right_code(1, 0);
    assert_eq!(
        ports
            .identifications
            .transition(&identification, of_the_first, Vec::new(), crate::samples::told(&identification), later)
            .await,
        Err(StepError::Lost)
    );
}

async fn a_resend_leaves_the_tries_as_they_are(ports: &Ports) {
    let identification = created(ports).await;
    ports.identifications.count_try(&identification, now()).await.expect("a try");
    ports.resend(&identification, message(&identification, 2, "phone"), now()).await.expect("sent again");
    let after = ports.identifications.count_try(&identification, now()).await.expect("another try");
    assert_eq!(otp_of(&after).tries, 2);
}

async fn one_generation_starts_once_however_many_ask_at_once(ports: &Ports) {
    let identification = created(ports).await;
    let results = sixteen_at_once(|number| {
        let ports = ports.clone();
        let (identification, new) = (identification.clone(), message(&identification, 2, &number.to_string()));
        async move { ports.resend(&identification, new, now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StepError::Lost))));
    let messages = ports.due(now() + TimeDelta::minutes(2)).await;
    assert_eq!(messages.iter().filter(|due| matches!(due, Due::Message(_))).count(), 1);
}

async fn only_the_next_generation_starts(ports: &Ports) {
    let identification = created(ports).await;
    for generation in [0, 1, 3] {
        let skipped = ports.resend(&identification, message(&identification, generation, "phone"), now()).await;
        assert_eq!(skipped, Err(StepError::Lost));
    }
}

async fn an_identification_causes_five_messages(ports: &Ports) {
    let identification = created(ports).await;
    for generation in 2..=MAX_SENDS {
        ports
            .resend(&identification, message(&identification, generation, &generation.to_string()), now())
            .await
            .expect("within the limit");
    }
    let sixth = message(&identification, MAX_SENDS + 1, "another");
    assert_eq!(ports.resend(&identification, sixth, now()).await, Err(StepError::Lost));
}

async fn a_destination_that_has_had_enough_gets_no_resend(ports: &Ports) {
    let identification = created(ports).await;
    for _ in 0..5 {
        ports.identifications.create(with_message(&otp(), "phone"), now()).await.expect("within the limit");
    }
    let again_at = now() + DESTINATION_WINDOW;
    let new = || message(&identification, 2, "phone");
    assert_eq!(
        ports.resend(&identification, new(), again_at - TICK).await,
        Err(StepError::TooManyMessages { again_at })
    );
    let untouched = ports.by_id.identification(&org(), identification.id).await;
    assert_eq!(untouched, Ok(Some(identification.clone())));
    ports.resend(&identification, new(), again_at).await.expect("the window has moved on");
}

async fn what_is_not_open_is_not_sent_again(ports: &Ports) {
    let over = created(ports).await;
    assert_eq!(ports.resend(&over, message(&over, 2, "a"), now() + LIFE).await, Err(StepError::Lost));

    let cancelled = created(ports).await;
    ports
        .identifications
        .transition(&cancelled, cancel(), Vec::new(), crate::samples::told(&cancelled), now())
        .await
        .expect("cancelled");
    assert_eq!(ports.resend(&cancelled, message(&cancelled, 2, "b"), now()).await, Err(StepError::Lost));

    let tried = created(ports).await;
    use_up_the_tries(ports, &tried).await;
    assert_eq!(ports.resend(&tried, message(&tried, 2, "c"), now()).await, Err(StepError::Lost));

    let mut foreign = created(ports).await;
    foreign.org = other_org();
    assert_eq!(ports.resend(&foreign, message(&foreign, 2, "d"), now()).await, Err(StepError::Lost));
    let nowhere = otp();
    assert_eq!(ports.resend(&nowhere, message(&nowhere, 2, "e"), now()).await, Err(StepError::Lost));
}

on_aws! {
    the_next_generation_starts_without_a_code,
    a_resend_leaves_the_tries_as_they_are,
    one_generation_starts_once_however_many_ask_at_once,
    only_the_next_generation_starts,
    an_identification_causes_five_messages,
    a_destination_that_has_had_enough_gets_no_resend,
    what_is_not_open_is_not_sent_again,
}
