//! The port, on drawn pictures and on those of `tests/fixtures`: sides, caps, and the score of a good document.

use super::*;
use crate::{
    pictures::decode,
    synthetic::{Jpeg, blur, card, flash, map, paint, png},
};
use acredita_domain::{
    actor::{Actor, DocumentType, IdentityDocument},
    pictures::{Picture, PictureFault, PictureFormat},
    scoring::{Check, CheckName, CheckResult, ConfigurationName, DocumentKind, Evidence, Reason, Score},
};
use acredita_pictures::Luma;
use std::{fs, path::Path, sync::LazyLock};

static FRONT: LazyLock<Picture> = LazyLock::new(|| picture(card(1, 1200, 760)));
static BACK: LazyLock<Picture> = LazyLock::new(|| picture(card(2, 1200, 760)));

fn picture(luma: Luma) -> Picture {
    Picture { format: PictureFormat::Png, bytes: png(&luma).into() }
}

fn jpeg(bytes: Vec<u8>) -> Picture {
    Picture { format: PictureFormat::Jpeg, bytes: bytes.into() }
}

fn fixture(name: &str) -> Picture {
    jpeg(fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)).unwrap())
}

fn luma(picture: &Picture) -> Luma {
    decode(&picture.bytes).unwrap().0
}

fn kind(document_type: DocumentType, country: &str) -> DocumentKind {
    DocumentKind { document_type, country: country.parse().unwrap() }
}

/// The holder of the documents in the fixtures.
fn ana() -> Actor {
    let DocumentKind { document_type, country } = kind(DocumentType::Nif, "ES");
    let identity_document = IdentityDocument {
        document_number: Some("12345678Z".parse().unwrap()),
        document_type: Some(document_type),
        country: Some(country),
    };
    Actor {
        name: Some("Ana".parse().unwrap()),
        last_name: Some("Muñoz Gil".parse().unwrap()),
        identity_document: Some(identity_document),
        ..Actor::default()
    }
}

/// On 20 November 2026.
async fn score_for(
    declared: Option<&Actor>,
    document: Option<DocumentKind>,
    front: Option<&Picture>,
    back: Option<&Picture>,
) -> Verdict {
    let now = chrono::DateTime::from_timestamp(1_795_132_800, 0).unwrap();
    let request = ScoreRequest { document, declared, front, back, now };
    InternalScorer::new(PictureMemory::default()).score(request).await.unwrap().verdict
}

async fn score_as(document: Option<DocumentKind>, front: Option<&Picture>, back: Option<&Picture>) -> Verdict {
    score_for(None, document, front, back).await
}

async fn score(front: Option<&Picture>, back: Option<&Picture>) -> Verdict {
    score_as(None, front, back).await
}

async fn score_dni(front: Option<&Picture>, back: Option<&Picture>) -> Verdict {
    score_for(Some(&ana()), Some(kind(DocumentType::Nif, "ES")), front, back).await
}

fn line(verdict: &Verdict, name: CheckName) -> &Check {
    verdict.breakdown.iter().find(|check| check.name == name).unwrap()
}

fn failed(verdict: &Verdict) -> Vec<CheckName> {
    verdict.breakdown.iter().filter(|check| check.result == CheckResult::Fail).map(|check| check.name).collect()
}

fn most(cap: f64) -> Score {
    Score::new(cap)
}

fn accepted_by(verdict: Verdict, configuration: ConfigurationName) -> bool {
    configuration.accepts(&verdict)
}

