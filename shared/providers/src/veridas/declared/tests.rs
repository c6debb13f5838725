use super::*;
use CheckResult::{Fail, Inconclusive, Pass};
use DocumentType::{IdentityCard, Nie, Nif, Passport};

fn told<'a>(country: Option<&str>, types: Option<&'a [DocumentType]>) -> Told<'a> {
    Told { country: country.map(|code| code.parse().expect("a country")), types }
}

fn declared(number: &str, document_type: Option<DocumentType>, country: Option<&str>) -> Actor {
    let country = country.map(|code| code.parse().expect("a country"));
    let document = IdentityDocument { document_number: number.parse().ok(), document_type, country };
    Actor { identity_document: Some(document), ..Actor::default() }
}

/// A request for a document that was only partly declared.
fn request(declared: &Actor) -> ScoreRequest<'_> {
    let now = "2026-11-20T08:33:00Z".parse().expect("a time");
    ScoreRequest { document: None, declared: Some(declared), front: None, back: None, now }
}

#[test]
fn whether_it_is_a_passport_is_told_else_declared() {
    for (told_types, declared_type, is_passport) in [
        (Some(&[Passport][..]), None, true),
        (Some(&[Passport][..]), Some(Nif), true),
        (Some(&[Nif, IdentityCard][..]), Some(Passport), false),
        (Some(&[][..]), Some(Passport), false),
        (None, Some(Passport), true),
        (None, Some(Nif), false),
        (None, None, false),
    ] {
        let declared = declared("CAA000000", declared_type, None);
        assert_eq!(
            told(None, told_types).is_passport(&request(&declared)),
            is_passport,
            "{told_types:?} {declared_type:?}"
        );
    }
}

#[test]
fn a_number_is_compared_as_everywhere_whatever_was_declared_beside() {
    let spanish = told(Some("ES"), Some(&[Nif, IdentityCard]));
    for (told, number, declared_number, same) in [
        (spanish, "01234567L", "1234567L", true),
        (spanish, "01234567-L", "01234567l", true),
        (spanish, "01234567L", "1234567M", false),
        (told(None, None), "01234567L", "1234567L", true),
        (told(Some("ES"), Some(&[])), "01234567L", "1234567L", true),
        (told(Some("ES"), Some(&[Nie, IdentityCard])), "X1234567L", "x-1234567-l", true),
        (told(Some("PT"), Some(&[IdentityCard])), "01234567L", "1234567L", false),
        (told(Some("PT"), None), "01234567L", "1234567L", false),
        (told(Some("ES"), Some(&[Passport])), "CAA000000", "CAA000000", true),
    ] {
        for document_type in [None, Some(Nif), Some(IdentityCard), Some(Passport)] {
            let declared = declared(declared_number, document_type, Some("ES")).identity_document.expect("a document");
            let extracted =
                Extracted { document_number: Some(Private::new(number.to_owned())), ..Extracted::default() };
            let line = super::number(&declared, told, &extracted).expect("a line");
            assert_eq!(
                line.result,
                if same { Pass } else { Fail },
                "{number} for {declared_number}, {document_type:?}"
            );
        }
    }
}

#[test]
fn a_kind_that_is_told_in_part_is_no_kind() {
    let whole = (Some("ES"), Some(Nif));
    for ((country, document_type), told, found) in [
        (whole, told(Some("ES"), Some(&[Nif])), Some(Pass)),
        (whole, told(Some("ES"), None), Some(Inconclusive)),
        (whole, told(None, Some(&[Nif])), Some(Inconclusive)),
        (whole, told(None, Some(&[Nie])), Some(Fail)),
        (whole, told(Some("PT"), None), Some(Fail)),
        (whole, told(None, None), None),
        ((None, Some(Nif)), told(None, Some(&[Nif])), Some(Pass)),
        ((Some("ES"), None), told(Some("ES"), None), Some(Pass)),
    ] {
        let declared = declared("", document_type, country);
        assert_eq!(
            kind(&request(&declared), told).map(|line| line.result),
            found,
            "{country:?} {document_type:?}, {told:?}"
        );
    }
}
