//! Records are listed by what they are and when they were created, and found by the back office's ids.

use crate::{
    samples::{agent, alone, document, now, only, org, other_org, otp, scoring, told, validate},
    stage::Ports,
};
use acredita_domain::{
    Time,
    events::Subject,
    identification::Identification,
    ids::RecordId,
    ports::{FoundRecord, FoundStep, NewIdentification, RecordPage, RecordQuery},
    records::{RecordFilter, RecordKind, RecordPosition, RecordStatus},
};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};

fn everything() -> RecordQuery {
    RecordQuery { filter: RecordFilter::default(), from: None, to: None, after: None, limit: 100, now: now() }
}

async fn list(ports: &Ports, query: RecordQuery) -> RecordPage {
    ports.records.list(&org(), query).await.expect("a list")
}

fn ids(page: &RecordPage) -> Vec<RecordId> {
    page.records.iter().map(|row| row.id).collect()
}

async fn create(ports: &Ports, identification: &Identification) {
    ports.identifications.create(alone(identification), now()).await.expect("created");
}

/// So many agents, each created a second after the one before; the newest first.
async fn agents(ports: &Ports, number: i64) -> Vec<RecordId> {
    let mut ids = Vec::new();
    for at in 0..number {
        let agent = Identification { created_at: now() + TimeDelta::seconds(at), ..agent() };
        create(ports, &agent).await;
        ids.insert(0, agent.admin_id.into());
    }
    ids
}

async fn a_list_has_what_a_record_shows(ports: &Ports) {
    let agent = agent();
    create(ports, &agent).await;
    let row = list(ports, everything()).await.records.pop().expect("a record");
    assert_eq!((row.id, row.kind, row.stored), (agent.admin_id.into(), RecordKind::Agent, RecordStatus::Created));
    assert_eq!((row.created_at, row.expires_at), (agent.created_at, agent.expires_at));
    assert_eq!(row.client_reference_id.as_ref(), agent.reference.client_reference_id());
    assert_eq!((row.score, row.review), (None, None));
    ports.identifications.transition(&agent, validate(), Vec::new(), told(&agent), now()).await.expect("taken");
    assert_eq!(list(ports, everything()).await.records[0].stored, RecordStatus::Validated);
    assert_eq!(ports.records.list(&other_org(), everything()).await.expect("a list").records, Vec::new());
}

async fn a_list_is_gone_through_page_by_page_whatever_its_shards(ports: &Ports) {
    let expected = agents(ports, 23).await;
    let kind = RecordFilter { kind: Some(RecordKind::Agent), ..RecordFilter::default() };
    for filter in [RecordFilter::default(), kind] {
        let (mut found, mut after): (Vec<RecordId>, Option<RecordPosition>) = (Vec::new(), None);
        loop {
            let page = list(ports, RecordQuery { filter: filter.clone(), after, limit: 5, ..everything() }).await;
            assert!(page.records.len() <= 5);
            found.extend(ids(&page));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, expected);
    }
}

async fn a_time_is_a_part_of_the_list(ports: &Ports) {
    let all = agents(ports, 6).await;
    let between = |from: i64, to: i64| RecordQuery {
        from: Some(now() + TimeDelta::seconds(from)),
        to: Some(now() + TimeDelta::seconds(to)),
        ..everything()
    };
    assert_eq!(ids(&list(ports, between(1, 3)).await), all[3..5]);
    assert_eq!(ids(&list(ports, between(3, 1)).await), []);
    let far = RecordQuery { from: Some(Time::MIN_UTC), to: Some(Time::MAX_UTC), ..everything() };
    assert_eq!(ids(&list(ports, far).await), all);
}

/// So a filter that hardly anything passes costs the same as any other.
async fn a_filter_looks_at_so_many_rows_and_goes_on_from_there(ports: &Ports) {
    stream::iter(0..1_100).for_each_concurrent(16, |_| async { create(ports, &agent()).await }).await;
    let rare = RecordFilter { kind: Some(RecordKind::Chain), ..RecordFilter::default() };
    let first = list(ports, RecordQuery { filter: rare.clone(), ..everything() }).await;
    assert_eq!(first.records, []);
    let next = first.next.expect("more than a thousand");
    let second = list(ports, RecordQuery { filter: rare, after: Some(next), ..everything() }).await;
    assert_eq!((second.records, second.next), (Vec::new(), None));
}

async fn an_id_finds_what_it_stands_for(ports: &Ports) {
    let (document, linked) = document();
    let new = NewIdentification { scoring: Some(linked.clone()), ..alone(&document) };
    ports.identifications.create(new, now()).await.expect("created");
    let standing = scoring();
    ports.scorings.create(only(&standing), now()).await.expect("created");
    let find = async |id: RecordId| ports.records.find(&org(), id).await.expect("an answer");
    match find(document.admin_id.into()).await {
        Some(FoundRecord::Identification(found)) => {
            let FoundStep { identification, scoring } = found.step;
            assert_eq!((identification, scoring), (document.clone(), Some(linked)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(find(standing.id.into()).await, Some(FoundRecord::Scoring(Box::new(standing.clone()))));
    let other = async |id: RecordId| ports.records.find(&other_org(), id).await.expect("an answer");
    assert_eq!((other(document.admin_id.into()).await, other(standing.id.into()).await), (None, None));
}

async fn an_id_of_what_is_gone_finds_whose_events_are_left(ports: &Ports) {
    let otp = otp();
    create(ports, &otp).await;
    ports.identifications.delete(&otp, false, told(&otp), now()).await.expect("deleted");
    let found = ports.records.find(&org(), otp.admin_id.into()).await;
    assert_eq!(found, Ok(Some(FoundRecord::Gone(otp.subject()))));
    assert_eq!(list(ports, everything()).await.records, []);
    let never = scoring();
    let subject = Subject::Scoring { scoring_id: never.id };
    assert_eq!(ports.records.find(&org(), never.id.into()).await, Ok(Some(FoundRecord::Gone(subject))));
}

on_aws! {
    a_list_has_what_a_record_shows,
    a_list_is_gone_through_page_by_page_whatever_its_shards,
    a_time_is_a_part_of_the_list,
    a_filter_looks_at_so_many_rows_and_goes_on_from_there,
    an_id_finds_what_it_stands_for,
    an_id_of_what_is_gone_finds_whose_events_are_left,
}
