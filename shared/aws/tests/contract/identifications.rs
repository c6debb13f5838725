//! The steps of an identification, and the tries of an OTP.

use crate::{
    samples::{LIFE, TICK, agent, alone, cancel, now, org, other_org, otp, otp_of, right_code, validate, validation},
    stage::{Ports, sixteen_at_once, successes, use_up_the_tries},
};
use acredita_domain::{
    Time,
    events::Log,
    identification::{Closable, Identification, State, Status, Transition},
    otp::{MAX_TRIES, TRY_LEASE},
    ports::StepError,
};

const CLOSE: Transition = Transition::Close { from: Closable::Created };
const CLOSE_VALIDATED: Transition = Transition::Close { from: Closable::Validated };
const LOST: Result<(), StepError> = Err(StepError::Lost);

async fn created(ports: &Ports, identification: Identification) -> Identification {
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

async fn take(
    ports: &Ports,
    identification: &Identification,
    transition: Transition,
    at: Time,
) -> Result<(), StepError> {
    ports
        .identifications
        .transition(identification, transition, Vec::new(), crate::samples::told(identification), at)
        .await
}

async fn state(ports: &Ports, identification: &Identification) -> State {
    let found = ports.by_id.identification(&org(), identification.id).await.expect("an answer");
    found.expect("an identification").state
}

async fn every_step_is_kept_with_its_evidence(ports: &Ports) {
    let validated = created(ports, agent()).await;
    let evidence = validation();
    take(ports, &validated, Transition::Validate { validation: Box::new(evidence.clone()), code: None }, now())
        .await
        .expect("validated");
    assert_eq!(state(ports, &validated).await, State::Validated(evidence.clone()));
    take(ports, &validated, CLOSE_VALIDATED, now() + LIFE).await.expect("what was validated does not expire");
    assert_eq!(state(ports, &validated).await, State::Closed { at: now() + LIFE, validation: Some(evidence) });

    let closed = created(ports, agent()).await;
    take(ports, &closed, CLOSE, now()).await.expect("closed");
    assert_eq!(state(ports, &closed).await, State::Closed { at: now(), validation: None });

    let cancelled = created(ports, agent()).await;
    take(ports, &cancelled, cancel(), now()).await.expect("cancelled");
    let reason = "changed their mind".parse().expect("a reason");
    assert_eq!(state(ports, &cancelled).await, State::Cancelled { at: now(), reason });
}

async fn a_step_changes_nothing_but_the_state(ports: &Ports) {
    let before = created(ports, otp()).await;
    take(ports, &before, cancel(), now()).await.expect("cancelled");
    let after = ports.by_id.identification(&org(), before.id).await.expect("an answer").expect("an identification");
    assert_eq!(after.log.as_ref().map(Log::sequence), Some(2), "it has its event");
    assert_eq!(Identification { state: State::Created, log: before.log.clone(), ..after }, before);
}

async fn nothing_starts_from_an_end(ports: &Ports) {
    for end in [CLOSE, cancel()] {
        let ended = created(ports, agent()).await;
        take(ports, &ended, end, now()).await.expect("ended");
        for step in [validate(), cancel(), CLOSE, CLOSE_VALIDATED, Transition::Expire, Transition::Fail] {
            assert_eq!(take(ports, &ended, step, now() + LIFE - TICK).await, LOST);
        }
    }
}

async fn what_was_validated_is_neither_cancelled_nor_closed_as_if_it_were_not(ports: &Ports) {
    let validated = created(ports, agent()).await;
    take(ports, &validated, validate(), now()).await.expect("validated");
    for step in [validate(), cancel(), CLOSE] {
        assert_eq!(take(ports, &validated, step, now()).await, LOST);
    }
    assert_eq!(take(ports, &validated, Transition::Expire, now() + LIFE).await, LOST);
}

async fn a_step_needs_an_identification(ports: &Ports) {
    for step in [validate(), cancel(), CLOSE, CLOSE_VALIDATED] {
        assert_eq!(take(ports, &agent(), step, now()).await, LOST);
    }
    assert_eq!(ports.identifications.count_try(&otp(), now()).await, Err(StepError::Lost));
    assert_eq!(ports.identifications.give_back_try(&org(), otp().id).await, LOST);
}

async fn another_organisation_takes_no_step(ports: &Ports) {
    let mine = created(ports, otp()).await;
    let foreign = Identification { org: other_org(), ..mine.clone() };
    for step in [validate(), cancel(), CLOSE] {
        assert_eq!(take(ports, &foreign, step, now()).await, LOST);
    }
    assert_eq!(take(ports, &foreign, Transition::Expire, now() + LIFE).await, LOST);
    assert_eq!(ports.identifications.count_try(&foreign, now()).await, Err(StepError::Lost));
    assert_eq!(ports.by_id.identification(&org(), mine.id).await, Ok(Some(mine)), "untouched");
}

async fn nothing_happens_from_expiry_on_but_expiring(ports: &Ports) {
    for step in [validate(), cancel(), CLOSE] {
        let over = created(ports, otp()).await;
        assert_eq!(take(ports, &over, step.clone(), now() + LIFE).await, LOST);
        assert_eq!(ports.identifications.count_try(&over, now() + LIFE).await, Err(StepError::Lost));
        take(ports, &over, step, now() + LIFE - TICK).await.expect("a tick before");
    }
}

async fn what_is_over_expires_and_not_before(ports: &Ports) {
    let over = created(ports, agent()).await;
    assert_eq!(take(ports, &over, Transition::Expire, now() + LIFE - TICK).await, LOST);
    take(ports, &over, Transition::Expire, now() + LIFE).await.expect("expired");
    assert_eq!(state(ports, &over).await, State::Expired);
}

async fn a_code_of_another_generation_does_not_validate(ports: &Ports) {
    let current = created(ports, otp()).await;
    let with = |generation| right_code(generation, 0);
    assert_eq!(take(ports, &current, with(1), now()).await, LOST, "no try was counted for it");
    ports.identifications.count_try(&current, now()).await.expect("a try is left");
    assert_eq!(take(ports, &current, with(2), now()).await, LOST);
    take(ports, &current, with(1), now()).await.expect("the live one");
    let validated = ports.by_id.identification(&org(), current.id).await.expect("an answer").expect("it is there");
    assert_eq!(otp_of(&validated).tries, 0, "a right try is not a wrong one");
}

async fn a_right_code_states_the_wrong_tries_before_it(ports: &Ports) {
    let tried = created(ports, otp()).await;
    for _ in 0..2 {
        ports.identifications.count_try(&tried, now()).await.expect("a try is left");
    }
    let judged = ports.identifications.judge_wrong(&org(), tried.id).await.expect("judged");
    assert_eq!((otp_of(&judged).tries, otp_of(&judged).judged_wrong), (2, 1));
    assert_eq!(take(ports, &tried, right_code(1, 0), now()).await, LOST, "one more was judged since");
    take(ports, &tried, right_code(1, 1), now()).await.expect("as it is");
    assert_eq!(ports.identifications.judge_wrong(&org(), tried.id).await.map(drop), LOST, "it is over");
}

async fn no_more_tries_are_judged_than_counted(ports: &Ports) {
    let tried = created(ports, otp()).await;
    assert_eq!(ports.identifications.judge_wrong(&org(), tried.id).await.map(drop), LOST);
    ports.identifications.count_try(&tried, now()).await.expect("a try is left");
    ports.identifications.judge_wrong(&org(), tried.id).await.expect("judged");
    assert_eq!(ports.identifications.judge_wrong(&org(), tried.id).await.map(drop), LOST);
    assert_eq!(ports.identifications.give_back_try(&org(), tried.id).await, LOST, "its verdict stays");
    assert_eq!(ports.identifications.judge_wrong(&other_org(), tried.id).await.map(drop), LOST);
}

async fn a_try_whose_request_is_gone_counts_as_a_wrong_one(ports: &Ports) {
    let tried = created(ports, otp()).await;
    for _ in 0..MAX_TRIES {
        ports.identifications.count_try(&tried, now()).await.expect("a try is left");
    }
    let until = now() + TRY_LEASE;
    let found = ports.by_id.identification(&org(), tried.id).await.expect("an answer").expect("it is there");
    assert_eq!((found.status(until - TICK), found.attempts_left(until - TICK)), (Status::Created, Some(5)));
    assert_eq!((found.status(until), found.attempts_left(until)), (Status::Failed, Some(0)));
    for step in [cancel(), CLOSE, right_code(1, 0)] {
        assert_eq!(take(ports, &tried, step, until).await, LOST);
    }
    assert_eq!(take(ports, &tried, Transition::Fail, until - TICK).await, LOST, "they may be right yet");
    take(ports, &tried, Transition::Fail, until).await.expect("failed");

    let another = created(ports, otp()).await;
    ports.identifications.count_try(&another, now()).await.expect("a try is left");
    let read = ports.by_id.identification(&org(), another.id).await.expect("an answer").expect("it is there");
    let next = ports.identifications.count_try(&read, until).await.expect("a try is left");
    assert_eq!((otp_of(&next).tries, otp_of(&next).judged_wrong), (2, 1), "the verdict is recorded with the next one");
}

async fn tries_that_are_being_judged_hold_nothing_up_but_further_tries(ports: &Ports) {
    for step in [cancel(), CLOSE] {
        let tried = created(ports, otp()).await;
        for _ in 0..MAX_TRIES {
            ports.identifications.count_try(&tried, now()).await.expect("a try is left");
        }
        assert_eq!(ports.identifications.count_try(&tried, now()).await, Err(StepError::Lost));
        take(ports, &tried, step, now()).await.expect("it is CREATED");
    }
}

async fn the_last_wrong_try_may_be_judged_by_the_failure(ports: &Ports) {
    let tried = created(ports, otp()).await;
    for _ in 1..MAX_TRIES {
        ports.identifications.count_try(&tried, now()).await.expect("a try is left");
        ports.identifications.judge_wrong(&org(), tried.id).await.expect("judged");
    }
    assert_eq!(take(ports, &tried, Transition::Fail, now()).await, LOST, "one is left");
    ports.identifications.count_try(&tried, now()).await.expect("the last one");
    take(ports, &tried, Transition::Fail, now()).await.expect("failed");
    let failed = ports.by_id.identification(&org(), tried.id).await.expect("an answer").expect("it is there");
    assert_eq!((failed.status(now()), failed.attempts_left(now())), (Status::Failed, Some(0)));
}

async fn five_tries_are_counted_however_many_come_at_once(ports: &Ports) {
    let tried = created(ports, otp()).await;
    let results = sixteen_at_once(|_| {
        let (ports, tried) = (ports.clone(), tried.clone());
        async move { ports.identifications.count_try(&tried, now()).await }
    })
    .await;
    assert_eq!(successes(&results), MAX_TRIES as usize);
    let mut counts: Vec<u32> = results.iter().flatten().map(|after| otp_of(after).tries).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 3, 4, 5], "each try sees itself counted");
}

