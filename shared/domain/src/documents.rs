//! The numbers on identity documents, and whether a document is the declared one.

use crate::{
    actor::{Country, DocumentType, IdentityDocument},
    document_numbers::{NumberKind, one_form, same_number},
    text::Private,
};
use subtle::Choice;

/// The numbers that identify a document, as its machine-readable zone has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedNumber {
    pub document_type: DocumentType,
    /// The countries that its holder may name: the issuing one, and a territory whose people carry its passports. Empty
    /// where the zone names something that is not a country of ISO 3166-1.
    pub countries: Vec<Country>,
    /// Every number by which its holder may know it, each of one person. The first one is the document's own, but on a
    /// Spanish DNI or TIE the NIF or NIE in the optional data and not the card number (`soporte`).
    pub numbers: Vec<Private<String>>,
}

impl CarriedNumber {
    /// The number of a DNI that was read otherwise.
    pub fn of_dni(number: Private<String>) -> Self {
        let countries = "ES".parse().into_iter().collect();
        Self { document_type: DocumentType::Nif, countries, numbers: vec![number] }
    }
}

/// What the machine-readable zones in a picture say about its documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadNumbers {
    /// One for each document whose zone is reliable.
    pub numbers: Vec<CarriedNumber>,
    /// Whether there is a zone without a number: an unreliable one, or one of a document that has none.
    pub other_zones: bool,
}

impl ReadNumbers {
    /// Merges the readings of two pictures.
    pub fn and(mut self, other: Self) -> Self {
        self.numbers.extend(other.numbers);
        Self { other_zones: self.other_zones || other.other_zones, ..self }
    }
}

/// Whether these numbers are the declared one: there is at least one, and all of them match.
///
/// All of them, because a try shows one document. Otherwise a collage of a hundred zones would be a hundred guesses for
/// the price of one try.
///
/// The time this takes depends on how many numbers the documents have, which the sender of the picture knows, and not on
/// where they differ.
pub fn are_declared(carried: &[CarriedNumber], declared: Option<&IdentityDocument>) -> Choice {
    let number = declared.and_then(|document| document.document_number.as_ref());
    let expected = number.map_or("", |number| number.expose());
    let one_is_there = choice(number.is_some() && !carried.is_empty());
    carried.iter().fold(one_is_there, |so_far, one| {
        let spanish = one.countries.iter().any(|country| country.is_spain());
        let kind = match one.document_type {
            DocumentType::Nif | DocumentType::Nie => NumberKind::Spanish,
            // It bears the NIF, too.
            DocumentType::Passport if spanish => NumberKind::Unknown,
            DocumentType::Passport | DocumentType::IdentityCard => NumberKind::Other,
        };
        let is_expected = |number: &Private<String>| same_number(expected, number.expose(), kind);
        let same = one.numbers.iter().fold(choice(false), |found, number| found | is_expected(number));
        so_far & same & choice(is_of_kind(one, declared))
    })
}

/// Whether a text that a person typed is the declared number.
pub fn is_declared(typed: &str, declared: Option<&IdentityDocument>) -> Choice {
    let number = declared.and_then(|document| document.document_number.as_ref());
    let expected = number.map_or("", |number| number.expose());
    same_number(expected, typed, declared.map_or(NumberKind::Unknown, kind_of_number)) & choice(number.is_some())
}

/// The [one form](one_form) of a number, whatever is declared of its document.
pub fn declared_form(number: &str, declared: Option<&IdentityDocument>) -> String {
    one_form(number, declared.map_or(NumberKind::Unknown, kind_of_number))
}

/// What the declared type and country say about the declared number.
fn kind_of_number(declared: &IdentityDocument) -> NumberKind {
    let spanish = declared.country.is_none_or(|country| country.is_spain());
    match declared.document_type {
        // People declare their nationality along with a NIE.
        Some(DocumentType::Nif | DocumentType::Nie) => NumberKind::Spanish,
        // A DNI is a card as well.
        None | Some(DocumentType::IdentityCard) if spanish => NumberKind::Unknown,
        None | Some(DocumentType::Passport | DocumentType::IdentityCard) => NumberKind::Other,
    }
}

