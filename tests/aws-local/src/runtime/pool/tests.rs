use super::*;
use acredita_manifest::Trigger;
use std::time::Duration;

const FUNCTION: Function = Function { name: "function", trigger: Trigger::Http, timeout: Duration::from_secs(1) };

fn event(payload: &'static str) -> (Event, oneshot::Receiver<Result<Bytes, InvokeError>>) {
    let (answer, answered) = oneshot::channel();
    (Event { payload: Bytes::from_static(payload.as_bytes()), answer }, answered)
}

/// The event that a process would get if it asked now.
fn given(pool: &Pool, begins: bool) -> Option<Bytes> {
    pool.take(begins).ok().map(|event| event.payload)
}

#[test]
fn a_process_is_started_for_each_event_that_finds_none_free_up_to_the_limit() {
    let pool = Pool::new(FUNCTION);
    let events: Vec<_> = ["a", "b", "c"].map(event).into_iter().collect();
    let (events, _answers): (Vec<_>, Vec<_>) = events.into_iter().unzip();
    let started: Vec<bool> = events.into_iter().map(|event| pool.offer(event, 2)).collect();
    assert_eq!(started, [true, true, false]);
    assert_eq!(given(&pool, true).as_deref(), Some(&b"a"[..]), "the first comes first");
}

#[test]
fn a_process_that_waits_gets_the_event_and_none_is_started() {
    let pool = Pool::new(FUNCTION);
    let (first, _first) = event("a");
    assert!(pool.offer(first, 2));
    assert!(pool.take(true).is_ok());
    let mut waiting = pool.take(false).err().expect("nothing to do");
    let (second, _second) = event("b");
    assert!(!pool.offer(second, 2));
    assert_eq!(waiting.try_recv().expect("an event").payload, "b");
}

#[test]
fn an_event_is_not_lost_on_a_process_that_is_gone() {
    let pool = Pool::new(FUNCTION);
    let (first, _first) = event("a");
    pool.offer(first, 2);
    assert!(pool.take(true).is_ok());
    drop(pool.take(false));
    assert!(!pool.ended(true, 2));
    let (second, _second) = event("b");
    assert!(pool.offer(second, 2), "another process is started for it");
    assert_eq!(given(&pool, true).as_deref(), Some(&b"b"[..]));
}

#[test]
fn a_function_that_cannot_start_fails_its_event_and_is_tried_for_the_next() {
    let pool = Pool::new(FUNCTION);
    let ((first, mut failed), (second, _second)) = (event("a"), event("b"));
    assert!(pool.offer(first, 1));
    assert!(!pool.offer(second, 1));
    assert!(pool.ended(false, 1), "the second event has its own try");
    assert_eq!(failed.try_recv(), Ok(Err(InvokeError::Died)));
}

#[test]
fn an_event_that_nobody_waits_for_is_not_worked_at() {
    let pool = Pool::new(FUNCTION);
    let (abandoned, gone) = event("a");
    pool.offer(abandoned, 1);
    drop(gone);
    assert_eq!(given(&pool, true), None);
}
