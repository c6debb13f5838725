//! Codes of MiDNI are presented once, and checks are found again.

use crate::{
    samples::{LIFE, agent, alone, cancel, now, org, other_org, record, told},
    stage::{Ports, sixteen_at_once},
};
use acredita_domain::{
    idempotency::{IDEMPOTENCY_WINDOW, Operation},
    identification::Identification,
    midni::{Check, DeclaredMatch, Evidence, Kind},
    pictures::Sha256Digest,
    ports::{CheckError, FirstAnswer, NewCheck, Remembered},
    scoring::CheckResult,
};
use chrono::TimeDelta;

async fn created(ports: &Ports) -> Identification {
    let identification = agent();
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

fn check(code: &str) -> Check {
    let evidence = Evidence {
        kind: Kind::Simple,
        declared_match: DeclaredMatch { document_number: CheckResult::Pass, name: CheckResult::NotApplicable },
        certificate: "4D39".to_owned(),
        digest: Sha256Digest::of(code.as_bytes()),
        valid_until: now() + TimeDelta::minutes(3),
        checked_at: now(),
    };
    Check { evidence, expires_at: now() + TimeDelta::minutes(5) }
}

fn new(digest: &str, code: &str) -> NewCheck {
    NewCheck { digest: digest.to_owned(), check: check(code), idempotency: None }
}

async fn found(ports: &Ports, digests: &[&str]) -> Option<Check> {
    let digests: Vec<String> = digests.iter().map(|digest| (*digest).to_owned()).collect();
    ports.midni_checks.find(&digests).await.expect("an answer")
}

async fn a_check_is_found_by_any_of_its_digests(ports: &Ports) {
    let identification = created(ports).await;
    ports.midni_checks.keep(&identification, new("a", "code"), now()).await.expect("kept");
    assert_eq!(found(ports, &["b", "a"]).await, Some(check("code")));
    assert_eq!(found(ports, &["b"]).await, None);
    assert_eq!(found(ports, &[]).await, None);
}

async fn a_code_is_presented_once_in_whichever_organisation(ports: &Ports) {
    let (one, mut other) = (created(ports).await, agent());
    other.org = other_org();
    ports.identifications.create(alone(&other), now()).await.expect("created");
    ports.midni_checks.keep(&one, new("a", "code"), now()).await.expect("kept");
    for (identification, digest) in [(&one, "b"), (&other, "c")] {
        let again = ports.midni_checks.keep(identification, new(digest, "code"), now()).await;
        assert_eq!(again, Err(CheckError::PresentedBefore));
        assert_eq!(found(ports, &[digest]).await, None, "nothing is kept of it");
    }
    ports.midni_checks.keep(&other, new("c", "another"), now()).await.expect("kept");
}

async fn of_sixteen_presentations_one_is_kept(ports: &Ports) {
    let identification = created(ports).await;
    let results = sixteen_at_once(|number| {
        let (ports, identification) = (ports.clone(), identification.clone());
        async move { ports.midni_checks.keep(&identification, new(&number.to_string(), "code"), now()).await }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|result| **result == Err(CheckError::PresentedBefore)).count(), 15);
}

async fn a_check_is_kept_while_its_identification_is_open_and_spends_no_code_otherwise(ports: &Ports) {
    let identification = created(ports).await;
    let over = now() + LIFE;
    assert_eq!(ports.midni_checks.keep(&identification, new("a", "code"), over).await, Err(CheckError::Lost));
    let foreign = Identification { org: other_org(), ..identification.clone() };
    assert_eq!(ports.midni_checks.keep(&foreign, new("a", "code"), now()).await, Err(CheckError::Lost));
    assert_eq!(ports.midni_checks.keep(&agent(), new("a", "code"), now()).await, Err(CheckError::Lost));
    let cancelled = created(ports).await;
    let story = told(&cancelled);
    ports.identifications.transition(&cancelled, cancel(), Vec::new(), story, now()).await.expect("cancelled");
    assert_eq!(ports.midni_checks.keep(&cancelled, new("a", "code"), now()).await, Err(CheckError::Lost));
    ports.midni_checks.keep(&identification, new("a", "code"), now()).await.expect("kept");
}

async fn a_key_keeps_one_check_and_answers_it_again(ports: &Ports) {
    let identification = created(ports).await;
    let keyed = |digest: &str, code: &str, body: &str, answer: &str| NewCheck {
        idempotency: Some(record(Operation::CheckMidni, "k", body, answer)),
        ..new(digest, code)
    };
    ports.midni_checks.keep(&identification, keyed("a", "code", "", "first"), now()).await.expect("kept");
    let again = ports.midni_checks.keep(&identification, keyed("b", "code", "", "second"), now()).await;
    assert_eq!(again, Err(CheckError::Replay(FirstAnswer("first".to_owned()))), "a used key counts first");
    let other = ports.midni_checks.keep(&identification, keyed("b", "another", "x", "second"), now()).await;
    assert_eq!(other, Err(CheckError::KeyReused));
    let marks = record(Operation::CheckMidni, "k", "", "").marks;
    let org = org();
    let recall = |at| ports.idempotency.recall(&org, Operation::CheckMidni, &marks, at);
    let before = Remembered::Answer(FirstAnswer("first".to_owned()));
    assert_eq!(recall(now()).await, Ok(Some(before)));
    assert_eq!(recall(now() + IDEMPOTENCY_WINDOW).await, Ok(None));
}

on_aws! {
    a_check_is_found_by_any_of_its_digests,
    a_code_is_presented_once_in_whichever_organisation,
    of_sixteen_presentations_one_is_kept,
    a_check_is_kept_while_its_identification_is_open_and_spends_no_code_otherwise,
    a_key_keeps_one_check_and_answers_it_again,
}
