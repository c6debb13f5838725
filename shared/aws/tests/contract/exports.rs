//! Exports: one worker at a time has one, what it keeps is kept, and files are there whole or not at all.

use crate::{
    chains,
    samples::{self, TICK, agent, alone, document, lease, now, only, org, other_org, scoring, told, validate},
    stage::{Ports, sixteen_at_once, successes},
};
use acredita_aws::{SystemClock, SystemEntropy};
use acredita_domain::{
    Time,
    events::{Log, Story, Subject},
    exports::{EXPORT_LIFE, Export, ExportColumns, ExportStatus, PartTag, Progress, UploadId},
    ids::ExportId,
    ports::{
        Clock, Due, FileError, NewIdentification, RecordRange, StepError,
        limits::{EXPORT_LEASE, REKICK_AFTER},
    },
    records::{RecordPosition, RecordRow},
};
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::TryStreamExt;

/// The smallest size of a part that is not the last.
const PART: usize = 5 * 1024 * 1024;

fn export() -> Export {
    Export {
        id: ExportId::generate(&SystemEntropy),
        org: org(),
        columns: ExportColumns::Personal,
        from: now() - TimeDelta::days(1),
        to: now() + TimeDelta::days(1),
        requested_at: now(),
        expires_at: now() + EXPORT_LIFE,
        status: ExportStatus::Running,
        ended_at: None,
        progress: Progress::default(),
        tries: 0,
        log: Log::begin(&SystemEntropy),
    }
}

fn story(export: &Export) -> Story {
    samples::story(&export.org, export.subject(), export.log.clone())
}

async fn created(ports: &Ports) -> Export {
    let export = export();
    ports.exports.create(&export, story(&export)).await.expect("created");
    find(ports, &export).await
}

async fn find(ports: &Ports, export: &Export) -> Export {
    ports.exports.find(&export.org, export.id).await.expect("an answer").expect("an export")
}

async fn is_due(ports: &Ports, export: &Export, at: Time) -> bool {
    ports.due(at).await.contains(&Due::Export(export.org.clone(), export.id))
}

async fn an_export_is_kept_with_its_event_and_due_when_nobody_takes_it_up(ports: &Ports) {
    let asked = export();
    assert_eq!(ports.exports.find(&org(), asked.id).await, Ok(None));
    let chapter = story(&asked).after(&asked.log);
    ports.exports.create(&asked, story(&asked)).await.expect("created");
    let found = find(ports, &asked).await;
    assert_eq!(found, Export { log: found.log.clone(), ..asked.clone() });
    assert_eq!((found.log.sequence(), chapter.events.len()), (1, 1));
    assert_eq!(ports.exports.find(&other_org(), asked.id).await, Ok(None));
    assert!(!is_due(ports, &asked, now() + REKICK_AFTER - TICK).await);
    assert!(is_due(ports, &asked, now() + REKICK_AFTER).await);
    let subject = Subject::Export { export_id: asked.id };
    let id = asked.id.to_string().parse().expect("an id");
    assert_eq!(ports.events.subject_of(&org(), id).await, Ok(Some(subject)));
}

async fn one_of_sixteen_workers_takes_an_export(ports: &Ports) {
    let export = created(ports).await;
    let claims = sixteen_at_once(|_| {
        let (exports, id) = (ports.exports.clone(), export.id);
        async move { exports.claim(&org(), id, lease(), now(), now() + EXPORT_LEASE).await }
    })
    .await;
    assert_eq!(successes(&claims), 1);
    assert!(claims.iter().flatten().all(|claimed| claimed.tries == 1));
}

async fn a_lease_ends_by_the_clock_and_whoever_had_it_keeps_nothing_any_more(ports: &Ports) {
    let export = created(ports).await;
    let (first, second, until) = (lease(), lease(), now() + EXPORT_LEASE);
    let claim = async |lease, at: Time| ports.exports.claim(&org(), export.id, lease, at, at + EXPORT_LEASE).await;
    let claimed = claim(first, now()).await.expect("claimed");
    assert_eq!(claim(second, until - TICK).await, Err(StepError::Lost));
    assert!(!is_due(ports, &export, until - TICK).await && is_due(ports, &export, until).await);
    assert_eq!(claim(second, until).await.expect("claimed").tries, 2);
    assert_eq!(ports.exports.save(&claimed, first, Some(until), now()).await, Err(StepError::Lost));
    assert_eq!(ports.exports.finish(&claimed, first, story(&claimed)).await, Err(StepError::Lost));
    let theirs = ports.exports.claim(&other_org(), export.id, lease(), until, until + EXPORT_LEASE).await;
    assert_eq!(theirs, Err(StepError::Lost));
    let at_the_end = export.expires_at - EXPORT_LEASE + TICK;
    assert_eq!(claim(lease(), at_the_end).await, Err(StepError::Lost), "it does not live as long");
}

