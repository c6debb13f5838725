//! The declared data: type and country, number, name. What was not declared is not compared.

use super::line::{about, doubtful as unsure, not_applicable, passed, wrong};
use crate::{
    document::Document,
    numbers::carried,
    viewed::{Expected, Found},
};
use acredita_domain::{
    actor::{DocumentType, IdentityDocument},
    documents::are_declared,
    scoring::{Check, CheckName, Reason},
    text::visible,
};
use acredita_mrz::icao::{Agreement, Fields, Format, Kind, countries, names, states};

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
        if country.is_some_and(|country| !states::may_be(&fields.state, &String::from(country))) {
            wrong(name, document, Reason::CountryMismatch)
        } else if document_type.is_some_and(|document_type| !is_a(fields, document_type)) {
            wrong(name, document, Reason::TypeMismatch)
        } else {
            passed(name)
        }
    })
}

fn is_a(fields: &Fields, document_type: DocumentType) -> bool {
    match document_type {
        DocumentType::Nif => countries::kind(fields) == Some(Kind::Nif),
        DocumentType::Nie => countries::kind(fields) == Some(Kind::Nie),
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
        // A document may bear other numbers than the one it is known by: the support number, the NIF in a passport.
        let agreement = if is_its_number(document.fields(), declared) {
            Agreement::Match
        } else {
            countries::compare_number(document.fields(), declared)
        };
        compared(name, document, agreement, Reason::NumberMismatch, Reason::ZoneDoubtful)
    })
}

/// Whether the declared number is the one that the document is known by, as for a second factor. Type and country have a
/// line of their own.
fn is_its_number(fields: &Fields, declared: &str) -> bool {
    let Ok(declared) = declared.parse() else { return false };
    let declared = IdentityDocument { document_number: Some(declared), document_type: None, country: None };
    carried(fields).is_some_and(|number| are_declared(&[number], Some(&declared)).into())
}

fn name(found: &Found<'_>, expected: &Expected) -> Check {
    let name = CheckName::NameMatch;
    let (surname, given) = expected.names();
    if surname.is_none() && given.is_none() {
        return not_applicable(name).noting("no name was declared");
    }
    about(name, found, |document| {
        let [surname, given] = [surname, given].map(|name| name.map(visible));
        let agreement = names::compare(surname.as_deref(), given.as_deref(), &document.fields().name);
        compared(name, document, agreement, Reason::NameMismatch, Reason::NameDoubtful)
    })
}

fn compared(name: CheckName, document: &Document, agreement: Agreement, mismatch: Reason, doubtful: Reason) -> Check {
    match agreement {
        Agreement::Match => passed(name),
        Agreement::Doubtful => unsure(name, document, doubtful),
        Agreement::Mismatch => wrong(name, document, mismatch),
    }
}