#[tokio::test]
async fn a_good_document_reaches_medium_and_no_more() {
    let (front, back) = (fixture("dni-front.jpg"), fixture("dni-back.jpg"));
    let dni = score_dni(Some(&front), Some(&back)).await;
    assert_eq!(failed(&dni), []);
    assert_eq!(dni.score, Score::new(Evidence::PrintedSide.ceiling()), "{:?}", dni.breakdown);
    assert!(dni.coverage < most(0.85), "{:?}: authenticity counts as not looked at", dni.coverage);
    assert_eq!(dni.extracted.as_ref().and_then(|read| read.document_number.as_ref()).unwrap().expose(), "12345678Z");
    assert!(accepted_by(dni.clone(), ConfigurationName::Medium) && !accepted_by(dni, ConfigurationName::High));
    let passport = fixture("passport.jpg");
    let passport = score_as(Some(kind(DocumentType::Passport, "PT")), Some(&passport), None).await;
    assert_eq!(failed(&passport), []);
    assert_eq!(passport.score, Score::new(Evidence::PrintedSide.ceiling()), "{:?}", passport.breakdown);
}

#[tokio::test]
async fn a_back_alone_is_a_zone_and_reaches_low() {
    let back = fixture("dni-back.jpg");
    let verdict = score_dni(None, Some(&back)).await;
    assert_eq!(verdict.score, Score::new(Evidence::Zone.ceiling()));
    assert!(accepted_by(verdict.clone(), ConfigurationName::Low));
    assert!(!accepted_by(verdict, ConfigurationName::Medium));
}

#[tokio::test]
async fn a_front_alone_asks_for_the_back_and_proves_nothing() {
    let front = fixture("dni-front.jpg");
    for verdict in [score_dni(Some(&front), None).await, score(Some(&front), None).await] {
        let read = line(&verdict, CheckName::MrzRead);
        assert_eq!((read.result, read.reason), (CheckResult::NotApplicable, Some(Reason::SideMissing)));
        assert!(
            verdict.score <= most(Evidence::Nothing.ceiling()) && verdict.coverage < most(0.3),
            "{:?}",
            verdict.coverage
        );
        assert_eq!(verdict.extracted, None);
    }
    let as_passport = score_as(Some(kind(DocumentType::Passport, "ES")), Some(&front), None).await;
    assert_eq!(
        line(&as_passport, CheckName::MrzRead).reason,
        Some(Reason::ZoneAbsent),
        "a passport's page has the zone"
    );
    assert!(as_passport.score <= most(0.30));
}

#[tokio::test]
async fn what_is_wrong_with_a_document_caps_its_score() {
    for (name, reason, failing, cap) in [
        ("dni-back-expired.jpg", Reason::Expired, CheckName::NotExpired, 0.40),
        ("dni-back-forged.jpg", Reason::CheckDigitsWrong, CheckName::MrzCheckDigits, 0.15),
    ] {
        let (front, back) = (fixture("dni-front.jpg"), fixture(name));
        let verdict = score_dni(Some(&front), Some(&back)).await;
        let line = line(&verdict, failing);
        assert_eq!((line.result, line.reason), (CheckResult::Fail, Some(reason)), "{name}");
        assert!(verdict.score <= most(cap), "{name}");
        assert!(!accepted_by(verdict, ConfigurationName::Low), "{name}");
    }
}

#[tokio::test]
async fn a_picture_that_cannot_be_read_is_to_be_taken_again() {
    let (front, back) = (fixture("dni-front.jpg"), fixture("dni-back-unreadable.jpg"));
    let verdict = score_dni(Some(&front), Some(&back)).await;
    assert!(verdict.score <= most(Evidence::Nothing.ceiling()));
    assert_eq!(verdict.extracted, None);
    let told: Vec<_> = verdict.breakdown.iter().filter_map(Check::advice).collect();
    assert!(!told.is_empty() && told.iter().all(|advice| advice.as_str() == "RETRY"), "{:?}", verdict.breakdown);
}

