//! Creating: all or nothing, once for each idempotency key, and no more messages than a destination may get.

use crate::{
    samples::{TICK, agent, alone, document, now, only, org, other_org, otp, record, scoring, with_message},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_domain::{
    idempotency::{IDEMPOTENCY_WINDOW, Operation},
    otp::{DAILY_WINDOW, DESTINATION_WINDOW, MAX_DAILY_SENDS, MAX_DESTINATION_SENDS},
    ports::{CreateError, FirstAnswer, NewIdentification, NewScoring, SendBudget},
};
use chrono::TimeDelta;

const OPERATION: Operation = Operation::CreateOtpIdentification;

fn remembering(new: NewIdentification, key: &str, body: &str, answer: &str) -> NewIdentification {
    NewIdentification { idempotency: Some(record(OPERATION, key, body, answer)), ..new }
}

fn replayed(answer: &str) -> Result<(), CreateError> {
    Err(CreateError::Replay(FirstAnswer(answer.to_owned())))
}

async fn what_was_created_is_found_by_both_ids(ports: &Ports) {
    let (by_document, linked) = document();
    let new = NewIdentification { scoring: Some(linked.clone()), ..alone(&by_document) };
    ports.identifications.create(new, now()).await.expect("created");
    assert_eq!(ports.by_id.identification(&org(), by_document.id).await, Ok(Some(by_document.clone())));
    assert_eq!(ports.identifications.find_by_admin_id(&org(), by_document.admin_id).await, Ok(Some(by_document)));
    assert_eq!(ports.scorings.find(&org(), linked.id).await, Ok(Some(linked)));
}

async fn what_was_not_created_is_not_found(ports: &Ports) {
    assert_eq!(ports.by_id.identification(&org(), agent().id).await, Ok(None));
    assert_eq!(ports.identifications.find_by_admin_id(&org(), agent().admin_id).await, Ok(None));
    assert_eq!(ports.scorings.find(&org(), scoring().id).await, Ok(None));
}

async fn another_organisation_finds_nothing(ports: &Ports) {
    let (identification, scoring) = document();
    let new = NewIdentification { scoring: Some(scoring.clone()), ..alone(&identification) };
    ports.identifications.create(new, now()).await.expect("created");
    assert_eq!(ports.by_id.identification(&other_org(), identification.id).await, Ok(None));
    assert_eq!(ports.identifications.find_by_admin_id(&other_org(), identification.admin_id).await, Ok(None));
    assert_eq!(ports.scorings.find(&other_org(), scoring.id).await, Ok(None));
}

async fn the_same_request_again_gets_the_first_answer(ports: &Ports) {
    let (first, second) = (otp(), otp());
    ports.identifications.create(remembering(alone(&first), "key", "body", "first"), now()).await.expect("created");
    let again = ports.identifications.create(remembering(alone(&second), "key", "body", "second"), now()).await;
    assert_eq!(again, replayed("first"));
    assert_eq!(ports.by_id.identification(&org(), second.id).await, Ok(None), "nothing was created");
}

async fn the_same_key_with_another_body_is_refused(ports: &Ports) {
    ports.identifications.create(remembering(alone(&otp()), "key", "body", "first"), now()).await.expect("created");
    let reused = otp();
    let again = ports.identifications.create(remembering(alone(&reused), "key", "other body", "second"), now()).await;
    assert_eq!(again, Err(CreateError::KeyReused));
    assert_eq!(ports.by_id.identification(&org(), reused.id).await, Ok(None), "nothing was created");
}

async fn a_key_belongs_to_its_operation_and_its_organisation(ports: &Ports) {
    ports.identifications.create(remembering(alone(&otp()), "key", "body", "first"), now()).await.expect("created");
    let mut foreign = otp();
    foreign.org = other_org();
    ports
        .identifications
        .create(remembering(alone(&foreign), "key", "body", "foreign"), now())
        .await
        .expect("another organisation");
    let idempotency = Some(record(Operation::CreateScoring, "key", "body", "scoring"));
    ports.scorings.create(NewScoring { idempotency, ..only(&scoring()) }, now()).await.expect("another operation");
}

async fn a_key_is_free_again_when_its_window_is_over(ports: &Ports) {
    let again = |body, answer| remembering(alone(&otp()), "key", body, answer);
    ports.identifications.create(again("body", "first"), now()).await.expect("created");
    let over = now() + IDEMPOTENCY_WINDOW;
    assert_eq!(ports.identifications.create(again("body", "early"), over - TICK).await, replayed("first"));
    ports.identifications.create(again("other body", "second"), over).await.expect("the key is free");
    assert_eq!(ports.identifications.create(again("other body", "third"), over).await, replayed("second"));
}

async fn one_key_creates_once_however_many_come_at_once(ports: &Ports) {
    let identifications: Vec<_> = (0..16).map(|_| otp()).collect();
    let results = sixteen_at_once(|number| {
        let ports = ports.clone();
        let answer = number.to_string();
        let new = remembering(with_message(&identifications[number], &answer), "key", "body", &answer);
        async move { ports.identifications.create(new, now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1);
    let winner = results.iter().position(Result::is_ok).expect("a winner");
    for (number, result) in results.iter().enumerate().filter(|(number, _)| *number != winner) {
        assert_eq!(*result, replayed(&winner.to_string()));
        assert_eq!(ports.by_id.identification(&org(), identifications[number].id).await, Ok(None));
    }
    let messages = ports.due(now() + TimeDelta::minutes(2)).await;
    assert_eq!(messages.len(), 1, "one message goes out: {messages:?}");
}

async fn one_key_creates_one_scoring_however_many_come_at_once(ports: &Ports) {
    let results = sixteen_at_once(|number| {
        let ports = ports.clone();
        let idempotency = Some(record(Operation::CreateScoring, "key", "body", &number.to_string()));
        async move { ports.scorings.create(NewScoring { idempotency, ..only(&scoring()) }, now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(CreateError::Replay(_)))));
}

async fn a_destination_gets_five_messages_in_any_ten_minutes(ports: &Ports) {
    let send = |at| ports.identifications.create(with_message(&otp(), "phone"), at);
    let second = |number| now() + TimeDelta::seconds(number);
    for number in 0..5 {
        send(second(number)).await.expect("within the limit");
    }
    // Each place in the window is free again when its own message is ten minutes old, and not a tick earlier.
    for number in 0..3 {
        let free_again = second(number) + DESTINATION_WINDOW;
        let refused = Err(CreateError::TooManyMessages { again_at: free_again });
        assert_eq!(send(free_again - TICK).await, refused);
        send(free_again).await.expect("the window has moved on");
        let next = Err(CreateError::TooManyMessages { again_at: second(number + 1) + DESTINATION_WINDOW });
        assert_eq!(send(free_again).await, next);
    }
}

async fn a_destination_gets_five_messages_however_many_come_at_once(ports: &Ports) {
    let results = sixteen_at_once(|_| {
        let ports = ports.clone();
        async move { ports.identifications.create(with_message(&otp(), "phone"), now()).await }
    })
    .await;
    assert_eq!(successes(&results), MAX_DESTINATION_SENDS);
    let refused = CreateError::TooManyMessages { again_at: now() + DESTINATION_WINDOW };
    assert!(results.iter().flat_map(|result| result.as_ref().err()).all(|error| *error == refused));
}

async fn a_destination_gets_twenty_messages_in_any_day_of_all_organisations_together(ports: &Ports) {
    let send = async |number: i64, at| {
        let mut identification = otp();
        identification.org = format!("org-{}", number % 7).parse().expect("an organisation");
        ports.identifications.create(with_message(&identification, "phone"), at).await
    };
    let minute = |number| now() + TimeDelta::minutes(number);
    for number in 0..20 {
        send(number, minute(number)).await.expect("within the limit");
    }
    for number in 0..3 {
        let free_again = minute(number) + DAILY_WINDOW;
        let refused = Err(CreateError::TooManyMessages { again_at: free_again });
        assert_eq!(send(number, free_again - TICK).await, refused);
        send(number, free_again).await.expect("the window has moved on");
    }
}

async fn a_destination_gets_twenty_messages_however_many_organisations_send_at_once(ports: &Ports) {
    for number in 0..16 {
        let mut early = otp();
        early.org = format!("early-{number}").parse().expect("an organisation");
        ports.identifications.create(with_message(&early, "phone"), now()).await.expect("within the limit");
    }
    let results = sixteen_at_once(|number| {
        let ports = ports.clone();
        let mut identification = otp();
        identification.org = format!("org-{number}").parse().expect("an organisation");
        async move { ports.identifications.create(with_message(&identification, "phone"), now()).await }
    })
    .await;
    assert_eq!(successes(&results), MAX_DAILY_SENDS - 16);
    let refused = CreateError::TooManyMessages { again_at: now() + DAILY_WINDOW };
    assert!(results.iter().flat_map(|result| result.as_ref().err()).all(|error| *error == refused));
}

/// A create that sends to a phone of its own, which costs.
fn spending(number: usize, budget: SendBudget) -> NewIdentification {
    let mut new = with_message(&otp(), &format!("phone {number}"));
    new.outbox.iter_mut().flat_map(|new| &mut new.counted).for_each(|counted| counted.budget = Some(budget));
    new
}

fn budget(daily: u32, country: &str, country_daily: u32) -> SendBudget {
    SendBudget { daily, country: country.parse().ok(), country_daily }
}

async fn a_budget_is_used_up_to_the_last_message_and_fresh_the_next_day(ports: &Ports) {
    for (budget, of) in [(budget(3, "ES", 5), 3), (budget(40, "ES", 21), 21 - 3), (budget(0, "ES", 5), 0)] {
        for number in 0..of {
            ports.identifications.create(spending(number, budget), now()).await.expect("within the budget");
        }
        let refused = ports.identifications.create(spending(99, budget), now()).await;
        let Err(CreateError::OverBudget { again_at }) = refused else { panic!("{refused:?}") };
        assert!(
            again_at > now() && again_at - now() <= TimeDelta::days(1) && again_at.time() == chrono::NaiveTime::MIN
        );
        if of > 0 {
            assert!(matches!(
                ports.identifications.create(spending(99, budget), again_at - TICK).await,
                Err(CreateError::OverBudget { .. })
            ));
        }
    }
    ports.identifications.create(spending(98, budget(40, "FR", 21)), now()).await.expect("another country");
    let tomorrow = now() + TimeDelta::days(1);
    ports.identifications.create(spending(97, budget(3, "ES", 5)), tomorrow).await.expect("another day");
    let mut foreign = spending(96, budget(3, "ES", 5));
    foreign.identification.org = other_org();
    foreign.outbox[0].message.org = other_org();
    ports.identifications.create(foreign, now()).await.expect("another organisation");
}

async fn a_budget_holds_however_many_messages_come_at_once(ports: &Ports) {
    let spend = async |round: usize| {
        let results = sixteen_at_once(|number| {
            let ports = ports.clone();
            let new = spending(16 * round + number, budget(1_000, "ES", 130));
            async move { ports.identifications.create(new, now()).await }
        });
        let results = results.await;
        assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(CreateError::OverBudget { .. }))));
        successes(&results)
    };
    let mut sent = 0;
    for round in 0..10 {
        sent += spend(round).await;
    }
    assert_eq!(sent, 130);
}

async fn a_message_that_is_over_the_budget_leaves_nothing(ports: &Ports) {
    ports.identifications.create(spending(1, budget(1, "ES", 1)), now()).await.expect("within the budget");
    let refused = spending(2, budget(1, "ES", 1));
    let id = refused.identification.id;
    let new = remembering(refused, "key", "body", "refused");
    assert!(matches!(ports.identifications.create(new, now()).await, Err(CreateError::OverBudget { .. })));
    assert_eq!(ports.by_id.identification(&org(), id).await, Ok(None));
    let elsewhere = remembering(with_message(&otp(), "phone 2"), "key", "body", "now");
    ports.identifications.create(elsewhere, now()).await.expect("its key is not used up");
}

async fn one_destinations_messages_do_not_count_against_another(ports: &Ports) {
    let mut foreign = otp();
    foreign.org = other_org();
    for _ in 0..MAX_DESTINATION_SENDS {
        ports.identifications.create(with_message(&otp(), "phone"), now()).await.expect("within the limit");
    }
    ports.identifications.create(with_message(&otp(), "another phone"), now()).await.expect("another destination");
    ports.identifications.create(with_message(&foreign, "phone"), now()).await.expect("another organisation");
}

async fn a_create_that_is_refused_leaves_nothing(ports: &Ports) {
    for _ in 0..MAX_DESTINATION_SENDS {
        ports.identifications.create(with_message(&otp(), "phone"), now()).await.expect("within the limit");
    }
    let before = ports.due(now() + TimeDelta::days(60)).await.len();
    let refused = otp();
    let new = remembering(with_message(&refused, "phone"), "key", "body", "refused");
    assert!(matches!(ports.identifications.create(new, now()).await, Err(CreateError::TooManyMessages { .. })));
    assert_eq!(ports.by_id.identification(&org(), refused.id).await, Ok(None));
    assert_eq!(ports.identifications.find_by_admin_id(&org(), refused.admin_id).await, Ok(None));
    assert_eq!(ports.due(now() + TimeDelta::days(60)).await.len(), before, "no message either");
    let elsewhere = remembering(with_message(&otp(), "another phone"), "key", "body", "now");
    ports.identifications.create(elsewhere, now()).await.expect("its key is not used up");
}

async fn a_first_answer_is_repeated_even_when_the_destination_has_had_enough(ports: &Ports) {
    let new = || remembering(with_message(&otp(), "phone"), "key", "body", "first");
    ports.identifications.create(new(), now()).await.expect("created");
    for _ in 1..MAX_DESTINATION_SENDS {
        ports.identifications.create(with_message(&otp(), "phone"), now()).await.expect("within the limit");
    }
    assert_eq!(ports.identifications.create(new(), now()).await, replayed("first"));
}

on_aws! {
    what_was_created_is_found_by_both_ids,
    what_was_not_created_is_not_found,
    another_organisation_finds_nothing,
    the_same_request_again_gets_the_first_answer,
    the_same_key_with_another_body_is_refused,
    a_key_belongs_to_its_operation_and_its_organisation,
    a_key_is_free_again_when_its_window_is_over,
    one_key_creates_once_however_many_come_at_once,
    one_key_creates_one_scoring_however_many_come_at_once,
    a_destination_gets_five_messages_in_any_ten_minutes,
    a_destination_gets_five_messages_however_many_come_at_once,
    a_destination_gets_twenty_messages_in_any_day_of_all_organisations_together,
    a_destination_gets_twenty_messages_however_many_organisations_send_at_once,
    a_budget_is_used_up_to_the_last_message_and_fresh_the_next_day,
    a_budget_holds_however_many_messages_come_at_once,
    a_message_that_is_over_the_budget_leaves_nothing,
    one_destinations_messages_do_not_count_against_another,
    a_create_that_is_refused_leaves_nothing,
    a_first_answer_is_repeated_even_when_the_destination_has_had_enough,
}