/// Whether the document's type and country agree with what was declared. Undeclared properties are not compared.
fn is_of_kind(carried: &CarriedNumber, declared: Option<&IdentityDocument>) -> bool {
    let spanish = matches!(carried.document_type, DocumentType::Nif | DocumentType::Nie);
    let type_fits = match declared.and_then(|document| document.document_type) {
        None => true,
        // A DNI and a TIE are cards as well.
        Some(DocumentType::IdentityCard) => carried.document_type != DocumentType::Passport,
        Some(declared) => declared == carried.document_type,
    };
    // A NIF or NIE is always Spanish; people declare their nationality along with it.
    let country_fits = declared
        .and_then(|document| document.country)
        .is_none_or(|country| spanish || carried.countries.is_empty() || carried.countries.contains(&country));
    type_fits && country_fits
}

fn choice(yes: bool) -> Choice {
    Choice::from(u8::from(yes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(document_type: DocumentType, issuer: &str, number: &str) -> CarriedNumber {
        let countries = issuer.parse().into_iter().collect();
        CarriedNumber { document_type, countries, numbers: vec![Private::new(number.to_owned())] }
    }

    fn declared(number: &str, document_type: Option<DocumentType>, country: Option<&str>) -> IdentityDocument {
        IdentityDocument {
            document_number: Some(number.parse().expect("a number")),
            document_type,
            country: country.map(|code| code.parse().expect("a country")),
        }
    }

    fn are(carried: &[CarriedNumber], declared: &IdentityDocument) -> bool {
        are_declared(carried, Some(declared)).into()
    }

    const NIF: Option<DocumentType> = Some(DocumentType::Nif);

    #[test]
    fn a_number_is_compared_as_people_mean_it() {
        let dni = [carried(DocumentType::Nif, "ES", "01234567L")];
        for text in ["01234567L", "01.234.567-l", " 1234567 L ", "1234567l", "1234567", "01234567", "ES01234567L"] {
            assert!(are(&dni, &declared(text, NIF, Some("ES"))), "{text}");
        }
        for text in ["01234567M", "1234568", "123456", "11234567L", "L", "1"] {
            assert!(!are(&dni, &declared(text, NIF, Some("ES"))), "{text}");
        }
        let nie = Some(DocumentType::Nie);
        let forms = ["X0123456S", "X123456S", "X00123456S"];
        for read in forms {
            let card = [carried(DocumentType::Nie, "ES", read)];
            assert!(forms.iter().all(|form| are(&card, &declared(form, nie, None))), "{read}");
            assert!(!are(&card, &declared("Y0123456S", nie, None)), "{read}");
        }
        let passport = [carried(DocumentType::Passport, "DE", "C01X00T47")];
        assert!(are(&passport, &declared("C01X 00T47", Some(DocumentType::Passport), Some("DE"))));
        assert!(!are(&passport, &declared("1X00T47", Some(DocumentType::Passport), Some("DE"))));
    }

    #[test]
    fn what_was_typed_is_compared_as_what_was_read() {
        let is = |typed, declared: &IdentityDocument| bool::from(is_declared(typed, Some(declared)));
        let card = Some(DocumentType::IdentityCard);
        let passport = Some(DocumentType::Passport);
        for (number, kind, country, typed, same) in [
            ("01234567L", NIF, Some("ES"), "1234567l", true),
            ("12345678", NIF, Some("MA"), "12345678Z", true),
            ("12345678", NIF, None, "12345678A", false),
            ("1234567", NIF, None, "01234567", true),
            ("12345678", None, None, "12345678Z", true),
            ("1234567", None, None, "01234567", false),
            ("12345678", card, Some("ES"), "12345678Z", true),
            ("12345678", card, Some("PT"), "12345678Z", false),
            ("12345678", passport, Some("ES"), "12345678Z", false),
            ("0AB12", passport, None, "0ab-12", true),
            ("0AB12", passport, None, "AB12", false),
        ] {
            assert_eq!(is(typed, &declared(number, kind, country)), same, "{number} {kind:?} {country:?} {typed}");
        }
        assert!(!bool::from(is_declared("", None)) && !bool::from(is_declared("12345678Z", None)));
    }

    #[test]
    fn another_kind_of_document_is_another_document() {
        let [nif, nie, passport, card] = DocumentType::ALL else { panic!("four kinds") };
        for (shown, fitting) in
            [(nif, vec![nif, card]), (nie, vec![nie, card]), (passport, vec![passport]), (card, vec![card])]
        {
            for asked in DocumentType::ALL {
                let found = are(&[carried(*shown, "ES", "X1234567L")], &declared("X1234567L", Some(*asked), None));
                assert_eq!(found, fitting.contains(&asked), "{shown} for {asked}");
            }
            assert!(
                are(&[carried(*shown, "ES", "X1234567L")], &declared("X1234567L", None, None)),
                "{shown}, and no kind was declared"
            );
        }
    }

    #[test]
    fn another_countrys_document_is_another_document() {
        let passport = Some(DocumentType::Passport);
        let with = |issuer, country| {
            are(&[carried(DocumentType::Passport, issuer, "AB123456")], &declared("AB123456", passport, country))
        };
        assert!(with("PT", Some("PT")) && with("PT", None));
        assert!(!with("PT", Some("ES")));
        assert!(with("none", Some("ES")), "what the zone does not say is not held against it");
        let british = CarriedNumber {
            countries: ["GB", "GI"].iter().flat_map(|code| code.parse()).collect(),
            ..carried(DocumentType::Passport, "GB", "123456789")
        };
        let named = |country| are(std::slice::from_ref(&british), &declared("123456789", passport, Some(country)));
        assert!(named("GB") && named("GI") && !named("IE"));
        let nie = [carried(DocumentType::Nie, "ES", "X1234567L")];
        assert!(are(&nie, &declared("X1234567L", Some(DocumentType::Nie), Some("MA"))), "a nationality next to a NIE");
    }

    #[test]
    fn a_document_may_be_known_by_any_of_its_numbers() {
        let card = DocumentType::IdentityCard;
        let dutch = CarriedNumber {
            numbers: ["SPECI2014", "999999990"].map(|number| Private::new(number.to_owned())).to_vec(),
            ..carried(card, "NL", "")
        };
        let known = |number| are(std::slice::from_ref(&dutch), &declared(number, Some(card), Some("NL")));
        assert!(known("SPECI2014") && known("9999.99.990") && !known("111222333"));
        assert!(!are(&[dutch, carried(card, "NL", "SPECI2014")], &declared("999999990", None, None)), "another card");
    }

    #[test]
    fn several_numbers_are_no_better_than_one() {
        let right = carried(DocumentType::Nif, "ES", "12345678Z");
        let wrong = carried(DocumentType::Nif, "ES", "87654321X");
        let declared = declared("12345678Z", NIF, Some("ES"));
        assert!(are(&[right.clone(), right.clone()], &declared), "front and back of one document");
        for collage in [[right.clone(), wrong.clone()], [wrong, right]] {
            assert!(!are(&collage, &declared));
        }
    }

    #[test]
    fn nothing_is_not_something() {
        let dni = [carried(DocumentType::Nif, "ES", "")];
        assert!(!are(&[], &declared("12345678Z", NIF, None)));
        assert!(!bool::from(are_declared(&dni, None)));
        let without = IdentityDocument { document_number: None, document_type: NIF, country: None };
        assert!(!are(&dni, &without));
    }
}