#[tokio::test]
async fn two_documents_are_not_one() {
    let (dni, passport) = (fixture("dni-back.jpg"), fixture("passport.jpg"));
    let verdict = score_dni(Some(&passport), Some(&dni)).await;
    assert_eq!(line(&verdict, CheckName::SidesConsistent).reason, Some(Reason::SidesInconsistent));
    assert!(verdict.score <= most(0.40));
    let (dni, passport) = (luma(&dni), luma(&passport));
    let (width, height) = (dni.width.max(passport.width), dni.height + passport.height);
    let level = |luma: &Luma, x: usize, y: usize| if x < luma.width { luma.pixels[y * luma.width + x] } else { 90 };
    let both = paint(width, height, |x, y| match y.checked_sub(dni.height) {
        Some(y) => level(&passport, x, y),
        None => level(&dni, x, y),
    });
    let verdict = score_dni(Some(&picture(both)), None).await;
    assert_ne!(line(&verdict, CheckName::SidesConsistent).result, CheckResult::Pass);
}

#[tokio::test]
async fn pictures_without_a_document_are_not_enough_for_any_configuration() {
    let verdict = score(Some(&FRONT), Some(&BACK)).await;
    assert!(verdict.score <= most(Evidence::Nothing.ceiling()));
    assert!(ConfigurationName::ALL.iter().all(|configuration| !accepted_by(verdict.clone(), *configuration)));
    assert_eq!(verdict.extracted, None);
}

#[tokio::test]
async fn print_is_read_only_next_to_a_zone_that_it_can_be_compared_with() {
    let front = fixture("dni-front.jpg");
    let outline = async |back: &Picture| {
        let verdict = score_dni(Some(&front), Some(back)).await;
        let line = line(&verdict, CheckName::DocumentOutline);
        (line.result, line.operator_details.contains("front: "))
    };
    assert_eq!(outline(&fixture("dni-back.jpg")).await, (CheckResult::Pass, true));
    assert_eq!(outline(&BACK).await, (CheckResult::NotApplicable, false));
    assert_eq!(outline(&front).await, (CheckResult::NotApplicable, false));
}

#[tokio::test]
async fn the_lines_stand_in_the_order_of_the_contract_and_each_once() {
    let verdict = score(Some(&FRONT), None).await;
    let places: Vec<usize> = verdict
        .breakdown
        .iter()
        .map(|check| CheckName::ALL.iter().position(|name| *name == check.name).unwrap())
        .collect();
    assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
    assert_eq!(verdict.breakdown.len(), 24);
}

#[tokio::test]
async fn each_defect_fails_its_own_check_on_the_side_that_has_it() {
    let good = card(2, 1200, 760);
    let cases = [
        (CheckName::Resolution, card(2, 500, 320)),
        (CheckName::Sharpness, blur(&good, 5)),
        (CheckName::Exposure, map(&good, |level| level * 0.16)),
        (CheckName::Glare, flash(&good, (500, 300), 80.0, 200.0)),
        (CheckName::NotBlank, paint(1200, 760, |_, _| 120)),
    ];
    for (name, spoilt) in cases {
        let spoilt = picture(spoilt);
        let alone = score(Some(&FRONT), None).await;
        let good = line(&alone, name).operator_details.strip_prefix("front: ").unwrap();
        for (verdict, side, other) in [
            (score(Some(&spoilt), Some(&FRONT)).await, "front", "back"),
            (score(Some(&FRONT), Some(&spoilt)).await, "back", "front"),
        ] {
            let line = line(&verdict, name);
            assert_eq!(line.result, CheckResult::Fail, "{name} {side}: {}", line.operator_details);
            assert!(line.score.unwrap() < Score::new(0.5));
            let (front, back) = line.operator_details.split_once("; ").unwrap();
            assert!(front.starts_with("front: ") && back.starts_with("back: "));
            assert!(
                line.operator_details.contains(&format!("{other}: {good}")),
                "the good side keeps its measure: {}",
                line.operator_details
            );
        }
    }
}

