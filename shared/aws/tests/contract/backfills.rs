//! The backfill passes every record, completes it once, and leaves nothing behind that a deletion does not take along.

use crate::{
    samples::{agent, alone, cancel, document, now, only, org, otp, scoring, told, told_of},
    stage::{Ports, Stage, sixteen_at_once, successes},
};
use acredita_domain::{
    backfill::{Backfill, Entries, WalkPlace},
    identification::Identification,
    ids::RecordId,
    membership::Membership,
    ports::{LackingEntries, NewIdentification, PassedRecord, RecordSubject, StepError},
};
use chrono::TimeDelta;
use std::collections::BTreeSet;

const LOST: Result<(), StepError> = Err(StepError::Lost);

fn begun(digests: bool) -> Backfill {
    Backfill::begin(Entries::of_this_version(digests), now())
}

fn entries(digests: &[&str]) -> LackingEntries {
    let lookups = digests.iter().map(|digest| (*digest).to_owned()).collect();
    LackingEntries { lookups, score: None, keep_until: now() + TimeDelta::days(30) }
}

fn listed(subject: RecordSubject) -> PassedRecord {
    PassedRecord { subject, is_listed: true }
}

fn of(identification: &Identification) -> PassedRecord {
    listed(RecordSubject::Identification(Box::new(identification.clone())))
}

async fn create(ports: &Ports, identification: Identification) -> Identification {
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

async fn how_far_it_has_come_is_written_by_whoever_has_read_the_latest(ports: &Ports) {
    assert_eq!(ports.backfills.find().await, Ok(None));
    let (first, second) = (begun(false), begun(true));
    assert_eq!(ports.backfills.save(None, &first).await, Ok(()));
    assert_eq!(ports.backfills.save(None, &second).await, LOST);
    assert_eq!(ports.backfills.save(Some(&second), &first).await, LOST);
    assert_eq!(ports.backfills.save(Some(&first), &second).await, Ok(()));
    assert_eq!(ports.backfills.find().await, Ok(Some(second)));
}

async fn a_walk_passes_every_record_once_and_nothing_else(ports: &Ports) {
    let mut expected = BTreeSet::new();
    for _ in 0..230 {
        expected.insert(RecordId::from(create(ports, agent()).await.admin_id));
    }
    let (document, linked) = document();
    let new = NewIdentification { scoring: Some(linked), ..alone(&document) };
    ports.identifications.create(new, now()).await.expect("created");
    expected.insert(document.admin_id.into());
    let standing = scoring();
    ports.scorings.create(only(&standing), now()).await.expect("created");
    expected.insert(standing.id.into());
    let chain_id = acredita_domain::ids::ChainId::generate(&acredita_aws::SystemEntropy);
    let membership = Some(Membership { chain_id, step: 0, asks_for_email: false });
    create(ports, Identification { membership, ..agent() }).await;
    let gone = create(ports, otp()).await;
    ports.identifications.delete(&gone, false, told(&gone), now()).await.expect("deleted");

    let (mut passed, mut parts) = (Vec::new(), 0);
    let mut place: Option<WalkPlace> = None;
    loop {
        let part = ports.backfills.walk(place.as_ref()).await.expect("a part");
        for record in part.records {
            let PassedRecord { subject, is_listed } = record.expect("one that is understood");
            assert!(is_listed);
            passed.push(match subject {
                RecordSubject::Identification(identification) => RecordId::from(identification.admin_id),
                RecordSubject::Chain(chain) => chain.admin_id.into(),
                RecordSubject::Scoring(scoring) => scoring.id.into(),
            });
        }
        parts += 1;
        place = part.next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!((passed.len(), passed.into_iter().collect::<BTreeSet<_>>()), (expected.len(), expected));
    assert!((8..=12).contains(&parts), "{parts}");
}

async fn a_record_is_completed_once(ports: &Ports) {
    let agent = create(ports, agent()).await;
    let results = sixteen_at_once(|_| {
        let (ports, record) = (ports.clone(), of(&agent));
        async move { ports.backfills.complete(&record, entries(&["a", "b"]), now()).await }
    });
    let results = results.await;
    assert_eq!(successes(&results), 1);
    assert!(results.iter().all(|result| result.is_ok() || *result == LOST), "{results:?}");
    let found = ports.records.search(&org(), &["b".to_owned()], None, 10).await.expect("a page");
    assert_eq!(found.records.iter().map(|row| row.id).collect::<Vec<_>>(), [agent.admin_id.into()]);
    let unlisted = PassedRecord { is_listed: false, ..of(&agent) };
    assert_eq!(ports.backfills.complete(&unlisted, entries(&[]), now()).await, LOST, "it is in the list");
}

async fn what_changes_meanwhile_stays_as_it_was_changed(ports: &Ports) {
    let agent = create(ports, agent()).await;
    ports.identifications.transition(&agent, cancel(), Vec::new(), told(&agent), now()).await.expect("cancelled");
    let before = ports.by_id.identification(&org(), agent.id).await.expect("an answer").expect("there");
    assert_eq!(ports.backfills.complete(&of(&agent), entries(&["a"]), now()).await, Ok(()));
    let after = ports.by_id.identification(&org(), agent.id).await.expect("an answer").expect("there");
    assert_eq!(after, Identification { lookups: vec!["a".to_owned()], ..before });
}

async fn what_is_gone_is_not_completed(ports: &Ports) {
    let agent = create(ports, agent()).await;
    ports.identifications.delete(&agent, false, told(&agent), now()).await.expect("deleted");
    assert_eq!(ports.backfills.complete(&of(&agent), entries(&["a"]), now()).await, LOST);
    assert_eq!(ports.by_id.identification(&org(), agent.id).await, Ok(None));
}

on_aws! {
    how_far_it_has_come_is_written_by_whoever_has_read_the_latest,
    a_walk_passes_every_record_once_and_nothing_else,
    a_record_is_completed_once,
    what_changes_meanwhile_stays_as_it_was_changed,
    what_is_gone_is_not_completed,
}

/// The digests in the table.
async fn digests(stage: &Stage) -> usize {
    let scan = stage.clients.dynamodb.scan().table_name(&stage.names.table).send().await.expect("the table answers");
    scan.items().iter().filter(|item| item["pk"].as_s().is_ok_and(|pk| pk.starts_with("LKP#"))).count()
}

/// Whoever deletes has read it before it got its digests.
#[tokio::test]
async fn a_deletion_takes_digests_along_that_came_since_it_was_read() {
    let stage = Stage::start().await;
    let ports = &stage.ports;
    let agent = create(ports, agent()).await;
    let (document, linked) = document();
    let new = NewIdentification { scoring: Some(linked), ..alone(&document) };
    ports.identifications.create(new, now()).await.expect("created");
    let standing = scoring();
    ports.scorings.create(only(&standing), now()).await.expect("created");
    for record in [of(&agent), of(&document), listed(RecordSubject::Scoring(Box::new(standing.clone())))] {
        ports.backfills.complete(&record, entries(&["a", "b"]), now()).await.expect("completed");
    }
    assert_eq!(digests(&stage).await, 6);
    ports.identifications.delete(&agent, false, told(&agent), now()).await.expect("deleted");
    ports.identifications.delete(&document, false, told(&document), now()).await.expect("deleted");
    ports.scorings.delete(&standing, false, told_of(&standing), now()).await.expect("deleted");
    assert_eq!(digests(&stage).await, 0);
}