async fn an_identification_without_a_code_has_no_tries(ports: &Ports) {
    let by_agent = created(ports, agent()).await;
    assert_eq!(ports.identifications.count_try(&by_agent, now()).await, Err(StepError::Lost));
}

async fn a_try_that_is_given_back_can_be_made_again(ports: &Ports) {
    let tried = created(ports, otp()).await;
    assert_eq!(ports.identifications.give_back_try(&org(), tried.id).await, LOST, "none was made");
    for _ in 0..MAX_TRIES {
        ports.identifications.count_try(&tried, now()).await.expect("a try is left");
    }
    ports.identifications.give_back_try(&org(), tried.id).await.expect("given back");
    let after = ports.identifications.count_try(&tried, now()).await.expect("made again");
    assert_eq!(otp_of(&after).tries, MAX_TRIES);
}

async fn the_last_try_may_still_be_the_right_one(ports: &Ports) {
    let tried = created(ports, otp()).await;
    for _ in 0..MAX_TRIES {
        ports.identifications.count_try(&tried, now()).await.expect("a try is left");
    }
    take(ports, &tried, right_code(1, 0), now()).await.expect("the fifth try is judged, too");
}

async fn who_has_used_up_the_tries_can_only_fail(ports: &Ports) {
    let tried = created(ports, otp()).await;
    assert_eq!(take(ports, &tried, Transition::Fail, now()).await, LOST, "tries are left");
    use_up_the_tries(ports, &tried).await;
    for step in [cancel(), CLOSE] {
        assert_eq!(take(ports, &tried, step, now()).await, LOST);
    }
    // Its callers already saw FAILED: it does not become EXPIRED because nobody recorded the failure in time.
    assert_eq!(take(ports, &tried, Transition::Expire, now() + LIFE).await, LOST);
    take(ports, &tried, Transition::Fail, now() + LIFE).await.expect("failed");
    assert_eq!(state(ports, &tried).await, State::Failed { at: now() + LIFE });
    assert_eq!(ports.identifications.give_back_try(&org(), tried.id).await, LOST);
}

