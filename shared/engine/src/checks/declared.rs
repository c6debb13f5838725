//! What was declared: type and country, number, name. What was not declared is not compared.

use super::{about, not_applicable, open, passed, wrong};
use crate::{
    document::Document,
    sight::{Expected, Found},
};
use acredita_domain::{
    actor::{Country, DocumentType},
    scoring::{Check, CheckName, Reason},
};
use acredita_mrz::icao::{
    Comparison, Fields, Format,
    confusable::compare_numbers,
    names,
    spain::{self, Kind, compare_nif},
    states,
};

pub(super) fn checks(found: &Found<'_>, expected: &Expected) -> [Check; 3] {
    [kind(found, expected), number(found, expected), name(found, expected)]
}

fn kind(found: &Found<'_>, expected: &Expected) -> Check {
    let name = CheckName::KindMatch;
    let (document_type, country) = (expected.document_type(), expected.country());
    if document_type.is_none() && country.is_none() {
        return not_applicable(name).noting("nothing was declared");
    }
    about(name, found, |document| {
        let fields = document.fields();
        if country.is_some_and(|country| !issued_by(fields, country)) {
            wrong(name, document, Reason::CountryMismatch)
        } else if document_type.is_some_and(|document_type| !is_a(fields, document_type)) {
            wrong(name, document, Reason::TypeMismatch)
        } else {
            passed(name)
        }
    })
}

fn issued_by(fields: &Fields, country: Country) -> bool {
    states::alpha3(&country.to_string()).is_some_and(|state| states::same(&fields.state, state))
}

fn is_a(fields: &Fields, document_type: DocumentType) -> bool {
    let spanish = spain::read(fields).map(|document| document.kind);
    match document_type {
        DocumentType::Nif => matches!(spanish, Some(Kind::Dni | Kind::OldDni)),
        DocumentType::Nie => spanish == Some(Kind::ForeignerCard),
        DocumentType::Passport => fields.code.starts_with('P'),
        DocumentType::IdentityCard => {
            !matches!(fields.format, Format::Td3 | Format::MrvA | Format::MrvB)
                && fields.code.starts_with(['I', 'A', 'C'])
        }
    }
}

fn number(found: &Found<'_>, expected: &Expected) -> Check {
    let name = CheckName::DeclaredMatch;
    let Some(declared) = expected.number() else {
        return not_applicable(name).noting("no number was declared");
    };
    about(name, found, |document| {
        compared(
            name,
            document,
            compare_number(document.fields(), declared),
            Reason::NumberMismatch,
            Reason::ZoneDoubtful,
        )
    })
}

/// People know a Spanish card by its NIF or NIE and never by the number of the card; a Spanish passport by its own
/// number, and its holder by the NIF in its optional data. Cards of other states go by their own number or by the
/// personal number that many have there.
fn compare_number(fields: &Fields, declared: &str) -> Comparison {
    match spain::read(fields) {
        Some(document) if document.kind != Kind::Passport => document.compare_personal_number(declared),
        Some(document) => {
            let personal = document.personal_number.map(|number| compare_nif(declared, number.as_str()));
            either(compare_numbers(declared, fields.number.as_str()), personal)
        }
        None => fields
            .optional
            .iter()
            .filter(|data| !data.is_empty())
            .fold(compare_numbers(declared, fields.number.as_str()), |best, data| {
                either(best, Some(compare_numbers(declared, data.as_str())))
            }),
    }
}

/// The better one.
fn either(one: Comparison, other: Option<Comparison>) -> Comparison {
    match (one, other) {
        (Comparison::Match, _) | (_, Some(Comparison::Match)) => Comparison::Match,
        (Comparison::Doubtful, _) | (_, Some(Comparison::Doubtful)) => Comparison::Doubtful,
        _ => Comparison::Mismatch,
    }
}

fn name(found: &Found<'_>, expected: &Expected) -> Check {
    let name = CheckName::NameMatch;
    let (surname, given) = expected.names();
    if surname.is_none() && given.is_none() {
        return not_applicable(name).noting("no name was declared");
    }
    about(name, found, |document| {
        let comparison = names::compare(surname, given, &document.fields().name);
        compared(name, document, comparison, Reason::NameMismatch, Reason::NameDoubtful)
    })
}

fn compared(name: CheckName, document: &Document, comparison: Comparison, mismatch: Reason, doubtful: Reason) -> Check {
    match comparison {
        Comparison::Match => passed(name),
        Comparison::Doubtful => open(name, doubtful),
        Comparison::Mismatch => wrong(name, document, mismatch),
    }
}
