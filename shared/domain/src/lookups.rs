//! What a record is found by besides its id: exactly, by keyed digests of normal forms. There is no search by a part of a
//! value or by a name.

use crate::{
    actor::{Actor, EmailAddress, Msisdn},
    documents::declared_form,
    reference::{ClientReferenceId, Reference},
    text::{DocumentNumber, Private},
    vocabulary::names,
};

names! {
    LookupKind("is not a kind of value to search by") {
        DocumentNumber = "DOCUMENT_NUMBER",
        Phone = "PHONE",
        Email = "EMAIL",
        ClientReferenceId = "CLIENT_REFERENCE_ID",
    }
}

/// A value in the one form that all its spellings have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    pub kind: LookupKind,
    pub form: Private<String>,
}

impl Lookup {
    /// Whoever searches need not know what kind of document it is.
    pub fn document_number(number: &DocumentNumber) -> Self {
        Self { kind: LookupKind::DocumentNumber, form: Private::new(declared_form(number.expose(), None)) }
    }

    /// As its country's plan writes it, if it is a number of one.
    pub fn phone(phone: &Msisdn) -> Self {
        let form = phone.canonical().map_or_else(|_| phone.e164(), |phone| phone.e164());
        Self { kind: LookupKind::Phone, form }
    }

    /// The mailbox.
    pub fn email(email: &EmailAddress) -> Self {
        Self { kind: LookupKind::Email, form: email.mailbox() }
    }

    pub fn client_reference_id(id: &ClientReferenceId) -> Self {
        Self { kind: LookupKind::ClientReferenceId, form: Private::new(id.expose().to_owned()) }
    }

    /// All that a record with this person and this reference is found by.
    pub fn all(actor: Option<&Actor>, reference: &Reference) -> Vec<Self> {
        let document = actor.and_then(|actor| actor.identity_document.as_ref()?.document_number.as_ref());
        let phone = actor.and_then(|actor| actor.msisdn.as_ref());
        let email = actor.and_then(|actor| actor.email.as_ref());
        let found_by = [
            document.map(Self::document_number),
            phone.map(Self::phone),
            email.map(Self::email),
            reference.client_reference_id().map(Self::client_reference_id),
        ];
        found_by.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_value_have_one_form() {
        let number = |text: &str| Lookup::document_number(&text.parse().expect("a number"));
        assert_eq!(number("12345678-z"), number("12345678Z"));
        assert_ne!(number("12345678Z"), number("12345679S"));
        let phone = |number: &str, code: &str| {
            Lookup::phone(&Msisdn::new(number.parse().expect("digits"), code.parse().expect("digits")))
        };
        assert_eq!(phone("0612345678", "33"), phone("6 12 34 56 78", "+33"));
        assert_eq!(phone("6123456789", "34"), phone("612-345-6789", "0034"), "one that is no number of its plan");
        let email = |text: &str| Lookup::email(&text.parse().expect("an address"));
        assert_eq!(email("V.ictim+a@googlemail.com"), email("victim@gmail.com"));
    }
}
