//! The port: lines, reasons, sides and caps.

use super::*;
use crate::synthetic::{Jpeg, blur, card, flash, map, paint};
use acredita_domain::{actor::DocumentType, pictures::Picture, scoring::ConfigurationName};
use std::sync::LazyLock;

static FRONT: LazyLock<Picture> = LazyLock::new(|| picture(card(1, 1200, 760)));
static BACK: LazyLock<Picture> = LazyLock::new(|| picture(card(2, 1200, 760)));

fn picture(luma: Luma) -> Picture {
    Picture { format: PictureFormat::Jpeg, bytes: Vec::new(), luma }
}

async fn score_as(document: Option<DocumentKind>, front: Option<&Picture>, back: Option<&Picture>) -> Verdict {
    let request = ScoreRequest { document, declared: None, front, back, now: chrono::DateTime::UNIX_EPOCH };
    InternalScorer::new().score(request).await.unwrap()
}

async fn score(front: Option<&Picture>, back: Option<&Picture>) -> Verdict {
    score_as(None, front, back).await
}

fn line(verdict: &Verdict, name: CheckName) -> &Check {
    verdict.breakdown.iter().find(|check| check.name == name).unwrap()
}

fn failed(verdict: &Verdict) -> Vec<CheckName> {
    verdict
        .breakdown
        .iter()
        .filter(|check| check.result == CheckResult::Fail)
        .map(|check| check.name)
        .collect()
}

#[tokio::test]
async fn good_pictures_pass_every_picture_check_and_are_not_enough_for_any_configuration() {
    let verdict = score(Some(&FRONT), Some(&BACK)).await;
    assert_eq!(failed(&verdict), []);
    assert_eq!(verdict.score, Score::new(score::LOOKS_CAP));
    assert!(ConfigurationName::ALL.iter().all(|configuration| verdict.score < configuration.requirements().0));
    assert_eq!(verdict.extracted, None);
}

#[tokio::test]
async fn the_breakdown_has_every_check_once_in_the_order_of_the_contract() {
    let verdict = score(Some(&FRONT), None).await;
    let names: Vec<CheckName> = verdict.breakdown.iter().map(|check| check.name).collect();
    assert_eq!(names, CheckName::ALL);
    assert!(verdict.breakdown.iter().all(|check| !check.details.is_empty()));
}

#[tokio::test]
async fn what_needs_the_machine_readable_zone_says_that_its_reader_does_not_exist() {
    let verdict = score(Some(&FRONT), Some(&BACK)).await;
    for name in [
        CheckName::MrzRead,
        CheckName::MrzCheckDigits,
        CheckName::NationalControl,
        CheckName::NotExpired,
        CheckName::DeclaredMatch,
    ] {
        let line = line(&verdict, name);
        assert_eq!((line.result, line.score), (CheckResult::Inconclusive, None));
        assert!(line.details.contains("does not exist yet"));
    }
}

#[tokio::test]
async fn the_national_control_applies_to_spain_only() {
    for (country, result) in [("ES", CheckResult::Inconclusive), ("PT", CheckResult::NotApplicable)] {
        let document = DocumentKind { document_type: DocumentType::IdentityCard, country: country.parse().unwrap() };
        let verdict = score_as(Some(document), Some(&FRONT), None).await;
        assert_eq!(line(&verdict, CheckName::NationalControl).result, result, "{country}");
    }
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
        for (verdict, side, other) in [
            (score(Some(&spoilt), Some(&FRONT)).await, "front", "back"),
            (score(Some(&FRONT), Some(&spoilt)).await, "back", "front"),
        ] {
            let line = line(&verdict, name);
            assert_eq!(line.result, CheckResult::Fail, "{name} {side}: {}", line.details);
            assert!(line.score.unwrap() < Score::new(0.5));
            let (front, back) = line.details.split_once("; ").unwrap();
            assert!(front.starts_with("front: ") && back.starts_with("back: "));
            let good = judge(vec![Shot { side: Side::Front, format: PictureFormat::Jpeg, luma: FRONT.luma.clone() }], None);
            let reason = self::line(&good, name).details.strip_prefix("front: ").unwrap();
            assert!(line.details.contains(&format!("{other}: {reason}")), "the good side keeps its reason: {}", line.details);
        }
    }
}

#[tokio::test]
async fn a_defect_lowers_the_score_below_the_cap_only_if_it_is_grave() {
    let blank = picture(paint(1200, 760, |_, _| 120));
    assert!(score(Some(&FRONT), Some(&blank)).await.score <= Score::new(0.10));
    assert!(score(Some(&FRONT), Some(&FRONT)).await.score <= Score::new(0.20));
    assert_eq!(score(None, None).await.score, Score::new(0.0));
}

#[tokio::test]
async fn the_same_picture_twice_fails_even_recompressed_or_upside_down() {
    let reader = crate::InternalPictureReader::new();
    let turned: Vec<u8> = FRONT.luma.pixels.iter().rev().copied().collect();
    let turned = Luma { pixels: turned, ..FRONT.luma };
    for again in [&FRONT.luma, &turned] {
        let bytes = Jpeg { quality: 35, ..Jpeg::GREY }.encode(again);
        let again = acredita_domain::ports::PictureReader::read(&reader, bytes).await.unwrap();
        let verdict = score(Some(&FRONT), Some(&again)).await;
        assert_eq!(failed(&verdict), [CheckName::SidesDiffer]);
        assert!(verdict.score <= Score::new(0.20));
    }
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
    assert_eq!(decodes.result, CheckResult::Inconclusive);
    assert!(decodes.details.starts_with("front: no picture was given"));
    assert!(back_only.score <= Score::new(score::LOOKS_CAP));
    let nothing = score(None, None).await;
    assert_eq!(failed(&nothing), [CheckName::PictureDecodes]);
    assert_eq!(line(&nothing, CheckName::Sharpness).result, CheckResult::NotApplicable);
}

#[tokio::test]
async fn the_same_pictures_get_the_same_verdict() {
    assert_eq!(score(Some(&FRONT), Some(&BACK)).await, score(Some(&FRONT), Some(&BACK)).await);
}

#[tokio::test]
async fn tiny_and_odd_pictures_are_scored_without_a_panic() {
    for (width, height) in [(1, 1), (1, 5000), (5000, 1), (2, 2), (9, 8), (17, 3), (1001, 999)] {
        let odd = picture(paint(width, height, |x, y| (x * 31 + y * 17) as u8));
        score(Some(&odd), Some(&odd)).await;
    }
}

#[test]
fn the_port_says_who_it_is() {
    let scorer = InternalScorer::new();
    assert_eq!((scorer.provider(), scorer.delegated_capture()), (Provider::Internal, DelegatedCapture::SignedUpload));
}