async fn progress_is_kept_as_it_is_and_the_export_handed_on(ports: &Ports) {
    let mut export = created(ports).await;
    let holder = lease();
    export = ports.exports.claim(&org(), export.id, holder, now(), now() + EXPORT_LEASE).await.expect("claimed");
    export.progress.upload = Some(UploadId("upload".to_owned()));
    let place = RecordPosition { millis: 1, id: agent().admin_id.into() };
    export.progress.add(PartTag("\"tag\"".to_owned()), 7, 3, Some(place));
    let later = now() + TimeDelta::seconds(5);
    ports.exports.save(&export, holder, Some(later + EXPORT_LEASE), later).await.expect("kept");
    let kept = find(ports, &export).await;
    assert_eq!((&kept.progress, kept.tries), (&export.progress, 0));
    let other = ports.exports.claim(&org(), export.id, lease(), later, later + EXPORT_LEASE).await;
    assert_eq!(other, Err(StepError::Lost));
    ports.exports.save(&export, holder, None, later).await.expect("handed on");
    assert!(is_due(ports, &export, later + REKICK_AFTER).await);
    let next = ports.exports.claim(&org(), export.id, lease(), later, later + EXPORT_LEASE).await.expect("claimed");
    assert_eq!(next.progress, export.progress);
}

async fn an_export_ends_once_with_its_event_and_is_due_at_its_end(ports: &Ports) {
    let export = created(ports).await;
    let holder = lease();
    let mut done = ports.exports.claim(&org(), export.id, holder, now(), now() + EXPORT_LEASE).await.expect("claimed");
    done.status = ExportStatus::Done;
    done.ended_at = Some(now());
    ports.exports.finish(&done, holder, story(&done)).await.expect("done");
    let found = find(ports, &export).await;
    assert_eq!((found.status, found.ended_at, found.log.sequence()), (ExportStatus::Done, Some(now()), 2));
    assert_eq!(ports.exports.finish(&done, holder, story(&done)).await, Err(StepError::Lost));
    let at = now() + EXPORT_LEASE;
    assert_eq!(ports.exports.claim(&org(), export.id, lease(), at, at + EXPORT_LEASE).await, Err(StepError::Lost));
    assert!(!is_due(ports, &export, export.expires_at - TICK).await);
    assert!(is_due(ports, &export, export.expires_at).await);
    let due = Due::Export(org(), export.id);
    ports.housekeeping.postpone(&due, export.expires_at + TICK).await.expect("postponed");
    assert!(!is_due(ports, &export, export.expires_at).await);
    ports.housekeeping.erased(&due).await.expect("erased");
    assert_eq!(ports.exports.find(&org(), export.id).await, Ok(None));
}

async fn a_file_is_there_when_it_is_whole(ports: &Ports) {
    let (files, file) = (&ports.export_files, export().file());
    let upload = files.begin(&file).await.expect("begun");
    let (first, last) = (Bytes::from(vec![b'a'; PART]), Bytes::from_static(b"end"));
    let put = async |number, bytes: &Bytes| files.put_part(&file, &upload, number, bytes.clone()).await.expect("put");
    // The second try of a part takes the place of the first.
    put(1, &Bytes::from(vec![b'b'; PART])).await;
    let parts = [put(1, &first).await, put(2, &last).await];
    let link = files.link(&file, SystemClock.now()).await.expect("a link");
    assert_eq!(reqwest::get(&link.url).await.expect("an answer").status(), 404, "nobody sees its parts");
    for _ in 0..2 {
        files.complete(&file, &upload, &parts).await.expect("whole, also when it was before");
    }
    let answer = reqwest::get(&link.url).await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"records.csv\"");
    assert!(answer.bytes().await.expect("a file") == [&first[..], &last[..]].concat());
    files.abort(&file, &upload).await.expect("there is nothing left of it");
    for _ in 0..2 {
        files.remove(&file).await.expect("removed");
    }
    assert_eq!(reqwest::get(&link.url).await.expect("an answer").status(), 404);
}

