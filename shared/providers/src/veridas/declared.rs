//! Compares the document that Veridas read with the declared one: kind, number, names. Fields that were not read have
//! no check: Veridas cannot settle them.

use super::read::VeridasResult;
use acredita_domain::{
    actor::{Actor, Country, DocumentType, IdentityDocument},
    documents::{CarriedNumber, are_declared},
    ports::{Comparison, Likeness, ScoreRequest},
    scoring::{Check, CheckName, CheckResult, Extracted, Reason},
    text::Private,
};
use serde::Deserialize;

/// A family of documents, as Veridas names them: the part after the country in `ES_IDCard_2015`.
#[derive(Debug, Deserialize)]
pub(super) struct Family {
    /// The issuing country; any, if the table does not say.
    country: Option<Country>,
    /// How the class of such a document begins, after the country.
    begins: String,
    /// The types it can be declared as. A driving licence cannot be declared.
    types: Vec<DocumentType>,
}

/// What a document is, as far as Veridas reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told<'a> {
    country: Option<Country>,
    types: Option<&'a [DocumentType]>,
}

impl<'a> Told<'a> {
    /// The document's issuer node takes precedence over its class.
    pub fn of(
        validation: &VeridasResult,
        issuer_node: &str,
        families: &'a [Family],
        comparison: &dyn Comparison,
    ) -> Self {
        let class = validation.class.as_deref().unwrap_or_default();
        let (prefix, family) = class.split_once('_').unwrap_or((class, ""));
        // `ES2_ID` is another Spanish one.
        let of_class: Option<Country> = prefix.trim_end_matches(|c: char| c.is_ascii_digit()).parse().ok();
        let issuer = validation.text(issuer_node).map(str::to_uppercase);
        let of_issuer = issuer.and_then(|code| code.parse().ok().or_else(|| comparison.country(&code)));
        let known = families
            .iter()
            .find(|known| family.starts_with(&known.begins) && (known.country.is_none() || known.country == of_class));
        Self { country: of_issuer.or(of_class), types: known.map(|known| known.types.as_slice()) }
    }

    /// Whether a passport number identifies it: as Veridas reports, else as was declared.
    pub fn is_passport(self, request: &ScoreRequest<'_>) -> bool {
        match self.types {
            Some(types) => types.contains(&DocumentType::Passport),
            None => request.document_type() == Some(DocumentType::Passport),
        }
    }

    /// The kind of the number that was read: the document's, else the one that its shape has in Spain.
    fn kind_of(self, number: &str) -> DocumentType {
        let of_document = self.types.and_then(|types| types.first().copied());
        let spanish = self.country.is_none_or(|country| country.to_string() == "ES");
        of_document.unwrap_or(if spanish && is_nif(number) { DocumentType::Nif } else { DocumentType::IdentityCard })
    }
}

/// Eight digits and a letter, which is not verified here.
fn is_nif(number: &str) -> bool {
    let plain: Vec<char> = number.chars().filter(|c| c.is_alphanumeric()).collect();
    matches!(plain.split_last(), Some((letter, digits)) if letter.is_ascii_alphabetic() && digits.len() == 8 && digits.iter().all(char::is_ascii_digit))
}

/// The checks of the declared data.
pub(super) fn checks(
    request: &ScoreRequest<'_>,
    told: Told<'_>,
    extracted: &Extracted,
    comparison: &dyn Comparison,
) -> Vec<Check> {
    let document = request.declared.and_then(|declared| declared.identity_document.as_ref());
    let number = document.and_then(|document| number(document, told, extracted));
    let name = request.declared.and_then(|declared| name(declared, extracted, comparison));
    [kind(request, told), number, name].into_iter().flatten().collect()
}

fn kind(request: &ScoreRequest<'_>, told: Told<'_>) -> Option<Check> {
    let name = CheckName::KindMatch;
    let (country, document_type) = (request.country(), request.document_type());
    let of_country = country.zip(told.country).map(|(declared, read)| declared == read);
    let of_type = document_type.zip(told.types).map(|(declared, read)| read.contains(&declared));
    match (of_country, of_type) {
        (None, None) => None,
        (Some(false), _) => Some(failed(name, Reason::CountryMismatch)),
        (_, Some(false)) => Some(failed(name, Reason::TypeMismatch)),
        // A declared part that Veridas does not report is inconclusive.
        (None, _) if country.is_some() => Some(open(name, Reason::ProviderInconclusive)),
        (_, None) if document_type.is_some() => Some(open(name, Reason::ProviderInconclusive)),
        _ => Some(Check::new(name, CheckResult::Pass)),
    }
}

fn number(declared: &IdentityDocument, told: Told<'_>, extracted: &Extracted) -> Option<Check> {
    let document_number = Some(declared.document_number.clone()?);
    let number = extracted.document_number.as_ref()?;
    let carried = CarriedNumber {
        document_type: told.kind_of(number.expose()),
        countries: Vec::new(),
        numbers: vec![Private::new(number.expose().clone())],
    };
    // The number only: type and country have a check of their own.
    let declared = IdentityDocument { document_number, document_type: None, country: None };
    let same: bool = are_declared(&[carried], Some(&declared)).into();
    Some(if same {
        Check::new(CheckName::DeclaredMatch, CheckResult::Pass)
    } else {
        failed(CheckName::DeclaredMatch, Reason::NumberMismatch)
    })
}

fn name(declared: &Actor, extracted: &Extracted, comparison: &dyn Comparison) -> Option<Check> {
    let name = CheckName::NameMatch;
    let [last_name, given] =
        [&extracted.last_name, &extracted.name].map(|text| text.as_ref().map(|text| text.expose().as_str()));
    Some(match comparison.names(declared, last_name, given)? {
        Likeness::Same => Check::new(name, CheckResult::Pass),
        Likeness::Doubtful => open(name, Reason::NameDoubtful),
        Likeness::Different => failed(name, Reason::NameMismatch),
    })
}

const fn failed(name: CheckName, reason: Reason) -> Check {
    Check::new(name, CheckResult::Fail).because(reason)
}

const fn open(name: CheckName, reason: Reason) -> Check {
    Check::new(name, CheckResult::Inconclusive).because(reason)
}

#[cfg(test)]
mod tests;