async fn of_all_steps_at_once_one_is_taken(ports: &Ports) {
    for identification in [agent(), otp(), agent(), otp()] {
        let raced = created(ports, identification).await;
        let steps = [validate(), cancel(), CLOSE];
        let results = sixteen_at_once(|number| {
            let (ports, raced, step) = (ports.clone(), raced.clone(), steps[number % 3].clone());
            async move { take(&ports, &raced, step, now()).await }
        })
        .await;
        assert_eq!(successes(&results), 1);
        assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StepError::Lost))));
        let winner = results.iter().position(Result::is_ok).expect("a winner") % 3;
        let found = ports.by_id.identification(&org(), raced.id).await.expect("an answer").expect("an identification");
        assert_eq!(found.status(now()), [Status::Validated, Status::Cancelled, Status::Closed][winner]);
    }
}

on_aws! {
    every_step_is_kept_with_its_evidence,
    a_step_changes_nothing_but_the_state,
    nothing_starts_from_an_end,
    what_was_validated_is_neither_cancelled_nor_closed_as_if_it_were_not,
    a_step_needs_an_identification,
    another_organisation_takes_no_step,
    nothing_happens_from_expiry_on_but_expiring,
    what_is_over_expires_and_not_before,
    a_code_of_another_generation_does_not_validate,
    a_right_code_states_the_wrong_tries_before_it,
    no_more_tries_are_judged_than_counted,
    a_try_whose_request_is_gone_counts_as_a_wrong_one,
    tries_that_are_being_judged_hold_nothing_up_but_further_tries,
    the_last_wrong_try_may_be_judged_by_the_failure,
    five_tries_are_counted_however_many_come_at_once,
    an_identification_without_a_code_has_no_tries,
    a_try_that_is_given_back_can_be_made_again,
    the_last_try_may_still_be_the_right_one,
    who_has_used_up_the_tries_can_only_fail,
    of_all_steps_at_once_one_is_taken,
}