async fn what_was_dropped_cannot_be_gone_on_with(ports: &Ports) {
    let (files, file) = (&ports.export_files, export().file());
    let upload = files.begin(&file).await.expect("begun");
    let part = files.put_part(&file, &upload, 1, Bytes::from_static(b"part")).await.expect("put");
    for _ in 0..2 {
        files.abort(&file, &upload).await.expect("dropped");
    }
    let again = files.put_part(&file, &upload, 1, Bytes::from_static(b"part")).await;
    assert_eq!(again, Err(FileError::Broken));
    assert_eq!(files.complete(&file, &upload, &[part]).await, Err(FileError::Broken));
}

async fn walk(ports: &Ports, range: RecordRange) -> Vec<RecordRow> {
    let org = org();
    ports.records.walk(&org, range).map_ok(|record| record.row).try_collect().await.expect("records")
}

async fn a_walk_comes_by_every_record_of_a_time_and_the_newest_first(ports: &Ports) {
    let everything = RecordRange { from: Time::UNIX_EPOCH, to: now() + TimeDelta::days(1), after: None };
    assert_eq!(walk(ports, everything).await, []);
    let mut made = Vec::new();
    // More than an answer of any shard has.
    for at in 0..60 {
        let mut agent = agent();
        agent.created_at = now() + TimeDelta::seconds(at);
        ports.identifications.create(alone(&agent), now()).await.expect("created");
        made.insert(0, RecordPosition::of(agent.admin_id.into(), agent.created_at));
    }
    let places = |rows: Vec<RecordRow>| rows.iter().map(RecordRow::position).collect::<Vec<_>>();
    assert_eq!(places(walk(ports, everything).await), made);
    for at in [0, 17, 59] {
        assert_eq!(places(walk(ports, RecordRange { after: Some(made[at]), ..everything }).await), &made[at + 1..]);
    }
    let (from, to) = (now() + TimeDelta::seconds(10), now() + TimeDelta::seconds(20));
    assert_eq!(places(walk(ports, RecordRange { from, to, after: None }).await), &made[40..50]);
    assert_eq!(walk(ports, RecordRange { from: to, to: from, after: None }).await, []);
}

async fn persons_are_those_that_are_declared_and_still_there(ports: &Ports) {
    let (agent, erased) = (agent(), agent());
    for identification in [&agent, &erased] {
        ports.identifications.create(alone(identification), now()).await.expect("created");
    }
    ports.identifications.transition(&agent, validate(), Vec::new(), told(&agent), now()).await.expect("taken");
    ports.identifications.delete(&erased, false, told(&erased), now()).await.expect("deleted");
    let (document, linked) = document();
    let new = NewIdentification { scoring: Some(linked), ..alone(&document) };
    ports.identifications.create(new, now()).await.expect("created");
    let standing = scoring();
    ports.scorings.create(only(&standing), now()).await.expect("created");
    let sample = chains::create(ports).await;
    let (chain, alone) = (sample.chain.subject(), Subject::Scoring { scoring_id: standing.id });
    let subjects = [agent.subject(), erased.subject(), document.subject(), alone, chain];
    let persons = ports.records.persons(&org(), &subjects).await.expect("persons");
    assert_eq!(persons.len(), 4);
    assert_eq!(persons[&agent.subject()].actor.as_ref(), Some(&agent.actor));
    assert!(persons[&agent.subject()].validated_at.is_some());
    assert_eq!((persons[&document.subject()].validated_at, &persons[&alone].actor), (None, &None));
    assert_eq!(persons[&chain].actor.as_ref(), Some(&sample.steps[0].actor));
    assert_eq!(ports.records.persons(&other_org(), &subjects).await.expect("an answer").len(), 0);
    assert_eq!(ports.records.persons(&org(), &[]).await.expect("an answer").len(), 0);
}

on_aws! {
    an_export_is_kept_with_its_event_and_due_when_nobody_takes_it_up,
    one_of_sixteen_workers_takes_an_export,
    a_lease_ends_by_the_clock_and_whoever_had_it_keeps_nothing_any_more,
    progress_is_kept_as_it_is_and_the_export_handed_on,
    an_export_ends_once_with_its_event_and_is_due_at_its_end,
    a_file_is_there_when_it_is_whole,
    what_was_dropped_cannot_be_gone_on_with,
    a_walk_comes_by_every_record_of_a_time_and_the_newest_first,
    persons_are_those_that_are_declared_and_still_there,
}