#[tokio::test]
async fn the_same_picture_twice_fails_even_recompressed_or_upside_down() {
    let front = luma(&FRONT);
    let turned = Luma { pixels: front.pixels.iter().rev().copied().collect(), ..front };
    for again in [&front, &turned] {
        let again = jpeg(Jpeg { quality: 35, ..Jpeg::GREY }.encode(again));
        let verdict = score(Some(&FRONT), Some(&again)).await;
        assert!(failed(&verdict).contains(&CheckName::SidesDiffer));
        assert!(verdict.score <= most(0.40));
    }
    let back = fixture("dni-back.jpg");
    let verdict = score_dni(Some(&back), Some(&back)).await;
    assert_eq!(failed(&verdict), [CheckName::SidesDiffer], "however good the document");
    assert!(verdict.score <= most(0.40));
}

#[tokio::test]
async fn one_side_alone_is_not_compared() {
    let verdict = score(Some(&FRONT), None).await;
    assert_eq!(line(&verdict, CheckName::SidesDiffer).result, CheckResult::NotApplicable);
    assert_eq!(line(&verdict, CheckName::PictureDecodes).result, CheckResult::Pass);
}

#[tokio::test]
async fn a_missing_front_is_said() {
    let back_only = score(None, Some(&BACK)).await;
    let decodes = line(&back_only, CheckName::PictureDecodes);
    assert_eq!((decodes.result, decodes.reason), (CheckResult::Inconclusive, Some(Reason::SideMissing)));
    assert!(decodes.operator_details.starts_with("front: no picture was given"));
    let nothing = score(None, None).await;
    assert!(failed(&nothing).contains(&CheckName::PictureDecodes));
    assert_eq!(nothing.score, Score::ZERO);
    assert_eq!(line(&nothing, CheckName::Sharpness).result, CheckResult::NotApplicable);
}

#[tokio::test]
async fn the_same_pictures_get_the_same_verdict() {
    let back = fixture("dni-back.jpg");
    assert_eq!(score_dni(None, Some(&back)).await, score_dni(None, Some(&back)).await);
}

#[tokio::test]
async fn work_that_is_not_paid_for_is_not_done() {
    let back = fixture("dni-back.jpg");
    let request = ScoreRequest {
        document: None,
        declared: None,
        front: Some(&back),
        back: None,
        now: chrono::DateTime::UNIX_EPOCH,
    };
    let verdict = InternalScorer::with_budget(10).score(request).await.unwrap().verdict;
    assert_eq!(verdict.extracted, None);
    assert!(line(&verdict, CheckName::MrzRead).operator_details.contains("given up early"));
}

#[tokio::test]
async fn tiny_and_odd_pictures_are_scored_without_a_panic() {
    for (width, height) in [(1, 1), (1, 5000), (5000, 1), (2, 2), (9, 8), (17, 3), (1001, 999)] {
        let odd = picture(paint(width, height, |x, y| (x * 31 + y * 17) as u8));
        score(Some(&odd), Some(&odd)).await;
    }
}

#[tokio::test]
async fn a_side_that_does_not_decode_is_named_and_no_verdict_is_made() {
    let half = |picture: &Picture| Picture { bytes: picture.bytes.slice(..picture.bytes.len() / 2), ..picture.clone() };
    let score = |front: Picture, back: Picture| async move {
        let now = chrono::DateTime::UNIX_EPOCH;
        let request = ScoreRequest { document: None, declared: None, front: Some(&front), back: Some(&back), now };
        InternalScorer::new(PictureMemory::default()).score(request).await.map(|scored| scored.verdict)
    };
    let fault = PictureFault::Undecodable;
    assert_eq!(score(half(&FRONT), BACK.clone()).await, Err(ScoreError::Picture { side: Side::Front, fault }));
    assert_eq!(score(FRONT.clone(), half(&BACK)).await, Err(ScoreError::Picture { side: Side::Back, fault }));
}

#[test]
fn the_port_says_who_it_is() {
    let scorer = InternalScorer::new(PictureMemory::default());
    assert_eq!(scorer.provider(), Provider::Internal);
    assert!(matches!(scorer.delegated_capture(), DelegatedCapture::SignedUpload));
}
