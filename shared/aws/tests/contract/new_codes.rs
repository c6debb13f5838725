//! New codes for a caller that delivers them, each once for its idempotency key.

use crate::{
    samples::{LIFE, alone, cancel, live_code, now, org, other_org, otp, otp_of, record, told},
    stage::{Ports, sixteen_at_once, successes, use_up_the_tries},
};
use acredita_domain::{
    idempotency::{IDEMPOTENCY_WINDOW, Operation},
    identification::{Identification, Transition},
    ports::{FirstAnswer, IdempotencyRecord, Remembered, StepError},
};
use chrono::TimeDelta;

const OPERATION: Operation = Operation::CreateOtpCode;

async fn created(ports: &Ports) -> Identification {
    let identification = otp();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

fn keyed(key: &str, answer: &str) -> Option<IdempotencyRecord> {
    Some(record(OPERATION, key, "", answer))
}

async fn replace(
    ports: &Ports,
    identification: &Identification,
    generation: u32,
    idempotency: Option<IdempotencyRecord>,
) -> Result<(), StepError> {
    replace_at(ports, identification, generation, idempotency, now() + TimeDelta::seconds(30)).await
}

async fn replace_at(
    ports: &Ports,
    identification: &Identification,
    generation: u32,
    idempotency: Option<IdempotencyRecord>,
    at: acredita_domain::Time,
) -> Result<(), StepError> {
    let step = Transition::NewCode { generation, code: live_code(identification, generation) };
    ports.identifications.transition_once(identification, step, idempotency, told(identification), at).await
}

async fn recalled(ports: &Ports, key: &str, body: &str, at: acredita_domain::Time) -> Option<Remembered> {
    let marks = record(OPERATION, key, body, "").marks;
    ports.idempotency.recall(&org(), OPERATION, &marks, at).await.expect("an answer")
}

async fn the_next_generation_has_the_code_and_the_tries_stay(ports: &Ports) {
    let identification = created(ports).await;
    ports.identifications.count_try(&identification, now()).await.expect("a try");
    replace(ports, &identification, 2, None).await.expect("replaced");
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("it is there");
    let after = otp_of(&found);
    assert_eq!((after.generation, after.tries, after.sends), (2, 1, 1));
    assert_eq!(after.last_send_at, now() + TimeDelta::seconds(30));
    assert_eq!(after.code, Some(live_code(&identification, 2)));
}

async fn only_the_next_generation_of_an_open_identification_begins(ports: &Ports) {
    let identification = created(ports).await;
    for generation in [0, 1, 3] {
        assert_eq!(replace(ports, &identification, generation, None).await, Err(StepError::Lost));
    }
    assert_eq!(replace_at(ports, &identification, 2, None, now() + LIFE).await, Err(StepError::Lost));
    let foreign = Identification { org: other_org(), ..identification.clone() };
    assert_eq!(replace(ports, &foreign, 2, None).await, Err(StepError::Lost));
    let tried = created(ports).await;
    use_up_the_tries(ports, &tried).await;
    assert_eq!(replace(ports, &tried, 2, None).await, Err(StepError::Lost));
    let story = told(&identification);
    ports.identifications.transition(&identification, cancel(), Vec::new(), story, now()).await.expect("cancelled");
    assert_eq!(replace(ports, &identification, 2, None).await, Err(StepError::Lost));
}

async fn a_used_key_takes_no_second_step_and_its_answer_is_recalled(ports: &Ports) {
    let identification = created(ports).await;
    assert_eq!(recalled(ports, "k", "", now()).await, None);
    replace(ports, &identification, 2, keyed("k", "first")).await.expect("replaced");
    assert_eq!(replace(ports, &identification, 3, keyed("k", "second")).await, Err(StepError::Lost));
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer").expect("it is there");
    assert_eq!(otp_of(&found).generation, 2);
    let first = Some(Remembered::Answer(FirstAnswer("first".to_owned())));
    assert_eq!(recalled(ports, "k", "", now()).await, first);
    assert_eq!(recalled(ports, "k", "another", now()).await, Some(Remembered::AnotherBody));
    let end = now() + TimeDelta::seconds(30) + IDEMPOTENCY_WINDOW;
    assert_eq!(recalled(ports, "k", "", end - TimeDelta::milliseconds(1)).await, first);
    assert_eq!(recalled(ports, "k", "", end).await, None);
    assert_eq!(recalled(ports, "another", "", now()).await, None);
}

async fn a_step_that_is_lost_uses_up_no_key(ports: &Ports) {
    let identification = created(ports).await;
    assert_eq!(replace(ports, &identification, 3, keyed("k", "never")).await, Err(StepError::Lost));
    assert_eq!(recalled(ports, "k", "", now()).await, None);
}

async fn of_many_at_once_one_is_taken(ports: &Ports) {
    for same_key in [true, false] {
        let identification = created(ports).await;
        let results = sixteen_at_once(|number| {
            let (ports, identification) = (ports.clone(), identification.clone());
            let key = if same_key { "k".to_owned() } else { format!("k-{number}") };
            async move { replace(&ports, &identification, 2, keyed(&key, "answer")).await }
        })
        .await;
        assert_eq!(successes(&results), 1);
        assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StepError::Lost))), "{results:?}");
    }
}

on_aws! {
    the_next_generation_has_the_code_and_the_tries_stay,
    only_the_next_generation_of_an_open_identification_begins,
    a_used_key_takes_no_second_step_and_its_answer_is_recalled,
    a_step_that_is_lost_uses_up_no_key,
    of_many_at_once_one_is_taken,
}
