//! What somebody shows who does not have the document earns no level. The pictures are those of `tests/fixtures`; there
//! are more kinds, and many of each, in `tests/perf/front`.

use acredita_domain::{
    actor::{Actor, DocumentType, IdentityDocument},
    pictures::{Picture, PictureFormat},
    ports::{ScoreRequest, Scorer},
    scoring::{ConfigurationName, DocumentKind, Verdict},
};
use acredita_engine::{InternalScorer, PictureMemory};
use std::{fs, path::Path};

fn picture(name: &str) -> Picture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name).with_extension("jpg");
    Picture { format: PictureFormat::Jpeg, bytes: fs::read(path).expect("a fixture").into() }
}

/// The holder of the documents that are attacked, as whoever attacks declares them.
fn victim(document: DocumentKind) -> Actor {
    let (name, last_name, number) = match document.document_type {
        DocumentType::Passport => ("João", "Silva Ferreira", "CA1234567"),
        _ => ("Ana", "Muñoz Gil", "12345678Z"),
    };
    Actor {
        name: Some(name.parse().expect("a name")),
        last_name: Some(last_name.parse().expect("a name")),
        identity_document: Some(IdentityDocument {
            document_number: Some(number.parse().expect("a number")),
            document_type: Some(document.document_type),
            country: Some(document.country),
        }),
        ..Actor::default()
    }
}

const DNI: (DocumentType, &str) = (DocumentType::Nif, "ES");
const PASSPORT: (DocumentType, &str) = (DocumentType::Passport, "PT");

/// The verdict on 20 November 2026.
async fn score(kind: (DocumentType, &str), front: Option<&str>, back: Option<&str>) -> Verdict {
    let document = DocumentKind { document_type: kind.0, country: kind.1.parse().expect("a country") };
    let (front, back) = (front.map(picture), back.map(picture));
    let declared = victim(document);
    let now = chrono::DateTime::from_timestamp(1_795_132_800, 0).expect("a time");
    let request = ScoreRequest {
        document: Some(document),
        declared: Some(&declared),
        front: front.as_ref(),
        back: back.as_ref(),
        now,
    };
    InternalScorer::new(PictureMemory::default()).score(request).await.expect("a verdict").verdict
}

/// Each pair that the level accepts.
async fn accepted(
    level: ConfigurationName,
    pairs: &[((DocumentType, &'static str), &'static str, &'static str)],
) -> Vec<String> {
    let mut accepted = Vec::new();
    for (kind, front, back) in pairs {
        let side = |name: &'static str| (!name.is_empty()).then_some(name);
        let verdict = score(*kind, side(front), side(back)).await;
        if level.accepts(&verdict) {
            accepted.push(format!("{front} + {back}: {:?}", verdict.score));
        }
    }
    accepted
}

#[tokio::test]
async fn whoever_shows_no_such_document_does_not_reach_medium() {
    let pairs = [
        (DNI, "", "attacks/typed-zone"),
        (DNI, "attacks/circles", "attacks/typed-zone"),
        (DNI, "attacks/typed-data", "attacks/typed-zone"),
        (DNI, "attacks/typed-labels", "attacks/typed-zone"),
        (DNI, "attacks/typed-zone", "attacks/typed-zone"),
        (DNI, "dni-front", "attacks/typed-zone"),
        (DNI, "attacks/typed-labels", "dni-back"),
        (DNI, "attacks/circles", "dni-back"),
        (DNI, "", "dni-back"),
        (DNI, "dni-back", "dni-back"),
        (DNI, "attacks/front-of-another", "dni-back"),
        (DNI, "passport", "dni-back"),
        (DNI, "attacks/cut-off", "dni-back"),
        (DNI, "attacks/grey-copy", "dni-back"),
        (PASSPORT, "attacks/typed-passport", ""),
        (PASSPORT, "passport", "dni-back"),
    ];
    assert_eq!(accepted(ConfigurationName::Medium, &pairs).await, [""; 0]);
}

#[tokio::test]
async fn whoever_shows_another_number_on_the_front_reaches_no_level() {
    let pairs = [(DNI, "attacks/front-of-another", "dni-back"), (DNI, "attacks/edited-front", "dni-back")];
    assert_eq!(accepted(ConfigurationName::Low, &pairs).await, [""; 0]);
}

#[tokio::test]
async fn nothing_that_this_engine_sees_reaches_high() {
    let pairs = [
        (DNI, "dni-front", "dni-back"),
        (PASSPORT, "passport", ""),
        (DNI, "attacks/sketched-front", "dni-back"),
        (DNI, "attacks/sketched-front", "attacks/typed-zone"),
        (DNI, "attacks/grey-copy", "dni-back"),
        (DNI, "attacks/edited-front", "dni-back"),
    ];
    assert_eq!(accepted(ConfigurationName::High, &pairs).await, [""; 0]);
}

#[tokio::test]
async fn a_genuine_document_reaches_medium() {
    let medium = ConfigurationName::Medium;
    assert!(medium.accepts(&score(DNI, Some("dni-front"), Some("dni-back")).await));
    assert!(medium.accepts(&score(PASSPORT, Some("passport"), None).await));
}
